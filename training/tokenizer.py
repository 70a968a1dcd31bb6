"""Byte-level BPE with the pre-tokenisation of "marks/1": train, encode (with optional dropout), decode.

    python3 -m training.tokenizer --examples 60000 --out training/out/tokenizer.json

Pieces are ` ?\\p{L}+| ?\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]|\\s`: every punctuation mark stands alone, so that a
span can begin or end at it. The input is UTF-8 as typed, without normalisation. Ids: 256 bytes in the
order of the GPT-2 alphabet, then the merges, then the special tokens.
"""

from __future__ import annotations

import argparse
import heapq
import json
import random
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from functools import lru_cache
from pathlib import Path

from training.tools import special_names

VOCABULARY = 2048
WHITE = "\\t\\n\\v\\f\\r \\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff"  # as in JavaScript


@lru_cache(maxsize=1)
def byte_alphabet() -> tuple[str, ...]:
    """The printable letter that stands for each byte (GPT-2's table)."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters, extra = [], 0
    for byte in range(256):
        if byte in kept:
            letters.append(chr(byte))
        else:
            letters.append(chr(256 + extra))
            extra += 1
    return tuple(letters)


def ranges_of(initial: str) -> str:
    """The body of a character class with all code points whose category starts with `initial`."""
    parts, first = [], None
    for point in range(sys.maxunicode + 2):
        inside = point <= sys.maxunicode and unicodedata.category(chr(point))[0] == initial
        if inside and first is None:
            first = point
        elif not inside and first is not None:
            parts.append(f"\\U{first:08x}-\\U{point - 1:08x}")
            first = None
    return "".join(parts)


@lru_cache(maxsize=1)
def piece_pattern() -> re.Pattern[str]:
    """The pre-tokenisation; Python's `re` knows no \\p, so the classes are spelled out."""
    letters, numbers = ranges_of("L"), ranges_of("N")
    return re.compile(f" ?[{letters}]+| ?[{numbers}]{{1,3}}| ?[^{WHITE}{letters}{numbers}]|[{WHITE}]")


def pieces(text: str) -> list[str]:
    """The text cut into pre-tokens; their concatenation is the text."""
    return piece_pattern().findall(text)


class Tokenizer:
    """The vocabulary: merges as pairs of GPT-2 alphabet spellings in rank order, specials last."""

    def __init__(self, merges: list[tuple[str, str]]):
        self.merges = merges
        self.texts = [*byte_alphabet(), *(a + b for a, b in merges)]
        self.specials = {name: len(self.texts) + i for i, name in enumerate(special_names())}
        self.first_special = len(self.texts)
        self.size = self.first_special + len(self.specials)
        self.ids = {text: i for i, text in enumerate(self.texts)}
        self.ranks = {pair: rank for rank, pair in enumerate(merges)}
        self.known: dict[str, tuple[int, ...]] = {}

    @property
    def tokens(self) -> list[str]:
        """All tokens by id, text tokens in the GPT-2 alphabet."""
        return self.texts + list(self.specials)

    def encode_piece(self, piece: str) -> tuple[int, ...]:
        """The tokens of one pre-token."""
        found = self.known.get(piece)
        if found is None:
            found = self.known[piece] = self.merge(piece)
        return found

    def merge(self, piece: str, drop: float = 0.0, chance: random.Random | None = None) -> tuple[int, ...]:
        """Lowest rank first; with `drop`, each possible merge is passed over with that probability (Provilkov 2020)."""
        parts = [byte_alphabet()[byte] for byte in piece.encode("utf-8")]
        while len(parts) > 1:
            ranked = [(self.ranks.get(pair, 1 << 30), i) for i, pair in enumerate(zip(parts, parts[1:]))]
            if drop:
                ranked = [entry for entry in ranked if chance.random() >= drop] or [(1 << 30, 0)]
            rank, at = min(ranked)
            if rank == 1 << 30:
                break
            parts[at : at + 2] = [parts[at] + parts[at + 1]]
        return tuple(self.ids[part] for part in parts)

    def encode_pieces(self, text: str, rough: float = 0.0, chance: random.Random | None = None) -> list[tuple[int, ...]]:
        """The tokens of every piece; a share `rough` of the pieces is cut finer than need be, as if it were unknown."""
        if not rough:
            return [self.encode_piece(piece) for piece in pieces(text)]
        return [
            self.merge(piece, 0.4, chance) if chance.random() < rough else self.encode_piece(piece)
            for piece in pieces(text)
        ]

    def encode(self, text: str) -> list[int]:
        return [token for part in self.encode_pieces(text) for token in part]

    def decode(self, tokens: list[int]) -> str:
        """The text of text tokens; special tokens have none."""
        byte_of = {letter: byte for byte, letter in enumerate(byte_alphabet())}
        spelled = "".join(self.texts[token] for token in tokens if token < self.first_special)
        return bytes(byte_of[letter] for letter in spelled).decode("utf-8", "replace")

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"decode": "marks/1", "merges": self.merges}, ensure_ascii=False), "utf-8")

    @staticmethod
    def load(path: Path) -> Tokenizer:
        return Tokenizer([(a, b) for a, b in json.loads(Path(path).read_text("utf-8"))["merges"]])


