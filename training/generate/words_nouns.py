"""Everyday nouns and verbs, and what is composed of them: so that spans are known by their place, not by their words."""

from random import Random

from .grammar import WORDS, define, split, text_of
from .words_people import PEOPLE
from .words_times import ordinal

NOUNS = split("""accordion|algebra|almond|aloe|alpaca|amber|anchor|antique|apple|apron|aquarium|archery|armchair|asparagus|attic|aubergine|badge|bagpipe|balcony|
balloon|bamboo|banjo|barley|baseball|basket|bassoon|bathtub|beekeeping|beetroot|bench|bicycle|billiards|blanket|blender|blouse|bluegrass|bonsai|boot|
bouquet|bracelet|brick|broccoli|bronze|broom|bucket|buckwheat|bunk bed|cabinet|cactus|calligraphy|camera|candle|canoe|canvas|caravan|cardigan|carpet|
cashmere|castle|caving|cello|ceramics|chainsaw|chalk|chandelier|cheese|cherry|chess|chimney|choir|cider|cinnamon|clarinet|clay|climbing|clock|coat|
coconut|coin|comic|compost|concrete|copper|coral|corset|costume|cotton|crayon|cricket|crochet|crystal|cucumber|curling|curry|curtain|cushion|cymbal|
dagger|darts|denim|diamond|diving|dome|donkey|doorbell|drawer|drone|drum|dumpling|easel|eggplant|embroidery|emerald|engine|espresso|fabric|falafel|
fencing|fern|fiddle|fig|filter|fireplace|fishing|flag|flannel|flute|fondue|fountain pen|frame|freezer|fresco|fridge|frisbee|furnace|gaming|garlic|
gearbox|ginger|glass|globe|glove|glue|goat|goggles|granite|grape|guitar|gutter|gymnastics|hammer|hammock|handbag|handball|harp|hat|hazelnut|headlamp|
hedge|helmet|hemp|herb|hiking|hinge|honey|horn|horseback|hot tub|ice skate|incense|ink|iron|ivory|jacket|jam|jasmine|jazz|jigsaw|juggling|kayak|
ketchup|kettle|keyboard|kimchi|kite|kiwi|knife|knitting|lace|lacrosse|ladder|lamb|lamp|lantern|laptop|lasagne|latte|lavender|leather|leek|lemon|lens|
lentil|lettuce|lighting|lilac|linen|lobster|locket|loom|lute|machete|mahogany|mandolin|mango|maple syrup|marble|marimba|mask|mattress|meditation|
melon|microscope|mirror|mitten|mop|mosaic|motorbike|mountain bike|mushroom|mussel|nail|napkin|necklace|needlework|noodle|nutmeg|oboe|olive|omelette|
onion|opal|orchid|organ|origami|oyster|paddle|paella|paint|pancake|panini|papaya|paper|parachute|parrot|parquet|pasta|pastry|patchwork|pear|pearl|
pepper|perfume|piano|pickle|pillow|pine|ping pong|plaster|plywood|polo|porcelain|portrait|pottery|pretzel|puppet|puzzle|quilt|quinoa|rabbit|radiator|
radio|raft|rake|raspberry|record|recorder|ribbon|rice|robot|rocket|roof|rope|rose|rowing|rug|rugby|saddle|saffron|sail|salmon|salsa|sandal|sardine|
saxophone|scarf|screen|scrubs|sculpture|seaweed|sesame|shampoo|shawl|shelf|shoe|shovel|silk|silver|sink|skateboard|sled|sleeping bag|slipper|snooker|
soap|sofa|soldering|solar panel|soup|spinach|sponge|squash|stained glass|stamp|steak|stereo|stove|strawberry|suede|suit|sunflower|surfboard|sweater|
swimming|sword|tableware|taekwondo|tai chi|tandem|tango|tapestry|tartan|teapot|telescope|tennis|tent|terracotta|thread|tie|tile|tin|toaster|tofu|
toolbox|topaz|tractor|trailer|trampoline|treadmill|triathlon|trombone|truffle|trumpet|tuba|tulip|turbine|turquoise|tweed|ukulele|umbrella|uniform|
vanilla|varnish|vase|velvet|viola|violin|volleyball|waffle|wallpaper|walnut|watercolour|waterpolo|watermelon|wax|weaving|wedding dress|wheel|
wheelbarrow|wheelchair|whistle|wicker|window|windsurfing|wine|wood|wool|wrestling|yarn|yoga|yoghurt|zinc|zither|zumba""")
HEADS = split("""shop|shop|shop|store|store|repair|repair|rental|rental|hire|lessons|lessons|class|classes|course|workshop|studio|club|school|market|museum|clinic|
service|service|teacher|tutor|trainer|expert|dealer|maker|group|centre|center|room|court|bar|cafe|stand|stall|factory|warehouse|tour|tasting|fair|
exhibition|festival|track|field|park|lab|practice|specialist|supplier|wholesaler|cleaning|delivery|collection point|restoration|tuning|exchange|
session|meetup|hall|arena|range|gym|camp|garden|farm|bakery|kiosk|outlet|showroom|restaurant|grill|kitchen|bank|station|machine|recycling|printing|
engraver|painter""")
JOBS = split("""acupuncturist|actuary|allergist|arborist|architect|astrologer|audiologist|baker|barista|beekeeper|blacksmith|bookbinder|bricklayer|calligrapher|
caretaker|cartographer|chef|choreographer|coach|composer|conservator|courier|decorator|dietitian|diver|driver|editor|engraver|falconer|farrier|
ferryman|framer|furrier|gilder|glazier|goldsmith|guide|herbalist|hypnotist|illustrator|joiner|landscaper|lifeguard|linguist|marksman|mason|matchmaker|
mentor|milliner|model maker|nutritionist|optometrist|organist|paediatric nurse|perfumer|pharmacist|pilot|printer|radiologist|ranger|rheumatologist|
saddler|sculptor|security guard|silversmith|sommelier|stonemason|stylist|surgeon|surveyor|tattooist|tour guide|typist|urologist|valuer|welder|
wigmaker|yoga teacher|zoologist""")
ABSTRACT = split("""agenda|alarm|allergy|anniversary|application|appointment|archive|article|audit|backlog|balance|bargain|battery|benchmark|blueprint|bonus|briefing|
budget|bug|bylaws|calendar|campaign|certificate|chapter|charter|checklist|clause|clearance|commute|complaint|compromise|concert|conference|contract|
conversion|correction|coupon|coverage|curriculum|customs|cutover|database|deadline|debt|decision|deductible|delivery|deployment|deposit|diagnosis|
diet|discount|dosage|draft|dream|election|embargo|endorsement|enrolment|escrow|estimate|evaluation|exam|excuse|exercise|expiry|failover|feedback|fee|
fever|fine|firewall|forecast|formula|franchise|funding|glossary|goal|grade|guarantee|guest list|habit|handover|hearing|heirloom|holiday|homework|idea|
import|index|inheritance|inspection|interview|inventory|invoice|itinerary|journey|key|kickoff|latency|launch|lawsuit|layout|lease|licence|logo|
loophole|maintenance|manual|measurement|membership|memo|migration|milestone|mortgage|motto|naming|negotiation|newsletter|notice|nutrition|offer|
onboarding|outage|overtime|parcel|password|patch|patent|pattern|payroll|penalty|permit|pitch|policy|poll|postmortem|prescription|price|promise|
proposal|protocol|prototype|quarantine|query|quota|quote|rebate|recipe|referral|refund|registration|rehearsal|release|renewal|rent|reply|report|
request|retirement|review|riddle|roadmap|roster|route|routine|rule|sample|schedule|scholarship|schema|secret|settlement|shift|shipment|signature|
sketch|slogan|software|specification|sponsor|statement|strategy|strike|subscription|subsidy|summary|survey|syllabus|symptom|tariff|tax|tender|theory|
therapy|thesis|threshold|timetable|title|token|tournament|trademark|training|transfer|translation|treatment|trial|tuition|typo|update|upgrade|vacancy|
vaccine|verdict|visa|vote|voucher|wager|warranty|webinar|wish list|workflow|workout""")
VERBS = split("""adjust|answer|approve|avoid|bake|bring|buy|change|check|clean|collect|compare|confirm|copy|deliver|design|discuss|fix|frame|heat|hide|inspect|keep|
label|lend|lift|measure|mix|move|order|paint|paste|peel|polish|postpone|prepare|print|pump|question|reject|renew|repair|replace|return|review|roast|
sand|scan|sell|sharpen|sign|skip|sort|stretch|switch|test|tighten|trim|tune|varnish|wash|weigh|wrap""")
STATES = split("""broken|ready|too expensive|late|in the garage|missing|green|better in winter|cheaper on {weekday}s|sold out|half price until {date}|from {city}|
a gift from {person}|overdue|almost empty|heavier than it looks|{number} years old|open until {clock}|closed on {weekday}s|due on {date}|
rented from {company}|{number} metres long|on loan to {person}|faulty|too small|the old model|under warranty until {month}|best before {date}|
made of {noun}|{number} minutes from {near}""")


