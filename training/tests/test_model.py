"""The chunked form, the stepwise form and the initial memory say the same."""

import unittest

try:
    import torch
except ImportError as missing:
    raise unittest.SkipTest("needs torch (apt install python3-torch)") from missing

from training.model import Memory, Needle, Shape

SMALL = Shape(vocabulary=300, d_model=64, layers=2, d_state=16, headdim=16, chunk=8)


class Forms(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(5)
        self.model = Needle(SMALL).eval()
        self.tokens = torch.randint(0, 300, (3, 29))

    def stepped(self, memory):
        hidden = []
        for at in range(self.tokens.shape[1]):
            h, memory = self.model.step(self.tokens[:, at], memory)
            hidden.append(h)
        return torch.stack(hidden, 1), memory

    @torch.no_grad()
    def test_chunks_equal_steps_from_blank(self):
        whole, end = self.model(self.tokens, keep=True)
        single, after = self.stepped(self.model.blank(3))
        self.assertLess((whole - single).abs().max(), 1e-4)
        for a, b in zip(end, after):
            self.assertLess((a.ssm - b.ssm).abs().max(), 1e-4)
            self.assertLess((a.conv - b.conv).abs().max(), 1e-4)

    @torch.no_grad()
    def test_chunks_equal_steps_from_a_given_memory(self):
        start = [Memory(torch.randn_like(m.ssm), torch.randn_like(m.conv)) for m in self.model.blank(3)]
        whole, _ = self.model(self.tokens, start)
        single, _ = self.stepped(start)
        self.assertLess((whole - single).abs().max(), 1e-4)

    @torch.no_grad()
    def test_reading_in_two_parts_is_reading_in_one(self):
        whole, _ = self.model(self.tokens)
        _, middle = self.model(self.tokens[:, :13], keep=True)
        rest, _ = self.model(self.tokens[:, 13:], middle)
        self.assertLess((whole[:, 13:] - rest).abs().max(), 1e-4)


if __name__ == "__main__":
    unittest.main()
