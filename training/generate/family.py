"""Families of directives: one tool, one way of asking. A family makes the pieces; a voice says them; `finish` measures the spans."""

import re
from random import Random
from typing import Callable, NamedTuple

from .grammar import Piece, say

Kind = str  # imp: "list …" · ask: a question · nom: a noun phrase · tell: a statement · raw: leave as it is


class Said(NamedTuple):
    kind: Kind
    pieces: list[Piece]
    choices: dict[str, str] = {}
    why: str | None = None  # name of words with reasons that suit this tool


class Family(NamedTuple):
    name: str
    tool: str
    weight: float
    make: Callable[[Random], Said]


FAMILIES: list[Family] = []


def family(tool: str, name: str, weight: float) -> Callable:
    """Registers a function that makes one body; `weight` is the share of it among all examples, in percent."""

    def register(make: Callable[[Random], Said]) -> Callable[[Random], Said]:
        FAMILIES.append(Family(f"{tool}/{name}", tool, weight, make))
        return make

    return register


def templates(
    tool: str,
    name: str,
    weight: float,
    ways: dict[Kind, list[str]],
    choices: dict[str, str] | None = None,
    why: str | None = None,
    shares: dict[Kind, float] | None = None,
) -> None:
    """Registers a family that only chooses among templates of several kinds."""
    kinds = list(ways)
    parts = [(shares or SHARES)[kind] * (1 if len(ways[kind]) > 2 else 0.5) for kind in kinds]

    def make(r: Random) -> Said:
        kind = r.choices(kinds, parts)[0]
        return Said(kind, say(r, r.choice(ways[kind])), dict(choices or {}), why)

    family(tool, name, weight)(make)


SHARES = {"imp": 0.5, "ask": 0.25, "nom": 0.19, "tell": 0.15, "raw": 0.15}


def tidy(pieces: list[Piece]) -> list[Piece]:
    """Merges plain pieces, drops double blanks and blanks before punctuation, and sets a/an by the word that follows."""
    merged: list[list] = []
    for text, key, leg in pieces:
        if not text:
            continue
        if key is None and merged and merged[-1][1] is None:
            merged[-1][0] += text
        else:
            merged.append([text, key, leg])
    for piece, after in zip(merged, merged[1:] + [["", None, 0]]):
        if piece[1] is None:
            text = re.sub(r" ([,.?!;])(?=\s|$)", r"\1", re.sub(r"  +", " ", re.sub(r" *\n", "\n", piece[0])))
            piece[0] = re.sub(r"\b([Aa]) $", r"\1n ", text) if after[0][:1].lower() in VOWELS else text
    for index in range(1, len(merged)):
        if merged[index][1] is None and merged[index - 1][1] is None:
            raise AssertionError("plain pieces stand side by side")
    if merged and merged[0][1] is None:
        merged[0][0] = merged[0][0].lstrip()
    if merged and merged[-1][1] is None:
        merged[-1][0] = merged[-1][0].rstrip()
    return [(text, key, leg) for text, key, leg in merged if text]


VOWELS = set("aeio")


def finish(tool: str, source: str, choices: dict[str, str], pieces: list[Piece]) -> dict:
    """The example: the directive and where its spans lie, in code points."""
    directive, spans = "", []
    for text, key, leg in pieces:
        if key:
            spans.append({"key": key, "from": len(directive), "to": len(directive) + len(text), "leg": leg})
        directive += text
    last = max((span["leg"] for span in spans), default=0)
    legs = [min(span["from"] for span in spans if span["leg"] == leg) for leg in range(1, last + 1)]
    return {"directive": directive, "tool": tool, "choices": choices, "spans": spans, "legs": legs, "source": source}
