"""Tunes a needle's initial state S0: the weights stay frozen, only the memory that a sequence starts from learns.

    OMP_NUM_THREADS=1 python3 -m training.state_tune --model models/axiom-needle-1.gguf --out models/states --seconds 45

Each needle learns on its own tools' directives and, for the rest, to refuse foreign ones. In use the supervisor routes with a memory of its own, and a needle weighs only its tools and
none; so a state is judged by its own tools' cards, and by how many foreign directives it claims. One that does not help, or
claims more, is replaced by the blank one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from itertools import islice
from pathlib import Path

import torch
from torch import nn

from training.batches import Batch, Batches, batch_of
from training.examples import examples_from
from training.export import import_model
from training.loss import card_log_probabilities, exact_cards, pick_logits, pick_loss
from training.memory_file import memory_file, read_memory_file
from training.model import Memory, Needle
from training.tokenizer import Tokenizer
from training.tools import NONE, needle_ids, tool_token, tools

HELD_OUT_SEED = 555_000_111
OWN_SHARE = 0.7


class InitialState(nn.Module):
    """The memory of all layers as parameters, blank at first."""

    def __init__(self, model: Needle):
        super().__init__()
        self.ssm = nn.ParameterList([nn.Parameter(m.ssm) for m in model.blank()])
        self.conv = nn.ParameterList([nn.Parameter(m.conv) for m in model.blank()])

    def memories(self, batch: int) -> list[Memory]:
        """One memory for every row of a batch."""
        return [Memory(s.expand(batch, -1, -1, -1), c.expand(batch, -1, -1)) for s, c in zip(self.ssm, self.conv)]

    def detached(self) -> list[Memory]:
        """The one memory, for a file."""
        return [Memory(m.ssm.detach(), m.conv.detach()) for m in self.memories(1)]


def is_own(needle: str, example: dict) -> bool:
    tool = tools().get(example["tool"])
    return tool is not None and tool.needle == needle


def mixed(needle: str, seed: int):
    """Examples of the needle's tools; in between, foreign directives, which a needle that sees only its tools must refuse."""
    credit = 0.0
    for example in examples_from(seed):
        if is_own(needle, example):
            credit += (1 - OWN_SHARE) / OWN_SHARE
            yield example
        elif credit >= 1:
            credit -= 1
            yield {"directive": example["directive"], "tool": NONE, "source": example["source"]}


def tune(model: Needle, batches: Batches, seconds: float, rate: float) -> tuple[InitialState, int]:
    """The tuned state and the number of examples it saw. Seconds are the processor's: other work on the machine shortens nothing."""
    tokenizer = batches.tokenizer
    state, seen = InitialState(model), 0
    groups = [{"params": list(state.ssm), "lr": rate}, {"params": list(state.conv), "lr": rate}]
    optimiser = torch.optim.Adam(groups, betas=(0.9, 0.98))
    go = tokenizer.specials["<|go|>"] - tokenizer.first_special
    begun = time.process_time()
    for batch in batches:
        spent = (time.process_time() - begun) / seconds
        if spent >= 1:
            return state, seen
        for group in optimiser.param_groups:
            group["lr"] = rate * (1 - spent)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            hidden, _ = model(batch.tokens, state.memories(len(batch.examples)))
            logits = pick_logits(model, hidden, batch.places, tokenizer.first_special)
        optimiser.zero_grad(set_to_none=True)
        pick_loss(logits, batch, go, 1.0).backward()
        nn.utils.clip_grad_norm_(state.parameters(), 1.0)
        optimiser.step()
        seen += len(batch.examples)
    raise AssertionError("the stream of examples never ends")


def held_out(tokenizer: Tokenizer, wanted, count: int) -> list[Batch]:
    """Batches of unseen examples that `wanted` accepts, by length."""
    stream = Batches((e for e in examples_from(HELD_OUT_SEED) if wanted(e)), tokenizer, 4096, 0)
    rows = [row for row in (stream.row_of(e) for e in islice(stream.stream, count)) if row]
    rows.sort(key=lambda row: len(row.tokens))
    return [batch_of(rows[at : at + 50]) for at in range(0, len(rows), 50)]


