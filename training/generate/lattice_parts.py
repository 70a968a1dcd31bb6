"""What finds and plans share: a thing, a place, what it must have, and when."""

from random import Random

from .grammar import Piece, define, plain, say, split, text_of
from .words_times import count, lead, moment

Pieces = list[Piece]
DISTANCES = split("""within {d} of {p}|within {d} of {p}|within {d} of {p}|{d} from {p}|{d} from {p}|{d} from {p}|{d} away from {p}|no further than {d} from {p}|
not more than {d} from {p}|at most {d} from {p}|less than {d} from {p}|up to {d} from {p}|max {d} from {p}|in a radius of {d} around {p}|
within {d} from {p}|{d} around {p}|near {p}, within {d}|near {p} (within {d})|near {p}, max {d}|near {p}, {d} radius|no more than {d} away from {p}|
within a {d} radius of {p}|under {d} from {p}|near {p}, no further than {d}|not further than {d} from {p}|in {d} of {p}|{d} or less from {p}|
within {d} around {p}|near {p}, at most {d} away|near {p}, up to {d} away|close to {p}, {d} at most|not over {d} from {p}""")


def thing(r: Random, key: str = "what", article: bool = True, adjective: float = 0.16, number: str = "") -> Pieces:
    """`a quiet cafe`: attribute words that stand before the noun are requirements."""
    noun = text_of(r, "whats" if number == "many" or r.random() < 0.1 else "what")
    out: Pieces = []
    if r.random() < adjective:
        first = text_of(r, "befores")
        out = [(first, "require", 0), *plain(" ")]
        if r.random() < 0.12 and (second := text_of(r, "befores")) != first:
            out = [(first, "require", 0), *plain(r.choice([" ", ", "])), (second, "require", 0), *plain(" ")]
    plural = noun.endswith("s") and not noun.endswith(("ss", "us", "ics")) and "with" not in noun
    start = (
        ""
        if not article or plural or r.random() < 0.12
        else r.choice(["a ", "a ", "a ", "a ", "the nearest ", "some ", "any ", "a good ", "the closest ", "a ", "one "])
    )
    if start in ("some ", "any ") or "nearest" in start or "closest" in start:
        start = start if r.random() < 0.6 else "a "
    return [*plain("a " if start == "a good " and out else start.replace("a good", "a decent")), *out, (noun, key, 0)]


def place(r: Random, how: float = 0.3) -> Pieces:
    """`near X`, `in X`, or a distance from X."""
    where = text_of(r, "near")
    personal = where in ("me", "home", "here", "work", "school") or where.startswith(("my ", "our ", "the kids", "the corner"))
    if r.random() < how:
        far = [(text_of(r, "radius"), "radius_km", 0)]
        way = r.choice(DISTANCES)
        if far[0][0].startswith(("a ", "half", "one ")) and "a {d} radius" in way:
            way = "within {d} of {p}"
        parts = way.replace("(", "«").replace(")", "»")
        pieces = say(r, parts, {"d": lambda s: far, "p": lambda s: [(where, "near", 0)]})
        return [(text.replace("«", "(").replace("»", ")"), key, leg) for text, key, leg in pieces]
    word = r.choice(
        [
            "near",
            "near",
            "near",
            "near",
            "in",
            "in",
            "in",
            "around",
            "close to",
            "by",
            "next to",
            "not far from",
            "at",
            "nearby",
            "close by",
            "in the area of",
            "around the area of",
            "along",
            "opposite",
            "round",
            "nr",
            "somewhere near",
            "somewhere in",
            "somewhere around",
            "near to",
        ][: 6 if personal else 25]
    )
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
        item = text_of(r, "spec" if pool == "withs" and r.random() < 0.12 else pool)
        if item not in items:
            items.append(item)
    leads = (
        [
            "with",
            "with",
            "with",
            "with",
            "with",
            "having",
            "that has",
            "which has",
            "offering",
            "that offers",
            "and",
            "including",
            "featuring",
            "that comes with",
            "w/",
            "must have",
            "it needs",
            "which offers",
        ]
        if pool == "withs"
        else ["that is", "that's", "which is", "that are", "", "", "it must be", "must be", "that is", ", "]
    )
    out: Pieces = plain(r.choice(leads) + " ")
    for index, item in enumerate(items):
        article = next((a for a in ("a ", "an ") if item.startswith(a)), "") if pool == "withs" else ""
        glue = "" if index == 0 else r.choice([" and ", ", ", " and ", " & ", " plus "]) if index == many - 1 else ", "
        out += [*plain(glue + article), (item.removeprefix(article), "require", 0)]
    return out


def open_at(r: Random) -> Pieces:
    when = lead(r, moment(r), "at")
    if r.random() < 0.22:
        return [
            *plain(
                r.choice(
                    [
                        "open ",
                        "that is open ",
                        "that's open ",
                        "available ",
                        "free ",
                        "that opens ",
                        "that's free ",
                        "which is open ",
                        "still open ",
                        "that are open ",
                    ]
                )
            ),
            *when,
        ]
    return [*plain(r.choice(["", "", "", "", ", "])), *when]


define(few=lambda r: count(r, 2, 12, 0.4))
