"""Capabilities by place and time: find, plan, reserve, cancel."""
from random import Random

from .family import Said, family, templates
from .grammar import Piece, define, in_leg, plain, quoted, say, split, text_of
from .words_times import clock, count, day, lead, minutes, moment, spelled

Pieces = list[Piece]


def thing(r: Random, key: str = "what", article: bool = True, adjective: float = 0.16, number: str = "") -> Pieces:
    """`a quiet cafe`: attribute words that stand before the noun are requirements."""
    noun = text_of(r, "whats" if number == "many" or r.random() < 0.1 else "what")
    out: Pieces = []
    if r.random() < adjective:
        first = text_of(r, "befores")
        out = [(first, "require", 0), *plain(" ")]
        if r.random() < 0.12 and (second := text_of(r, "befores")) != first:
            out += [*plain(""), (second, "require", 0), *plain(" ")]
            if r.random() < 0.5:
                out[1] = (", ", None, 0)
    plural = noun.endswith("s") and not noun.endswith(("ss", "us", "ics")) and "with" not in noun
    start = "" if not article or plural or r.random() < 0.12 else r.choice(["a ", "a ", "a ", "a ", "the nearest ", "some ", "any ", "a good ", "the closest ", "a ", "one "])
    if start in ("some ", "any ") or "nearest" in start or "closest" in start:
        start = start if r.random() < 0.6 else "a "
    return [*plain("a " if start == "a good " and out else start.replace("a good", "a decent")), *out, (noun, key, 0)]


def place(r: Random, how: float = 0.3, relative: bool = False) -> Pieces:
    """`near X`, `in X`, or a distance from X."""
    where = text_of(r, "near")
    personal = where in ("me", "home", "here", "work", "school") or where.startswith(("my ", "our ", "the kids", "the corner"))
    if r.random() < how:
        far = [(text_of(r, "radius"), "radius_km", 0)]
        way = r.choice(split("within {d} of {p}|within {d} of {p}|within {d} of {p}|{d} from {p}|no further than {d} from {p}|not more than {d} from {p}|at most {d} from {p}|less than {d} from {p}|up to {d} from {p}|max {d} from {p}|in a radius of {d} around {p}|within {d} from {p}|{d} around {p}|near {p}, within {d}|near {p} (within {d})|near {p}, max {d}|near {p}, {d} radius|no more than {d} away from {p}|within a {d} radius of {p}|under {d} from {p}|near {p}, no further than {d}|not further than {d} from {p}|in {d} of {p}|{d} or less from {p}|within {d} around {p}|near {p}, at most {d} away|near {p}, up to {d} away|close to {p}, {d} at most|not over {d} from {p}"))
        if far[0][0].startswith(("a ", "half", "one ")) and "a {d} radius" in way:
            way = "within {d} of {p}"
        parts = way.replace("(", "«").replace(")", "»")
        pieces = say(r, parts, {"d": lambda s: far, "p": lambda s: [(where, "near", 0)]})
        return [(text.replace("«", "(").replace("»", ")"), key, leg) for text, key, leg in pieces]
    word = r.choice(["near", "near", "near", "near", "in", "in", "in", "around", "close to", "by", "next to", "not far from", "at", "nearby", "close by", "in the area of", "around the area of", "along", "opposite", "round", "nr", "somewhere near", "somewhere in", "somewhere around", "near to"][: 6 if personal else 25])
    if personal:
        word = r.choice(["near", "near", "near", "around", "close to", "not far from"])
    if where[0].isdigit() or where.startswith("the corner"):
        word = r.choice(["near", "at", "close to", "around"])
    return [*plain(word + " "), (where, "near", 0)]


