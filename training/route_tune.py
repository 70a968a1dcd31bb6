"""Tunes the supervisor's initial state: weights frozen, and only its one pick learns, the tool or none behind the first reading.

    OMP_NUM_THREADS=1 python3 -m training.route_tune --model models/axiom-needle-1.gguf --out models/states --seconds 240

The base was trained before `generate/none_near.py` was written, so it takes much that only sounds like an order for one. Refusals
are drawn more often here than in the base training; what is kept must refuse more of them and route no fewer orders rightly.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import torch

from training.batches import Batch, Batches, batch_of
from training.examples import examples_from
from training.export import import_model
from training.memory_file import memory_file, read_memory_file
from training.model import Memory, Needle
from training.sequence import IGNORE, Sequence
from training.state_tune import HELD_OUT_SEED, pick_rows, tune
from training.tokenizer import Tokenizer
from training.tools import NONE, tool_token, tools

NEAR = "none/near"


class FirstPicks(Batches):
    """Batches of first readings: a sequence ends where the tool is picked."""

    def row_of(self, example: dict) -> Sequence | None:
        row = super().row_of(example)
        if row is None:
            return None
        end = next(at for at, target in enumerate(row.targets) if target != IGNORE) + 1
        return Sequence(row.tokens[:end], row.targets[:end], row.source, row.tool)


def is_near(example: dict) -> bool:
    return example["source"].startswith(NEAR)


def mixed(seed: int, near_share: float) -> Iterator[dict]:
    """The stream as it is; beside it, as many more of what only sounds like an order as make up `near_share`."""
    more = (example for example in examples_from(seed + 1) if is_near(example))
    owed = 0.0
    for example in examples_from(seed):
        yield example
        owed += near_share / (1 - near_share)
        while owed >= 1:
            owed -= 1
            yield next(more)


def held_out(tokenizer: Tokenizer, wanted, count: int) -> list[Batch]:
    """Batches of unseen first readings that `wanted` accepts, by length."""
    stream = FirstPicks((e for e in examples_from(HELD_OUT_SEED) if wanted(e)), tokenizer, 4096, 0)
    rows = [row for row in (stream.row_of(e) for e in islice(stream.stream, count)) if row]
    rows.sort(key=lambda row: len(row.tokens))
    return [batch_of(rows[at : at + 50]) for at in range(0, len(rows), 50)]


@torch.no_grad()
def judge(model: Needle, tokenizer: Tokenizer, batches: list[Batch], memory: list[Memory] | None, sure: float) -> dict[str, float]:
    """Shares: the right pick is the most probable; it has at least `sure`; a wrong tool has at least `sure`."""
    at = [tokenizer.specials[tool_token(name)] - tokenizer.first_special for name in [*tools(), NONE]]
    none = len(at) - 1
    right = certain = wrong = total = 0
    for batch in batches:
        chances = pick_rows(model, tokenizer, batch, memory)[:, at].softmax(-1)
        wanted = torch.tensor([at.index(pick) for pick in batch.picks.tolist()])
        best = chances.max(-1)
        hit = best.indices == wanted
        right += hit.sum().item()
        certain += (hit & (best.values >= sure)).sum().item()
        wrong += (~hit & (best.indices != none) & (best.values >= sure)).sum().item()
        total += len(wanted)
    return {"right": round(right / total, 4), "sure": round(certain / total, 4), "sure_wrong": round(wrong / total, 4)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="the exported GGUF: states belong to its bytes")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=240)
    parser.add_argument("--rate", type=float, default=0.004)
    parser.add_argument("--near", type=float, default=0.3, help="further refusals as a share of what is learnt from")
    parser.add_argument("--judge", type=int, default=2000, help="held-out directives of each kind")
    parser.add_argument("--sure", type=float, default=0.9)
    parser.add_argument("--seed", type=int, default=78)
    options = parser.parse_args()
    torch.set_num_threads(1)
    model, tokenizer = import_model(options.model)
    model.requires_grad_(False)
    kinds = {
        "orders": lambda e: e["tool"] != NONE,
        "refusals": lambda e: e["tool"] == NONE and not is_near(e),
        "near": is_near,
    }
    sets = {name: held_out(tokenizer, wanted, options.judge) for name, wanted in kinds.items()}
    told = lambda memory: {name: judge(model, tokenizer, rows, memory, options.sure) for name, rows in sets.items()}  # noqa: E731
    before = told(None)
    print(json.dumps({"blank": before}), flush=True)
    batches = FirstPicks(mixed(options.seed, options.near), tokenizer, 2048, options.seed, 0.1)
    state, seen = tune(model, batches, options.seconds, options.rate)
    weights = hashlib.sha256(options.model.read_bytes()).hexdigest()
    file = memory_file(state.detached(), model.shape, weights)
    after = told(read_memory_file(file, model.shape))
    helps = after["near"]["right"] > before["near"]["right"] and all(after[k]["right"] >= before[k]["right"] for k in ("orders", "refusals"))
    print(json.dumps({"tuned": after, "examples": seen, "kept": helps}), flush=True)
    if helps:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "supervisor.memory").write_bytes(file)


if __name__ == "__main__":
    main()
