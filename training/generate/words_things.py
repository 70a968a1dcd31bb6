"""What can be found, planned and reserved, the attributes it may have, and names of such things."""

from random import Random

from .grammar import define, split, text_of

SERVICES = split("""cafe|coffee shop|bakery|tea house|bistro|brasserie|restaurant|sushi restaurant|ramen place|pizza place|pizzeria|burger joint|taqueria|noodle bar|
tapas bar|steakhouse|vegan restaurant|Indian restaurant|Ethiopian restaurant|Korean barbecue|dim sum place|fish and chip shop|ice cream parlour|
juice bar|wine bar|cocktail bar|pub|beer garden|brewery|deli|food court|canteen|sandwich shop|breakfast place|brunch spot|dinner spot|rooftop bar|
jazz club|comedy club|nightclub|karaoke bar|cinema|theatre|opera house|concert hall|museum|science museum|gallery|aquarium|zoo|planetarium|
botanical garden|bookshop|bookstore|library|comic shop|record store|toy shop|florist|garden centre|hardware store|DIY shop|paint shop|furniture store|
second-hand shop|thrift store|charity shop|flea market|farmers market|supermarket|grocery store|corner shop|butcher|fishmonger|greengrocer|
cheese shop|chocolatier|spice shop|health food store|pharmacy|chemist|drugstore|optician|dentist|orthodontist|doctor|GP|paediatrician|dermatologist|
cardiologist|physiotherapist|osteopath|chiropractor|podiatrist|psychologist|therapist|speech therapist|midwife|gynaecologist|eye doctor|
walk-in clinic|urgent care|hospital|blood test lab|vaccination centre|veterinarian|animal hospital|dog groomer|dog sitter|cat sitter|dog walker|
kennel|cattery|pet hotel|aquarium shop|hairdresser|hair salon|barbershop|nail salon|beauty salon|tattoo studio|massage|thai massage|spa|sauna|hammam|
tanning studio|gym|fitness studio|pilates class|spin class|boxing gym|martial arts school|karate class|judo club|dance studio|salsa class|
ballet school|climbing gym|bouldering hall|swimming pool|lido|ice rink|skate park|bowling alley|tennis court|squash court|badminton court|
basketball court|football pitch|padel court|golf course|driving range|mini golf|archery range|riding school|ski rental|surf school|diving school|
kayak rental|paddleboard hire|boat hire|sailing club|bike rental|bike shop|bicycle mechanic|scooter rental|car hire|van hire|truck rental|
motorbike rental|car wash|garage|mechanic|tyre shop|body shop|car park|parking space|parking garage|petrol station|gas station|EV charger|
charging point|fast charger|hydrogen station|taxi|airport shuttle|minibus with driver|limousine|ferry|helicopter tour|electric bike rental|
electric scooter hire|public swimming pool|private tutor|fast food place|mobile phone shop|automatic car wash|electric kiln|public library|
mobile hairdresser|hotel|hostel|guest house|bed and breakfast|campsite|holiday flat|serviced apartment|motel|ryokan|capsule hotel|day room|
luggage storage|left luggage|lockers|self storage|moving company|removal van|courier service|post office|parcel locker|parcel shop|copy shop|
printing service|3D printing service|photo studio|passport photos|photographer|videographer|wedding planner|caterer|DJ|live band|party venue|
function room|wedding venue|conference room|meeting room|boardroom|training room|classroom|lecture hall|exam room|rehearsal room|recording studio|
podcast studio|film studio|dark room|pottery studio|art studio|workshop|woodworking shop|makerspace|hackerspace|lab bench|clean room|wet lab|
microscope|electron microscope|centrifuge|mass spectrometer|oscilloscope|soldering station|CNC mill|lathe|vinyl cutter|plotter|large-format printer|
3D printer|resin printer|embroidery machine|sewing machine|screen printing press|laser engraver|kiln|forge|spray booth|vacuum chamber|wind tunnel|
drone|projector|camera kit|lighting kit|PA system|drum kit|grand piano|practice room with piano|coworking space|hot desk|desk|quiet room|phone booth|
office space|warehouse|loading dock|forklift|crane|scissor lift|excavator|generator|GPU server|GPU cluster|compute node|bare metal server|
virtual machine|build server|test rig|storage array|A100 node|TPU slice|rack space|backup server|plumber|electrician|locksmith|carpenter|roofer|
painter|plasterer|tiler|gardener|window cleaner|chimney sweep|handyman|cleaner|cleaning service|pest control|boiler engineer|heating engineer|
appliance repair|washing machine repair|phone repair|laptop repair|watch repair|shoe repair|cobbler|tailor|seamstress|dry cleaning|laundrette|
laundry service|upholsterer|jeweller|watchmaker|piano tuner|guitar repair|luthier|instrument rental|costume rental|tool rental|party supplies|
marquee hire|bouncy castle|magician|face painter|children's entertainer|nursery|kindergarten|day care|babysitter|nanny|after-school club|soft play|
playground|tutor|maths tutor|piano teacher|guitar lessons|violin lessons|singing lessons|drawing class|cooking class|language school|Spanish lessons|
Arabic classes|Japanese tutor|driving school|driving lessons|swimming lessons|first aid course|sign language course|notary|lawyer|solicitor|
tax adviser|accountant|bookkeeper|translator|interpreter|financial adviser|mortgage broker|estate agent|insurance broker|bank|cash machine|ATM|
currency exchange|consulate|embassy|town hall|registry office|police station|lost property office|embassy appointment|job centre|recycling centre|
bottle bank|skip hire|food bank|soup kitchen|shelter|community centre|church|mosque|synagogue|temple|cemetery|viewpoint|picnic spot|beach|park|
dog park|hiking trail|running track|public toilet|drinking fountain|shower|prayer room|nursing room|escape room|board game cafe|arcade|laser tag|
go-kart track|trampoline park|paintball|horse riding|balloon ride|boat tour|walking tour|city tour|wine tasting|beer tasting|cheese tasting|picnic|
lunch|dinner|brunch|breakfast|coffee|groceries|haircut|manicure|eye test|dental check-up|blood test|flu jab|car service|MOT|oil change|
wheel alignment|key copying|shoe shine|gift wrapping|ticket office|box office""")