def needs(r: Random, many: int) -> Pieces:
    """`with wifi and parking`, `that is dog friendly`."""
    first_kind = r.random()
    pool = "withs" if first_kind < 0.66 else "thats"
    items: list[str] = []
    while len(items) < many:
        item = text_of(r, pool)
        if item not in items:
            items.append(item)
    leads = ["with", "with", "with", "with", "having", "that has", "which has", "offering", "that offers", "and", "including", "featuring", "that comes with", "w/", "must have", "it needs", "which offers"] if pool == "withs" else ["that is", "that's", "which is", "that are", "", "", "it must be", "must be", "that is", ", "]
    out: Pieces = plain(r.choice(leads) + " ")
    for index, item in enumerate(items):
        article = next((a for a in ("a ", "an ") if item.startswith(a)), "") if pool == "withs" else ""
        glue = "" if index == 0 else r.choice([" and ", ", ", " and ", " & ", " plus "]) if index == many - 1 else ", "
        out += [*plain(glue + article), (item.removeprefix(article), "require", 0)]
    return out


FINDS = split("""find|find|find|find me|search|search for|look for|look up|locate|get me|show me|give me|list|discover|seek|search me|hunt down|track down|I need|I need|I want|I'm looking for|looking for|need|want|I'd like|I am searching for|we need|we're looking for|searching for|I require|where is|where's|where can I find|where do I find|is there|are there|
any|do you know|do you know of|can you find|could you find me|who has|who offers|what's|which is|I would like to find|I'm after|in need of|suggest|recommend|I could use|point me to|tell me where there is|I search|find out where there is|get|help me find|I have to find|we want|check for|check if there is|see if there is|is there maybe|anywhere with|know""".replace("\n", ""))
define(why_find=split("I'm landing late|my tooth hurts|the car broke down|my phone fell into the water|{kin} is visiting|{one} is moving over in {month}|we arrive {soon}|I'm new in town|it's raining|I promised {kin}|my flat is flooded|we're stuck in {city}|the old one closed|I have an hour to kill|we're hungry|I lost my key|my back hurts|the dog is sick|the kids are bored|our usual place is full|my zip broke|our training set grew|the job needs more memory|I run out of disk|{one} recommended one but forgot the name"),
       why_plan=split("I have a free day|I only have one afternoon|{kin} is in town|we're in {city} for a day|I need to get things done|my list is long|{one} left the organising to me|the car is back {soon}|I collect the kids later|I have to be efficient"))
QUESTIONS = ("where", "is there", "are there", "any", "do you", "can you", "could you", "who", "what", "which", "know", "is there")


@family("lattice.find", "full", 7.6)
def find(r: Random) -> Said:
    verb = r.choice(FINDS)
    ask = verb.startswith(QUESTIONS)
    limit = None
    bare_lead = verb in ("any", "are there", "who offers", "who has", "list")
    units: Pieces | None = None
    if r.random() < 0.13 and not ask:
        limit = say(r, r.choice(["{limit=few}", "the (best|top|nearest|closest|first) {limit=few}", "top {limit=few}", "(up to|at most|max) {limit=few}", "{limit=few}"]))
        verb = r.choice(["find", "show me", "show", "give me", "list", "find me", "get me", "show me", "suggest", "search"])
        head = [*limit, *plain(" "), *thing(r, article=False, number="many")]
    elif r.random() < 0.07:
        units = [(count(r, 2, 9, 0.45), "units", 0)]
        verb = r.choice(["I need", "need", "we need", "find", "get me", "looking for", "find me", "we want", "I want", "search"])
        ask = False
        head = [*units, *plain(" "), (text_of(r, "counted"), "what", 0)]
    else:
        head = thing(r, article=not bare_lead)
        if verb in ("which is", "what's", "where is", "where's"):
            head = [*plain("the nearest "), *[p for p in thing(r, article=False)]]
    clauses: list[Pieces] = []
    if r.random() < 0.72:
        clauses.append(place(r))
    if r.random() < 0.3:
        clauses.append(needs(r, r.choice([1, 1, 1, 1, 2, 2, 3])))
    if r.random() < 0.36:
        clauses.append(open_at(r))
    if units is None and r.random() < 0.1:
        clauses.append(say(r, r.choice(["for {units=few} (people|persons|of us|guests|adults|players|kids|passengers)", "for {units=few}", "{units=few} (units|seats|spaces|places|at once|of them|pieces|nodes)", ", {units=few} units", "with room for {units=few}", "with {units=few} seats", ", we are {units=few}", "for a (group|party|team|family) of {units=few}", "for {units=few} people"])))
    r.shuffle(clauses)
    if r.random() < 0.22 and len(clauses) > 1:
        clauses.sort(key=lambda c: c[0][1] is None and "," in c[0][0])
    if limit is None and units is None and not ask and r.random() < 0.08:
        clauses.append(say(r, r.choice([", (max|top|at most|limit|no more than|up to|maximum) {limit=few}[ (results|result|hits)]", ", {limit=few} (results|hits|max|options|suggestions|at most)", " (max {limit=few})".replace("(", "").replace(")", ""), ", show me {limit=few}", ", only {limit=few}", ", just the (first|best|nearest) {limit=few}", ", {limit=few} will do"])))
    body = [*plain(verb + " "), *head]
    for clause in clauses:
        body += [*plain(" "), *clause]
    if r.random() < 0.07 and not ask:
        body = shuffled_front(r, head, clauses)
        return Said("nom", body, why="why_find")
    if ask:
        body = [*body, *plain("?")] if r.random() < 0.75 and body[-1][1] is not None else body
        return Said("ask", body, why="why_find")
    return Said("imp" if verb.split(" ")[0] in ("find", "search", "look", "locate", "get", "show", "give", "list", "suggest", "recommend", "check") else "tell", body, why="why_find")


