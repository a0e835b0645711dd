/** Words of offices, and of what is done with texts. */
export const OFFICE = `
summarize summarise summary summarization condense shorten abridge digest recap gist brief
  outline overview boil-down key-points short-version compact tldr synopsis executive-summary
  tl-dr sum-up main-ideas wrap-up highlights key-takeaways
extract extraction pull find collect gather retrieve fetch read capture parse pick take-out
  get-out identify grab lift mine scrape harvest harvest data-points scrape details
  which-values
classify classification classifier categorize categorise category label tag sort group bucket
  assign class classes kind type triage route sorting organize decide-type what-kind tagging
  segment
translate translation translator render localize localise foreign-language another-language
  into-french into-spanish into-german into-english language multilingual convert-language
  interpret tongue into-italian into-portuguese into-japanese into-chinese into-english german
  french spanish italian chinese japanese
validate validation check verify inspect audit proofread error errors mistake mistakes fault
  faults missing omission gaps correct consistent problem problems review lint examine confirm
  invalid sanity-check qa complete inconsistencies inconsistency flaw flaws wrong check-for
score rate rating grade evaluate evaluation assess assessment quality rank mark judge how-good
  how-strong estimate measure appraise point marks points well-written stars percent
  number-between
draft write compose author create generate generator make-up invent put-together come-up
  produce new writing prepare formulate craft build ghostwrite help-write fresh put-down
  from-scratch
compare comparison difference differences differ different contrast side-by-side changed
  versus diff line-up match delta against unlike changes between-versions versions deviations
  discrepancy discrepancies
anonymize anonymise anonymizer mask hide redact remove-names strip pseudonymize pseudonymise
  blacken personal-data personal private-details identity pii privacy scrub sanitize censor
  de-identify scrub-names gdpr gdpr-safe names sensitive confidential
answer answers question questions ask respond reply reply-to inquiry inquiries query queries
  q-a faq explain tell-me help-me-understand understand wonder look-up-facts chat-with
  let-query interrogate consult
rewrite rephrase paraphrase reword edit polish improve revise simplify refine
convert transform reformat turn format change export restructure
detect recognize spot discover notice flag find
predict forecast project estimate anticipate
recommend suggest suggestion advise propose recommendation
plan schedule organize arrange timetable roadmap
moderate moderation filter toxic abusive offensive harmful
sentiment mood tone feeling emotion opinion attitude
prioritize prioritise urgency urgent rank triage
match align reconcile pair link
deduplicate duplicate duplicates merge repeated
invoice bill billing invoices statement-of-charges
receipt sales-slip till-slip proof-of-payment
expense spending cost reimbursement outlay travel-costs
payment pay remittance transfer
bank account banking
tax fiscal tax-return levy vat
budget spending-plan allocation financial-plan
total sum amount
due deadline payable
vendor supplier seller provider
price pricing cost fee rate
contract agreement deal covenant
lease rental-agreement tenancy rent rental flat
license licence licensing
clause provision term
policy guideline rule rules
ruling verdict judgment judgement decision court judge
patent invention intellectual-property
lawsuit litigation case dispute
law legislation statute bill act regulation legal
ticket issue case request helpdesk help-desk
support helpdesk help-desk service customer-service
complaint grievance unhappy dissatisfied quarrel gripe angry furious annoyed
  letter-of-complaint gripes upset
refund money-back reimbursement return
warranty guarantee
chat conversation dialogue dialog messaging chat-log talk
transcript log protocol record
customer client buyer consumer shopper purchaser user
lead prospect potential-customer potential buyer interested
proposal offer pitch bid
quote offer quotation estimate price-offer
call phone-call telephone conversation
profile portrait persona
blog post article weblog
newsletter mailing bulletin mail-out
advertisement ad advert ads advertising commercial copy
press-release media-statement announcement news-release
press media
release announcement discharge
social-media tweet social-post
post message entry
campaign promotion
resume cv curriculum-vitae applicant candidate job-applicant
job vacancy position role opening employment
posting announcement advert listing vacancy
employee staff worker personnel colleague team-member hr
performance appraisal evaluation
review feedback appraisal rating critique opinion evaluation
leave vacation holiday time-off absence
exit leaving quit departure resignation
interview talk conversation
hire recruit hiring recruiting
salary wage pay compensation
bug defect error issue fault
report statement account
pull-request code-change merge merging changeset patch
code source program script programming software
commit change changeset
log record trail journal diary logfile
api interface endpoint
specification spec documentation docs
incident outage post-mortem postmortem failure disruption
test check trial
survey questionnaire poll
response answer reply feedback
csv spreadsheet comma-separated table excel
sql database query
database db
query request search
dashboard kpi metrics report
dataset data-set data
metric kpi measure figure
chart graph plot diagram
shipping parcel shipment package delivery postal dispatch
label sticker tag
tracking trace
purchase-order order procurement po
purchase buy procurement acquisition
delivery shipment consignment
note slip memo notes
inventory stock warehouse storage
customs import export border
declaration statement form
patient sick person medical
doctor physician clinician medic
lab laboratory blood test tests
result finding outcome value values
prescription medicine medication drug tablets slip pharmacy pills pill dose
discharge release hospital dismissal
hospital clinic
letter note document correspondence
clinical medical health
trial study experiment
symptom complaint sign
diagnosis condition finding
essay composition paper written-composition
lesson lecture class teaching
exam test quiz examination item pupils question
course class training
catalog catalogue list directory
student pupil learner
teacher instructor tutor lecturer
school college university
paper article publication study research
scientific research academic scholarly science
abstract summary
grant funding subsidy
application request form submission apply
citation reference bibliography source
notebook journal logbook
news newspaper press current-affairs
article story report piece text
editorial opinion-piece column commentary
headline title heading
podcast audio-show show episode broadcast
guest speaker interviewee
topic subject theme
flight plane air airline
booking reservation
hotel accommodation lodging inn guest
itinerary trip-plan route travel-plan trip journey
travel trip holiday vacation tourism journey
visa travel-permit immigration
guide guidebook handbook manual
passenger traveller traveler
restaurant dining eatery
product article item goods merchandise shop article merchandise wares
description text blurb
order purchase
confirmation acknowledgement
return send-back
shop store retail e-commerce
phishing bogus scam fraud password fake steal-passwords
mail email e-mail message inbox letter
vulnerability weakness security-hole flaw exploit
security safety cyber
access permission entry rights login
audit inspection
threat danger risk attack
spam junk unwanted
apartment flat home accommodation
listing advert offer ad advertisement classified ads
property home house building real-estate
appraisal valuation value
maintenance repair fix
floor-plan layout
permit permission authorization licence authorisation approval build request
building construction
council town-hall municipal city-hall
minutes protocol meeting-notes meeting
meeting call session conference
tender request-for-proposals bid rfp
public government authority state
government authority public administration
census household population
diary journal daily
recipe dish cooking food meal
ingredient component
shopping groceries grocery
list enumeration
birthday anniversary
card greeting
workout fitness training exercise gym
movie film cinema
script screenplay scenario
song lyrics music words-of-a-song track
subtitle caption closed-caption
book novel
chapter section part
photo picture image photograph
caption description subtitle
video clip film
audio sound recording speech voice
transcribe transcription dictate speech-to-text
document file paper text
text passage content prose
sentence line phrase
paragraph section
name title
date day time
address location place
person individual human people
company firm business organization organisation enterprise corporate
country nation
language tongue
keyword key-phrase term tag
entity name thing
action-item todo to-do task
task job todo
event occasion happening
reason cause why
step procedure instruction
goal target objective aim
strength strong-point advantage pro
weakness disadvantage con
skill ability competence
risk danger hazard
plan programme scheme
weather climate forecast meteorological
energy power electricity
plant crop garden farming agriculture
child kid children
joke humor humour funny
poem poetry verse rhyme
story tale narrative fiction
game play gaming
math mathematics arithmetic calculation equation
money cash currency finance financial
loan credit mortgage
insurance claim policy coverage
claim demand request
fraud scam deception
car vehicle automobile auto
machine device equipment appliance
phone telephone mobile
website web page site
url link address
json structured record
markdown md formatted
html web markup
regex regular-expression pattern
unit measurement
spelling grammar typo
tone style voice register
formal polite professional
simple plain easy
long lengthy verbose
bullet list point
slide presentation deck powerpoint
distill distil essence nutshell main-points takeaways highlights bottom-line condensed
trim cut cut-down reduce shorter concise
isolate single-out fish-out dig-out unearth surface locate look-up search
obtain acquire get
recognise recognize identify detection identification spotting
tagging labelling labeling categorisation categorization sorter
vet screen examine review check
gauge weigh judge appraise rating ranking
pen draw-up word devise craft redact-text
clean cleanse tidy normalize normalise standardize standardise uniform harmonize
enrich augment complete fill-in supplement
combine join merge consolidate unify aggregate collate
split segment divide chunk separate break-up
count tally number how-many
clarify explain describe elucidate illustrate make-clear
compute calculate work-out calculator calculation
forecast predict projection prognosis outlook
advise counsel recommend guidance advice
remind reminder dunning overdue
notify alert inform warning notification
approve approval sign-off authorize accept
reject decline refuse denial
negotiate bargain haggle
onboard onboarding induction welcome new-hire
assign allocate dispatch forward hand-over route routing
converse chat talk assistant bot
search find lookup retrieve
interpret read understand decode decipher
correct fix repair mend amend
improve enhance optimize optimise better refine
shift roster rota schedule timetable
standup stand-up daily meeting
agenda programme schedule topics
minutes notes record summary
memo note memorandum
slogan tagline motto catchphrase
promo promotion offer discount deal
churn attrition cancel cancellation leave
subscription membership plan
renewal extend prolong
delivery shipping transport freight courier haulage
stock inventory goods supply supplies
supplier vendor contractor
order purchase request
invoice bill charge
statement summary report
balance amount total
debt owed owing outstanding credit
fraud scam suspicious deceit
anomaly outlier unusual irregular abnormal
risk threat exposure
compliance regulatory conformity rules regulation
nda confidentiality non-disclosure secrecy
lawyer attorney solicitor counsel
witness testimony statement deposition
will testament inheritance
crime offence police offense
accident crash collision damage
injury wound harm
allergy intolerance allergic
nutrition diet food meal nutritional
therapy treatment cure
vaccine vaccination immunization jab
nurse carer caregiver
appointment booking consultation visit
homework assignment exercise coursework
grade mark score
syllabus curriculum course-outline
thesis dissertation
lecture talk lesson
flashcard flash-card study-card memorize
quiz questions trivia test
vocabulary words glossary terms
glossary dictionary definitions terminology
grammar syntax
accent dialect pronunciation
hypothesis theory assumption
experiment trial test
dataset data corpus
column field attribute
row record entry
schema structure layout model
deploy deployment release rollout ship
server host machine infrastructure
commit changelog release-notes change-log
function method routine
unit-test tests testing
crash failure exception stack-trace error
password credential login secret
firewall network
malware virus trojan ransomware
permission right access privilege
house home property apartment dwelling
landlord owner lessor
tenant renter lessee occupant
mortgage home-loan loan
renovation refurbishment remodel repair
election vote ballot poll
citizen resident inhabitant
mayor municipality city town
grant subsidy funding aid
passport identity id-card
airport airline flight
train rail railway
hotel hostel inn accommodation stay
tour excursion sightseeing trip
menu dishes card
ingredient groceries component
wine drink beverage
cake baking bake pastry
plant flower garden gardening
pet dog cat animal
parent mother father family
wedding marriage ceremony
gift present
holiday vacation festive
gym workout fitness
football soccer match sport sports
movie film picture
series show episode
actor cast performer
director filmmaker
melody tune music song
band musician artist
painting artwork art
novel book story fiction
character protagonist hero figure
plot storyline story narrative
dialogue conversation lines
headline title heading
journalist reporter press
rumor rumour fake-news misinformation hoax
source reference citation origin
bias slant partisan
carbon emission emissions co2 footprint
waste trash garbage recycling rubbish
electricity power energy
solar photovoltaic sun
crop harvest farm agriculture
soil ground earth
water river
forecast weather temperature
faq questions-and-answers
tutorial howto how-to guide
`;
