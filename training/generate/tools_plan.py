"""Plans of one to five legs; each leg has a place, requirements, a start, an end, a length."""

from random import Random

from .family import Said, family
from .grammar import define, in_leg, plain, say, split, text_of
from .lattice_parts import Pieces, needs, place, thing
from .words_times import clock, day, lead

PLANS = split("""plan|plan|plan|plan me|arrange|arrange|organise|organize|set up|sort out|schedule|book|put together|work out|line up|map out|make a plan:|
make me a plan:|plan:|make a plan with|plan this:|pls do plan:|arrange for me|book me|fix up|prepare|draw up a plan:|plan a day:|plan my afternoon:|
plan my morning:|plan my day:|plan the evening:|organise my day:|organise my Saturday:|sort out my errands:|plan a trip:|itinerary:|schedule for me:|
create a plan:|plan a round:|I want to plan|I need a plan:|I need a plan for|let's plan|help me plan|I'd like to plan|we need to plan|
make an itinerary:|day plan:|put together a tour:|organise an evening:|plan the following:|plan these stops:|plan and book|book a sequence:|
build a plan:|build me an itinerary:|coordinate|arrange the following:|plan a route:|lay out a plan:|set up the following:|get me a plan:|tour plan:|
work out a schedule:|make a schedule:|make me a schedule:|my plan for {weekday}:|plan for the team:|{many_errands}:|{many_errands}:|{many_errands}:|
{many_errands}:|{many_errands}:|{many_errands}:|{many_errands},|{many_errands} -|{some_time}:|{some_time}:|for {kin}, plan|plan an outing:|planning:""")
NEXT = split(""", then|, after this| and after this|, then|, then| then| and then|, and then| followed by|, followed by| and after that|, after that|, next|; then|
; after that|, afterwards| and afterwards|. Then|. After that|, later| and later|;|,|,| and|, and finally| and finally|, plus|, next up|, and|
, at the end| -> | > | + |, subsequently| and also|; finally""")

define(
    many_errands="(sort out|organise|organize|plan|plan me|arrange|line up|schedule|set up|map out|I need to do|put together) (a bunch of|my|some|a few|these|the following|a list of|all my|a round of|a couple of|several) (errands|stops|appointments|chores|visits|things|jobs|bookings|tasks|places)[ (before {going}|for {weekday}|for {one}|on my way to {city}|while {one} is away|in {city}|for {matter}|for the family)]",
    some_time="(plan|organise|arrange|set up|book me) (some|a bit of|a little|a day of|an evening of|an afternoon of|a morning of) ({noun} hours|free time|me time|fun|{noun} fun|culture|work|practice|shopping|sport|family time|study time|rest|{noun} work|care|sightseeing)",
)


def when_in_leg(r: Random, calm: float) -> list[Pieces]:
    """None, a start, an end, or both; perhaps a length."""
    way = r.random() * calm
    start, end = (text_of(r, "leg_time") for _ in range(2))
    out: list[Pieces] = []
    if way < 0.3:
        out.append(lead(r, start, "from"))
    elif way < 0.36:
        out.append(
            [*plain(r.choice(["from ", "from ", "after ", "starting at ", "not before ", "beginning at ", "starting ", "at or after "])), (start, "from", 0)]
        )
    elif way < 0.5:
        out.append(
            [*plain(r.choice(["until ", "by ", "before ", "till ", "no later than ", "done by ", "ending by ", "finished by ", "until "])), (end, "until", 0)]
        )
    elif way < 0.62:
        a, b = clock(r), clock(r)
        pre = f"{day(r)} " if r.random() < 0.15 else ""
        first, second = r.choice(
            [("from ", " to "), ("from ", " until "), ("between ", " and "), ("between ", " and "), ("from ", " till "), ("", " to "), ("", "-")]
        )
        if not first and second == "-":
            if not (a[0].isdigit() and b[0].isdigit()):
                second = " to "
        out.append([*plain(first), (pre + a, "from", 0), *plain(second), (b, "until", 0)])
    elif way < 0.64:
        out.append([(r.choice(["after lunch", "after work", "after school", "after dinner", "after the meeting", "after breakfast"]), "from", 0)])
    if r.random() < 0.3 / calm:
        out.append([*plain(r.choice(["for ", "for ", "for ", "", ", ", "lasting ", "for about ", "taking "])), (text_of(r, "minutes"), "minutes", 0)])
    return out


define(
    leg_time=lambda r: r.choice(
        [
            clock(r),
            clock(r),
            clock(r),
            clock(r),
            moment_with_clock(r),
            moment_with_clock(r),
            f"{r.choice(['noon', 'midday'])} tomorrow",
            f"{r.choice(['tomorrow', 'Saturday', 'Friday', 'Sunday', 'this'])} {r.choice(['morning', 'afternoon', 'evening'])}",
        ]
    )
)


def moment_with_clock(r: Random) -> str:
    d, c = day(r), clock(r)
    return r.choice([f"{d} at {c}", f"{d} {c}", f"{c} {d}", f"{d} at {c}"])