COUNTED = split("""desks|seats|bikes|chairs|parking spaces|beds|rooms|tickets|GPUs|kayaks|e-bikes|scooters|lockers|tents|tables|meeting rooms|laptops|microphones|
hot desks|paddleboards|helmets|charging points|lanes|pallets|trucks|vans|nodes|servers|drones|hotel rooms|workstations|canoes|lab benches|courts""")

WITHS = split("""wifi|free wifi|parking|free parking|outdoor seating|a terrace|a garden|vegan options|vegetarian food|gluten-free options|live music|a view|sea view|
a playground|a kids' menu|kids corner|high chairs|baby changing|air conditioning|heating|showers|changing rooms|lockers|a lift|an elevator|
step-free access|wheelchair access|a ramp|disabled parking|hearing loop|braille signage|power sockets|plug sockets|a projector|a whiteboard|
video conferencing|a standing desk|monitors|dual monitors|a piano|soundproofing|natural light|daylight|blackout curtains|a kitchen|a kitchenette|
a fridge|a microwave|a coffee machine|breakfast included|room service|a pool|a hot tub|a steam room|a rooftop|a fireplace|a balcony|bike storage|
secure bike parking|EV charging|type 2 plug|CCS|150 kW|50 kW|valet|child seats|a driver|automatic transmission|a roof rack|snow chains|
unlimited mileage|GPS|air suspension|a tail lift|40GB|24GB|48 GB|141GB|16 cores|64 cores|128GB RAM|2TB disk|NVMe|10 GbE|InfiniBand|CUDA 12|ECC memory|
root access|a UPS|liquid cooling|SSD storage|a fume hood|extraction|dust extraction|ESD mat|temperature control|an online booking system|
English-speaking staff|a female doctor|evening hours|weekend hours|late opening|same-day service|home visits|walk-ins|free delivery|takeaway|
card payment|contactless|student discount|senior discount|group rates|good reviews|at least four stars|4 stars|halal food|kosher kitchen|
lactose-free milk|oat milk|craft beer|a wine list|private rooms|a dance floor|a stage|a bar|a sound engineer|a green screen|tripods|a cloakroom|
toilets|security|night access|24/7 access|CCTV|a loading bay|pallet storage|a cold room|refrigeration|pets allowed|water bowls|a fenced garden|shade|
sand|floodlights|grass|indoor courts|equipment rental|a coach|certified instructors|small groups|beginners' classes|a trial lesson|a crèche|childcare|
quiet zones|silence|meeting pods|printing|mail handling|reception|a receptionist|tea and coffee|catering|a ballroom|twin beds|a cot|a crib|en-suite|
laundry|an iron|late check-out|early check-in|mooring|a slipway""")