def shuffled_front(r: Random, head: Pieces, clauses: list[Pieces]) -> Pieces:
    """The place or time first: `near X: a vet`."""
    first = clauses[:1] or [plain("wanted")]
    out: Pieces = [*first[0], *plain(r.choice([": ", ", ", " - ", ", I need "])), *head]
    for clause in clauses[1:]:
        out += [*plain(" "), *clause]
    return out


def open_at(r: Random) -> Pieces:
    when = lead(r, moment(r), "at")
    if r.random() < 0.22:
        return [*plain(r.choice(["open ", "that is open ", "that's open ", "available ", "free ", "which opens ", "that's free ", "which is open ", "still open ", "that are open "]).replace("which opens", "that opens")), *when]
    return [*plain(r.choice(["", "", "", "", ", "])), *when]


define(few=lambda r: count(r, 2, 12, 0.4))


@family("lattice.find", "terse", 1.2)
def find_terse(r: Random) -> Said:
    parts = [thing(r, article=False, adjective=0.14)]
    if r.random() < 0.75:
        where = text_of(r, "near")
        parts.append(place(r, 0.22) if r.random() < 0.82 else [*plain(r.choice(["", ", "]) if where[0].isupper() else "near "), (where, "near", 0)])
    if r.random() < 0.3 or len(parts) == 1:
        parts.append(open_at(r) if len(parts) > 1 or r.random() < 0.5 else [*plain("near "), ("me", "near", 0)])
    if r.random() < 0.12:
        parts.append(needs(r, 1))
    return Said("nom", [*parts[0], *[piece for part in parts[1:] for piece in [*plain(" "), *part]], *plain(r.choice(["", "", "", "?"]))], why="why_find")


# Plans: one to five legs, each with a place, requirements, a start, an end, a length.
PLANS = split("""plan|plan|plan|plan me|arrange|arrange|organise|organize|set up|sort out|schedule|book|put together|work out|line up|map out|make a plan:|make me a plan:|plan:|make a plan with|plan this:|please make plan:|arrange for me|book me|fix up|prepare|draw up a plan:|plan a day:|plan my afternoon:|plan my morning:|plan my day:|plan the evening:|
organise my day:|organise my Saturday:|set up a day out:|sort out my errands:|plan a trip:|itinerary:|schedule for me:|create a plan:|plan a round:|I want to plan|I need a plan:|I need a plan for|let's plan|help me plan|I'd like to plan|we need to plan|make an itinerary:|day plan:|put together a tour:|organise an evening:|plan the following:|plan these stops:|plan and book|book a sequence:|
build a plan:|build me an itinerary:|coordinate|arrange the following:|plan a route:|lay out a plan:|set up the following:|get me a plan:|tour plan:|work out a schedule:|make a schedule:|make me a schedule:|my plan for {weekday}:|plan for the team:|{many_errands}:|{many_errands}:|{many_errands}:|{some_time}:|{some_time}:|for {kin}, plan|plan an outing:|planning:""".replace("\n", ""))
NEXT = split(", then|, after this| and after this|, then|, then| then| and then|, and then| followed by|, followed by| and after that|, after that|, next|; then|; after that|, afterwards| and afterwards|. Then|. After that|, later| and later|;|,|,| and|, and finally| and finally|, plus|, next up|, and|, at the end| before| -> | > | + |, subsequently| and also|; finally")


