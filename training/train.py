"""Trains the base model on the endless stream of generated directives.

    OMP_NUM_THREADS=1 python3 -m training.train --tokenizer training/out/tokenizer.json --out training/out/base --minutes 60

Resumes from OUT/last.pt where there is one; told to end (SIGTERM), it saves first. The schedule follows the clock, not the steps, because what is given
is time: a short rise, a plateau, and a fall to a twentieth over the last third.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
import time
from pathlib import Path

import torch

from training.batches import Batches, batch_of
from training.evaluate import report, score_lines
from training.examples import examples_from
from training.loss import card_log_probabilities, exact_cards, pick_logits, pick_loss
from training.model import Needle, Shape
from training.tokenizer import Tokenizer

HELD_OUT_SEED = 987_654_321
WARM_STEPS = 100


def options_of() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--tokenizer", type=Path, required=True)
    add("--out", type=Path, required=True)
    add("--minutes", type=float, default=60, help="length of the whole schedule, earlier runs included")
    add("--seed", type=int, default=1)
    add("--rate", type=float, default=3e-3, help="highest learning rate")
    add("--fall", type=float, default=0.35, help="share of the schedule in which the rate falls")
    add("--batch", type=int, default=4096, help="tokens a step")
    add("--optimiser", choices=["adamw", "muon"], default="adamw")
    add("--rough", type=float, default=0.1, help="share of pieces encoded finer than need be")
    add("--mark-weight", type=float, default=1.0)
    add("--ema", type=float, default=0.998)
    add("--bf16", action="store_true", help="bfloat16 products where the processor has them")
    add("--compile", action="store_true", help="torch.compile (needs a C++ compiler)")
    add("--report-minutes", type=float, default=5)
    add("--dev", type=Path, help="directives to evaluate on; never trained on")
    for name, value in Shape().as_dict().items():
        add(f"--{name.replace('_', '-')}", type=int, default=value)
    return parser.parse_args()


def optimisers_of(model: Needle, options: argparse.Namespace) -> list[torch.optim.Optimizer]:
    """AdamW for everything, or Muon for the projections and AdamW for the rest."""
    matrices = [p for name, p in model.named_parameters() if name.endswith(("ssm_in.weight", "ssm_out.weight"))]
    plain = [p for name, p in model.named_parameters() if p.ndim < 2 or "conv" in name]
    taken = {id(p) for p in matrices + plain}
    table = [p for p in model.parameters() if id(p) not in taken]
    groups = [{"params": plain, "weight_decay": 0.0}, {"params": table, "weight_decay": 0.01}]
    if options.optimiser == "muon":
        muon = torch.optim.Muon(matrices, lr=options.rate, weight_decay=0.05, adjust_lr_fn="match_rms_adamw")
        return [muon, torch.optim.AdamW(groups, lr=options.rate, betas=(0.9, 0.98))]
    groups.append({"params": matrices, "weight_decay": 0.05})
    return [torch.optim.AdamW(groups, lr=options.rate, betas=(0.9, 0.98))]


def rate_at(step: int, spent: float, options: argparse.Namespace) -> float:
    """The share of the highest rate at a step, `spent` of the whole time being used up."""
    rise = min(1.0, (step + 1) / WARM_STEPS)
    left = (1 - spent) / options.fall
    return rise * max(0.05, min(1.0, left))


class Run:
    """A model in training: what is saved, resumed, stepped and measured."""

    def __init__(self, options: argparse.Namespace):
        torch.manual_seed(options.seed)
        self.options = options
        self.tokenizer = Tokenizer.load(options.tokenizer)
        sizes = {name: getattr(options, name) for name in Shape().as_dict()}
        self.model = Needle(Shape(**{**sizes, "vocabulary": self.tokenizer.size}))
        self.mean = {name: value.detach().clone() for name, value in self.model.state_dict().items()}
        self.optimisers = optimisers_of(self.model, options)
        self.step = self.tokens = self.examples = self.resumes = 0
        self.seconds = 0.0
        self.go = self.tokenizer.specials["<|go|>"] - self.tokenizer.first_special
        self.short = torch.compile(self.forward, dynamic=True) if options.compile else self.forward
        self.resume()

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.model(tokens)[0]

    def precision(self):
        return torch.autocast("cpu", dtype=torch.bfloat16) if self.options.bf16 else contextlib.nullcontext()

    def resume(self) -> None:
        path = self.options.out / "last.pt"
        if not path.exists():
            return
        saved = torch.load(path, weights_only=True)
        self.model.load_state_dict(saved["model"])
        self.mean = saved["mean"]
        for optimiser, state in zip(self.optimisers, saved["optimisers"]):
            optimiser.load_state_dict(state)
        for name in ("step", "tokens", "examples", "seconds"):
            setattr(self, name, saved[name])
        self.resumes = saved["resumes"] + 1

    def save(self) -> None:
        self.options.out.mkdir(parents=True, exist_ok=True)
        counts = {name: getattr(self, name) for name in ("step", "tokens", "examples", "seconds", "resumes")}
        states = [optimiser.state_dict() for optimiser in self.optimisers]
        whole = {"model": self.model.state_dict(), "mean": self.mean, "optimisers": states, **counts}
        fresh = self.options.out / "fresh.pt"
        torch.save({**whole, "shape": self.model.shape.as_dict()}, fresh)
        fresh.replace(self.options.out / "last.pt")

    def learn(self, batch) -> float:
        """One step; gives the loss."""
        rate = self.options.rate * rate_at(self.step, self.seconds / 60 / self.options.minutes, self.options)
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = rate
        whole = self.short if batch.tokens.shape[1] <= self.model.shape.chunk else self.forward
        with self.precision():
            logits = pick_logits(self.model, whole(batch.tokens), batch.places, self.tokenizer.first_special)
        loss = pick_loss(logits, batch, self.go, self.options.mark_weight)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimiser in self.optimisers:
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        self.step += 1
        self.tokens += batch.tokens.numel()
        self.examples += len(batch.examples)
        self.follow()
        return loss.item()

    @torch.no_grad()
    def follow(self) -> None:
        """Moves the mean weights towards the present ones; faster while the run is young."""
        keep = min(self.options.ema, (1 + self.step) / (10 + self.step))
        for name, value in self.model.state_dict().items():
            self.mean[name].lerp_(value, 1 - keep)

    @torch.no_grad()
    def measure(self, batches: list) -> dict[str, float]:
        """Held-out loss a pick, -log p a card, and the share of cards whose every pick is right."""
        total = picks = cards = right = surprise = 0.0
        for batch in batches:
            logits = pick_logits(self.model, self.forward(batch.tokens), batch.places, self.tokenizer.first_special)
            total += pick_loss(logits, batch, self.go, 1.0).item() * len(batch.picks)
            picks += len(batch.picks)
            cards += len(batch.examples)
            right += exact_cards(logits, batch).sum().item()
            surprise -= card_log_probabilities(logits, batch).sum().item()
        return {"loss": total / picks, "card_nll": surprise / cards, "exact": right / cards}

    @contextlib.contextmanager
    def averaged(self):
        """The mean weights in the model's place."""
        present = {name: value.clone() for name, value in self.model.state_dict().items()}
        self.model.load_state_dict(self.mean)
        yield
        self.model.load_state_dict(present)


