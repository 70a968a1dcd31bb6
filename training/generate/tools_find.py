"""Capabilities that satisfy constraints: finds of every length."""

from random import Random

from .family import Said, family
from .grammar import define, plain, say, split, text_of
from .lattice_parts import Pieces, needs, open_at, place, thing
from .words_times import count, lead

FINDS = split("""find|find|find|find me|search|search for|look for|look up|locate|get me|show me|give me|list|discover|seek|search me|hunt down|track down|I need|
I need|I want|I'm looking for|looking for|need|want|I'd like|I am searching for|we need|we're looking for|searching for|I require|where is|where's|
where can I find|where do I find|is there|are there|any|do you know|do you know of|can you find|could you find me|who has|who offers|what's|which is|
I would like to find|I'm after|in need of|suggest|recommend|I could use|point me to|tell me where there is|I search|find out where there is|get|
help me find|I have to find|we want|check for|check if there is|see if there is|is there maybe|anywhere with|know""")

define(
    why_find=split("""we land after dark|my tooth hurts|the car broke down|my phone fell into the water|{kin} is visiting|{one} settles here in {month}|we arrive {soon}|
I'm new in town|it's raining|I promised {kin}|my flat is flooded|we're stuck in {city}|the old one closed|I have an hour to kill|we're hungry|
I lost my key|my back hurts|the dog is sick|the kids are bored|our usual place is full|my zip broke|our training set grew|the job needs more memory|
I run out of disk|{one} recommended one but forgot the name"""),
    why_plan=split("""I have a free day|I only have one afternoon|{kin} is in town|we're in {city} for a day|I need to get things done|my list is long|
{one} left the organising to me|the car is back {soon}|the school bus comes later|I have to be efficient"""),
)
QUESTIONS = ("where", "is there", "are there", "any", "do you", "can you", "could you", "who", "what", "which", "know", "is there")


@family("lattice.find", "full", 7.6)
def find(r: Random) -> Said:
    verb = r.choice(FINDS)
    ask = verb.startswith(QUESTIONS)
    limit = None
    bare_lead = verb in ("any", "are there", "who offers", "who has", "list")
    units: Pieces | None = None
    if r.random() < 0.13 and not ask:
        limit = say(
            r,
            r.choice(["{limit=few}", "the (best|top|nearest|closest|first) {limit=few}", "top {limit=few}", "(up to|at most|max) {limit=few}", "{limit=few}"]),
        )
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
            head = [*plain("the nearest "), *thing(r, article=False)]
    clauses: list[Pieces] = []
    if r.random() < 0.72:
        clauses.append(place(r))
    if r.random() < 0.3:
        clauses.append(needs(r, r.choice([1, 1, 1, 1, 2, 2, 3])))
    if r.random() < 0.36:
        clauses.append(open_at(r))
    if units is None and r.random() < 0.1:
        clauses.append(
            say(
                r,
                r.choice(
                    [
                        "for {units=few} (people|persons|of us|guests|adults|players|kids|passengers)",
                        "for {units=few}",
                        "{units=few} (units|seats|spaces|places|at once|of them|pieces|nodes)",
                        ", {units=few} units",
                        "with room for {units=few}",
                        "with {units=few} seats",
                        ", we are {units=few}",
                        "for a (group|party|team|family) of {units=few}",
                        "for {units=few} people",
                    ]
                ),
            )
        )
    r.shuffle(clauses)
    if r.random() < 0.22 and len(clauses) > 1:
        clauses.sort(key=lambda c: c[0][1] is None and "," in c[0][0])
    if limit is None and units is None and not ask and r.random() < 0.08:
        clauses.append(
            say(
                r,
                r.choice(
                    [
                        ", (max|top|at most|limit|no more than|up to|maximum) {limit=few}[ (results|result|hits)]",
                        ", {limit=few} (results|hits|max|options|suggestions|at most)",
                        " max {limit=few}",
                        ", show me {limit=few}",
                        ", only {limit=few}",
                        ", just the (first|best|nearest) {limit=few}",
                        ", {limit=few} will do",
                    ]
                ),
            )
        )
    body = [*plain(verb + " "), *head]
    for clause in clauses:
        body += [*plain(" "), *clause]
    if r.random() < 0.07 and not ask:
        body = shuffled_front(r, head, clauses)
        return Said("nom", body, why="why_find")
    if ask:
        body = [*body, *plain("?")] if r.random() < 0.75 and body[-1][1] is not None else body
        return Said("ask", body, why="why_find")
    return Said(
        "imp" if verb.split(" ")[0] in ("find", "search", "look", "locate", "get", "show", "give", "list", "suggest", "recommend", "check") else "tell",
        body,
        why="why_find",
    )


