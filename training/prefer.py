"""Learns from approved against refused cards (docs/formats/training-pairs.md): DPO or IPO on the weights.

    python3 -m training.prefer --model models/axiom-needle-1.gguf --pairs pairs.jsonl --out models/mine.gguf --loss dpo

DPO (Rafailov 2023): -log s(beta * margin); IPO (Azar 2023): (margin - 1 / (2 beta))^2, where margin = how much more the model than
its frozen copy prefers the chosen card, in natural log.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from training.batches import Batch, batch_of
from training.export import export_model, import_model
from training.loss import card_log_probabilities, pick_logits
from training.model import Needle
from training.sequence import Sequence, sequence_of
from training.tokenizer import Tokenizer

Pair = tuple[Sequence, Sequence]


def read_pairs(file: Path, tokenizer: Tokenizer) -> list[Pair]:
    """The (chosen, rejected) sequences of a JSON-lines file."""
    lines = (json.loads(line) for line in file.read_text("utf-8").splitlines() if line)
    return [pair_of(line, tokenizer) for line in lines]


def pair_of(line: dict, tokenizer: Tokenizer) -> Pair:
    chosen, rejected = ({"directive": line["directive"], **line[side]} for side in ("chosen", "rejected"))
    return sequence_of(chosen, tokenizer), sequence_of(rejected, tokenizer)


def log_probabilities(model: Needle, batch: Batch, first_special: int) -> Tensor:
    """log p(card) of every row [B]."""
    return card_log_probabilities(pick_logits(model, model(batch.tokens)[0], batch.places, first_special), batch)


def margins(model: Needle, frozen: Needle, pairs: list[Pair], first_special: int) -> Tensor:
    """How much more the model than its frozen copy prefers the chosen card, [pairs]."""
    batch = batch_of([chosen for chosen, _ in pairs] + [rejected for _, rejected in pairs])
    with torch.no_grad():
        before = log_probabilities(frozen, batch, first_special)
    gain = log_probabilities(model, batch, first_special) - before
    return gain[: len(pairs)] - gain[len(pairs) :]


def preference_loss(margin: Tensor, kind: str, beta: float) -> Tensor:
    """The mean loss of a batch of margins."""
    if kind == "dpo":
        return -F.logsigmoid(beta * margin).mean()
    return (margin - 1 / (2 * beta)).pow(2).mean()


def prefer(model: Needle, tokenizer: Tokenizer, pairs: list[Pair], kind: str, beta: float, rate: float, rounds: int, seed: int) -> list[float]:
    """Trains the model in place; gives the mean loss of each round over the pairs."""
    frozen = copy.deepcopy(model).requires_grad_(False)
    optimiser = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.0)
    chance, history = random.Random(seed), []
    for _ in range(rounds):
        shuffled = chance.sample(pairs, len(pairs))
        losses = []
        for at in range(0, len(shuffled), 16):
            loss = preference_loss(margins(model, frozen, shuffled[at : at + 16], tokenizer.first_special), kind, beta)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            losses.append(loss.item())
        history.append(sum(losses) / len(losses))
    return history


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--loss", choices=["dpo", "ipo"], default="dpo")
    parser.add_argument("--beta", type=float, default=0.1)
    parser.add_argument("--rate", type=float, default=1e-5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    model, tokenizer = import_model(options.model)
    pairs = read_pairs(options.pairs, tokenizer)
    history = prefer(model, tokenizer, pairs, options.loss, options.beta, options.rate, options.rounds, options.seed)
    digest = export_model(model, tokenizer, options.out)
    print(json.dumps({"pairs": len(pairs), "loss": history, "sha256": digest}))


if __name__ == "__main__":
    main()
