"""Directives with their cards, made by grammar: `examples(seed)` never ends and is the same for the same seed."""

from itertools import accumulate
from random import Random
from typing import Iterator

from . import (  # noqa: F401 - importing a module registers its words and families
    injection,
    none,
    none_near,
    tools_balance,
    tools_exec,
    tools_files,
    tools_find,
    tools_guard,
    tools_money,
    tools_pages,
    tools_permit,
    tools_plan,
    tools_query,
    tools_recall,
    tools_reserve,
    tools_snapshot,
    tools_vitality,
    tools_watch,
    words_code,
    words_contents,
    words_nouns,
    words_orders,
    words_people,
    words_places,
    words_sql,
    words_text,
    words_things,
    words_times,
    words_web,
)
from .family import FAMILIES, finish, tidy
from .voices import dress, speak

words_nouns.spread()
_BOUNDS = list(accumulate(family.weight for family in FAMILIES))


def example(r: Random) -> dict:
    """One example: `{directive, tool, choices, spans, legs, source}`."""
    family = r.choices(FAMILIES, cum_weights=_BOUNDS)[0]
    said = family.make(r)
    pieces = tidy(dress(r, tidy(speak(r, said))))
    return finish(family.tool, family.name, said.choices, pieces)


def examples(seed: int) -> Iterator[dict]:
    """Endless examples of one seed."""
    r = Random(seed)
    while True:
        yield example(r)