def composed(r: Random) -> str:
    """A service that may not exist: what it is called follows from where it stands."""
    if r.random() < 0.2:
        return r.choice(JOBS)
    return f"{r.choice(NOUNS)} {r.choice(HEADS)}"


def category(r: Random) -> str:
    way = r.random()
    if way < 0.45:
        return r.choice(NOUNS) + ("" if r.random() < 0.7 else "s")
    if way < 0.7:
        return f"{r.choice(NOUNS)} {r.choice(['repair', 'lessons', 'class', 'rental', 'course', 'tickets', 'club', 'parts', 'paint', 'kit', 'bag', 'set', 'stuff', 'supplies', 'tools'])}"
    if way < 0.85:
        return r.choice(ABSTRACT)
    return f"{r.choice(ABSTRACT)} {r.choice(['fee', 'fees', 'costs', 'tax', 'deposit', 'charges', 'insurance'])}" if r.random() < 0.6 else r.choice(JOBS)


def topic(r: Random) -> str:
    """What someone looks for: one to five words."""
    way = r.random()
    if way < 0.2:
        return f"{r.choice(NOUNS)} {r.choice(ABSTRACT)}"
    if way < 0.36:
        return f"{r.choice(ABSTRACT)} {r.choice(ABSTRACT)}"
    if way < 0.48:
        return r.choice(NOUNS + ABSTRACT)
    if way < 0.58:
        return f"{r.choice(PEOPLE)}'s {r.choice(NOUNS + ABSTRACT)}"
    if way < 0.68:
        return f"{text_of(r, 'sitename')} {r.choice(ABSTRACT)}"
    if way < 0.76:
        return f"{r.choice(NOUNS)} {r.choice(['from', 'for', 'with', 'in', 'without', 'and'])} {r.choice([*NOUNS[:200], *PEOPLE])}"
    if way < 0.84:
        return f"{r.choice(PEOPLE)} and the {r.choice(ABSTRACT)}"
    if way < 0.92:
        return f"{r.choice(VERBS)} {r.choice(['the ', '', 'my '])}{r.choice(NOUNS)}"
    return f"{text_of(r, 'company')} {r.choice(ABSTRACT)}" if r.random() < 0.5 else f"{r.choice(NOUNS)} {r.choice(ABSTRACT)} {r.randint(2019, 2035)}"


