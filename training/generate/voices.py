"""Voices: how a body is wrapped, cased, shortened and misspelt. Spans of literals (paths, code, addresses) are never changed."""

import re
from random import Random

from .family import Said
from .grammar import WORDS, Piece, plain, say, split
from .slips import LITERAL, broken, misspell, shorten, soft

OPEN_ENDED = {"text", "code", "content", "sql", "note"}

ASKS = split("""please {}|please {}|please {}|please {}|pls {}|pls {}|plz {}|{}, please|{} please|{} pls|I was wondering if you could {}|I wonder if you could {}|
kindly {}|can you {}?|can u {}|could you {}?|could you please {}?|can you please {}?|would you {}?|would you please {}?|will you {}?|could u {} pls|
i need you to {}|I need you to {}|I'd like you to {}|i want you to {}|I want to {}|i wanna {}|I'd like to {}|I would like to {}|let's {}|lets {}|
go ahead and {}|just {}|now {}|quickly {}|be so kind and {}|be a dear and {}|please go ahead and {}|can we {}?|could we {}?|may I ask you to {}?|
is it possible to {}?|I have to {}|i need to {}|we need to {}|we should {}|time to {}|you can {} now|you may {} now|help me {}|do me a favour and {}|
if you could {}, that'd be great|your job: {}|try to {}|make sure to {}|I'm asking you to {}|would it be possible to {}?|any chance you could {}?|
mind if I ask you to {}?|it'd be nice if you could {}|when you get a chance, {}|whenever you're ready, {}|at your convenience, {}|for me, {}|
for {kin}: {}|{person} wants you to {}|tell you what, {}|go {}|please would you {}|could I get you to {}?|how about you {}|gonna need you to {}""")
FOREIGN = split("""please to {}|i want that you {}|can you to {}|is possible {} ?|please you {}|you must {} please|i would want {}|it is needed to {}|me need {}|
i wish to {} please|we want you {}|do please {}|you could {} for me ?|i ask to {}|make please {}""")
BEFORE = split("""{event2}, so |{event2}, so |{event2}, so please |{event2}. |{event2}. |{event2} - |{event2} – |{event2}; |{event2}: |{event2}, therefore |
{event2} and I need this: |since {event2}, |as {event2}, |because {event2}, |before {going}, |before {going}: |before {going}, please |{hail}, |
{hail}, |{hail}! |{hail}. |{hail} - |{hail} {person}, |now that {event2}, |while {event2}, |given that {event2}, |{event2}... |{event2}, that's why: |
after {going}, |for {matter}: |about {matter}: |{event2}, and {event2}, so |{event2} and {event2} – |{event2}. {event2}. |{event2} ({event2}), so |
{ack}, and now |I'm {doing}, so |I'm {doing}. |i'm {doing}, |{who} would like to know: |{event2}! |as {one} suggested, |{one} said I should ask you: |
not sure if this works, but |{hail}, {event2}. |{hail}, {event2}, so |{event2}; {event2}. |even though {event2}, |although {event2}, |
when you get a moment, |when you have time, |if you're not busy, |if it's not too much trouble, |as far as {matter} is concerned, |
quick question before {going}: |quick check before {going}: |to settle it with {one}: |for {one}'s sake, |{past_tool}, |{past_tool}. """)
AFTER = split(""", {ack}|, {ack}| {ack}|. {ack}|. {ack}!|, {event2}|. {event2}|. {event2}.| - {event2}| – {event2}| because {event2}|, because {event2}|, as {event2}|
 before {going}|, I'm {doing}|, i'm {doing}|; {event2}| ({event2})| since {event2}| please| please| pls| for {kin}|, {plan_ing}|, {plan_ing}|
. {plan_ing}.| - {plan_ing}|, {event2}, {ack}| so that {one} can see it|. I'm {doing}.|... {event2}| while I'm {doing}|, for {matter}|
, otherwise {one} will complain|!|!!|...| now| now please| for me| for me please| if you can| if possible| right away| again|, {past_tool}|
. {past_tool}.|, and then {one} decides|, and then I'll decide| real quick| first|
, and then I'll (decide|see) (what goes|what to do|what comes next|if it's enough)|, but don't {trap} anything|; no need to {trap} it|
 and nothing else|, nothing more|, just that""")