def learn_merges(counts: Counter[str], wanted: int) -> list[tuple[str, str]]:
    """The `wanted` most useful merges over word counts; ties go to the pair that sorts first."""
    words = [[byte_alphabet()[byte] for byte in word.encode("utf-8")] for word in counts]
    weights = list(counts.values())
    pairs: Counter[tuple[str, str]] = Counter()
    where: dict[tuple[str, str], set[int]] = defaultdict(set)
    for i, parts in enumerate(words):
        for pair in zip(parts, parts[1:]):
            pairs[pair] += weights[i]
            where[pair].add(i)
    heap = [(-count, pair) for pair, count in pairs.items()]
    heapq.heapify(heap)
    merges: list[tuple[str, str]] = []
    while heap and len(merges) < wanted:
        count, pair = heapq.heappop(heap)
        if pairs[pair] != -count or count == 0:
            continue
        merges.append(pair)
        for changed in merge_everywhere(pair, words, weights, pairs, where):
            heapq.heappush(heap, (-pairs[changed], changed))
    return merges


def merge_everywhere(pair, words, weights, pairs, where) -> set[tuple[str, str]]:
    """Joins `pair` in every word and keeps the counts true; gives the pairs whose count changed."""
    changed: set[tuple[str, str]] = set()
    for i in where.pop(pair):
        parts, weight = words[i], weights[i]
        for old in zip(parts, parts[1:]):
            pairs[old] -= weight
            changed.add(old)
        at = 0
        while at < len(parts) - 1:
            if (parts[at], parts[at + 1]) == pair:
                parts[at : at + 2] = [parts[at] + parts[at + 1]]
            at += 1
        for new in zip(parts, parts[1:]):
            pairs[new] += weight
            where[new].add(i)
            changed.add(new)
    del pairs[pair]
    changed.discard(pair)
    return changed


def train_tokenizer(texts, size: int = VOCABULARY) -> Tokenizer:
    """A tokenizer of `size` tokens, specials included, learnt on an iterable of directives."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(pieces(text))
    return Tokenizer(learn_merges(counts, size - 256 - len(special_names())))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--examples", type=int, default=60_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--out", type=Path, required=True)
    chosen = options.parse_args()
    from training.examples import examples_from

    stream = examples_from(chosen.seed)
    tokenizer = train_tokenizer(next(stream)["directive"] for _ in range(chosen.examples))
    tokenizer.save(chosen.out)
    print(f"{tokenizer.size} tokens, {len(tokenizer.merges)} merges, {len(tokenizer.specials)} special")


if __name__ == "__main__":
    main()
