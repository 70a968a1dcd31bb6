"""Body signals: record a value, ask how they are."""

from random import Random

from .family import Said, family, templates
from .grammar import define, plain, say, split, text_of
from .words_times import ONES, at_past, spelled

METRICS: dict[str, dict] = {
    "heart_rate": {
        "names": split("heart rate|heart rate|pulse|pulse|hr|HR|heartrate|heart beat|resting heart rate|resting pulse|BPM|heartbeat"),
        "units": split("bpm|bpm|bpm|beats per minute|beats|/min|BPM|beats a minute"),
        "value": lambda r: str(r.randint(42, 190)),
    },
    "hrv": {
        "names": split("HRV|HRV|hrv|heart rate variability|heart-rate variability|HRV score|rmssd"),
        "units": split("ms|ms|ms|milliseconds|msec"),
        "value": lambda r: str(r.randint(12, 140)),
    },
    "sleep_hours": {
        "names": split("sleep|sleep|sleep duration|sleep time|hours of sleep|night's sleep|sleeping time|time asleep"),
        "units": split("hours|hours|hours|h|hrs|hr"),
        "value": lambda r: r.choice(
            [
                str(r.randint(3, 11)),
                f"{r.randint(4, 9)}.5",
                f"{r.randint(4, 9)}.{r.randint(1, 9)}",
                ONES[r.randint(4, 10)],
                f"{ONES[r.randint(4, 9)]} and a half",
            ]
        ),
    },
    "steps": {
        "names": split("steps|steps|step count|daily steps|steps today|number of steps|pedometer"),
        "units": [],
        "value": lambda r: r.choice(
            [
                f"{r.randint(900, 29000)}",
                f"{r.randint(1, 29)},{r.randint(0, 999):03}",
                f"{r.randint(2, 24)}000",
                f"{ONES[r.randint(3, 15)]} thousand",
                f"{r.randint(2, 20)}k",
            ]
        ),
    },
    "weight": {
        "names": split("weight|weight|weight|body weight|bodyweight|weigh-in|scale"),
        "units": split("kg|kg|kg|kilos|kilograms|lbs|pounds|lb|kgs|kilo"),
        "value": lambda r: r.choice(
            [f"{r.randint(45, 120)}.{r.randint(0, 9)}", str(r.randint(45, 130)), str(r.randint(100, 260)), spelled(r.randint(48, 120))]
        ),
    },
    "temperature": {
        "names": split("temperature|temperature|temp|body temperature|body temp|fever|temp reading"),
        "units": split("°C|°C|C|degrees|celsius|degrees celsius|°|°F|F|degrees fahrenheit|deg"),
        "value": lambda r: r.choice(
            [
                f"{r.randint(35, 40)}.{r.randint(0, 9)}",
                f"{r.randint(35, 40)}.{r.randint(0, 9)}",
                str(r.randint(36, 40)),
                f"{r.randint(96, 104)}.{r.randint(0, 9)}",
            ]
        ),
    },
    "blood_pressure": {
        "names": split("blood pressure|blood pressure|BP|bp|systolic|systolic pressure|systolic blood pressure|pressure reading"),
        "units": split("mmHg|mmHg|mm Hg|mmhg"),
        "value": lambda r: str(r.randint(92, 178)),
    },
    "glucose": {
        "names": split("glucose|blood sugar|blood glucose|sugar|sugar level|glucose level|bg|fasting glucose"),
        "units": split("mmol/L|mmol/L|mmol/l|mg/dL|mg/dl|mmol"),
        "value": lambda r: r.choice([f"{r.randint(3, 13)}.{r.randint(0, 9)}", f"{r.randint(4, 11)}.{r.randint(0, 9)}", str(r.randint(68, 220))]),
    },
    "oxygen": {
        "names": split("oxygen|oxygen saturation|SpO2|spo2|blood oxygen|O2 sat|o2|saturation|oxygen level|sats|oximeter"),
        "units": split("%|%|%|percent|per cent|pct"),
        "value": lambda r: r.choice([str(r.randint(86, 100)), str(r.randint(90, 99)), "ninety-" + ONES[r.randint(1, 9)]]),
    },
}
UNIT_SHARE = {
    "heart_rate": 0.55,
    "hrv": 0.6,
    "sleep_hours": 1.0,
    "steps": 0,
    "weight": 0.85,
    "temperature": 0.6,
    "blood_pressure": 0.5,
    "glucose": 0.65,
    "oxygen": 0.6,
}
LOG = split("""log|log|record|record|note|note down|write down|add|put down|enter|save|track|store|register|book|mark|jot down|file|put in|take down""")
define(
    log=LOG,
    feel=split("""feeling fine|a bit high I think|lower than usual|the doctor asked for it|after a bad night|feeling dizzy|feeling great|as agreed|not too bad|
new record|could be better|the watch says so|measured twice|strange|I was nervous|nothing else to report|on the new scale|with the cuff|I feel weak"""),
    lately=split("""lately|recently|these days|at the moment|right now|this week|today|so far|over time|these weeks|in general|now|the last few days|compared to normal|
overnight|this month"""),
    why_body=split("""the doctor wants a number|I felt dizzy {ago}|my watch buzzed|I've an appointment with the doctor {soon}|{one} is worried about me|
I'm training for a race|I've been ill|I started a new diet|I feel tired all the time|I had a bad night"""),
)
SPECIAL = {
    "sleep_hours": split("""(I |)slept {V}|I (slept|got|had) {V}[ of sleep]|(only |about |)got {V} of sleep|{V} (of sleep|sleep|asleep)|I was asleep for {V}|sleep: {V}|
my night was {V}|managed {V} of sleep|slept (for |only |about |){V}|I only slept {V}|last night's sleep was {V}|{V} in bed asleep|I've slept {V}|
we slept {V}"""),
    "steps": split("""(I |)walked {V} steps|{V} steps|I (did|took|made|managed|got|have) {V} steps|(did|took|made) {V} steps|steps: {V}|I've (walked|done|taken) {V} steps|
my (watch|phone|pedometer) (counted|says|shows) {V} steps|reached {V} steps|walked {V} steps|step count {V}|just hit {V} steps|
ran and walked {V} steps"""),
    "weight": split("""I (weigh|weighed|weigh in at|weighed in at|am at|'m at|am down to|am up to) {V}|weighed {V}|the scale (says|shows|said|reads) {V}|weighed in at {V}|
I'm {V} (now|heavy)|weigh-in: {V}|I weigh {V}"""),
    "temperature": split("""I (have|had|am running|'ve got) (a (fever|temperature) of|) {V}|fever of {V}|thermometer (says|shows|reads) {V}|running a temperature of {V}|
I've a fever, {V}|fever: {V}|fever {V}"""),
    "heart_rate": split(
        """my heart (is beating|beats|was beating) at {V}|my watch (says|shows|reads) a (pulse|heart rate) of {V}|my heart does {V}|measured a pulse of {V}"""
    ),
    "blood_pressure": split(
        """systolic {V}|my blood pressure was {V}|the cuff (says|shows|showed) {V}|bp {V}|blood pressure {V}|upper (value|number) {V}|systolic of {V}"""
    ),
    "glucose": split("sugar (is|was) {V}|my sugar's {V}|the meter (says|shows) a glucose of {V}|blood sugar {V}"),
    "oxygen": split("oxygen at {V}|sats {V}|spo2 {V}|the oximeter (says|shows|reads) {V}|saturation is {V}|I'm at {V} oxygen"),
    "hrv": split("hrv {V}|HRV of {V}|my HRV (is|was) {V}|variability {V}"),
}
PLAIN = split("""{log} (my |a |) {M}: {V}
{log} (my |a |) {M} {V}
(my |){M} {A}: {V}
(my |){M} {A}: {V}
{M} {A} {V}
(my |){M} {A} (was|is) {V}
{log} (my |) {M} {A}: {V}
{log} for {A0}: {M} {V}
{A0}: {M} {V}
{log} (my |a |) {M} of {V}
{log} {V} (as|for) (my |) {M}
{log} (my |) {M} as {V}
{log} that my {M} (is|was) {V}
{log} a {M} (reading|measurement|value) of {V}
my {M} (is|was|reads|is at|was at|is now|is down to|went up to|just hit|came out at) {V}
{M}: {V}
{M} {V}
{M} {V}
{M} = {V}
{M} is {V}
{M} was {V}
{M} of {V}
{V} {M}
new {M} (reading|value|measurement): {V}
just measured my {M}: {V}
I measured my {M}, {V}
I measured {V} {M}
(my|the) {M} (reading|measurement) (is|was) {V}
{M} reading {V}
(please |pls |)(note|log|record) {V} {M}
{M}, {V}
current {M}: {V}""")