SHORT_AFTER = split(", please| please| pls|, {ack}| plz|, thanks| thanks|, thx| please!|, would you")


def speak(r: Random, said: Said) -> list[Piece]:
    """The body in a voice of its own."""
    pieces = said.pieces
    if said.kind == "raw":
        return ending(r, pieces)
    way = r.random()
    if said.kind == "imp" and way < 0.36:
        pieces = wrap(r, FOREIGN if way < 0.03 else ASKS, pieces)
    elif said.kind == "imp" and way < 0.41:
        pieces = gerund(r, pieces)
    elif said.kind == "imp" and way < 0.435:
        pieces = doubled(r, pieces)
    bare = all(key is None for _, key, _ in pieces)
    if r.random() < ((0.2 if bare else 0.05) if said.kind == "nom" else 0.3 if bare else 0.14):
        pieces = before(r, said, pieces)
    pieces = after(r, said, pieces)
    pieces = ending(r, pieces)
    return pieces


def wrap(r: Random, ways: list[str], pieces: list[Piece]) -> list[Piece]:
    head, _, tail = r.choice(ways).partition("{}")
    if tail and is_open(pieces):
        tail = ""
    return [*say(r, head), *pieces, *say(r, tail)]


MINDS = [
    "would you mind {}?",
    "do you mind {}?",
    "mind {}?",
    "I'd appreciate you {}",
    "how about {}?",
    "any chance of you {}?",
    "I'd be grateful for your {}",
    "what about {}?",
    "would it be much trouble {}?",
    "I was hoping for you {}",
    "thanks for {}",
    "start by {}",
    "begin with {}",
]
STEMS = re.compile(r"([a-z]+)(.*)", re.S)
TWICE = {
    "get",
    "put",
    "set",
    "cut",
    "drop",
    "stop",
    "run",
    "grab",
    "plan",
    "log",
    "snapshot",
    "wrap",
    "tag",
    "hit",
    "scrap",
    "trip",
    "flip",
    "spot",
    "snap",
    "cap",
    "let",
    "ban",
    "scan",
    "dig",
}


def gerund(r: Random, pieces: list[Piece]) -> list[Piece]:
    """`would you mind reading …` for `read …`."""
    text, key, leg = pieces[0]
    found = STEMS.match(text) if key is None else None
    if (
        not found
        or found[1] in ("please", "pls", "which", "the", "a", "no", "not", "don", "do", "top", "up", "at", "with", "for", "new", "under", "list")
        and found[1] not in ("list", "do")
    ):
        return pieces
    stem = found[1]
    ing = stem + stem[-1] + "ing" if stem in TWICE else stem[:-1] + "ing" if stem.endswith("e") and not stem.endswith(("ee", "ye")) else stem + "ing"
    head, _, tail = r.choice(MINDS).partition("{}")
    return [(head + ing + found[2], None, leg), *pieces[1:], *plain("" if is_open(pieces) else tail)]


def doubled(r: Random, pieces: list[Piece]) -> list[Piece]:
    return [
        *say(
            r,
            r.choice(
                [
                    "{dont}, just ",
                    "{dont}, just ",
                    "{dont}; only ",
                    "{dont}, but ",
                    "{dont} - just ",
                    "rather than {trap} it, ",
                    "before you {trap} anything, ",
                    "yes, ",
                    "yes please, ",
                    "no wait, ",
                    "never mind that, ",
                    "forget that, ",
                    "ok then, ",
                    "and again: ",
                    "as usual, ",
                    "next step: ",
                    "step 2: ",
                    "change of plan: ",
                    "again, ",
                ]
            ),
        ),
        *pieces,
    ]


def before(r: Random, said: Said, pieces: list[Piece]) -> list[Piece]:
    if said.why and r.random() < 0.5:
        lead = say(
            r,
            r.choice(["{why}, so ", "{why}, so ", "{why}. ", "{why}. ", "{why} - ", "{why}; ", "since {why}, ", "{why} – ", "as {why}, ", "{why}, "]),
            {"why": WORDS[said.why]},
        )
    else:
        lead = say(r, r.choice(BEFORE))
    return [*lead, *pieces]


def is_open(pieces: list[Piece]) -> bool:
    return bool(pieces) and pieces[-1][1] in OPEN_ENDED