THATS = split("""wheelchair accessible|pet friendly|dog friendly|child friendly|kid friendly|family friendly|vegan|halal|kosher|gluten free|LGBT friendly|open late|
open 24 hours|open 24/7|cheap|affordable|quiet|free|indoor|outdoors|covered|heated|air conditioned|well rated|highly rated|certified|insured|licensed|
English speaking|bilingual|smoke free|non-smoking|fully equipped|soundproof|step free|barrier free|fragrance free|nut free|organic|fair trade|
family run|independent|new|big enough for a van|good for groups|suitable for beginners|safe at night|cash free""")

BEFORES = split("""quiet|cheap|vegan|24h|24-hour|late-night|pet-friendly|dog-friendly|kid-friendly|child-friendly|family-friendly|wheelchair-accessible|accessible|
affordable|cosy|cozy|small|large|indoor|outdoor|covered|heated|air-conditioned|secure|free|halal|kosher|gluten-free|organic|independent|certified|
licensed|insured|emergency|English-speaking|German-speaking|French-speaking|bilingual|female|experienced|reliable|trusted|well-rated|highly rated|
top-rated|rooftop|waterfront|central|luxury|budget|smoke-free|soundproof|modern|friendly|romantic|lively|sunny|spacious|fully equipped|same-day|
weekend""")

HALLS = split("""Aspen|Juniper|Cypress|Heron|Kestrel|Otter|Badger|Falcon|Marlin|Coral|Amber|Jade|Indigo|Saffron|Everest|Matterhorn|Fuji|Denali|Baltic|Adriatic|Atlas|
Orion|Vega|Sirius|Lyra|Curie|Turing|Lovelace|Noether|Kepler|Bohr|Darwin|Hopper|Tesla|Galileo|Mozart|Bach|Verdi|Garden|Harbour|Sunrise|Ivory|Copper|
Granite|Willow|Maple|Lotus|Iris|Tulip|North|South|East|West|Blue|Green|Red|Yellow|Small|Big|Old""")
ROOM_KINDS = split(
    """Room|Room|Room|Hall|Suite|Studio|Lab|Loft|Booth|Auditorium|Theatre|Lounge|Court|Pitch|Desk|Barn|Boardroom|Workshop|Terrace|Deck|Chamber|Library"""
)
ID_KINDS = split("""room|hall|lab|studio|bay|dock|gpu|node|rig|van|car|bike|boat|kayak|lane|pitch|field|table|booth|bench|locker|printer|press|kiln|lathe|laser|crane|
lift|truck|tractor|drone|camera|scope|desk|seat|pod|slot|cap|res|unit|asset|tool|charger|spot|parking|shuttle|cabin|tent|court|piano|stage|mic|kit|
server|rack|vm|cluster|a100|h100|tpu""")
SUFFIXES = split(
    """north|south|east|west|a|b|c|d|blue|red|green|alpha|beta|gamma|delta|main|annex|upper|lower|left|right|xl|mini|01|02|prime|lake|river|attic|ground"""
)