def amount(r: Random, metric: str) -> list:
    """Value and, mostly, unit as two spans; with blood pressure only the upper number is the value."""
    info = METRICS[metric]
    value = info["value"](r)
    pieces = [(value, "value", 0)]
    low = r.randint(55, 100)
    if metric == "blood_pressure" and r.random() < 0.6:
        pieces += plain(r.choice([f"/{low}", f"/{low}", f" over {low}", f" to {low}", f" / {low}", f"-{low}"]))
    if info["units"] and r.random() < UNIT_SHARE[metric]:
        unit = r.choice(info["units"])
        tight = unit in ("°C", "%", "°", "°F", "/min") or unit in ("kg", "h", "bpm", "C", "ms", "F", "lbs") and value[-1].isdigit() and r.random() < 0.3
        pieces += [*plain("" if tight and (value[-1].isdigit() or unit == "%") and r.random() < 0.85 else " "), (unit, "unit", 0)]
    return pieces


@family("vitality.record", "value", 4.6)
def record(r: Random) -> Said:
    metric = r.choice(list(METRICS))
    special = metric in SPECIAL and r.random() < (0.75 if metric in ("sleep_hours", "steps") else 0.25)
    way = r.choice(SPECIAL[metric] if special else PLAIN)
    words = {"V": lambda s: amount(s, metric), "M": METRICS[metric]["names"], "A": at_past, "A0": lambda s: [(text_of(s, "past"), "at", 0)]}
    if metric in ("sleep_hours", "steps") and not special:
        way = r.choice(split("{log} (my |) {M}: {V}|{log} {V} of {M}|{M}: {V}|{M} {V}|my {M}: {V}|{log} {M} {V}|{log} {V} {M}"))
        words["M"] = ["sleep"] if metric == "sleep_hours" else ["steps", "step count"] if not way.endswith(("of {M}", "{V} {M}")) else ["steps"]
    pieces = say(r, way, words)
    if "{A" not in way and r.random() < 0.42:
        if r.random() < 0.84:
            pieces = [*pieces, *plain(r.choice([" ", " ", " ", ", "])), *say(r, "{at_past}")]
        else:
            when = text_of(r, "past")
            pieces = [(when, "at", 0), *plain(r.choice([", ", ": ", " "])), *pieces]
    if r.random() < 0.1:
        pieces = [*pieces, *say(r, r.choice([", {feel}", ", {feel}", " - {feel}", ". {feel}", " ({feel})"]))]
    log_first = way.startswith(("{log}", "(please"))
    if log_first and r.random() < 0.2:
        return Said("imp", pieces, {"metric": metric}, "why_body")
    return Said("imp" if log_first else "tell" if r.random() < 0.25 else "nom", pieces, {"metric": metric})


