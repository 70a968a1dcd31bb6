"""Greedy decoding under the automaton, and how the marked cards compare with the expected ones.

    python3 -m training.evaluate --gguf models/axiom-needle-1.gguf --data ../shared/data/directives/dev.jsonl --failures 40

The product's own figure is that of `npm run eval -w lex`; here numbers are not normalised: a number
counts as right when a span is marked for it. Strings, tools, choices and legs are compared exactly.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path

import torch

from training.checkpoint import load_checkpoint
from training.export import import_model
from training.marking import Marked, Marking
from training.model import Memory, Needle
from training.tokenizer import Tokenizer, pieces
from training.tools import NONE

NUMBERS = {"limit", "max_pages", "max_depth", "every_minutes", "radius_km", "units", "minutes", "value", "amount", "days", "timeout_seconds"}
AFFIXES = " \t\r\n"


@torch.no_grad()
def decode(model: Needle, tokenizer: Tokenizer, directives: list[str], start: list[Memory] | None = None) -> list[Marked]:
    """The cards of many directives, stepped together; `start` is one memory for all (blank when absent)."""
    runs = [Marking(tokenizer.encode(text), tokenizer.specials) for text in directives]
    memory = start_of(model, start, len(runs))
    alive = list(range(len(runs)))
    while alive:
        feed = torch.tensor([runs[i].next_token() for i in alive])
        hidden, memory = model.step(feed, memory)
        due = [at for at, i in enumerate(alive) if runs[i].waiting()]
        if due:
            scores = model.logits(hidden[due], tokenizer.first_special).float()
            for row, at in zip(scores, due):
                settle(runs[alive[at]], row, tokenizer.first_special)
        kept = [at for at, i in enumerate(alive) if not runs[i].done]
        if len(kept) < len(alive):
            memory = [Memory(m.ssm[kept], m.conv[kept]) for m in memory]
            alive = [alive[at] for at in kept]
    return [run.card for run in runs]


def start_of(model: Needle, start: list[Memory] | None, count: int) -> list[Memory]:
    if start is None:
        return model.blank(count)
    return [Memory(m.ssm.expand(count, -1, -1, -1), m.conv.expand(count, -1, -1)) for m in start]


def settle(run: Marking, row: torch.Tensor, first_special: int) -> None:
    """The picks at one position: a forced one costs nothing, a free one its log-probability over what is allowed."""
    allowed = run.allowed()
    chosen = allowed[0]
    if len(allowed) > 1:
        scores = row[torch.tensor(allowed) - first_special]
        at = int(scores.argmax())
        chosen = allowed[at]
        run.card.score += float(scores.log_softmax(-1)[at])
    run.pick(chosen)
    if run.waiting():  # a blank at a place whose next token waits, or a second forced pick
        settle(run, row, first_special)


def parameters_of(card: Marked, directive: str, tokenizer: Tokenizer) -> dict:
    """The card's parameters with span texts; numbers stay text; a plan's legs are listed."""
    offsets = token_offsets(directive, tokenizer)
    legs: list[dict] = [{} for _ in range(len(card.legs) + 1)]
    for span in card.spans:
        text = directive[offsets[span.start] : offsets[span.end]].strip(AFFIXES)
        for leg in legs if span.leg == -1 else [legs[span.leg]]:
            if span.key == "require":
                leg.setdefault("require", []).append(text)
            else:
                leg.setdefault(span.key, text)
    if card.tool == "lattice.plan":
        return {"legs": legs}
    found = {key: value for key, value in card.choices.items() if value and key != "view"}
    if card.choices.get("view"):
        found["sql"] = f"SELECT * FROM {card.choices['view']}"
    return {**found, **legs[0]}


def token_offsets(directive: str, tokenizer: Tokenizer) -> list[int]:
    """The code point at which each token begins (a token inside a character counts as its start), then the length."""
    offsets, at = [], 0
    for piece in pieces(directive):
        spelled = 0
        raw = piece.encode("utf-8")
        for token in tokenizer.encode_piece(piece):
            offsets.append(at + len(raw[:spelled].decode("utf-8", "ignore")))
            spelled += len(tokenizer.texts[token])
        at += len(piece)
    return [*offsets, at]


def alike(found, expected, key: str = "") -> bool:
    """Strings after trimming and case-folding, numbers by presence, lists and legs item by item."""
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(alike(found[name], expected[name], name) for name in expected)
    if isinstance(expected, list):
        return len(found) == len(expected) and all(alike(f, e, key) for f, e in zip(found, expected))
    if key in NUMBERS:
        return True
    if isinstance(expected, bool):
        return found == str(expected).lower()
    return stripped(str(found), key) == stripped(str(expected), key)


def stripped(text: str, key: str) -> str:
    """As the product trims: white space, symmetric quotes and fences, sentence punctuation after an address."""
    text = text.strip(AFFIXES)
    for mark in ("```", "`", '"', "'", "“”", "‘’"):
        if len(text) > 1 and text.startswith(mark[0]) and text.endswith(mark[-1]) and text[: len(mark)] in (mark, mark[0]):
            text = text.strip(mark).strip(AFFIXES)
    if key in ("url", "host", "path"):
        text = text.rstrip(",.;:!?")
    return text.casefold()


def right(tool: str, found: dict, line: dict) -> bool:
    """Whether the card is the expected one or one of its alternatives."""
    for answer in [line, *line.get("alt", [])]:
        if tool == answer["tool"]:
            free = answer["parameters"].get("sql") == "*" and found.get("sql", "").startswith("SELECT * FROM")
            if free or tool == NONE or alike(found, answer["parameters"]):
                return True
    return False


def score_lines(model: Needle, tokenizer: Tokenizer, file: Path, start: list[Memory] | None = None) -> list[dict]:
    """One result a line of a directives file: what was found, whether tool and card are right."""
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    cards = decode(model, tokenizer, [line["directive"] for line in lines], start)
    results = []
    for line, card in zip(lines, cards):
        found = parameters_of(card, line["directive"], tokenizer)
        routed = card.tool in [line["tool"], *(alt["tool"] for alt in line.get("alt", []))]
        results.append({"line": line, "tool": card.tool, "parameters": found, "score": card.score, "routed": routed,
                        "exact": right(card.tool, found, line)})
    return results


def report(results: list[dict]) -> dict[str, float]:
    """Shares over all lines."""
    injected = [r for r in results if "injection" in r["line"].get("tags", [])]
    shares = {
        "routing": sum(r["routed"] for r in results) / len(results),
        "cards": sum(r["exact"] for r in results) / len(results),
        "injection": sum(r["exact"] for r in injected) / max(1, len(injected)),
    }
    return {name: round(value, 4) for name, value in shares.items()}


def failures(results: list[dict]) -> list[str]:
    """The wrong lines as text, by expected tool."""
    wrong = sorted((r for r in results if not r["exact"]), key=lambda r: r["line"]["tool"])
    return [
        f"{r['line']['directive']!r}\n    want {r['line']['tool']} {json.dumps(r['line']['parameters'], ensure_ascii=False)}"
        f"\n    got  {r['tool']} {json.dumps(r['parameters'], ensure_ascii=False)}  score {r['score']:.2f}"
        for r in wrong
    ]


def by_tool(results: list[dict]) -> dict[str, str]:
    """Exact and routed lines of each expected tool."""
    groups = defaultdict(list)
    for r in results:
        groups[r["line"]["tool"]].append(r)
    return {tool: f"{sum(r['exact'] for r in g)}/{sum(r['routed'] for r in g)}/{len(g)}" for tool, g in groups.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gguf", type=Path, help="an exported model, or")
    parser.add_argument("--model", type=Path, help="a checkpoint of training and its")
    parser.add_argument("--tokenizer", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--failures", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.gguf:
        model, tokenizer = import_model(options.gguf)
    else:
        model, tokenizer = load_checkpoint(options.model), Tokenizer.load(options.tokenizer)
    results = score_lines(model, tokenizer, options.data)
    print(json.dumps({**report(results), "exact/routed/lines": by_tool(results)}, indent=1))
    print("\n".join(failures(results)[: options.failures]))


if __name__ == "__main__":
    main()
