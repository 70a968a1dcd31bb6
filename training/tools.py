"""What the needles can do, read from the product's own table, and the special tokens that follow from it.

A parameter is *chosen* (enumeration or boolean: one token right after the tool) or *marked* (a span
of the directive). `query.sql` has the choice `view` beside its span: which of the hive's views is
meant when the directive gives no SQL of its own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

NEEDLES_FILE = Path(__file__).resolve().parent.parent / "packages" / "hive" / "src" / "needles.json"
VIEWS = ("permits", "directives", "executions", "events", "memories", "snapshots", "watches", "transactions", "measurements")
NONE = "none"
PLAN = "lattice.plan"
STRUCTURE = ("<|bos|>", "<|card|>", "<|mark|>", "<|end|>", "<|go|>", "<|-|>", "<|leg|>", "<|+each_minutes|>")


@dataclass(frozen=True)
class Tool:
    """A tool: choices as (name, values, optional) in order, marked keys, and which of them must be there."""

    name: str
    needle: str
    choices: tuple[tuple[str, tuple[str, ...], bool], ...]
    keys: tuple[str, ...]
    required: frozenset[str]

    @property
    def planned(self) -> bool:
        return self.name == PLAN


def choice_values(schema: dict) -> tuple[str, ...] | None:
    """The values of an enumeration or boolean; None for anything that is marked."""
    if "enum" in schema:
        return tuple(schema["enum"])
    return ("true", "false") if schema["type"] == "boolean" else None


def tool_of(name: str, needle: str, entry: dict) -> Tool:
    """A tool from its entry in the table; a plan's keys are those of its legs."""
    required = set(entry["required"])
    parameters = entry["parameters"]
    if name == PLAN:
        leg = parameters["legs"]["items"]
        parameters, required = leg["properties"], set(leg["required"])
    choices, keys = [], []
    for key, schema in parameters.items():
        values = choice_values(schema)
        if values is None:
            keys.append(key)
        else:
            choices.append((key, values, key not in required))
    if name == "query.sql":
        choices.append(("view", VIEWS, True))
    return Tool(name, needle, tuple(choices), tuple(keys), frozenset(required & set(keys)))


@lru_cache(maxsize=1)
def tools() -> dict[str, Tool]:
    """All tools by name, in the table's order."""
    table = json.loads(NEEDLES_FILE.read_text("utf-8"))["needles"]
    return {name: tool_of(name, n["id"], entry) for n in table for name, entry in n["tools"].items()}


def needle_ids() -> list[str]:
    """The twelve needles in the table's order."""
    return list(dict.fromkeys(tool.needle for tool in tools().values()))


def tool_token(name: str) -> str:
    return f"<|tool:{name}|>"


def choice_token(key: str, value: str) -> str:
    """`value` "" means that an optional choice is absent."""
    return f"<|{key}={value}|>"


def key_token(key: str) -> str:
    return f"<|+{key}|>"


@lru_cache(maxsize=1)
def special_names() -> tuple[str, ...]:
    """Every special token, in the order in which they end the vocabulary."""
    names = list(STRUCTURE)
    names += [tool_token(name) for name in tools()] + [tool_token(NONE)]
    for tool in tools().values():
        for key, values, optional in tool.choices:
            names += [choice_token(key, value) for value in values]
            names += [choice_token(key, "")] if optional else []
    names += [key_token(key) for tool in tools().values() for key in tool.keys]
    return tuple(dict.fromkeys(names))
