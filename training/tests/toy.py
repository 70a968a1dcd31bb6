"""A tiny generator for tests: a handful of tools, seeded, in the form of the real examples."""

from __future__ import annotations

import random
from collections.abc import Iterator

HOSTS = ["api.example.org", "maps.example.net", "10.0.0.12", "files.example.io"]
THINGS = ["barber", "bike repair shop", "GPU node", "climbing hall"]
PLACES = ["Elm Grove", "Holborn", "Rua Augusta", "Graz"]


def marked(template: list[tuple[str, str | None, int]]) -> tuple[str, list[dict]]:
    """The text of (text, key, leg) pieces and the spans in it."""
    text, spans = "", []
    for part, key, leg in template:
        if key:
            spans.append({"key": key, "from": len(text), "to": len(text) + len(part), "leg": leg})
        text += part
    return text, spans


def example(chance: random.Random) -> dict:
    kind = chance.choice(["grant", "find", "plan", "none", "run", "resume"])
    choices, legs = {}, []
    if kind == "grant":
        text, spans = marked([("allow ", None, 0), (chance.choice(HOSTS), "host", 0), (" for ", None, 0), (f"{chance.randint(1, 90)} minutes", "minutes", 0)])
        tool = "permit.grant"
    elif kind == "find":
        text, spans = marked([("find a ", None, 0), (chance.choice(THINGS), "what", 0), (" near ", None, 0), (chance.choice(PLACES), "near", 0)])
        tool = "lattice.find"
    elif kind == "plan":
        first, second = chance.sample(THINGS, 2)
        text, spans = marked([("plan ", None, 0), (first, "what", 0), (", then ", None, 0), (second, "what", 1), (" for ", None, 0), ("2 hours", "minutes", -1), (" each", None, 0)])
        tool, legs = "lattice.plan", [spans[1]["from"]]
    elif kind == "run":
        text, spans = marked([("run this python: ", None, 0), (f"print({chance.randint(1, 99)})", "code", 0)])
        tool, choices = "exec.run", {"language": "python"}
    elif kind == "resume":
        text, spans, tool, choices = chance.choice(["resume and wipe", "unfreeze, clean chambers"]), [], "guard.resume", {"wipe": "true"}
    else:
        text, spans, tool = chance.choice(["hello", "tell me a joke", "what a day"]), [], "none"
    return {"directive": text, "tool": tool, "choices": choices, "spans": spans, "legs": legs, "source": f"toy/{kind}"}


def examples(seed: int) -> Iterator[dict]:
    chance = random.Random(seed)
    while True:
        yield example(chance)