def capability(r: Random) -> str:
    """A named capability: an id or a proper name."""
    way = r.random()
    if way < 0.3:
        return f"{r.choice(ID_KINDS)}{r.choice('---__-')}{r.choice([str(r.randint(1, 30)), f'{r.randint(1, 9):02}', str(r.randint(100, 9999)), r.choice(SUFFIXES)])}"
    if way < 0.45:
        return f"{r.choice(ID_KINDS)}-{r.choice(SUFFIXES + ID_KINDS)}-{r.randint(1, 99):0{r.choice([1, 2])}}"
    if way < 0.52:
        return f"{r.choice(['C', 'K', 'M', 'G', 'B', 'X', 'RM', 'HQ', 'CAP', 'LB'])}-{r.randint(1, 9999)}"
    if way < 0.8:
        return f"{r.choice(HALLS)} {r.choice(ROOM_KINDS)}"
    if way < 0.9:
        kind = r.choice(
            [
                "room",
                "lane",
                "court",
                "table",
                "desk",
                "bay",
                "studio",
                "lab",
                "meeting room",
                "pitch",
                "van",
                "berth",
                "pier",
                "seat",
                "charger",
                "bench",
                "tennis court",
                "parking spot",
                "boat",
            ]
        )
        return f"{kind} {r.choice([str(r.randint(1, 40)), r.choice('ABCDEFGH'), f'{r.choice(chr(65) + chr(66) + chr(67))}{r.randint(1, 30)}', f'{r.randint(1, 5)}.{r.randint(1, 40):02}'])}"
    return f"{r.choice(['the ', ''])}{r.choice(HALLS).lower()}{r.choice([' ', '-'])}{r.choice(['room', 'hall', 'van', 'boat', 'studio', 'cabin', 'node', 'booth'])}".removeprefix(
        "the "
    )


def reservation(r: Random) -> str:
    """The id of a reservation."""
    digits = f"{r.randint(0, 10 ** r.choice([2, 3, 4, 5, 6])):0{r.choice([2, 3, 4])}}"
    way = r.random()
    if way < 0.45:
        return f"{r.choice(['rsv', 'res', 'bk', 'R', 'B', 'BK', 'RSV', 'RES', 'booking', 'rv', 'ref', 'resv', 'Q', 'H', 'slot', 'ticket', 'order'])}{r.choice('---__')}{digits}"
    if way < 0.6:
        return digits + r.choice(["", "", "", "-" + r.choice("abkx"), r.choice("ABX")])
    if way < 0.75:
        return f"{r.choice(['bk', 'res', 'rsv', 'hold'])}{r.choice('_-')}{r.getrandbits(24):0{r.choice([4, 6])}x}"
    if way < 0.85:
        return "".join(r.choice("ABCDEFGHJKLMNPQRSTUVWXYZ23456789") for _ in range(r.choice([5, 6, 6, 7, 8])))
    if way < 0.93:
        return f"{r.choice(['res', 'R', 'bk', 'RSV'])}-{r.randint(10, 9999)}-{r.choice('abcdefghk')}{r.choice(['', str(r.randint(1, 9))])}"
    return f"{r.getrandbits(32):08x}" if r.random() < 0.5 else f"20{r.randint(25, 35)}-{r.randint(10, 9999)}"


def plural(thing: str) -> str:
    if thing.endswith(
        ("s", "lunch", "brunch", "storage", "repair", "rental", "hire", "cleaning", "control", "tasting", "parking", "space")
    ) and not thing.endswith(("class", "space")):
        return thing
    if thing.endswith(("ch", "sh", "x", "ss")):
        return thing + "es"
    return thing[:-1] + "ies" if thing.endswith("y") and thing[-2] not in "aeou" else thing + "s"


def spec(r: Random) -> str:
    """An attribute with a figure in it: `80GB` and its like."""
    n = r.choice([2, 3, 4, 6, 8, 10, 12, 16, 20, 22, 24, 32, 40, 48, 50, 64, 80, 96, 100, 120, 128, 150, 200, 250, 256, 512])
    unit = r.choice(
        [
            "GB",
            "GB",
            " GB",
            "TB",
            " TB",
            " cores",
            " CPUs",
            "GB RAM",
            "GB VRAM",
            " kW",
            "kW",
            " Mbps",
            " Gbit",
            " amps",
            " volts",
            " seats",
            " beds",
            " sockets",
            " lanes",
            " monitors",
            " inch screen",
            "mm nozzle",
            " kg payload",
            " litres",
            " m ceiling",
            " stars",
            " parking spots",
        ]
    )
    return f"{n}{unit}"


define(
    spec=spec,
    service=SERVICES,
    counted=COUNTED,
    withs=WITHS,
    thats=THATS,
    befores=BEFORES,
    capability=capability,
    reservation=reservation,
    what=SERVICES,
    whats=lambda r: plural(text_of(r, "what")),
)
