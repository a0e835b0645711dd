/** Words of trades: what people call the things that they work with, and what goes with them. */
export const TRADES = `
accountant bookkeeper bookkeeping accounting ledger
afford spend spending budget expense expenditure
allowance deduction deductible rebate relief deducted withheld
asset holding investment portfolio fund
bankrupt bankruptcy insolvency insolvent default
borrow borrower lend lender lending loan credit creditworthiness solvency
cashflow cash-flow liquidity treasury
cheque check draft
currency exchange money dollar dollars euro euros pound forex
earnings profit income revenue turnover proceeds gain
fine penalty surcharge fee
fraudulent fraud bogus fake forged dodgy shady suspicious deceptive lying
instalment installment repayment rate
interest yield return
merchant retailer trader shop store seller vendor
overdue late unpaid arrears outstanding reminder dunning collection
pension retirement annuity
quarter quarterly fiscal
sale sales revenue selling
sales-tax vat tax levy duty
saving savings save cut reduce cheaper
share stock equity dividend
transaction payment purchase transfer booking
treasurer controller cfo
worth value valuation price cost appraisal
year annual yearly twelve-months
month monthly
payslip payroll wage wages salary pay-stub
payout payment royalty disbursement
attorney advocate barrister solicitor lawyer counsel notary
allegation accusation charge indictment
bequeath inherit heir heirs inheritance estate will testator bequest legacy
brand trademark mark logo brand-name
breach violation infringement infraction
cancel terminate termination cancellation end notice revoke
clause paragraph section provision article term
confidential nda non-disclosure secret secrecy
copyright intellectual-property royalty authorship
custody divorce alimony
defendant accused respondent
disclosure freedom-of-information foi release
eligible eligibility entitled entitlement qualify right
jargon legalese technical-language
judge court magistrate tribunal
lawful legal allowed permitted permissible licit legitimate
layman layperson laymen lay plain simple simply understandable
liable liability responsible accountable
obligation duty commitment
plaintiff claimant complainant
precedent case-law ruling
signature signatory sign
sue litigation lawsuit claim
treaty agreement accord pact
ailment illness disease sickness symptom complaint condition diagnosis ails disorder
ambulance emergency paramedic urgent
anaesthetic anesthetic surgery operation
blood lab sample test
diagnose diagnosis diagnostic icd
dosage dose drug amount
drug medicine medication pill tablet pharmaceutical remedy substance
fever temperature cough cold flu symptom
gluten nut nuts lactose allergen allergy allergic intolerance peanut
health-insurance insurer coverage
immunise immunize immunisation immunization vaccine vaccination jab jabs shot shots inoculation
infant baby toddler newborn child
interact interaction together combine contraindication
leaflet package-insert package-leaflet pamphlet brochure sheet
medical-history anamnesis record
mental psychological psychiatric psychology therapy
physician doctor gp specialist consultant
practitioner clinic surgery practice
shift ward duty nurse handover roster
side-effect side-effects adverse adverse-event reaction complication
sick ill unwell patient
toxic poison poisonous hazardous
treat treatment cure therapy
trial study clinical-trial
vital pulse pressure heart
wound injury trauma
applicant candidate jobseeker job-seeker contender
career profession occupation job
dismiss dismissal fire layoff redundancy termination
diversity inclusion gender discrimination bias biased discriminate discriminating women sexist
employer company boss manager
exit-interview leaver leavers quit resign resignation leaving
first-day induction onboarding new-employee starter newcomer newbie hire
freelance contractor freelancer
headhunt recruit recruiter recruiting recruitment
probation trial-period
promotion raise advancement
qualification skill certificate competence expertise know-how
references testimonial recommendation
reject rejection decline turn-down refuse refusal deny denial denied turned-down
remote home-office telework
suitable fit fits match matching suited
takeover handover succession hand-over
team department unit division group
timesheet hours attendance
vacancy opening advert job-advert posting
algorithm procedure code
annotate comment docstring comments documentation
argument parameter input
array list collection
asynchronous concurrent parallel thread
backward compatible breaking incompatible breaking-change
bug defect glitch faulty fault broken malfunction
build compile compiler
class object type
compiler interpreter runtime
container docker dockerfile image
cron crontab job schedule timer
debug troubleshoot diagnose
dependency package library module
developer programmer coder engineer
function method procedure subroutine
git commit history repository merge
identifier variable name naming variables
interface api endpoint contract
javascript js typescript ts node
kubernetes k8s cluster manifest
latex bibtex bibliography reference citation
lint linter check best-practice
migrate migration port porting convert rewrite
pattern regex regexp regular-expression match
python py script
refactor restructure clean-up rewrite
release version changelog ship
repository repo codebase
snippet code fragment
stack-trace traceback backtrace exception
string text characters
test tests testing coverage automated-check
update upgrade patch version
yaml config configuration manifest
alarm alert warning pager page notification monitoring
architecture design system infrastructure
availability uptime downtime outage
aws azure gcp cloud
backup snapshot restore recovery
blackout power-cut outage cut
capacity scaling replicas load
chronology timeline sequence history
configure setup configuration config settings
incident outage breakdown failure
latency delay lag slow
log logs output
monitor monitoring observe surveillance watch
on-call pager standby
operate operations ops devops
server node machine host
strange odd unusual anomaly weird suspicious abnormal irregular unexpected
api-key token secret credential credentials password
attack hack exploit intrusion threat attacker hacker adversary
breach leak incident exposure
cipher encryption encrypt cryptography
hidden injected injection
instruction order command orders
login account sign-in password credentials credential
malicious harmful hostile untrusted
patch fix hotfix update
penetration pentest red-team
phish phishing scam spoof con swindle
privacy data-protection gdpr personal-data
security-hole vulnerability cve weakness
abroad foreign overseas international
airline carrier airport
airplane plane aeroplane aircraft flight air
baggage luggage suitcase bag bags pack packing
border customs frontier crossing
citizen national nationality passport
city destination place town
compensation damages reimbursement refund claim money-back indemnity
cruise ship ferry boat
delay delayed late hold-up
embassy consulate visa
enter entry admission visa
holiday trip journey vacation tour getaway break
hostel hotel accommodation place-to-stay lodging
jet-lag jetlag time-zone
sight attraction landmark sightseeing
sightseeing itinerary tour
stay hotel night
tourist traveller traveler visitor
phrase expression saying
appetizing appetising tasty delicious mouthwatering
breakfast lunch dinner supper meal
calorie calories kcal kilocalorie nutrition energy
chef cook kitchen
cook cooking recipe dish meal eat prepare
diabetic diet dietary
drink beverage wine beer cocktail drinks
dish food meal course plate
egg milk dairy vegan vegetarian
fruit vegetable greens
grocery supermarket groceries shopping buy
meat fish poultry duck beef chicken
pair pairing go-with accompany match
portion serving servings helping
replace substitute swap alternative instead replacement exchange
vegan plant-based vegetarian
week weekly monday sunday
alumni graduate
chapter text unit
class lesson course
copy plagiarize plagiarise plagiarism copied cribbed
criterion criteria rubric standard requirement
equation formula algebra math exercise
exercise task problem worksheet
excursion outing field-trip event trip
grade mark score year
hint nudge clue tip pointer
learn study revise revision learning memorize
multiple-choice quiz tick options
mum mother dad father parent parents guardian
pupil student learner schoolchild
reading readability readable legible understandable
revise revision study exam
seminar workshop course
tutor tutoring coach
vocabulary words word-list
athlete player sportsman sportswoman runner competitor
bracket knockout cup tournament draw
championship league tournament cup season
coach trainer manager
doping banned prohibited forbidden illegal substance
fan fans supporter follower
footballer player striker goalkeeper midfielder
game match fixture
goal score result
marathon run running race jog
prepare preparation train training
scout scouting talent
soccer football
statistics stats figures numbers
strong stronger better best superior
win winner victory won beat
apartment flat condo unit house
bedroom room rooms
broker agent realtor
buy buyer purchase
cellar basement
deposit bond security
district neighborhood neighbourhood quarter area
flatmate tenant roommate
house-price home-value valuation
landlord rent lease rental
mortgage loan home-loan
owner proprietor holder
rent-increase raise increase
sell selling sale listing advertise
viewing visit showing
cover coverage covered insured pay
dent dented damage damaged scratch
flood flooded water-damage storm fire
insured policyholder insurant
insurer insurance underwriter
loss claim damage
policyholder customer insured claimant
premium contribution insurance-cost rate
repair fix mend restoration
third-party liable other-driver
broken damaged smashed defective
cargo freight load goods
carrier courier haulier shipper
commodity goods product item wares
consignment shipment parcel package
courier deliver delivery van driver
dangerous hazardous hazmat explosive flammable unsafe perilous
depot warehouse hub
export import customs tariff
hs-code tariff customs-code tariff-number
normalize standardize standard clean-up messy tidy
parcel package box shipment
reorder restock replenish replenishment buy
route sequence order stops path way
stop stops visit waypoint
street address postcode zip
supply supplies stock inventory
truck lorry van
when-arrive arrive arrival eta
cattle cow cows livestock herd
crop plant harvest grain
drought irrigation watering water
farmer grower agriculture farm
fertilizer fertiliser manure nutrient nutrients nitrogen
field plot acre hectare land fields
leaf leaves foliage plant
pest pesticide insecticide herbicide
rotation sequence cycle
seed sowing planting
soil ground earth nutrient
tomato potato wheat corn maize crop plant
yield output harvest
appliance device household
carbon co2 greenhouse greenhouse-gas climate emission
consumption usage use demand
current electricity power
electric electrical electricity power
grid network
heating heat boiler warmth
insulation efficiency
meter gauge counter
photovoltaic solar panel panels
power electricity energy current
provider supplier utility tariff
roof house rooftop
tariff rate price plan
benefit welfare social-assistance social-security assistance aid
blank blanks field form fill fill-in prefill
brief briefing summarize summary
tender procurement invitation
councillor mayor council
department office agency bureau authority
fill complete prefill fill-out
immigration migrant refugee asylum
law-change amendment reform
office department agency
official formal authority
petition letter appeal request
resident citizen inhabitant local
speech address talk toast
town-hall municipality council city
voter election vote
academic scholarly scientific
chemical compound molecule substance chemistry
conclusion finding result
correlation regression statistics
data dataset numbers
idea hypothesis concept
laboratory lab experiment
manuscript paper article
observation finding measurement
peer-review reviewer referee refereeing
referee reviewer reviewers umpire
relevant relevance pertinent inclusion include
researcher scientist
sample specimen
significance significant p-value p-values statistics statistical
systematic-review screening literature
album record lp
chord chords key harmony
concert gig show performance
genre style type
instrument piano guitar violin
melody tune song music
musician band singer artist
play perform practice
playlist songs tunes mix
royalty payout licence
setlist songs program
sing singer vocal
track song tune
transpose key shift
actor actress cast star
cinema film movie theatre
clip video footage
continuity consistency
director filmmaker
logline one-sentence pitch
prop props object
recommend suggest watch
scene shot
screenplay script film
series tv show
shooting shoot filming
sub subtitle subtitles caption
trailer teaser
age-rating age rating suitable
avatar character npc
board-game boardgame
cheat cheater cheating hack
difficulty hard difficult level
fantasy rpg role-playing
gamer player players
insult insults insulting toxic abuse abusive swear slur
mission quest
npc villager
weapon item sword
agent representative adviser
apologize apologise apology sorry
calm soothe placate appease
cancel leave churn quit competitor switch
competitor rival competition
furious angry irate mad enraged
satisfaction satisfied csat happy
solved resolved closed
urgent important critical pressing
a-b ab test variant
audience target-group readers
banner ad advertisement
brand brand-voice
catchy slogan headline tagline one-liner
click clicks conversion
copywriting copy text
influencer creator
keyword seo search-engine
persona buyer-persona profile
positive negative sentiment
post posts social-media
search-engine google seo
variant version option
cold outreach first unsolicited
contact phone email signature
deal opportunity pipeline
firm company corporation
negotiation objection
price-list catalogue quote
probability likelihood likely probable chance
prospect lead
quota target
sign signature footer
telephone phone
`;
