"""What no tool can do, or what is said too vaguely to do it: the right answer is a refusal."""

from .family import templates
from .grammar import define, split

define(
    country=split("""Bolivia|Chad|Denmark|Ecuador|Finland|Ghana|Hungary|Iceland|Jordan|Kenya|Laos|Malta|Nepal|Oman|Peru|Qatar|Romania|Senegal|Tonga|Uganda|Vietnam|Wales|
Yemen|Zambia|Bhutan|Estonia|Paraguay|Slovenia|Cameroon|New Zealand"""),
    animal=split(
        """penguins|cats|otters|pigeons|octopuses|giraffes|bees|horses|sharks|owls|hedgehogs|llamas|frogs|ants|dolphins|parrots|moths|snails|wolves|goats"""
    ),
    famous=split(
        """Ada Lovelace|Marie Curie|Napoleon|Shakespeare|Mozart|Frida Kahlo|Gandhi|Cleopatra|Einstein|Bach|Hypatia|Tesla|Galileo|Jane Austen|Picasso|Confucius"""
    ),
    science=split("""photosynthesis|gravity|entropy|a black hole|inflation|an enzyme|a prime number|the tides|a rainbow|lightning|DNA|electricity|the ozone layer|a quark|
relativity|osmosis|plate tectonics|a leap year|a vaccine|blockchain|a transistor|recursion|TCP|a mutex|quantum computing|a monad|HTTP|a compiler"""),
    langs=split("""French|Spanish|German|Italian|Polish|Japanese|Latin|Turkish|Arabic|Dutch|Swedish|Portuguese|Greek|Korean|Welsh|Finnish|Hindi|Swahili"""),
    theme=split("""spring|the sea|my cat|lost keys|the moon|old trains|Mondays|coffee|a lighthouse|robots in love|{city}|rain|friendship|a broken clock|{animal}|
the first snow|time|my grandmother|mountains|a forgotten server"""),
    gadget=split("""the lights|the heating|the thermostat|the TV|the oven|the washing machine|the blinds|the alarm clock|the radio|the vacuum robot|the dishwasher|
the speaker|the fan|the coffee machine|the garage door|the sprinklers|the air conditioning"""),
    room=split("kitchen|bedroom|hall|garden|office|bathroom|living room|basement|attic|garage"),
    channel=split("email|mail|text|call|phone|message|ring|write to|whatsapp|ping|fax|telegram|slack|DM|invite|skype|reply to"),
    song=split(
        """some jazz|my playlist|Bach|the next song|something relaxing|the news|that podcast|rain sounds|a lullaby|the radio|heavy metal|an audiobook"""
    ),
    concept=split("""snapshot|permit|kill switch|crawler|restore point|needle|chamber|capability lattice|lattice|ledger|watch list|memory palace|SQL query|diff|hash|
cash flow forecast|heart rate variability|systolic pressure|sandbox|reservation system|checkpoint|copy-on-write file system|web spider|HRV reading|
forecast|transaction"""),
    noise=split("""asdf|qwer|qwertz|hjkl|lkjh|fdsa|blah|foo bar baz|lorem ipsum|xyzzy|ggg|zxcv|aaaa|mnbv|sdfsdf|wtf|???|...|!!|ehh|brrr|hmhm|tralala|jjj|uiop|123|0|
7 7 7|ok ok|x|xx|la la la|pfff|yxcv yxcv|wasd|.|-|abc|1 2 3|fnord|üüü|grmpf|ffffff|test test|tst|n/a|null|undefined"""),
)

