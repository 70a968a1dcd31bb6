"""The stream of generated training examples."""

from __future__ import annotations

from collections.abc import Iterator


def examples_from(seed: int) -> Iterator[dict]:
    """An endless stream of examples (README.md, "Data"), the same one for the same seed."""
    from training.generate import examples

    yield from examples(seed)
