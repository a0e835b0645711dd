/** Words of every day: how people ask, and what they say where a program says it formally. */
export const DAILY = `
why explain reason cause because
how-much estimate calculate amount number
how-likely probability score predict
how-well quality score
which-best compare ranking recommend
who-wins predict winner
what-mean explain meaning definition
what-wrong detect error problem fault
suggest recommend plan
okay ok acceptable allowed correct
accord agreement
accurate correct exact right precise
adapt adjust modify scale alter
advantage benefit plus
agenda calendar diary planner
alike similar similarity same resemblance
alter change modify edit
amusing funny humorous witty
appointment meeting date calendar
archive store
as-table table
awful bad poor terrible
basic simple elementary
begin start commence
believe think opinion
big large huge
blacken redact black-out blank-out censor
brief short concise
broken defective faulty
brother sister sibling
bundle group cluster batch lump lump-together
buy purchase acquire order
calm polite quiet
celebrate party celebration
cheap cheapest inexpensive affordable price lowest
choose select pick decide option
chronological timeline ordered
clean tidy clear
clear plain understandable comprehensible
cluster group clusters grouping
collect gather compile
colour color
comic cartoon
comment remark note comments
complain complaint
conceal hide mask redact
confirm verify acknowledge
contain include comprise
cope deal manage handle
couple pair two
cover protect
create make build generate
date when day deadline
dear expensive costly
decide decision choose determine
delete remove erase
depict describe illustrate
difficult hard tough
dispute argument disagreement
divide split distribute
double duplicate twice
dream nightmare
easier simpler simple
eat meal food
emotion feeling mood
encourage motivate
exact same identical
excuse apology
expensive price premium costly
fair just
family relatives household
fast quick rapid speed
fault blame
fill complete
final last
first initial top
flaw defect
forbid prohibit ban
free vacant
friend buddy pal mate
from-picture photo image
future forecast upcoming coming
get-rid remove
give-back return
go-together pairing
good best quality
greet greeting welcome
guess estimate predict
guest visitor
habit routine
handle process manage
happy glad cheerful
harm hurt damage risk
help assist aid support advice
hide conceal mask
hint tip
hole gap
home house household
honest true
hour time
hurt injure harm
idea suggestion proposal
identical same
illustrate image
important priority key main
increase raise rise growth
individual person
inform tell notify notice
inquire ask question
invite invitation guest
item thing object
job work task
join merge
judge assess
keep retain preserve
kind type sort
know learn
lacking missing lack absent
language tongue
late delayed
laugh joke
layout format
lie lying false untrue
lookalike similar
lose loss lost
love like romance
luggage bags
mad angry
main key
match fit
mean meaning signify
mess messy disorder untidy
mind opinion
minor small
mix mixture
money cash payment price cost
morning daily
mother-tongue native
name title label
necessary required essential
neighbor neighbour
nice friendly kind polite
novelty news
nudge reminder hint
number count figure
old former previous
opening start
opposite contrary
option choice alternative
order sequence
organise organize plan arrange schedule
outline sketch
own possess
paper document
partner spouse
party celebration
patient ill
peculiar odd strange
permit allow
picture photo image pictures
pile stack heap batch
place location
pleasant nice
polite kind courteous friendly
possible likely
practise practice train training rehearse
present gift
probable likely likelihood
proper correct
protect secure guard
prove evidence proof
put-together compile group
query question
quick fast
quiet calm
rank order sort
reach contact
real genuine authentic
recap summary
remove delete
repeat duplicate
request ask demand
respond reply response answer
revise change
rich wealthy
right correct lawful
room space
rude insulting offensive impolite
sad mood melancholy
safe secure safely
same identical equal duplicate
say write state
sentence line
separate split
seven-days week
sex gender
shop store
short brief
show display
shrink reduce scale
similar alike
sleep rest
smart clever
sort kind
speak talk
speed pace
spot detect
start begin
stay remain
stop end
story plot tale
strange odd
sum total
summer winter spring autumn season
surname name
talk speech
teach lesson
thank thanks gratitude
timeline chronology
toast speech
today daily
tonight evening
tone voice
town city
trick deceive
trouble problem
true fact correct
try attempt
two-versions compare
ugly bad
understand comprehend
unhappy sad
useful helpful
usual normal typical
walk hike
warn warning
watch view
wealth money
wed wedding bride groom
wedding-speech toast
weird odd
whole entire
wish desire
wording text phrase
word-for-word literal
work job
worry concern
worst bad
write-down record
write-up report write
yearly annual
young child
`;
