"""The grammar in which directives are written: text pieces, some of which carry the key of a parameter.

A template is English with four marks: `(a|b|)` chooses one, `[a]` is there or not, `{name}` inserts a word of that
name, `{key=name}` the same as a span of parameter `key`, `{key~name}` as a span that may stand in quotation marks.
A piece is `(text, key, leg)`; key None is plain text. Labels are right by construction: no span is ever searched for.
"""

import re
from functools import lru_cache
from random import Random
from typing import Callable, Iterable, NamedTuple

Piece = tuple[str, str | None, int]
Words = list[str] | Callable[[Random], "str | list[Piece]"]

WORDS: dict[str, Words] = {}
PLAIN = re.compile(r"[^{(|[]*$")


class Slot(NamedTuple):
    name: str
    key: str | None
    quoted: bool


class Choice(NamedTuple):
    ways: list[list]


def define(**named: "Words | str") -> None:
    """Names words for templates; a string is split at `|` or at line ends."""
    for name, words in named.items():
        WORDS[name] = split(words) if isinstance(words, str) else words


@lru_cache(maxsize=None)
def split(text: str) -> list[str]:
    """The items of a text, which stand between bars or line ends outside all brackets."""
    items, depth, item = [], 0, ""
    for mark in text + "\n":
        depth += (mark in "([{") - (mark in ")]}")
        if depth == 0 and mark in "|\n":
            items.append(item)
            item = ""
        else:
            item += mark
    if depth:
        raise ValueError(f"unbalanced words: {item[:80]}")
    return [item for item in items if item.strip()]


def lines(text: str) -> list[str]:
    """One item a line, as it stands."""
    return [line for line in text.strip().splitlines() if line]


@lru_cache(maxsize=None)
def parse(template: str) -> list:
    """The template as a list of str, Slot and Choice."""
    ways, end = _parse_ways(template, 0)
    if end != len(template):
        raise ValueError(f"unbalanced template: {template}")
    return ways[0] if len(ways) == 1 else [Choice(ways)]


def _parse_ways(text: str, at: int) -> tuple[list[list], int]:
    ways: list[list] = [[]]
    plain = ""

    def flush() -> None:
        nonlocal plain
        if plain:
            ways[-1].append(plain)
        plain = ""

    while at < len(text) and text[at] not in ")]":
        mark = text[at]
        if mark in "([":
            flush()
            inner, at = _parse_ways(text, at + 1)
            ways[-1].append(Choice(inner + [[]] if mark == "[" else inner))
        elif mark == "|":
            flush()
            ways.append([])
        elif mark == "{":
            flush()
            close = text.index("}", at)
            ways[-1].append(_parse_slot(text[at + 1 : close]))
            at = close
        else:
            plain += mark
        at += 1
    flush()
    return ways, at


def _parse_slot(text: str) -> Slot:
    for mark in "=~":
        key, found, name = text.partition(mark)
        if found:
            return Slot(name, key, mark == "~")
    return Slot(text, None, False)


def say(r: Random, template: str, words: dict | None = None) -> list[Piece]:
    """One expansion of the template; `words` go before the defined ones."""
    out: list[Piece] = []
    _expand(r, parse(template), words or {}, out)
    return out


def text_of(r: Random, name: str, words: dict | None = None) -> str:
    """One word (or phrase) of that name, as plain text."""
    return "".join(piece[0] for piece in _word(r, name, words or {})).strip()


def _expand(r: Random, nodes: list, words: dict, out: list[Piece]) -> None:
    for node in nodes:
        if node.__class__ is str:
            out.append((node, None, 0))
        elif node.__class__ is Choice:
            _expand(r, node.ways[int(r.random() * len(node.ways))], words, out)
        elif node.key is None:
            out.extend(_word(r, node.name, words))
        else:
            text = "".join(piece[0] for piece in _word(r, node.name, words)).strip()
            out.extend(quoted(r, text, node.key) if node.quoted else [(text, node.key, 0)])


def _word(r: Random, name: str, words: dict) -> list[Piece]:
    source = words[name] if name in words else WORDS[name]
    if source.__class__ is list:
        item = source[int(r.random() * len(source))]
        if not PLAIN.match(item):
            return say(r, item, words)
        return [(item, None, 0)]
    made = source(r) if callable(source) else source
    return [(made, None, 0)] if made.__class__ is str else made


QUOTES = ['""', "''", "``", "“”", "‘’", '""', "''", "``", '""', "«»", "„“"]


def quoted(r: Random, text: str, key: str, share: float = 0.5) -> list[Piece]:
    """The span, bare or between quotation marks that it does not contain."""
    if r.random() > share:
        return [(text, key, 0)]
    marks = r.choice(QUOTES)
    if marks[0] in text or marks[1] in text:
        return [(text, key, 0)] if '"' in text or key in ("code", "sql") else [('"', None, 0), (text, key, 0), ('"', None, 0)]
    return [(marks[0], None, 0), (text, key, 0), (marks[1], None, 0)]


def plain(text: str) -> list[Piece]:
    return [(text, None, 0)]


def join(parts: Iterable[list[Piece]], glue: str = " ") -> list[Piece]:
    out: list[Piece] = []
    for part in parts:
        if part:
            if out:
                out.append((glue, None, 0))
            out.extend(part)
    return out


def in_leg(pieces: list[Piece], leg: int) -> list[Piece]:
    """The pieces with every span that has no leg of its own (-1: each) moved into the leg."""
    return [(text, key, leg if key and at == 0 else at) for text, key, at in pieces]