def shuffled_front(r: Random, head: Pieces, clauses: list[Pieces]) -> Pieces:
    """The place or time first: `near X: a vet`."""
    first = clauses[:1] or [plain("wanted")]
    out: Pieces = [*first[0], *plain(r.choice([": ", ", ", " - ", ", I need "])), *head]
    for clause in clauses[1:]:
        out += [*plain(" "), *clause]
    return out


@family("lattice.find", "short", 1.0)
def find_short(r: Random) -> Said:
    """Few words: a verb, a thing, and a time or a place."""
    end = (
        [*plain(" "), *lead(r, r.choice(["now", "right now", "today", "tonight", "tomorrow", "straight away", "now", text_of(r, "moment")]), "at")]
        if r.random() < 0.45
        else [*plain(" near "), ("me", "near", 0)]
        if r.random() < 0.4
        else [*plain(" "), *place(r, 0.25)]
    )
    verb = r.choice(
        [
            "need",
            "need",
            "I need",
            "find",
            "get me",
            "looking for",
            "want",
            "we need",
            "any",
            "where's",
            "search",
            "find me",
            "locate",
            "urgently need",
            "is there",
            "who has",
        ]
    )
    return Said("nom", [*plain(verb + " "), *thing(r, article=verb not in ("any", "who has"), adjective=0.08), *end], why="why_find")


HOLDERS = split("""table|table|table|room|meeting room|boat|minibus|cabin|tent|lane|booth|court|apartment|conference room|hotel room|taxi|van|private room|box|
dinner table|holiday house|sauna|escape room|karaoke room|classroom|picnic table|terrace table|family room|canoe|campsite|bowling lane|limousine|flat""")


@family("lattice.find", "seats", 0.6)
def find_seats(r: Random) -> Said:
    """`a table for four at eight`: the number is of seats."""
    verb = r.choice(["find", "find me", "I need", "get me", "look for", "need", "looking for", "search", "is there", "we want", "any chance of", "any"])
    many = say(
        r,
        r.choice(
            [
                "for {units=few}",
                "for {units=few}",
                "for {units=few}",
                "for {units=few} (people|persons|guests|adults|of us|kids)",
                "that (seats|sleeps|holds|takes|fits) {units=few}",
                "with room for {units=few}",
            ]
        ),
    )
    clauses = [c for c, share in ((open_at(r), 0.6), (place(r, 0.12), 0.7), (needs(r, 1), 0.15)) if r.random() < share]
    r.shuffle(clauses)
    body = [*plain(f"{verb} {'' if verb == 'any' else 'a '}"), (r.choice(HOLDERS), "what", 0), *plain(" "), *many]
    for clause in clauses:
        body += [*plain(" "), *clause]
    return Said("imp" if verb in ("find", "find me", "get me", "look for", "search") else "tell", body, why="why_find")


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


@family("lattice.find", "twin", 0.7)
def find_twin(r: Random) -> Said:
    body = [*thing(r), *plain(" "), *place(r, 0.15), *plain(" "), *lead(r, text_of(r, "leg_time"), "at")]
    return Said("imp", [*plain(r.choice(["find ", "find ", "look for ", "search for ", "locate ", "show me "])), *body], why="why_find")
