"""Batches of like length from the stream of examples: padding stands at the end only and is never scored."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from training.sequence import IGNORE, NotMarkable, Sequence, sequence_of
from training.tokenizer import Tokenizer

STEP = 16  # lengths are rounded up to a multiple of this
LONGEST = 512  # tokens; longer examples are left out and counted


@dataclass
class Batch:
    """tokens [B, T]; `places` are the flat positions that carry a loss, `picks` what should be picked there."""

    tokens: Tensor
    places: Tensor
    picks: Tensor
    owners: Tensor  # row of the batch that each place belongs to
    examples: list[Sequence]


def batch_of(rows: list[Sequence]) -> Batch:
    """Pads rows to the next multiple of STEP."""
    length = -(-max(len(row.tokens) for row in rows) // STEP) * STEP
    tokens = torch.tensor([row.tokens + [0] * (length - len(row.tokens)) for row in rows])
    targets = torch.tensor([row.targets + [IGNORE] * (length - len(row.targets)) for row in rows])
    places = (targets.flatten() != IGNORE).nonzero().squeeze(1)
    return Batch(tokens, places, targets.flatten()[places], places // length, rows)


class Batches:
    """Endless batches of about `size` tokens each; counts what could not be used."""

    def __init__(self, stream: Iterator[dict], tokenizer: Tokenizer, size: int, seed: int, rough: float = 0.0):
        self.stream, self.tokenizer, self.size, self.rough = stream, tokenizer, size, rough
        self.chance = random.Random(seed)
        self.waiting: dict[int, list[Sequence]] = {}
        self.seen = self.unmarkable = self.too_long = 0
        self.wanted: Callable[[dict], bool] = lambda example: True

    def __iter__(self) -> Iterator[Batch]:
        for example in self.stream:
            row = self.row_of(example)
            if row is None:
                continue
            bucket = -(-len(row.tokens) // STEP) * STEP
            rows = self.waiting.setdefault(bucket, [])
            rows.append(row)
            if len(rows) * bucket >= self.size:
                del self.waiting[bucket]
                yield batch_of(rows)

    def row_of(self, example: dict) -> Sequence | None:
        """The example's sequence, or None where it is not wanted or cannot be said in marks."""
        if not self.wanted(example):
            return None
        self.seen += 1
        try:
            row = sequence_of(example, self.tokenizer, self.rough, self.chance)
        except NotMarkable:
            self.unmarkable += 1
            return None
        if len(row.tokens) > LONGEST:
            self.too_long += 1
            return None
        return row
