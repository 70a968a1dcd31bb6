"""Slips of the finger, shortenings and the grammar of another language."""

import re
from random import Random

from .grammar import Piece

LITERAL = {"path", "content", "label", "snapshot", "url", "host", "capability", "reservation", "sql", "code", "value", "amount", "since", "tag"}

NUMBERS = {"value", "amount", "limit", "units", "max_pages", "max_depth", "every_minutes", "radius_km", "minutes", "days", "timeout_seconds"}

SHORT = [
    ("please", "pls"),
    ("please", "plz"),
    ("you", "u"),
    ("are", "r"),
    ("tomorrow", "tmrw"),
    ("tomorrow", "tmr"),
    ("minutes", "mins"),
    ("minutes", "min"),
    ("hours", "hrs"),
    ("because", "bc"),
    ("thanks", "thx"),
    ("your", "ur"),
    ("before", "b4"),
    ("with", "w/"),
    ("want to", "wanna"),
    ("going to", "gonna"),
    ("give me", "gimme"),
    ("let me", "lemme"),
    ("something", "smth"),
    ("message", "msg"),
    ("about", "abt"),
    ("information", "info"),
    ("appointment", "appt"),
    ("and", "&"),
    ("people", "ppl"),
    ("between", "btw"),
    ("what is", "whats"),
    ("I am", "im"),
    ("do not", "dont"),
    ("Saturday", "Sat"),
    ("Friday", "Fri"),
]
SLIPS = {
    "tomorrow": ["tommorow", "tomorow", "tommorrow"],
    "which": ["wich", "whcih"],
    "remember": ["remeber", "rember", "remmeber"],
    "search": ["serach", "seach"],
    "restaurant": ["resturant", "restaraunt"],
    "the": ["teh", "hte"],
    "please": ["plese", "pleas", "plase"],
    "until": ["untill", "til"],
    "receive": ["recieve"],
    "schedule": ["shedule", "schedul"],
    "currently": ["curently", "currenty"],
    "what": ["waht", "wat"],
    "and": ["adn"],
    "their": ["thier"],
    "show": ["shwo", "sho"],
    "reservation": ["reservaton", "resevation"],
    "snapshot": ["snapshoot", "snaphsot", "snpashot"],
    "there": ["ther", "thier"],
    "through": ["thru", "trough"],
    "since": ["sicne", "sinse"],
    "have": ["hav", "ahve"],
    "pharmacy": ["pharmasy", "farmacy"],
    "cancel": ["cancle", "cansel"],
    "permit": ["premit", "permitt"],
    "weight": ["wieght", "weigth"],
    "near": ["nera", "neer"],
    "with": ["wiht", "whit"],
    "changed": ["chaged", "changd"],
    "from": ["form", "frm"],
}


def soft(piece: Piece) -> bool:
    return piece[1] is None or piece[1] not in LITERAL and piece[1] not in NUMBERS and piece[1] not in ("unit", "currency")


def shorten(r: Random, piece: Piece) -> Piece:
    text = piece[0]
    for long, short in r.sample(SHORT, 12):
        text = re.sub(rf"(?<![\w']){long}(?![\w'])", short, text)
    return (text, piece[1], piece[2])


def broken(r: Random, piece: Piece) -> Piece:
    """Grammar of someone who thinks in another language: articles and plurals go missing."""
    text = re.sub(r"\b(the|a|an) (?=\w)", lambda m: "" if r.random() < 0.75 else m[0], piece[0])
    text = re.sub(r"\b(snapshot|permit|watche?|file|page|minute|hour|record|change)s\b", lambda m: m[1] if r.random() < 0.4 else m[0], text)
    text = text.replace("I'd like", "i would like") if r.random() < 0.5 else text
    return (re.sub(r"\b(is|are) (?=\w)", lambda m: "" if r.random() < 0.15 else m[0], text), piece[1], piece[2])


WORD = re.compile(r"[A-Za-z]{4,}")


def misspell(r: Random, pieces: list[Piece]) -> list[Piece]:
    """One to three slips of the finger in words outside literals."""
    out = list(pieces)
    for _ in range(r.choice([1, 1, 1, 2, 3])):
        spots = [(index, word) for index, piece in enumerate(out) if soft(piece) and "```" not in piece[0] for word in WORD.finditer(piece[0])]
        if not spots:
            return out
        index, word = r.choice(spots)
        text, key, leg = out[index]
        out[index] = (text[: word.start()] + slip(r, word[0]) + text[word.end() :], key, leg)
    return out


def slip(r: Random, word: str) -> str:
    if word.lower() in SLIPS and r.random() < 0.7:
        return r.choice(SLIPS[word.lower()])
    at, way = r.randint(1, len(word) - 2), r.random()
    if way < 0.35:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if way < 0.7:
        return word[:at] + word[at + 1 :]
    if way < 0.85:
        return word[:at] + word[at] + word[at:]
    return word[:at] + r.choice(NEXT.get(word[at].lower(), "e")) + word[at + 1 :]


NEXT = {
    "a": "sq",
    "b": "vn",
    "c": "xv",
    "d": "sf",
    "e": "wr",
    "f": "dg",
    "g": "fh",
    "h": "gj",
    "i": "uo",
    "j": "hk",
    "k": "jl",
    "l": "k",
    "m": "n",
    "n": "bm",
    "o": "ip",
    "p": "o",
    "q": "wa",
    "r": "et",
    "s": "ad",
    "t": "ry",
    "u": "yi",
    "v": "cb",
    "w": "qe",
    "x": "zc",
    "y": "tu",
    "z": "x",
}