templates(
    "none",
    "talk",
    1.7,
    {
        "nom": split("""hi|hello|hey|hi there!|good morning|good night|thanks|thank you so much|thanks a lot, bye|bye|see you {soon}|goodbye|cheers mate|well done|good job|
nice work|you're great|you are funny|you're slow today|I love you|lol|haha|hahaha nice|wow|cool|ok|okay|fine|yes|no|maybe|sure|never mind|forget it|
nvm|whatever|sorry|oops|my bad|congratulations|happy birthday|happy new year|merry christmas|good luck|no worries|you rock|amazing|great stuff|oh no|
ouch|good evening, hive|morning!|have a nice {weekday}|what a day|long time no see|great, thanks|that's it for now|that will be all|
perfect, thank you|all good, thanks|k|yep|nope|yay|meh|hm|huh?|what?|right|interesting|I see|good point|same here|you too|welcome back|sleep well|
enjoy your evening|hello {person}|hey hive|talk to you later|brb|gtg|ttyl|thx, done for {weekday}"""),
        "ask": split("""how are you[ today| doing|]?|who are you?|what's your name?|are you there?|are you (human|alive|a robot|awake|real|happy|bored|an AI|listening)?|
do you (dream|sleep|like me|have feelings|get tired|like music|believe in love)?|how old are you?|who made you?|what can you do?|what's up?|
how was your (day|weekend|night)?|did you miss me?|can you hear me?|what do you think of (me|{famous}|{city}|humans)?|
are you (smarter|faster) than (me|a human|{person})?|do you know {person}?|what's your favourite (colour|food|film|number|{animal})?|
would you like a coffee?|how's life?|you ok?|remember me?|isn't it a lovely {weekday}?"""),
        "tell": split("""I'm (bored|tired|happy|sad|hungry|so excited|in love|stressed|fed up|home|back|cold|a bit drunk)|today was a (good|bad|long|strange) day|
my (cat|dog|brother|boss) is (funny|crazy|ill|so cute)|it's (raining|snowing|sunny|hot) (here|again|in {city})|{event}|{event}, {ack}|
I (like|love|hate) {animal}|I think {famous} was overrated|life is (good|hard|strange)|you (made|ruined) my day|{person} says hi|
I had {number} coffees today, can't sleep|what a lovely morning in {city}|I miss {city}|I don't feel like working|tomorrow is another day|
you wouldn't believe what {kin} did {ago}|the weather in {city} is awful|we won the match {ago}!|just thinking out loud|I'm {doing}"""),
    },
)
templates(
    "none",
    "knowledge",
    1.7,
    {
        "ask": split("""what('s| is) the (capital|population|currency|area|highest mountain|national anthem|flag|president|official language|time zone) of {country}?|
who (was|is|were the parents of|married|taught) {famous}?|what is {science}?|how does {science} work?|
why (is|do|are) (the sky blue|{animal} so fast|we yawn|leaves green|the sea salty|cats purr|onions make you cry|ice slippery|{animal} so loud)?|
when (did|was) (the war end|{famous} born|Rome founded|the telephone invented|{famous} die|the wall come down|{country} become independent)?|
how (far|old|big|deep|tall|heavy) is (the moon|the sun|Mount Everest|the ocean|the universe|a blue whale|the Eiffel tower|the earth)?|
how many (legs does a spider have|planets are there|people live in {country}|bones are in the body|hours are in a year|minutes are in a day|kilometres are in a mile|pounds are in a kilo|letters are in the alphabet)?|
who (invented|discovered|painted|wrote|built) (the wheel|penicillin|the Mona Lisa|Hamlet|the bicycle|the internet|radium|the pyramids|zero|the zip|the printing press)?|
what does (entropy|déjà vu|carpe diem|RSVP|SQL|HTML|CPU|HRV|ASAP) (mean|stand for)?|
what's the difference between (a crow and a raven|jam and marmalade|tcp and udp|a turtle and a tortoise|a cafe and a bistro|weather and climate)?|
is (a tomato a fruit|glass a liquid|pluto a planet|water wet|a whale a fish|{country} in Africa|it true that {animal} can swim)?|
which (country|city|animal|planet) is the (biggest|fastest|oldest|smallest|most populous)?|
what (year|century) (was|did) (the printing press|{famous} live|the moon landing)?|
how do you (spell|say|pronounce) (rhythm|entrepreneur|thank you in {langs}|worcestershire|{word2} in {langs})?|what's {n} times {n}?|
how do {animal} (sleep|mate|navigate|communicate|find food)?|what do {animal} eat?|
what's the (boiling point of water|speed of light|square root of two|meaning of life|chemical symbol of gold|weather like in {city}|time in {city}|dollar rate)?"""),
        "imp": split("""(explain|tell me about|teach me about|describe|define) {science}[ in simple words| to a child| briefly|]|
tell me (something|a fact|an interesting fact|a bit) about (the {quarter} of {city}|{country}|{famous}|{animal}|{city})|
give me (a summary|the gist) of (Hamlet|the theory of relativity|the French revolution|Don Quixote|world history)|
(name|list) (three|five|ten) (rivers|kings|planets|composers|philosophers|books|films|{animal}) (of|from|about) {country}|
(explain|compare) (Kant and Hegel|python and ruby|jazz and blues|capitalism and socialism) (to me|for me|)"""),
        "nom": split("""capital of {country}|population of {country}|birthday of {famous}|meaning of life|history of {city}|definition of {science}|weather in {city}|
time in {city}|distance to the moon|{famous} biography|recipe for pancakes"""),
    },
)
templates(
    "none",
    "concepts",
    1.0,
    {
        "ask": split("""what('s| is| exactly is) a(n|) {concept}?|what (does|would) a {concept} (do|mean)?|how (do|does) (a {concept}|{concept}s) work?|
why (are {concept}s|is a {concept}|do people need a {concept}) (useful|important|called that|necessary)?|
who (invented|came up with|designed) the {concept}?|when was the first {concept} (made|invented|built)?|
what's the difference between a {concept} and a {concept}?|is a {concept} (better|safer|older) than a {concept}?|
how (long|old|big) is a (typical|normal) {concept}?|are {concept}s (a good idea|common|expensive)[ in general|]?|
what is the (theory|idea|history|point|etymology) (behind|of) {concept}s?|
how (do permits work|do snapshots work|does crawling work|does memory work|does a forecast work|does watching a page work|do reservations work)[ in general| here|]?|
what's a (normal|healthy) (heart rate|blood pressure|amount of sleep|step count) for (adults|children|athletes|a 40-year-old)?|
should people (track|measure) their (sleep|steps|pulse|spending)?"""),
        "imp": split("""(explain|describe|define|tell me about|teach me about) (the concept of |the idea of |)(a |the |)(idea of a |){concept}[ to a beginner| in general| in one sentence|]|
(explain|tell me) (what a {concept} is|how a {concept} works|why a {concept} is useful)|
(write|give) me (an essay|a definition|an article|a lecture) (on|about|of) {concept}s|(compare|contrast) {concept}s and {concept}s"""),
        "tell": split("""I (read|wrote|saw|heard) (an article|a paper|a talk|something) (on|about) {concept}s {ago}|
{concept}s are (great|overrated|a nice idea|confusing|hard to explain)|I (don't|never) (understand|understood|like) {concept}s|
my (thesis|talk|book) is about {concept}s"""),
    },
)
templates(
    "none",
    "riddle",
    0.5,
    {
        "ask": split("""if {kin_of} {kin_of2} (marries|adopts|is|meets) {kin_of} {kin_of2}, what (would|does) that make (me|them|us)?|
how is {kin_of} {kin_of2} related to me?|what do you call {kin_of} {kin_of2}?|
if a {noun} and a {noun} cost {number} (euros|dollars) and the {noun} costs one more, how much is the {noun}?|what has {number} legs and a {noun}?|
why did the {noun} cross the road?|if {person} is older than {person} and {person} is older than {person}, who is the youngest?|
if it takes {number} people {number} days to {verb} {number} {noun}s, how long for one?|can a {noun} {verb} a {noun}?|
which is heavier, a kilo of {noun}s or a kilo of {noun}s?|what would happen if (everyone|nobody) had a {noun}?|who would win, a {noun} or a {noun}?|
do {animal} like {noun}s?|is a {noun} bigger than a {noun}?|how do you {verb} a {noun}?|how long does it take to {verb} a {noun}?|
how many {noun}s fit in a {noun}?|what is a {noun} made of?|where do {noun}s come from?|who {verb_s} {noun}s for a living?|what colour is a {noun}?|
how much does a {noun} weigh?|when were {noun}s invented?"""),
        "tell": split("""I was wondering, (what colour is a {noun}|how do you {verb} a {noun}|if {kin_of} {kin_of2} marries {kin_of} {kin_of2}, what are they to each other)|
I wonder (why {animal} like {noun}s|who invented the {noun}|how {noun}s are made|if {noun}s can be {verb}ed)|
just curious, (how much does a {noun} weigh|where do {noun}s come from|who invented the {noun})|my {noun} and your {noun} would get along|
I dreamt of a {noun} and a {noun}|there's a {noun} on my {noun}|{person} has a new {noun}, how nice|a {noun} walks into a bar"""),
    },
)
define(
    kin_of=split("""my aunt's|my uncle's|my brother's|my sister's|my cousin's|my neighbour's|my wife's|my husband's|my grandmother's|{person}'s"""),
    kin_of2=split("""son|daughter|husband|wife|cousin|twin|godchild|nephew|niece|stepmother|stepfather|mother-in-law|brother|dog|grandson"""),
)
templates(
    "none",
    "create",
    0.9,
    {
        "imp": split(
            "(write|compose|make up|create|give) me (a|an|) (poem|haiku|limerick|song|rap|short story|sonnet|fairy tale|bedtime story|speech|toast|love letter|joke|riddle|slogan|ballad) about {theme}|(write|compose|draft) (a|an) (poem|essay|speech|short story|cover letter|apology|birthday card|blog post|tweet|wedding speech|product description|song) (for {one}|about {theme}|on {theme}|to {one})|tell me (a|another) (joke|story|riddle|fairy tale|tongue twister|ghost story|pun) (about {theme}|with {animal}|please|)|(translate|put|turn|render) (this |that |) (into|to) {langs}: (\"{order}\"|'{fact}'|{proverb}|{order})|translate '{order}' (into|to) {langs}|translate \"{fact}\" into {langs}|(how do you say|what is) '{order}' in {langs}|(summarise|proofread|correct|rephrase|improve|rhyme|shorten) (this sentence|my text|this paragraph|my essay): {fact}|(draw|paint|sketch|design|generate an image of|make a picture of|animate) (me |) (a|an|some) (logo|{animal}|house|sunset|castle|cover) (for {company}|with {animal}|in blue|please|)|(sing|hum|whistle|rap) (something|a song|me a song|for me)|invent a (name|game|story|word|holiday|recipe) (for {theme}|about {theme}|with {grocery})|(brainstorm|come up with|think of) (names|ideas|titles|puns) for (my band|{theme}|a {service}|{company})|(make|crack|tell) a joke"
        ),
    },
)
templates(
    "none",
    "advice",
    0.9,
    {
        "ask": split("""should I (quit my job|move to {city}|buy a house|get a dog|call {one}|marry {person}|learn {langs}|sell my car|go to {city} or {city}|trust {one}|stay or go|tell {one} the truth|eat less {grocery}|invest in gold|study law)?|
what should I (wear|cook tonight|read|do with my life|say to {one}|give {person} for {person}'s birthday|name my {animal}|do about {kin}|watch tonight|learn next|eat)?|
is it (ok|wrong|rude|smart|too late|dangerous) to (lie to {one}|eat {grocery} at night|skip {matter}|learn {langs} at fifty|say no to {one}|buy shares now)?|
how (do|can|would) I (become rich|make friends|stop worrying|get over {person}|lose ten kilos|become a better person|impress {kin}|learn {langs}|fix my marriage|ask {one} out|be happy|stay awake)?|
do you think (I should|it's wise to|{person} would) (forgive me|say yes|stay|apologise|wait|like {city})?|
what would you do (in my place|if you were me|about {matter})?|
(what|which) is better, (tea or coffee|{city} or {city}|cats or dogs|renting or buying|{grocery} or {grocery}|python or rust)?|
who (is right, {person} or me|will win the match|should pay for {matter})?|if {one} (gives|gave) {one} {number} apples, who has more?|
which came first, the {concept} or the {concept}?|will it (rain|snow) {soon}?|what are the odds of (rain|winning|snow in {month})?|
does {person} love me?"""),
        "tell": split("""I can't decide between {city} and {city}|I don't know (what to do|whether to quit|how to tell {one})|give me some advice (on|about) {matter}|
I need (advice|courage|a hug|a holiday|motivation|a plan for my life|inspiration)|convince me to (exercise|go out|stay in {city})|cheer me up|
motivate me"""),
    },
)
templates(
    "none",
    "unsupported",
    1.3,
    {
        "imp": split("""(turn|switch) (on|off|down|up) {gadget}[ in the {room}]|(dim|turn down|open|close|lower|start|stop) {gadget} in the {room}|set {gadget} to {number}|
set (an alarm|a timer|the alarm|my alarm|an egg timer) (for|at|to) {clock}|wake me (up |)at {clock}|
{channel} {one}[ that I'm late| about {matter}| and say sorry| I'm {doing}|]|
(send|write) (an email|a message|a text|a mail|a letter|a postcard|an SMS) to {one}[ about {matter}| saying {fact}|]|(play|pause|skip|stop) {song}|
(order|buy) (me |) (a pizza|{grocery}|new shoes|flowers for {person}|a taxi|sushi|a train ticket to {city})|(buy|sell) {number} shares of {company}|
(post|tweet|share) (this|that|a photo) on (facebook|instagram|X|mastodon|linkedin)|
(take|make|shoot) a (photo|selfie|screenshot|video)[ of me| of the {room}|]|
(print|scan) (three copies|page {number}|this) on (the office printer|paper|the printer)|(increase|lower|mute|raise) the volume|
(call|phone|ring) {one}[ {soon}| now|]|hang up|(navigate|drive|take) me to {near}|(lock|unlock) (the front door|my car|the gate)|
(translate|dub|subtitle) the film|(install|update|uninstall) (windows|photoshop|my antivirus|the app on my phone)|
(add|put) {matter} (to|in|on) my (calendar|diary|agenda)|(charge|restart|reboot|find) my (phone|laptop|watch|tablet)|
(show|open) my (inbox|emails|calendar|photos|contacts|voicemail)|(feed|walk) the (cat|dog|fish)|water the plants in the {room}|
(join|start|leave|mute) the (video call|zoom|meeting|call)|(read|check) my (emails|messages|voicemail|mail)|(clean|tidy|vacuum) the {room}|
make me (a coffee|a sandwich|breakfast|rich)|pay my (rent|taxes|electricity bill|ticket) online|(vacuum|hoover) the {room}|lend me {number} euros|
(vote|sign) for me|(bring|fetch) me a (beer|coffee|blanket)|zoom in|scroll down|go full screen|press enter|change my (password|wallpaper|ringtone)|
(unsubscribe|log) me (out|from the newsletter)"""),
        "ask": split("""can you (call|phone|email|text) {one}[ for me|]?|could you (turn off|turn on|close) {gadget}?|would you (order|buy) {grocery}?|
can you (play|put on) {song}?|can you (see|hear|smell) me?|who (won|is winning) (the match|the election|last night)?|what's on TV {soon}?|
any new (emails|messages|mail)?|did {one} (reply|call|write)?|what's the (traffic|news|score)[ today|]?|
when is my next (meeting|appointment|birthday)?|where is my (phone|wallet|{animal})?|what's in my (calendar|inbox|fridge)?|can you drive?|
how's the weather {soon}?"""),
    },
)
templates(
    "none",
    "vague",
    1.5,
    {
        "imp": split("""do it|do it now|do that|do that again|do the usual thing|do something|grant it|grant|grant permission|give access|allow it|permit it|
allow them for a while|revoke it|revoke|block it|block them|book it|book|book a thing|book something nice|reserve|reserve it|hold it|cancel it|cancel|
cancel that|cancel my booking|cancel the reservation|call it off|remember|remember it|remember that|memorise|save|save it|save that|note it down|
write|write it|write it down there|write to the file|create a file|overwrite it|put it in the file|watch|watch it|watch the page|watch that site|
keep an eye on it|stop watching it|unwatch|unwatch it|remove the watch|fetch|fetch it|fetch the page|download it|load that page|get the page|crawl|
crawl it|crawl the site|crawl that thing|read|read it|read the file|open it|open the file|show me the file|print that|restore|restore it|roll back|
go back|revert it|roll back to that one|run|run it|run the code|run my script|execute|execute that|exec|record|record it|record my pulse|log|log it|
log an expense|log my weight|record an expense|note my blood pressure|plan|plan it|plan something|plan my life|make a plan|organise something|search|
search it|search for it|look it up|find it in memory|recall|search memory|search my notes|fix it|fix this|help|help me|try again|again|once more|
go on then|undo that thing|change it|make it better|make it work|the other one|that one|not that one|this|that|it|them|more|less|next|previous|
continue the story|send it|delete it|remove it|add it|update it|check it|handle this|sort it out|take care of it|you know what to do|same as {ago}|
the usual|like last time|as {one} said|put it there|move it|open|close it|show|show me|tell me|give me|give it to {one}|set it up|finish it|start|
stop that|enable it|disable it|use the other one|let it in|let them in for {number} minutes|allow access for {minutes}|give permission for {minutes}|
permit for {minutes} please|open it up for {minutes}|watch it {every}|check it {every}|book it for {clock}|reserve something {moment}|
reserve for {clock}|plan something for {weekday}|transfer money|transfer it|pay it|log {service}|record sleep|write something|write a file|
save a file|create something|cancel {weekday}|grant {minutes}|run python|run some code in bash|execute javascript|open a shell|query|run a query|
ask the database|sql|select"""),
        "tell": split("""I (want|need) (it|that|something|this|the thing|help|more|to book|a permit|access|to write a file|to cancel|to record something|to remember something|to watch a page|to run something)|
it (doesn't work|broke|is broken|hangs|is slow|failed again)|something with {sitename}|maybe {number}|the {sitename} thing|about {matter}|
that thing from {ago}|{number} of them|for {one}|{sitename}|{person}|because {event}|and then {event}|but only if {event}|if {one} agrees|
unless {one} says no|I meant the other {sitename}|so I was thinking that maybe we|when {one} comes and|could you please just|I would like to|
please can you|the one in {city}|what about|and the|before {going}|at {clock}|{moment}|{weekday}|{minutes}|in {city}"""),
        "ask": split("""can you do it?|can you help me?|could you do that again?|and now?|and then?|what about it?|how about {weekday}?|what about {person}?|can we do that?|
is it done?|is it ready?|did it work?|really?|why?|why not?|how so?|how?|when?|where?|who?|which one?|what did you say?|what do you mean?|
can you grant it?|can you book it?|could you save it?|will you watch it?|can you restore it?|should we?|can you cancel it?|could you read it?|
what happened?|what now?|what next?|are you sure?|can I have it?|may I?"""),
    },
    shares={"imp": 0.7, "tell": 0.2, "ask": 0.12},
)
templates(
    "none",
    "noise",
    0.3,
    {
        "raw": [
            "{noise}",
            "{noise} {noise}",
            "{noise}{noise}",
            "{noise} {noise} {noise}",
            "{sitename} {noise}",
            "{noise} {sitename} {animal}",
            "{sitename} {animal} {grocery}",
            "{n}{n}",
            "{n} {n} {n}",
            "{animal} {paint} {noise}",
        ]
    },
)