define(
    many_errands="(sort out|organise|organize|plan|plan me|arrange|line up|schedule|set up|map out|I need to do|put together) (a run of|a bunch of|my|some|a few|these|the following|a list of|all my|a round of|a couple of|several) (errands|stops|appointments|chores|visits|things|jobs|bookings|tasks|places)[ (before {going}|for {weekday}|for {one}|on my way to {city}|while {one} is away|in {city}|for {matter}|for the family)]",
    some_time="(plan|plan me|organise|arrange|set up|book me) (some|a bit of|a little|a day of|an evening of|an afternoon of|a morning of) ({noun} time|free time|me time|fun|{noun} fun|culture|work|practice|shopping|sport|family time|study time|rest|{noun} work|care|sightseeing)",
)


def when_in_leg(r: Random, calm: float) -> list[Pieces]:
    """None, a start, an end, or both; perhaps a length."""
    way = r.random() * calm
    start, end = (text_of(r, "leg_time") for _ in range(2))
    out: list[Pieces] = []
    if way < 0.3:
        out.append(lead(r, start, "from"))
    elif way < 0.36:
        out.append([*plain(r.choice(["from ", "from ", "after ", "starting at ", "not before ", "beginning at ", "starting ", "at or after "])), (start, "from", 0)])
    elif way < 0.5:
        out.append([*plain(r.choice(["until ", "by ", "before ", "till ", "no later than ", "done by ", "ending by ", "finished by ", "until "])), (end, "until", 0)])
    elif way < 0.62:
        a, b = clock(r), clock(r)
        pre = f"{day(r)} " if r.random() < 0.15 else ""
        first, second = r.choice([("from ", " to "), ("from ", " until "), ("between ", " and "), ("between ", " and "), ("from ", " till "), ("", " to "), ("", "-")])
        if not first and second == "-":
            if not (a[0].isdigit() and b[0].isdigit()):
                second = " to "
        out.append([*plain(first if not pre or first != "" else ""), (pre + a, "from", 0), *plain(second), (b, "until", 0)])
    elif way < 0.64:
        out.append([(r.choice(["after lunch", "after work", "after school", "after dinner", "after the meeting", "after breakfast"]), "from", 0)])
    if r.random() < 0.3 / calm:
        out.append([*plain(r.choice(["for ", "for ", "for ", "", ", ", "lasting ", "for about ", "taking "])), (text_of(r, "minutes"), "minutes", 0)])
    return out


define(leg_time=lambda r: r.choice([clock(r), clock(r), clock(r), clock(r), moment_with_clock(r), moment_with_clock(r), f"{r.choice(['noon', 'midday'])} tomorrow", f"{r.choice(['tomorrow', 'Saturday', 'Friday', 'Sunday', 'this'])} {r.choice(['morning', 'afternoon', 'evening'])}"]))


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
    many = r.choices([1, 2, 3, 4, 5], [0.17, 0.4, 0.24, 0.11, 0.08])[0]
    legs = [leg(r, index, many) for index in range(many)]
    shared = many > 1 and r.random() < 0.08
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
        body = [*say(r, verb + " "), *body] if r.random() < 0.9 or many == 1 else [*say(r, r.choice(["first ", "I need ", "I have to do ", "on the list: ", "today: ", "I'd like "])), *body, *plain(r.choice([". Make me a plan.", ". Plan it.", ". Can you plan that?", " - plan that please", ", plan it", ". Arrange that.", ". Work out a plan.", ". Put that into a plan please.", ", make a plan of it"]))]
    if shared:
        body = [*body, *plain(r.choice([", ", " ", ", ", " - ", " for ", ", "])), (text_of(r, "minutes"), "minutes", -1), *plain(r.choice([" each", " each", " each", " per stop", " at each", " for each", " every stop", " apiece"]))]
    return Said("imp" if not verb.endswith(":") and verb.split(" ")[0] not in ("I", "I'd", "we", "let's", "itinerary:", "for", "my") and body[0][0].startswith(verb.split("{")[0][:4]) else "tell", body, why="why_plan")


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
        if word == " before" and (index < len(legs) - 1 or any(key == "until" for _, key, _ in legs[index - 1]) or True):
            word = ", then"
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