SENTENCES = split("""the {noun} is {state}|the {noun} {noun} is {state}|{one} has the {noun}|
{one} (borrowed|wants|needs|sold|lost|returned|designed|broke) (my|the|our) {noun}|
{verb} the {noun} (before {weekday}|with {noun}|by {date}|when {one} is away|in {month}|after {number} days|twice)|
the {abstract} (for|of) {matter} is {state}|the {abstract} {word_is} {code_word}|{person} and {person} (share|hate|swapped|agreed on) the {abstract}|
{number} {noun}s for {person}, {number} for {person}|my {noun} {abstract} (ends|starts|was moved to|is) {date}|
the {abstract} with {company} (ends|starts|is on|was moved to) {date}|{company} (closes|moves|calls back|delivers|invoices us) on {weekday}|
(never|always|first|don't) {verb} the {noun} (without {noun}|after {clock}|on a {weekday}|before the {noun}|alone)|
{verb} {noun}, {verb} {noun} and {verb} the {noun}|to {verb} the {noun}, {verb} the {noun} first|{noun}s (grow|work|sell|taste|rust) best in {month}|
the {noun} in the {noun} {heads} costs {number} (euros|pounds|dollars)|{one} (said|thinks|promised|told me) (the|our) {abstract} is {state}|
the (best|worst|cheapest|only) {noun} {heads} is {near_p}|{one} is {number} (years|months) old|{person} takes {grocery} with {grocery}|
at {clock} {one} {verb_s} the {noun}|{abstract} {number} is about {noun}s|what {person} said: {verb} more, {verb} less|
{noun} size {number}, colour {noun}|the {ordinal} {noun} (from the left|on the list|in the box) is {state}|{host} runs on port {port}|
the {sitename} {abstract} lives in {folder}|our {abstract} for {month} is {number} (percent|thousand|hours)|
if the {noun} beeps, {verb} it and {verb} the {noun}|{person} (parks|works|lives|sleeps|waits) {near_p}|
{matter}: {person} does the {abstract}, {person} the {noun}""")
define(
    noun=NOUNS,
    heads=HEADS,
    abstract=ABSTRACT,
    verb=VERBS,
    verb_s=[v + "s" if not v.endswith(("x", "h")) else v + "es" for v in VERBS],
    state=STATES,
    word_is=split("is|was changed to|number is|code is"),
    near_p=["near {near}", "in {city}", "at {street} {number}"],
    ordinal=lambda r: ordinal(r.randint(1, 31)),
    sentence=SENTENCES,
    composed=composed,
    topic2=topic,
    category2=category,
    tag2=lambda r: r.choice(
        [r.choice(NOUNS), r.choice(ABSTRACT), f"{r.choice(NOUNS)}s", f"{r.choice(ABSTRACT)}-{r.choice(NOUNS)}", f"{r.choice(NOUNS)}-{r.randint(1, 2035)}"]
    ).replace(" ", "-"),
)


def mixed(name: str, other: str, share: float):
    """Words of one name, and in `share` of cases of the other."""
    first = WORDS[name]

    def word(r: Random):
        return text_of(r, other) if r.random() < share else text_of(r, "_", {"_": first})

    return word


def spread() -> None:
    """Lets composed words stand wherever listed ones do; called once, when all lists are defined."""
    define(
        what=mixed("what", "composed", 0.35),
        expense=mixed("expense", "category2", 0.3),
        topic=mixed("topic", "topic2", 0.5),
        fact=mixed("fact", "sentence", 0.45),
        tag=mixed("tag", "tag2", 0.35),
        service=mixed("service", "composed", 0.3),
    )
