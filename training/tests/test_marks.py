"""Tokens, sequences and the automaton agree with each other; needs no torch."""

import itertools
import random
import unittest

from training.marking import Marking
from training.sequence import IGNORE, NotMarkable, sequence_of
from training.tests import toy
from training.tokenizer import pieces, train_tokenizer
from training.tools import NONE, special_names, tools

TOY = list(itertools.islice(toy.examples(7), 300))
TOKENIZER = train_tokenizer((e["directive"] for e in TOY), size=600)


def follow(example: dict) -> Marking:
    """The automaton, led by the picks of the training sequence; every one must be allowed."""
    row = sequence_of(example, TOKENIZER)
    run = Marking(TOKENIZER.encode(example["directive"]), TOKENIZER.specials)
    for token, target in zip(row.tokens, row.targets):
        assert run.next_token() == token
        while run.waiting():
            allowed = run.allowed()
            pick = TOKENIZER.specials["<|go|>"] if target == IGNORE else target + TOKENIZER.first_special
            assert pick in allowed, (example["directive"], TOKENIZER.tokens[pick], [TOKENIZER.tokens[a] for a in allowed])
            run.pick(pick)
    return run


class Pieces(unittest.TestCase):
    def test_every_punctuation_mark_stands_alone(self):
        self.assertEqual(pieces("£12.50, v2\n x"), ["£", "12", ".", "50", ",", " v", "2", "\n", " x"])

    def test_pieces_are_the_text(self):
        for text in ["  héllo\t‘wörld’ 🙂½", "日本語 10432 steps", "a\u0301\ufeff"]:
            self.assertEqual("".join(pieces(text)), text)
            self.assertEqual(TOKENIZER.decode(TOKENIZER.encode(text)), text)


class Specials(unittest.TestCase):
    def test_there_is_one_token_for_every_tool_and_choice(self):
        names = special_names()
        self.assertEqual(len(tools()), 32)
        self.assertEqual(len(set(names)), len(names))
        for name in ["<|tool:none|>", "<|language=python|>", "<|wipe=|>", "<|view=permits|>", "<|+radius_km|>", "<|go|>"]:
            self.assertIn(name, names)


class Sequences(unittest.TestCase):
    def test_the_automaton_allows_every_taught_pick_and_makes_the_card(self):
        for example in TOY:
            run = follow(example)
            self.assertTrue(run.done)
            self.assertEqual(run.card.tool, example["tool"])
            self.assertEqual([s.key for s in run.card.spans], [s["key"] for s in example["spans"]])
            self.assertEqual(len(run.card.legs), len(example["legs"]))

    def test_a_span_inside_a_piece_is_refused(self):
        wrong = {"directive": "allow host", "tool": "permit.revoke", "choices": {}, "spans": [{"key": "host", "from": 7, "to": 10, "leg": 0}], "legs": []}
        with self.assertRaises(NotMarkable):
            sequence_of(wrong, TOKENIZER)

    def test_required_spans_are_kept_room_for(self):
        run = Marking(TOKENIZER.encode("a b"), TOKENIZER.specials)
        while not run.done:
            run.next_token()
            while run.waiting():
                allowed = run.allowed()
                grant = TOKENIZER.specials["<|tool:permit.grant|>"]
                run.pick(grant if grant in allowed else allowed[0])
        self.assertEqual({s.key for s in run.card.spans}, {"host", "minutes"})

    def test_any_allowed_picks_end_in_a_whole_card(self):
        chance = random.Random(99)
        for _ in range(2000):
            words = [chance.choice(["a", "plan", "£12.50", "x.y/z", "two"]) for _ in range(chance.randint(1, 9))]
            run = Marking(TOKENIZER.encode(" ".join(words)), TOKENIZER.specials)
            while not run.done:
                run.next_token()
                while run.waiting():
                    run.pick(chance.choice(run.allowed()))
            self.check_card(run)

    def check_card(self, run):
        """Spans are whole and apart; every required key is there, in every leg."""
        card, last = run.card, 0
        for span in card.spans:
            self.assertLess(span.start, span.end, "seed 99")
            self.assertLessEqual(last, span.start, "seed 99")
            last = span.end
        required = tools()[card.tool].required if card.tool != NONE and not card.choices.get("view") else set()
        for leg in range(len(card.legs) + 1):
            self.assertLessEqual(required, {s.key for s in card.spans if s.leg == leg}, "seed 99")

    def test_a_refusal_ends_at_the_tool(self):
        row = sequence_of({"directive": "hello", "tool": NONE}, TOKENIZER)
        self.assertEqual(TOKENIZER.tokens[row.tokens[-1]], "<|card|>")


if __name__ == "__main__":
    unittest.main()