@family("lattice.find", "twin", 0.7)
def find_twin(r: Random) -> Said:
    body = [*thing(r), *plain(" "), *place(r, 0.15), *plain(" "), *lead(r, text_of(r, "leg_time"), "at")]
    return Said("imp", [*plain(r.choice(["find ", "find ", "look for ", "search for ", "locate ", "show me "])), *body], why="why_find")


define(reserve=split("reserve|reserve|book|book|hold|block|keep|secure|get me|I need|I want|put me down for|sign me up for|take|claim|set aside|I'd like|save me|request|register me for|grab|I'd like to have|schedule|we need|pencil in|lock in|I want to book|need|give me|make a reservation for|make a booking for|put a hold on|sort me out with|I want to reserve|I wish to book"),
       why_reserve=split("we have a rehearsal|{one} is coming for a meeting|I'll be training a model|the workshop needs it|I need quiet|the team meets there|we play every week|there's an exam|I've got a delivery|it's for {matter}"))


@family("lattice.reserve", "any", 3.4)
def reserve(r: Random) -> Said:
    name = text_of(r, "capability")
    proper = name[0].isupper() and " " in name and not name.split(" ")[-1][0].isdigit()
    spot = [*plain("the " if proper and r.random() < 0.55 else ""), *quoted(r, name, "capability", 0.08)]
    units = r.random() < 0.17
    if units:
        number = [(count(r, 2, 12, 0.45), "units", 0)]
        spot = [*number, *plain(r.choice([" seats of ", " seats on ", " units of ", " places in ", " spots in ", " seats in ", " units on ", " places on ", " of ", " seats at "])), *spot] if r.random() < 0.65 else [*spot, *plain(" "), *say(r, r.choice(["for {u} (people|persons)", ", {u} (seats|units|places)", "({u} units)".replace("(", "").replace(")", ""), "with {u} (seats|units)", "for {u} of us", "for a group of {u}"]), {"u": lambda s: number})]
    when = lead(r, moment(r), "at")
    clauses = [when]
    if r.random() < 0.5:
        clauses.append([*plain(r.choice(["for ", "for ", "for ", ", ", "", "for about ", ", duration ", "lasting "])), (text_of(r, "minutes"), "minutes", 0)])
        if r.random() < 0.25:
            clauses.reverse()
    verb = text_of(r, "reserve")
    order = r.random()
    if order < 0.86:
        body = [*plain(verb + " "), *spot]
        for clause in clauses:
            body += [*plain(r.choice([" ", " ", " ", ", "])), *clause]
    elif order < 0.93:
        body = [*when, *plain(r.choice([": ", ", ", " I need ", " ", ", I want "])), *plain(r.choice(["reserve ", "book ", "hold "])), *spot, *[p for c in clauses if c is not when for p in [*plain(" "), *c]]]
    else:
        body = [*spot, *plain(r.choice([" ", ", ", ": "])), *when, *[p for c in clauses if c is not when for p in [*plain(" "), *c]], *plain(r.choice([", book it", ", reserve it", ", please reserve", " - reserve that", ", hold it for me", " please book"]))]
    imperative = order < 0.86 and verb.split(" ")[0] not in ("I", "I'd", "we", "need")
    return Said("imp" if imperative else "tell", body, why="why_reserve")


