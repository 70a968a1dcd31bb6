"""An example as the model sees it: the tokens that are fed and what should be picked after each.

    <|bos|> t1 … tn <|card|> TOOL CHOICE* <|mark|> t1 m* … tn m* <|end|> m*

Picks are TOOL, CHOICEs and, at every place of the second reading, marks until `<|go|>` (not fed).
A pick that the automaton would force carries no loss: after `<|+KEY|>` only `<|go|>` is possible.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from training.tokenizer import Tokenizer, pieces
from training.tools import NONE, choice_token, key_token, tool_token, tools

IGNORE = -1


class NotMarkable(ValueError):
    """A span edge of the example is no edge of a piece, or a span has no words."""


@dataclass(frozen=True)
class Sequence:
    """tokens are fed; targets[i] is the special token to pick after tokens[i], counted from the first special, or IGNORE."""

    tokens: list[int]
    targets: list[int]
    source: str
    tool: str


def piece_edges(parts: list[str]) -> tuple[dict[int, int], dict[int, int]]:
    """Code point offsets → piece number, for starts (also behind a leading blank) and for ends."""
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    offset = 0
    for i, part in enumerate(parts):
        starts[offset] = i
        if len(part) > 1 and part[0] == " ":
            starts[offset + 1] = i
        offset += len(part)
        ends[offset] = i
    return starts, ends


def marks_of(example: dict, parts: list[str]) -> dict[int, list[str]]:
    """Piece number → marks there, in the order `-`, `leg`, `+KEY`; the piece after the last is the end."""
    starts, ends = piece_edges(parts)
    ranked: dict[int, list[tuple[int, str]]] = {}
    try:
        for offset in example.get("legs", []):
            ranked.setdefault(starts[offset], []).append((1, "<|leg|>"))
        for span in example.get("spans", []):
            name = "<|+each_minutes|>" if span.get("leg") == -1 else key_token(span["key"])
            first, last = starts[span["from"]], ends[span["to"]]
            if last < first:
                raise NotMarkable(f"empty span {span}")
            ranked.setdefault(first, []).append((2, name))
            ranked.setdefault(last + 1, []).append((0, "<|-|>"))
    except KeyError as wrong:
        raise NotMarkable(f"offset {wrong} is no edge of a piece") from wrong
    return {at: [name for _, name in sorted(found)] for at, found in ranked.items()}


def choices_of(example: dict) -> list[str]:
    """The choice tokens of the example's tool, absent ones included."""
    stated = example.get("choices", {})
    found = []
    for key, values, optional in tools()[example["tool"]].choices:
        value = str(stated.get(key, "")).lower() if isinstance(stated.get(key), bool) else stated.get(key, "")
        if value not in values and not (optional and value == ""):
            raise NotMarkable(f"{example['tool']} wants {key}, not {value!r}")
        found.append(choice_token(key, value))
    return found


class Writer:
    """Collects tokens and targets."""

    def __init__(self, tokenizer: Tokenizer):
        self.tokenizer = tokenizer
        self.tokens: list[int] = []
        self.targets: list[int] = []

    def feed(self, *tokens: int) -> None:
        self.tokens += tokens
        self.targets += [IGNORE] * len(tokens)

    def pick(self, name: str) -> None:
        """What should be picked after the token fed last."""
        self.targets[-1] = self.tokenizer.specials[name] - self.tokenizer.first_special

    def pick_and_feed(self, name: str) -> None:
        self.pick(name)
        self.feed(self.tokenizer.specials[name])

    def place(self, marks: list[str]) -> None:
        """The picks at one place; after a `<|+KEY|>` the blank is forced."""
        for name in marks:
            self.pick_and_feed(name)
        if not marks or not marks[-1].startswith("<|+"):
            self.pick("<|go|>")


def sequence_of(example: dict, tokenizer: Tokenizer, rough: float = 0.0, chance: random.Random | None = None) -> Sequence:
    """The training sequence of one example; raises NotMarkable when it cannot be said in marks."""
    parts_text = pieces(example["directive"])
    parts = tokenizer.encode_pieces(example["directive"], rough, chance)
    special = tokenizer.specials
    out = Writer(tokenizer)
    out.feed(special["<|bos|>"], *(token for part in parts for token in part), special["<|card|>"])
    out.pick_and_feed(tool_token(example["tool"]))
    if example["tool"] == NONE:
        return Sequence(out.tokens[:-1], out.targets[:-1], example.get("source", ""), NONE)
    for name in choices_of(example):
        out.pick_and_feed(name)
    out.feed(special["<|mark|>"])
    marks = marks_of(example, parts_text)
    for i, part in enumerate(parts):
        out.feed(part[0])
        out.place(marks.get(i, []))
        for token in part[1:]:
            out.feed(token)
            out.place([])
    out.feed(special["<|end|>"])
    if marks.get(len(parts)):
        out.pick_and_feed(marks[len(parts)][0])
    else:
        out.pick("<|go|>")
    return Sequence(out.tokens, out.targets, example.get("source", ""), example["tool"])