def starts(memory: list[Memory] | None, count: int) -> list[Memory] | None:
    """One memory for every row of a batch; None is the blank one."""
    if memory is None:
        return None
    return [Memory(m.ssm.expand(count, -1, -1, -1), m.conv.expand(count, -1, -1)) for m in memory]


def pick_rows(model: Needle, tokenizer: Tokenizer, batch: Batch, memory: list[Memory] | None) -> torch.Tensor:
    """The scores of a batch's picks, read from a start memory."""
    hidden, _ = model(batch.tokens, starts(memory, len(batch.examples)))
    return pick_logits(model, hidden, batch.places, tokenizer.first_special)


@torch.no_grad()
def judge(model: Needle, tokenizer: Tokenizer, batches: list[Batch], memory: list[Memory] | None) -> tuple[float, float]:
    """(-log p a card, share of exact cards) from a start memory."""
    surprise = right = cards = 0.0
    for batch in batches:
        logits = pick_rows(model, tokenizer, batch, memory)
        surprise -= card_log_probabilities(logits, batch).sum().item()
        right += exact_cards(logits, batch).sum().item()
        cards += len(batch.examples)
    return surprise / cards, right / cards


@torch.no_grad()
def claims(model: Needle, tokenizer: Tokenizer, needle: str, batches: list[Batch], memory: list[Memory] | None) -> float:
    """The share of directives for which the needle prefers one of its tools to none."""
    at = lambda name: tokenizer.specials[tool_token(name)] - tokenizer.first_special  # noqa: E731
    own = [at(name) for name, tool in tools().items() if tool.needle == needle]
    claimed = cards = 0.0
    for batch in batches:
        first = torch.ones_like(batch.owners, dtype=torch.bool)
        first[1:] = batch.owners[1:] != batch.owners[:-1]  # the tool is an example's first pick
        rows = pick_rows(model, tokenizer, batch, memory)[first]
        claimed += (rows[:, own].max(1).values > rows[:, at(NONE)]).sum().item()
        cards += len(batch.examples)
    return claimed / cards


def tune_needle(model: Needle, tokenizer: Tokenizer, needle: str, weights: str, options: argparse.Namespace) -> dict:
    """Tunes, judges and writes one needle's file; gives what the model card says about it."""
    own = held_out(tokenizer, lambda e: is_own(needle, e), options.judge)
    foreign = held_out(tokenizer, lambda e: not is_own(needle, e), options.judge)
    before, before_foreign = judge(model, tokenizer, own, None), claims(model, tokenizer, needle, foreign, None)
    batches = Batches(mixed(needle, options.seed), tokenizer, 2048, options.seed, 0.1)
    state, seen = tune(model, batches, options.seconds, options.rate)
    file = memory_file(state.detached(), model.shape, weights)
    stored = read_memory_file(file, model.shape)
    after, after_foreign = judge(model, tokenizer, own, stored), claims(model, tokenizer, needle, foreign, stored)
    helps = after[0] < before[0] and after[1] > before[1] and after_foreign <= before_foreign
    if not helps:
        file = memory_file(model.blank(), model.shape, weights)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / f"{needle}.memory").write_bytes(file)
    own_figures = [[round(value, 4) for value in pair] for pair in (before, after)]
    foreign_figures = [round(before_foreign, 4), round(after_foreign, 4)]
    return {"needle": needle, "examples": seen, "kept": helps, "own": own_figures, "claimed": foreign_figures}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="the exported GGUF: states belong to its bytes")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--needles", nargs="*", default=None)
    parser.add_argument("--seconds", type=float, default=16)
    parser.add_argument("--rate", type=float, default=0.004)
    parser.add_argument("--judge", type=int, default=200, help="held-out directives, own and foreign each")
    parser.add_argument("--seed", type=int, default=77)
    options = parser.parse_args()
    torch.set_num_threads(1)
    model, tokenizer = import_model(options.model)
    model.requires_grad_(False)
    weights = hashlib.sha256(options.model.read_bytes()).hexdigest()
    for needle in options.needles or needle_ids():
        print(json.dumps(tune_needle(model, tokenizer, needle, weights, options)), flush=True)


if __name__ == "__main__":
    main()