templates("lattice.reserve", "ask", 0.5, {
    "ask": ["(can|could|may) (I|we) (have|get|book|reserve|use) {capability=capability} {at_moment}[ for {minutes=minutes}]?", "is {capability=capability} free {at_moment}? (If so,|then) (book|reserve) it", "would you (hold|keep|book|reserve) {capability=capability} for me {at_moment}[ for {minutes=minutes}]?", "(can|could) you (book|reserve|hold) {units=few} (seats|units|places) (of|on|in) {capability=capability} {at_moment}?"],
    "nom": ["{capability=capability} {at_moment}, {minutes=minutes}", "booking: {capability=capability}, {at_moment}", "reservation for {capability=capability} {at_moment}[, {minutes=minutes}]", "reserve {capability=capability} {at_moment}", "book {capability=capability} {at_moment}"],
    "tell": ["(we|I) (will|'ll) (need|take|use) {capability=capability} {at_moment}[ for {minutes=minutes}], (reserve it|book it|please book it|so hold it)", "put {capability=capability} (in my name|on my account) {at_moment}[ for {minutes=minutes}]"],
}, why="why_reserve")

define(cancel=split("cancel|cancel|cancel|cancel reservation|cancel booking|cancel my reservation|cancel my booking|cancel the reservation|cancel the booking|cancel the booking with number|cancel reservation number|drop|drop booking|drop the booking|release|release reservation|release my booking|free up|call off|call off booking|call off the reservation|delete reservation|delete the booking|undo the reservation|undo booking|scrap|scrap booking|give up reservation|give back|withdraw reservation|withdraw my booking|annul|annul reservation|revoke booking|cancel out|remove reservation|remove booking|get rid of reservation|let go of booking|void reservation|abandon booking|forget about booking|unbook|unreserve|kill reservation|cancel ref|cancel order|bin booking|lose booking|back out of reservation|terminate reservation"),
       why_cancel=split("I can't make it|plans changed|we don't need it any more|the meeting was moved|{one} is ill|it's raining|the train is late|I booked twice|we found something better|the game is off|I won't be there|{matter} was postponed|nobody is coming|I'm stuck in {city}|I picked the wrong day"))
templates("lattice.cancel", "id", 2.1, {
    "imp": ["{cancel} {reservation=reservation}", "{cancel} {reservation=reservation}", "{cancel} {reservation~reservation}", "{cancel} {reservation=reservation}, {why_cancel}", "(drop|cancel|call off|release) the {weekday} (booking|reservation), (its|the) (number|id|reference|code) is {reservation=reservation}", "(cancel|drop|release|call off) (the|my) (booking|reservation) (with|under) (the |)(number|id|reference|code|ref) {reservation=reservation}", "(cancel|drop) (the|my) (room|table|court|car|van|desk|seat|hotel|studio|machine|slot), (reservation|booking|ref|number|id) {reservation=reservation}",
            "(take|strike) (reservation |booking |){reservation=reservation} (off the books|out of the calendar|off the list)", "(free|release) what I (booked|reserved) under {reservation=reservation}", "don't (keep|hold) {reservation=reservation} (any longer|for us|any more)", "let {reservation=reservation} go"],
    "nom": ["cancel {reservation=reservation}", "cancel: {reservation=reservation}", "cancellation of {reservation=reservation}", "cancellation: {reservation=reservation}", "{reservation=reservation} cancel", "cancelling {reservation=reservation}", "{reservation=reservation}: cancel it"],
    "tell": ["{why_cancel}, so {cancel} {reservation=reservation}", "{why_cancel}, (please |){cancel} {reservation=reservation}", "I (don't need|no longer need|won't need|can't use) (reservation |booking |my booking |){reservation=reservation}[ any more| after all], (cancel it|drop it|please cancel|release it)", "(reservation|booking) {reservation=reservation} (is off|can go|must be cancelled|should be cancelled|has to be called off|is no longer needed)", "I (want|need|have|would like) to cancel (reservation |booking |){reservation=reservation}", "we're not coming, (cancel|release|drop) {reservation=reservation}", "{reservation=reservation} was a mistake, (cancel it|drop it|undo it)"],
    "ask": ["can you (cancel|drop|release) (reservation |booking |my booking |){reservation=reservation}?", "would you call off {reservation=reservation}?", "is it possible to cancel {reservation=reservation}?", "could we still cancel {reservation=reservation}?"],
}, why="why_cancel")
