"""People, companies, and the reasons that people give before or after they ask."""

from .grammar import define, split

PEOPLE = split("""Amara|Bjorn|Chiara|Dmitri|Elif|Farid|Greta|Hiro|Imani|Jonas|Kasia|Luca|Mei|Nadia|Omar|Priya|Quentin|Rosa|Sven|Tariq|Uma|Viktor|Wanjiru|Xavier|Yara|
Zoltan|Aisha|Bruno|Celine|Diego|Emeka|Fatima|Goran|Hannah|Ivan|Jada|Kenji|Leila|Mateo|Noor|Olga|Paulo|Ravi|Sofia|Thabo|Ursula|Vera|Wei|Ximena|Yuki|
Zainab|Anders|Bea|Callum|Daphne|Eoin|Freya|Gwen|Hugo|Ida|Jasper|Kira|Lars|Maeve|Niamh|Oskar|Petra|Ruth|Stefan|Tess|Ulrich|Valentina|Wes|Agnes|Boris|
Clara|Dalia|Edgar|Flora|Gina|Henrik|Iris|Joel|Karim|Lena|Milos|Nora|Otto|Pia|Rafael|Selma|Tomas""")
KIN = split("""my sister|my brother|my mum|my mom|my dad|my wife|my husband|my partner|my boss|my manager|my colleague|my flatmate|my neighbour|my aunt|my uncle|
my daughter|my son|my cousin|my landlord|my accountant|our intern|our client|the auditor|the customer|the new hire|the team|the night shift|a friend|
the doctor|the nurse|the coach|the plumber|the architect|the professor|my in-laws|grandma|the kids|the committee|the board""")
COMPANIES = split("""Northwind Energy|Bluebird Bank|Halden Insurance|Orbit Telecom|Castor Logistics|Meadow Dental|Ridgeway Motors|Ostrich Hosting|Pinecone Labs|Copperline|
Vantage Gas|Fennel & Sons|Tidewater Rail|Zephyr Air|Larch Housing|Quill Press|Mosaic Foods|Delta Freight|Summit Water|Kite Mobile""")

