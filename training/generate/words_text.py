"""What people remember, search for, and write into files – and the orders that hide in quoted text."""

from random import Random

from .grammar import define, split, text_of

define(
    code_word=split("""4471x|0000|8812|1937|blue-otter-44|5521#|A7-33-19|correct-horse|hunter3|9F2K|2-14-38|zebra77|open.sesame|7731*|lemon-tree-5|33-08-51|Qx9!v2|0815|
panda-river-12|K4T-88"""),
    locked=split("""the garage door|the alarm|the bike lock|the safe|the gym locker|the office door|the guest wifi|the shed|the side gate|the letter box|
the parking barrier|the printer|the holiday flat|the router|the storage unit|the server cage|the lift|the staging server|the coffee machine|
the meeting room screen|the tablet|the suitcase|my voicemail"""),
    thing_kept=split("""my passport|the fuse box|the ladder|the warranty card|the old hard drive|the insurance folder|the charger|the toolbox|the birth certificates|
the Christmas lights|the vaccination card|the receipt for the bike|the first aid kit|the stopcock|the car papers|the sewing kit|the good scissors|
the tent pegs|the projector remote"""),
    where_kept=split("""in the second drawer|under the stairs|behind the mirror|at {person}'s place|in the blue folder|on the top shelf|in the cellar, left of the boiler|
with {kin}|in locker {number}|next to the freezer|in the glove box|under the doormat|in the green box in the attic|behind the bookcase|
on the hook by the door|in the safe|at the office"""),
    food=split("""peanuts|shellfish|gluten|lactose|strawberries|penicillin|cats|pollen|latex|soy|sesame|celery|kiwi|eggs|mustard|bees|dust"""),
    fact=[
        "(the code|the PIN|the password|the passphrase|the combination) (for|of|to) {locked} is {code_word}",
        "{thing_kept} is {where_kept}",
        "{one} gets a rash from {food}",
        "{one} doesn't (eat|drink) (meat|pork|fish|milk|alcohol|coffee|wine)",
        "{one}'s birthday is on {date}",
        "{person}'s number is {phone}",
        "{one} (likes|hates|prefers|loves|collects) (dark chocolate|lilies|window seats|jazz|crime novels|green tea|long walks|early trains|crosswords|old maps)",
        "{matter} (starts|ends|is due) on {date}",
        "the meeting with {one} is {moment}",
        "{one} (moved|is moving) to {street} {number}",
        "my (shoe size|ring size|blood type|tax number|customer number|frequent flyer number|shirt size) is {smallcode}",
        "the (furnace|filter|lift|bike|dishwasher|piano|chimney) was (repaired|checked|replaced|tuned|swept) on {date}",
        "the router (in the loft|upstairs|in the shop) answers to {sitename}, login {code_word}",
        "{person} owes me {number} (euros|pounds|dollars|beers)",
        "I (owe|lent|gave|promised) {person} {number} (euros|pounds|books|dollars)",
        "the (bins|recycling|paper|glass) (go|goes) out on {weekday}",
        "(call|ring|write to|ask|pay|thank|meet|email) {one} about {matter}",
        "the (contract|lease|passport|visa|insurance|warranty|licence|subscription) (expires|runs out|ends|renews) on {date}",
        "(buy|get|order) {grocery}, {grocery} and {grocery}",
        "{matter} needs {number} more (days|people|tests|pages|chairs)",
        "(the|our) (train|flight|bus|ferry) to {city} leaves at {clock} from (platform|gate|pier) {number}",
        "we (agreed|decided|promised) to (move|postpone|cancel|repeat|split) {matter}",
        "{company} (quoted|charged|offered|promised) {number} hundred for {matter}",
        "the best (time|place) for {service} in {city} is {near}",
        "{person} recommended the {service} near {near}",
        "use port {port} for the {sitename} server",
        "the {sitename} API limit is {number} requests a second",
        "{host} needs a permit every {weekday}",
        "the build breaks if {file} is missing",
        "paint for the (hall|kitchen|fence) is {paint}",
        "{number} (cups|spoons|grams|ml) of {grocery}, then {number} of {grocery}",
        "water the (ferns|cactus|tomatoes|orchid|lemon tree) every {number} days",
        "the meeting room {label} has no projector",
        "(never|always) deploy on {weekday}s",
        "my (doctor|dentist|lawyer|vet|tutor) is called {person}",
        "(ssh|scp|rsync) {person2}@{host}",
        "{one} takes {number} mg of (ibuprofen|iron|vitamin D|magnesium) (daily|at night|after meals)",
        "{order}",
        "the answer to the third question was {number}",
        '"{proverb}" - {person}',
        "{proverb}",
        "(seat|row|table|cabin|bed) {number}{letter} is the quiet one",
        "{word} means {word2} in (Polish|Turkish|Finnish|Swahili|Japanese|Portuguese|Basque)",
        "remember the milk",
    ],
    proverb=split("""measure twice, cut once|slow is smooth and smooth is fast|less but better|the map is not the territory|festina lente|make it work, then make it nice|
the best camera is the one you have|done is better than perfect|what gets measured gets managed|all models are wrong, some are useful|
eat the frog first|no plan survives contact|a stitch in time saves nine|sleep on it"""),
    word=split("kiitos|merhaba|obrigado|dziękuję|asante|eskerrik asko|arigato|tak|köszönöm|hvala|salam"),
    word2=split("thanks|hello|goodbye|please|yes|water|bread|friend"),
    phone=lambda r: r.choice(
        [
            f"0{r.randint(100, 999)} {r.randint(100000, 999999)}",
            f"+{r.randint(1, 99)} {r.randint(100, 999)} {r.randint(1000, 9999)}",
            f"555-{r.randint(1000, 9999)}",
        ]
    ),
    smallcode=lambda r: r.choice(
        [
            str(r.randint(36, 47)),
            f"{r.choice('ABXK')}{r.randint(10, 9999)}",
            "0 negative",
            "B+",
            f"{r.randint(10, 99)}/{r.randint(100, 999)}/{r.randint(1000, 9999)}",
            f"{r.randint(100000, 999999)}",
        ]
    ),
    port=lambda r: str(r.choice([22, 80, 443, 3000, 5432, 6379, 8080, 8443, 9200])),
    letter=list("ABCDEF"),
    paint=split("RAL 7016|RAL 9010|sage green no. 4|eggshell|oxide red|pigeon blue|chalk white, matt"),
    person2=split("deploy|root|admin|git|pi|ubuntu|backup"),
    grocery=split("""milk|rye flour|eggs|butter|rice|lentils|chickpeas|olive oil|onions|garlic|ginger|tomatoes|spinach|yeast|sugar|sea salt|coffee beans|oats|honey|lemons|
feta|cumin|batteries|candles|soap|dog food|bread|apples|cocoa|paprika|vinegar|basil|coconut milk"""),
    topic=split("""sourdough|bread recipes|cellar codes|the furnace|wifi password|door code|tax number|flight to {city}|{person}'s birthday|{person}'s address|
{person}'s phone number|allergies|{company}|the contract with {company}|{matter}|insurance policy|car insurance|blood type|shoe size|{locked}|
{thing_kept}|packing list|gift ideas for {person}|book recommendations|wine from {city}|hotel in {city}|restaurants in {city}|{service} in {city}|
docker networking|postgres vacuum|regex lookahead|ssh tunnel|git rebase|kernel flags|tomato seedlings|knitting pattern|marathon training|
bike chain size|printer driver|router settings|meeting with {person}|{person} {company}|what {person} said about {matter}|paint colour|lift service|
warranty|login for {sitename}|{sitename} credentials|{sitename} api key|{sitename} invoice|house rules|school holidays|piano tuner|dentist|
vaccination dates|{kin} and {matter}|landlord|rent increase|solar panels|heating bill|recipe for {grocery} soup|{grocery} cake|{grocery}|
camping spots|visa requirements|lease|pension|{matter} deadline|garden plan|quotes about time|podcast episodes|passport number|customer number|
{weekday} meeting|decisions about {matter}|tyre pressure|mortgage rate|{host}|port forwarding|{city}|{city} trip|bees|choir rehearsals|board games|
chess openings|sleep|magnesium|running shoes|{sitename}|{quarter}"""),
    tag=split("""cooking-notes|work|home|family|health|money|travel|codes|passwords|garden|car|bike|kids|school|ideas|quotes|books|films|music|gifts|birthdays|
contacts|meetings|decisions|todo|errands|shopping|house|kitchen|tools|server|dev|ops|infra|bugs|research|paper|thesis|client|{sitename}|
project-{sitename}|personal|private|urgent|later|someday|reference|howto|snippets|pets|dog|sport|running|cooking|baking|wine|coffee|allergies|medical|
insurance|tax|legal|landlord|q3|2031|follow-ups|read-later|lessons-learned|trip-{city}|hr|sales|security|keys|door-codes|diy"""),
)


def long_fact(r: Random) -> str:
    text = text_of(r, "fact")
    return text if r.random() < 0.85 else f"{text}{r.choice([', and ', '; ', ' but ', ' and also '])}{text_of(r, 'fact')}"


define(fact1=long_fact)
