"""The generator keeps its promises: labels on token edges, cards that the tools accept, many different directives, speed."""

import json
import os
import time
import unicodedata
import unittest
from collections import Counter
from itertools import islice
from pathlib import Path

from training.generate import examples

SEED = 20311
COUNT = int(os.environ.get("AXIOM_EXAMPLES", "20000"))
DATA = Path(os.environ.get("AXIOM_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
REQUIRED = {
    "exec.run": {"code"},
    "files.read": {"path"},
    "files.write": {"path", "content"},
    "snapshot.restore": {"snapshot"},
    "recall.add": {"text"},
    "recall.search": {"query"},
    "fetch.page": {"url"},
    "fetch.crawl": {"url"},
    "watch.add": {"url"},
    "watch.remove": {"url"},
    "lattice.plan": {"what"},
    "lattice.reserve": {"capability", "at"},
    "lattice.cancel": {"reservation"},
    "vitality.record": {"value"},
    "wealth.record": {"amount"},
    "permit.grant": {"host", "minutes"},
    "permit.revoke": {"host"},
}
ALLOWED = {
    "exec.run": {"timeout_seconds"},
    "files.list": {"path"},
    "files.diff": {"since"},
    "snapshot.create": {"label"},
    "recall.add": {"tag"},
    "recall.search": {"limit"},
    "fetch.crawl": {"max_pages", "max_depth"},
    "watch.add": {"every_minutes"},
    "lattice.find": {"what", "near", "radius_km", "require", "at", "units", "limit"},
    "lattice.plan": {"near", "radius_km", "require", "from", "until", "minutes"},
    "lattice.reserve": {"minutes", "units"},
    "vitality.record": {"unit", "at"},
    "wealth.record": {"currency", "category", "note", "at"},
    "wealth.status": {"category"},
    "wealth.forecast": {"days"},
    "query.sql": {"sql"},
}
CHOICES = {
    "exec.run": {"language": {"javascript", "python", "shell"}},
    "guard.resume": {"wipe": {"true", "false"}},
    "wealth.record": {"kind": {"income", "expense", "transfer"}},
    "wealth.status": {"period": {"today", "week", "month", "quarter", "year"}},
    "query.sql": {"view": {"", "permits", "directives", "executions", "events", "memories", "snapshots", "watches", "transactions", "measurements"}},
}
METRICS = {"heart_rate", "hrv", "sleep_hours", "steps", "weight", "temperature", "blood_pressure", "glucose", "oxygen"}
CHOICES["vitality.record"] = CHOICES["vitality.status"] = {"metric": METRICS}
OBLIGED = {"exec.run": {"language"}, "wealth.record": {"kind"}, "vitality.record": {"metric"}, "query.sql": {"view"}}


def kind_of(mark: str) -> str:
    category = unicodedata.category(mark)
    return "letter" if category[0] == "L" else "number" if category[0] == "N" else "blank" if mark.isspace() else "other"


def edges(text: str) -> tuple[set[int], set[int]]:
    """Where spans may begin and end: ` ?\\p{L}+| ?\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]|\\s`; a span begins behind a token's leading blank."""
    starts, ends, at = set(), set(), 0
    while at < len(text):
        body = at + 1 if text[at] == " " and at + 1 < len(text) and kind_of(text[at + 1]) != "blank" else at
        kind, end = kind_of(text[body]), body + 1
        while kind in ("letter", "number") and end < len(text) and kind_of(text[end]) == kind and (kind == "letter" or end - body < 3):
            end += 1
        starts |= {at, body}
        ends.add(end)
        at = end
    return starts, ends


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, case and punctuation aside."""
    return tuple("".join(mark if mark.isalnum() else " " for mark in text.casefold()).split())


def runs(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [words[at : at + 5] for at in range(len(words) - 4)]


class Generated(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        start = time.process_time()
        cls.rows = list(islice(examples(SEED), COUNT))
        cls.seconds = time.process_time() - start

    def test_spans_lie_on_token_edges(self) -> None:
        for row in self.rows:
            text, last = row["directive"], 0
            starts, ends = edges(text)
            for span in row["spans"]:
                where = (text, span)
                self.assertLessEqual(last, span["from"], where)
                self.assertLess(span["from"], span["to"], where)
                self.assertIn(span["from"], starts, where)
                self.assertIn(span["to"], ends, where)
                marked = text[span["from"] : span["to"]]
                self.assertEqual(marked, marked.strip(), where)
                last = span["to"]

    def test_cards_are_complete(self) -> None:
        for row in self.rows:
            tool, spans = row["tool"], row["spans"]
            required, allowed = REQUIRED.get(tool, set()), ALLOWED.get(tool, set())
            seen = Counter((span["key"], span["leg"]) for span in spans if span["key"] != "require")
            self.assertTrue(all(times == 1 for times in seen.values()), row)
            self.assertLessEqual({span["key"] for span in spans}, required | allowed, row)
            for leg in range(len(row["legs"]) + 1):
                self.assertLessEqual(required, {span["key"] for span in spans if span["leg"] == leg}, row)
            self.assertLessEqual(OBLIGED.get(tool, set()), set(row["choices"]), row)
            for name, value in row["choices"].items():
                self.assertIn(value, CHOICES[tool][name], row)
            if tool == "query.sql":
                self.assertEqual(row["choices"]["view"] == "", bool(spans), row)

    def test_legs_stand_in_order(self) -> None:
        for row in self.rows:
            legs = [span["leg"] for span in row["spans"] if span["leg"] >= 0]
            self.assertEqual(legs, sorted(legs), row)
            self.assertEqual(len(row["legs"]), max(legs, default=0), row)
            self.assertTrue(row["tool"] == "lattice.plan" or not row["legs"], row)

    def test_directives_differ(self) -> None:
        different = len({row["directive"] for row in self.rows}) / len(self.rows)
        print(f"{different:.4f} of {len(self.rows)} directives differ (seed {SEED})")
        self.assertGreaterEqual(different, 0.97)

    def test_every_tool_has_its_share(self) -> None:
        counts = Counter(row["tool"] for row in self.rows)
        self.assertEqual(len(counts), 33)
        self.assertGreaterEqual(min(counts.values()), 0.011 * len(self.rows), counts)
        # Refusals are the widest of all: everything that no tool does, and all that only sounds like an order.
        self.assertTrue(0.06 < counts["none"] / len(self.rows) < 0.11, counts)

    def test_same_seed_same_examples(self) -> None:
        self.assertEqual(list(islice(examples(SEED), 200)), self.rows[:200])

    def test_speed(self) -> None:
        rate = len(self.rows) / self.seconds
        print(f"{rate:.0f} examples a second of processor time")
        self.assertGreater(rate, 1000)

    def test_apart_from_the_development_set(self) -> None:
        path = DATA / "directives" / "dev.jsonl"
        if not path.exists():
            self.skipTest(f"needs {path}")
        kept = [json.loads(line)["directive"] for line in path.read_text(encoding="utf-8").splitlines()]
        theirs = [words_of(text) for text in kept]
        ours = [words_of(row["directive"]) for row in self.rows]
        grams = {gram for words in ours for gram in runs(words)}
        shared = [gram in grams for words in theirs for gram in runs(words)]
        print(f"{sum(shared)} of {len(shared)} runs of five words of the development set occur (seed {SEED})")
        same = {words for words in theirs if len(words) > 3} & set(ours)  # three words or fewer meet by chance: "list files"
        self.assertEqual(same, set())


if __name__ == "__main__":
    unittest.main()