def held_out(tokenizer: Tokenizer, count: int = 600) -> list:
    """Batches of examples of a seed that training never uses, in order of length."""
    stream = Batches(examples_from(HELD_OUT_SEED), tokenizer, 4096, 0)
    rows = [row for row in (stream.row_of(next(stream.stream)) for _ in range(count)) if row]
    rows.sort(key=lambda row: len(row.tokens))
    return [batch_of(rows[at : at + 50]) for at in range(0, len(rows), 50)]


def look(run: Run, judged: list, log: dict) -> None:
    """Measures the mean weights, saves, and prints one line."""
    with run.averaged():
        log |= {f"held_{name}": round(value, 5) for name, value in run.measure(judged).items()}
        if run.options.dev:
            log |= report(score_lines(run.model, run.tokenizer, run.options.dev))
    run.save()
    print(json.dumps(log), flush=True)


def main() -> None:
    options = options_of()
    torch.set_num_threads(1)
    run = Run(options)
    judged = held_out(run.tokenizer)
    seed = options.seed + 1000 * run.resumes
    batches = Batches(examples_from(seed), run.tokenizer, options.batch, seed, options.rough)
    count = sum(p.numel() for p in run.model.parameters())
    print(json.dumps({"parameters": count, "shape": run.model.shape.as_dict(), "resumed_at": run.step, "seed": seed}), flush=True)
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: told.append(number))
    losses, reported, begun = [], run.seconds, time.monotonic()
    for batch in batches:
        losses.append(run.learn(batch))
        now = time.monotonic()
        run.seconds, begun = run.seconds + now - begun, now
        ended = run.seconds >= options.minutes * 60
        if ended or run.seconds - reported >= options.report_minutes * 60:
            log = {"minutes": round(run.seconds / 60, 1), "step": run.step, "tokens": run.tokens, "examples": run.examples}
            log |= {"loss": round(sum(losses) / len(losses), 5), "unmarkable": batches.unmarkable, "too_long": batches.too_long}
            look(run, judged, log)
            losses, reported, begun = [], run.seconds, time.monotonic()
        if told:
            run.save()
        if ended or told:
            return


if __name__ == "__main__":
    main()
