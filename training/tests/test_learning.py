"""A toy model learns, is exported and read back, prefers what it is told to prefer, and starts from a tuned state."""

import itertools
import tempfile
import unittest
from pathlib import Path

try:
    import torch
except ImportError as missing:
    raise unittest.SkipTest("needs torch (apt install python3-torch)") from missing

from training import prefer
from training.batches import Batches
from training.evaluate import decode, parameters_of
from training.export import export_model, import_model
from training.loss import pick_logits, pick_loss
from training.memory_file import memory_file, read_memory_file
from training.model import Memory, Needle, Shape
from training.tests import toy
from training.tokenizer import train_tokenizer

SEED = 11
TOKENIZER = train_tokenizer((e["directive"] for e in itertools.islice(toy.examples(SEED), 500)), size=500)


def trained(steps: int) -> Needle:
    """A small model after a few steps on the toy directives."""
    torch.manual_seed(SEED)
    model = Needle(Shape(vocabulary=TOKENIZER.size, d_model=64, layers=2, d_state=32, headdim=32))
    optimiser = torch.optim.AdamW(model.parameters(), lr=5e-3)
    go = TOKENIZER.specials["<|go|>"] - TOKENIZER.first_special
    for batch in itertools.islice(Batches(toy.examples(SEED), TOKENIZER, 1024, SEED), steps):
        loss = pick_loss(pick_logits(model, model(batch.tokens)[0], batch.places, TOKENIZER.first_special), batch, go, 1.0)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return model.eval()


class Learning(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        torch.set_num_threads(1)
        cls.model = trained(120)

    def test_unseen_directives_become_their_cards(self):
        lines = list(itertools.islice(toy.examples(SEED + 1), 60))
        cards = decode(self.model, TOKENIZER, [line["directive"] for line in lines])
        right = sum(card.tool == line["tool"] and [s.key for s in card.spans] == [s["key"] for s in line["spans"]] for card, line in zip(cards, lines))
        self.assertGreaterEqual(right, 54, f"seed {SEED}")

    def test_parameters_are_parts_of_the_directive(self):
        directive = "allow maps.example.net for 20 minutes"
        card = decode(self.model, TOKENIZER, [directive])[0]
        for value in parameters_of(card, directive, TOKENIZER).values():
            self.assertIn(value, directive)

    @torch.no_grad()
    def test_the_exported_file_says_nearly_the_same(self):
        with tempfile.TemporaryDirectory() as folder:
            export_model(self.model, TOKENIZER, Path(folder) / "toy.gguf")
            again, tokenizer = import_model(Path(folder) / "toy.gguf")
        self.assertEqual(tokenizer.tokens, TOKENIZER.tokens)
        tokens = torch.tensor([TOKENIZER.encode("find a barber near Holborn")])
        a, b = (m.logits(m(tokens)[0]) for m in (self.model, again))
        self.assertLess((a - b).abs().max(), 0.1 * a.std() + 0.1)

    @torch.no_grad()
    def test_a_memory_file_keeps_the_state(self):
        torch.manual_seed(SEED)
        memory = [Memory(torch.randn_like(m.ssm), torch.randn_like(m.conv)) for m in self.model.blank()]
        raw = memory_file(memory, self.model.shape, "ab" * 32)
        for a, b in zip(memory, read_memory_file(raw, self.model.shape)):
            self.assertLess((a.ssm - b.ssm).abs().max(), 0.02)
            self.assertLess((a.conv - b.conv).abs().max(), 0.03)

    def test_preferences_raise_the_chosen_card(self):
        directive = "allow maps.example.net for 20 minutes"
        line = {"directive": directive, "chosen": {"tool": "permit.revoke", "spans": [{"key": "host", "from": 6, "to": 22, "leg": 0}]}, "rejected": {"tool": "none"}}
        for kind in ("dpo", "ipo"):
            model, _ = self.copied()
            pairs = [prefer.pair_of(line, TOKENIZER)] * 4
            frozen, _ = self.copied()
            history = prefer.prefer(model, TOKENIZER, pairs, kind, 0.1, 1e-4, 10, SEED)
            self.assertLess(history[-1], history[0], kind)
            with torch.no_grad():
                self.assertGreater(prefer.margins(model, frozen, pairs, TOKENIZER.first_special).mean(), 0, kind)

    def copied(self):
        with tempfile.TemporaryDirectory() as folder:
            export_model(self.model, TOKENIZER, Path(folder) / "toy.gguf")
            return import_model(Path(folder) / "toy.gguf")


if __name__ == "__main__":
    unittest.main()