def leg(r: Random, index: int, many: int) -> Pieces:
    calm = 1 + 0.22 * (many - 1)
    front: Pieces = []
    clauses: list[Pieces] = []
    if r.random() < 0.11:
        length = text_of(r, "minutes")
        front = [(length, "minutes", 0), *plain(r.choice([" of ", " of ", " in ", " at ", " for "]) if r.random() < 0.8 else " ")]
    if r.random() < (0.8 if many == 1 else 0.68 if many == 2 else 0.58):
        clauses.append(place(r, 0.2))
    if r.random() < 0.16 / calm:
        clauses.append(needs(r, r.choice([1, 1, 1, 2])))
    times = when_in_leg(r, calm)
    if front:
        times = [t for t in times if t[-1][1] != "minutes" and all(p[1] != "minutes" for p in t)]
    clauses += times
    if r.random() < 0.45:
        r.shuffle(clauses)
    article = not front and r.random() < 0.68
    noun = thing(r, article=article, adjective=0.08)
    if noun[0][1] is None and noun[0][0] in ("some ", "any "):
        noun[0] = ("a ", None, 0)
    if r.random() < 0.08 and clauses and not front:
        first, *clauses = clauses
        out = [*first, *plain(r.choice([" ", ", ", ": "])), *noun]
    elif r.random() < 0.04 and not front:
        out = [*noun[:-1], (f"{r.choice([20, 30, 45, 60, 90])}{r.choice(['-minute', ' minute', '-min'])}", "minutes", 0), *plain(" "), noun[-1]]
        clauses = [c for c in clauses if all(p[1] != "minutes" for p in c)]
    else:
        out = [*front, *noun]
    for clause in clauses:
        out += [*plain(r.choice([" ", " ", " ", " ", ", "])), *clause]
    return in_leg(out, index)


@family("lattice.plan", "legs", 8.4)
def plan(r: Random) -> Said:
    many = r.choices([1, 2, 3, 4, 5], [0.19, 0.43, 0.22, 0.09, 0.07])[0]
    legs = [leg(r, index, many) for index in range(many)]
    shared = many > 1 and r.random() < 0.13
    if shared:
        legs = [strip_minutes(one) for one in legs]
    layout = r.random()
    verb = r.choice(PLANS)
    if layout < 0.07 and many > 1:
        body = listed(r, legs)
        verb = verb.rstrip(":") if r.random() < 0.2 else verb if verb.endswith(":") else "plan:"
        body = [*say(r, verb), *plain("\n"), *body]
    else:
        body = chained(r, legs)
        body = (
            [*say(r, verb + " "), *body]
            if r.random() < 0.9 or many == 1
            else [
                *say(r, r.choice(["first ", "I need ", "I have to do ", "on the list: ", "today: ", "I'd like "])),
                *body,
                *plain(
                    r.choice(
                        [
                            ". Build me a plan.",
                            ". Plan it.",
                            ". Can you plan that?",
                            " - plan that please",
                            ", plan it",
                            ". Arrange that.",
                            ". Work out a plan.",
                            ". Put that into a plan please.",
                            ", make a plan of it",
                        ]
                    )
                ),
            ]
        )
    if shared:
        body = [
            *body,
            *plain(r.choice([", ", " ", ", ", " - ", " for ", ", "])),
            (text_of(r, "minutes"), "minutes", -1),
            *plain(r.choice([" each", " each", " each", " per stop", " at each", " for each", " every stop", " apiece"])),
        ]
    return Said(
        "imp"
        if not verb.endswith(":")
        and verb.split(" ")[0] not in ("I", "I'd", "we", "let's", "itinerary:", "for", "my")
        and body[0][0].startswith(verb.split("{")[0][:4])
        else "tell",
        body,
        why="why_plan",
    )


def strip_minutes(pieces: Pieces) -> Pieces:
    """The leg with its lengths said away: used where all legs share one."""
    out: Pieces = []
    skip = False
    for text, key, at in pieces:
        if key == "minutes":
            while out and out[-1][1] is None and out[-1][0] in ("for ", "lasting ", "for about ", "taking ", ", ", " ", ""):
                out.pop()
            skip = True
            continue
        if skip and key is None and text in (" of ", " in ", " at ", " for ", " "):
            skip = False
            out.extend(plain(" ") if out else [])
            continue
        skip = False
        out.append((text, key, at))
    return out


def chained(r: Random, legs: list[Pieces]) -> Pieces:
    glue = r.choice(NEXT) if r.random() < 0.35 else ""
    out: Pieces = [*plain("first " if len(legs) > 1 and r.random() < 0.09 else ""), *legs[0]]
    for index, one in enumerate(legs[1:], 1):
        word = glue or r.choice(NEXT)
        if word in (",", " and") and index == len(legs) - 1 and r.random() < 0.5:
            word = ", and"
        out += [*plain(word + ("" if word.endswith(" ") else " ")), *one]
    return out


def listed(r: Random, legs: list[Pieces]) -> Pieces:
    mark = r.choice(["- ", "* ", "{}. ", "{}) ", "• "])
    out: Pieces = []
    for index, one in enumerate(legs, 1):
        out += [*plain(("\n" if index > 1 else "") + mark.replace("{}", str(index))), *one]
    return out


@family("lattice.plan", "twin", 0.9)
def plan_twin(r: Random) -> Said:
    """One leg, worded as a find would be: only the verb tells them apart."""
    body = [*thing(r), *plain(" "), *place(r, 0.15), *plain(" "), *lead(r, text_of(r, "leg_time"), "from")]
    return Said("imp", [*plain(r.choice(["plan ", "plan ", "arrange ", "schedule ", "organise ", "set up "])), *in_leg(body, 0)], why="why_plan")