define(
    person=PEOPLE,
    kin=KIN,
    company=COMPANIES,
    who=["{person}", "{kin}", "{person}", "{person} and I", "{kin} and I", "everyone here", "{person} from {company}", "half the team"],
    one=["{person}", "{kin}", "{person} from {company}"],
    matter=split("""the {sitename} project|the audit|the migration|the release|the demo|the tax return|the invoices|the kitchen|the move|the trip|the wedding|the exam|
the report|the thesis|the tests|the build|the server|the website|the budget|the paperwork|the deadline|the upgrade|the import|the prototype|
the move to {city}|the visit|the hearing|the newsletter|the roof|the flat|the harvest|the festival|the match|the course"""),
    ago=split("""yesterday|last night|earlier|this morning|last week|on {weekday}|a while ago|an hour ago|over the weekend|in {month}|just now|before lunch|
two days ago"""),
    soon=split(
        """tomorrow|later|tonight|on {weekday}|next week|in an hour|soon|this afternoon|in {month}|any minute|at {clock}|before {weekday}|after lunch|next month"""
    ),
    doing=split("""heading out|leaving|about to leave|in a meeting {soon}|on the train|working on {matter}|preparing {matter}|going over {matter} with {one}|tidying up|
about to start on {matter}|cleaning up before {matter}|
on call {soon}|off {soon}|flying to {city} {soon}|moving to {city}|helping {one} with {matter}|on holiday from {weekday}|stuck in traffic|
meeting {one} {soon}|writing this on my phone|new here|in a hurry|finishing {matter}|half asleep|on a call|planning {matter}"""),
    event=split("""{one} asked me about {matter}|{matter} starts {soon}|{matter} went wrong {ago}|I broke something {ago}|{one} is coming over {soon}|I'm {doing}|
we're {doing}|I've been {doing}|{one} arrives {soon}|
I forgot what we did {ago}|I lost track of things {ago}|{one} needs it for {matter}|I promised {one}|we talked about {matter} {ago}|
{one} keeps asking|I have no idea what happened {ago}|it's been a long day|I want to be sure before {matter}|
{one} says it's urgent|{matter} is due {soon}|we finished {matter} {ago}|the power went out {ago}|I was away {ago}|{one} changed the plan {ago}|
my laptop died {ago}|{matter} is almost done|we start {matter} {soon}|
{one} will be here {soon}|{one} called {ago}|I can't sleep|the Wi-Fi is bad here|I only have a minute|{one} swears it worked {ago}|
{one} and {person} disagree about it|I couldn't find it {ago}|there's a call with {one} {soon}|
{matter} took longer than planned|{one} wants to see it|I'm not at my desk|it's for {matter}|it's for {one}|we agreed on it {ago}|
{one} was very clear about that|I have to report to {one} {soon}|the train leaves {soon}|I never got round to it {ago}"""),
    event2=["{event}", "{event}", "{event}", "{story}", "{story}", "{story}", "{past_tool}"],
    story=split("""{one} (needs|wants|lost|found|ordered|forgot|broke|sold|likes|hates) the {noun}[ {ago}]|
the {noun} (broke|arrived|went missing|was delivered|fell down|got wet|ran out|stopped working) {ago}|
{one} and {one} (are arguing about|can't agree on|are waiting for|asked about|are preparing) the {abstract}|
I (changed|rewrote|lost|finished|started|postponed|signed|approved|reviewed) the {abstract} {ago}[ and (nobody noticed|{one} was happy|it was a mess|now I'm unsure)]|
{company} (called|wrote|complained|sent the {abstract}|raised the {abstract}|changed its {abstract}) {ago}|
{one} is (moving to {city}|starting a new job|learning the {noun}|getting married|coming back from {city}|opening a {service}) {soon}[ and (can't wait|is nervous|needs advice|asked me for help)]|
we (have|had|are planning) a {abstract} {soon}|my {noun} (is broken|is too small|hurts|won't start|is gone|needs fixing)|
{one} says the {abstract} (is wrong|looks odd|was fine {ago}|must be ready {soon}|can't be right)|
I (promised|told|owe|asked) {one} (the {abstract}|a {noun}|an answer {soon})|
there's (a queue|a strike|a storm|a problem with the {noun}|no {noun} left|a party) {soon}|
I was (chatting with|arguing with|thinking about|waiting for|having lunch with|sitting next to) {one} {ago}|
the {abstract} (is due|starts|ends|was cancelled|was approved|went well|went badly) {soon}|
I'm (allergic to {grocery}|out of {grocery}|bad with names|no good at this|dreaming of a {noun}|writing the {abstract}|testing the {noun}|fixing the {noun})|

someone (left|dropped|moved|stole) the {noun} {ago}|{one} keeps (forgetting|changing|losing|asking for) the {abstract}|
it's (too hot|too cold|raining|{clock} already|late|{weekday} already) (here|in {city}|and I'm tired|and I'm still at work)|
my {noun} {heads} closes {soon}|{one} bet me {number} (euros|pounds|dollars)|{number} people are (coming|waiting|asking)"""),
    past_tool=split("""I've (already|just) (taken a snapshot|saved the file|booked the room|written it down|closed the permit|checked the snapshots|paid the invoice|weighed myself|read the page|cancelled the other one)|
we (froze|restarted|checked) (the chambers|everything) {ago}|
the (forecast|balance|crawl|snapshot|diff|watch|permit) (looked odd|was fine|failed|took ages) {ago}|
I (spent|earned|slept|walked|ran|wrote|saved|deleted) (too much|a lot|nothing|less than I thought) {ago}|
{one} (revoked a permit|restored a snapshot|ran some code|changed a file|pulled the kill switch|booked the court|watched the page) {ago}|
I'm not going to (restore|delete|freeze|book|revoke|overwrite) anything (yet|today|before {weekday})|
no need to (run|save|write|remember|book|fetch|restore|watch) anything (else|yet|now)|
I'll (run|write|book|pay|restore|watch|decide on) (it|the rest|the other one) (later|myself|{soon})|
don't (run|save|write|change|delete|book|restore) anything (else|yet|else please)"""),
    plan_ing=split("""I'll need it {soon}|I'll explain later|I'll be there {soon}|we'll see about the rest|I'll decide {soon}|then I'll {verb} the {noun}|and nothing else|
nothing special|that's enough for now|the rest can wait|{one} can wait|don't tell {one}|you know why|long story|I owe you one|{one} is watching"""),
    trap=split("""restore|delete|freeze|book|crawl|watch|fetch|run|write|save|grant|revoke|cancel|plan|record|remember|change|touch|wipe|reserve|download|overwrite|
roll back|spend"""),
    dont=["(don't|do not|no need to|please don't|I'm not asking you to|you needn't) {trap} (anything|it|anything yet)"],
    going=split("""heading out|I leave|the meeting|I go on holiday|I call {one}|we start on {matter}|{one} arrives|lunch|the stand-up|I forget|I sign anything|
it gets late|I reply to {one}|we go any further|I shut the laptop|{matter}|I decide anything|the weekend|touching {matter}|going to bed|
handing over to {one}|the call with {one}|we close for the day"""),
    ack=split("""thanks|thank you|thx|cheers|ta|many thanks|much appreciated|thanks a lot|thanks in advance|appreciate it|you're the best|that's all|no rush|no hurry|
when you can|when you have a moment|quickly if possible|as soon as you can|asap|it's urgent|sorry for the bother|if that's ok|if you don't mind|
nothing else|just that|that would help|would be great"""),
    hail=split("""hi|hello|hey|hey there|ok|okay|right|so|alright|good morning|morning|hi again|quick one|one more thing|next|also|and|now|well|oh|yo|listen|hmm|ah|
please note|quick favour|small request|dear hive|hive|hey hive|ok hive|sorry|sorry to bother you|actually|oh and|new task|task|first|last thing|
good evening|hello again|thanks"""),
)