def after(r: Random, said: Said, pieces: list[Piece]) -> list[Piece]:
    """A clause behind the request, where it cannot be taken for the end of a free text."""
    if is_open(pieces) or pieces[-1][0].endswith(("?", "!", "`", "\n")) and pieces[-1][1] is None and r.random() < 0.8:
        return pieces
    last = pieces[-1][1]
    if said.kind == "ask" and r.random() < 0.08:
        return (
            [*pieces, *say(r, r.choice([" {event2}", " {event2}.", " {plan_ing}", " {ack}", " I'm {doing}.", " {past_tool}"]))]
            if pieces[-1][0].endswith("?")
            else [*pieces, *say(r, r.choice(["? {event2}", "? {event2}.", "? {ack}", " ? {event2}", "? I'm {doing}"]))]
        )
    if last in ("query", "label", "snapshot", "tag", "since", "category", "capability", "near", "path", "url", "host"):
        return (
            [
                *pieces,
                *say(
                    r,
                    r.choice(
                        SHORT_AFTER if r.random() < 0.7 else [". {event2}", ". {ack}", ", {ack}", ". I'm {doing}", " - {event2}", ", {event2}", ", {plan_ing}"]
                    ),
                ),
            ]
            if r.random() < 0.1
            else pieces
        )
    if r.random() < (0.3 if all(key is None for _, key, _ in pieces) else 0.06 if said.kind == "nom" else 0.11):
        return [*pieces, *say(r, r.choice(AFTER))]
    return pieces


STOPPED = re.compile(r"[.?!:;,…)\]}`~\n]$")
QUESTION = re.compile(
    r"(?:^|[.,;:!–-] )(?:so |hey |ok |and )*(who|what|which|where|when|how|is|are|do|does|did|have|has|can|could|would|will|am|any|why|was|were|may|whats|what's|should)\b[^.;:]*$",
    re.I,
)


def ending(r: Random, pieces: list[Piece]) -> list[Piece]:
    """A question mark or full stop, or none."""
    text = "".join(piece[0] for piece in pieces)
    if STOPPED.search(text) and not (pieces[-1][1] in ("text", "note", "what", "at") and text[-1] not in ".?!"):
        return pieces
    if pieces[-1][1] in ("code", "sql", "content"):
        return pieces
    if QUESTION.search(text) and pieces[-1][1] not in ("text", "note"):
        return [*pieces, *plain("?")] if r.random() < 0.5 else pieces
    return [*pieces, *plain("." if r.random() < 0.9 else "!")] if r.random() < 0.15 else pieces


def dress(r: Random, pieces: list[Piece]) -> list[Piece]:
    """Case, typos and shortenings over the whole directive."""
    way = r.random()
    if way < 0.1:
        pieces = [shorten(r, piece) if soft(piece) else piece for piece in pieces]
    elif way < 0.14:
        pieces = [broken(r, piece) if piece[1] is None else piece for piece in pieces]
    if r.random() < (0.15 if len(pieces) == 1 else 0.08):
        pieces = misspell(r, pieces)
    case = r.random()
    if case < 0.42:
        names = r.random() < 0.7
        pieces = [(lower(text) if key is None or names and key not in LITERAL and key not in OPEN_ENDED else text, key, leg) for text, key, leg in pieces]
        if r.random() < 0.25:
            pieces = [
                (text.replace("'", "") if key is None and len(text) > 2 and "'" not in (text[0], text[-1]) else text, key, leg) for text, key, leg in pieces
            ]
    elif case < 0.435:
        pieces = [(text.upper() if key not in LITERAL and key not in OPEN_ENDED else text, key, leg) for text, key, leg in pieces]
    elif case < 0.95:
        pieces = sentence(pieces)
    return pieces


def lower(text: str) -> str:
    return text if "```" in text else text.lower()


def sentence(pieces: list[Piece]) -> list[Piece]:
    """Capitals at the starts of sentences; a literal keeps its case."""
    text, key, leg = pieces[0]
    if key is None or key not in LITERAL and key not in ("code", "content", "sql", "currency", "unit"):
        pieces = [(re.sub(r"^([\"'“‘]?)([^\W\d_])", lambda m: m[1] + m[2].upper(), text, count=1), key, leg), *pieces[1:]]
    return [(re.sub(r"([.?!] )([a-z])", lambda m: m[1] + m[2].upper(), text) if key is None else text, key, leg) for text, key, leg in pieces]