ASKED = {
    "heart_rate": split("heart rate|heart rate|pulse|resting pulse|heart|heartbeat|hr|heart rhythm"),
    "hrv": split("HRV|hrv|heart rate variability"),
    "sleep_hours": split("sleep|sleep|sleeping|nights|sleep pattern|sleep quality"),
    "steps": split("steps|step count|daily steps|walking"),
    "weight": split("weight|weight|body weight|weight curve"),
    "temperature": split("temperature|temp|body temperature|fever"),
    "blood_pressure": split("blood pressure|BP|bp|systolic pressure|pressure"),
    "glucose": split("glucose|blood sugar|sugar|glucose levels|sugar levels"),
    "oxygen": split("oxygen|SpO2|oxygen saturation|spo2|blood oxygen|oxygen level"),
}
ABOUT = split("""(how is|how's|how was|what about|how are) my {M}[ {lately}| doing| looking|]?
(is|was) my {M} (normal|ok|okay|fine|too high|too low|high|low|stable|in range|all right|getting better|getting worse|unusual|healthy|as it should be|good|elevated|within limits)[ {lately}|]?
(show|show me|give me|report|tell me about|check|display|plot|summarise|get) (my|the trend of my|the state of my|the history of my|the course of my|the status of my|recent|the latest on my|the development of my) {M}[ {lately}|]
what('s| is| was) (my|the trend of my|the latest on my|up with my|going on with my) {M}[ {lately}|]?
(anything|something) (unusual|odd|wrong|strange|off|worrying|remarkable) (about|with|in) my {M}[ {lately}|]?
(any|are there) (warnings|alarms|deviations|outliers|alerts) (about|for|on|in) my {M}?
(has|did) my {M} (changed|improved|dropped|gone up|gone down|risen|settled)[ {lately}|]?
{M}?
my {M}?
{M} (status|trend|report|overview|summary|check|lately|so far|curve|history)
my {M} (status|trend|report|lately|so far)
(do I|should I) (have to |need to |)(worry about|be concerned about|watch|mind) my {M}?
how (high|low|good|bad|stable|steady) (is|was) my {M}[ {lately}|]?
(see|check|find out|look) (if|whether) my {M} (is|has been) (normal|ok|fine|too high|stable|in range)
I (want|need|'d like) to (see|know) (how my {M} is|my {M}|the trend of my {M}|if my {M} is ok|about my {M})
I'm (worried|concerned|curious) about my {M}, (how is it|what does it look like|is it ok|show me)""")
OWN_WAYS = {
    "sleep_hours": split("""(am I getting|do I get|have I been getting) (enough|too little|plenty of|decent) (sleep|rest)[ {lately}|]?|
how (well|long|much|badly) (did I sleep|have I slept|do I sleep|have I been sleeping|am I sleeping)[ {lately}|]?|do I (sleep|get) enough[ sleep|]?|
did I (get enough sleep|sleep enough|sleep ok|sleep well)[ {lately}|]?|is my sleep (enough|getting worse)?"""),
    "steps": split("""how many steps (have I taken|did I take|do I take|have I walked|did I walk)[ {lately}|]?|did I (walk|move) enough[ {lately}|]?|
am I (walking|moving) enough[ {lately}|]?|have I (walked|moved) enough[ {lately}|]?"""),
    "weight": split("""(am I|have I been) (losing|gaining|putting on) weight[ {lately}|]?|(how much|what) do I weigh[ {lately}|]?|did I (lose|gain) weight[ {lately}|]?|
am I getting (fatter|thinner|lighter|heavier)?"""),
    "temperature": split("""do I have a (fever|temperature)?|(am I|have I been) running a (fever|temperature)?|is my fever gone?|has my fever gone down?"""),
    "heart_rate": split("""is my heart (ok|fine|racing|beating normally|all right)[ {lately}|]?|is my heart beating (too fast|normally|too slowly)?|
how fast (is|was) my heart beating[ {lately}|]?"""),
}


@family("vitality.status", "metric", 1.9)
def status(r: Random) -> Said:
    metric = r.choice(list(ASKED))
    way = r.choice(OWN_WAYS[metric] if metric in OWN_WAYS and r.random() < 0.4 else ABOUT)
    pieces = say(r, way, {"M": ASKED[metric]})
    kind = "ask" if way.endswith("?") and len(way) > 6 else "imp" if way.startswith(("(show", "(see")) else "tell" if way[0] == "I" else "nom"
    return Said(kind, pieces, {"metric": metric}, "why_body")


templates(
    "vitality.status",
    "all",
    1.0,
    {
        "imp": split("""(show|give|tell|send|read) me (my|the) (health|vitals|body signals|vitality|body|health status|vital signs|health report|health overview|fitness state|body data)|
(show|report|check|summarise|display|review) (my|all my|the) (vitals|body signals|vital signs|health data|health|vitality|body status|health figures|measurements of my body)|
tell me how (I'm doing healthwise|my body is doing|healthy I am|my vitals look|my health is)|
(check|see) (if|whether) (my body is ok|my vitals are normal|I'm healthy|anything is wrong with me|my vital signs are fine)|
(check|look for) (deviations|warnings|anomalies|outliers) in my (vitals|body signals|health data|vital signs)"""),
        "ask": split("""how (am I doing|are my vitals|is my health|is my body doing|healthy am I|do my vitals look|is my body|are my body signals)[ {lately}| physically| medically| today|]?|
are my (vitals|vital signs|body signals|health values) (ok|normal|fine|in order|good|alright)[ {lately}|]?|
(any|are there) (warnings|deviations|alarms|anomalies|alerts|red flags) (in|from|about|for) my (body|vitals|health|body signals|vital signs)?|
(is|was) (anything|something) (wrong|off|unusual|odd) with (my body|my vitals|me physically|my health)[ {lately}|]?|
am I (healthy|fit|ok physically|getting sick|in good shape)[ {lately}|]?|what do my (vitals|body signals|vital signs) (say|look like|show)?|
what does my body (say|report|tell you)[ {lately}|]?|how's my (body|health|general condition)[ {lately}|]?"""),
        "nom": split("""vitals|vitals?|health?|health status|body status|vitality status|vital signs|health report|body signals|body report|my health|health check|
health overview|vitality|how's my body|body check|health summary|vitals please|vitality?|wellbeing report"""),
        "tell": split("""I (want|need|'d like) to (see|know) (how my body is doing|my vitals|my health status|how healthy I am|how I'm doing physically)|
I feel (odd|strange|weak|tired), (check|show me|how are) my (vitals|body signals|vital signs)|
my watch buzzed, (is everything ok with my body|any warnings in my vitals)?"""),
    },
    why="why_body",
)
