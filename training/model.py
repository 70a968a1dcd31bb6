"""Mamba-2 in plain PyTorch: the chunked SSD form for training, the stepwise form as its check.

The equations, the order [z | x | B | C | dt] of the input projection, the norm after the gate and
the conv memory of d_conv - 1 rows are those of GGUF architecture `mamba2` (state-spaces/mamba
`mamba2.py`, llama.cpp `src/models/mamba2.cpp`), with one group and tied embeddings.

Shapes: B sequences, T tokens, H heads of P channels (H * P = d_inner), N state size.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

RMS_EPS = 1e-5


@dataclass(frozen=True)
class Shape:
    """The sizes of a model; widths are multiples of 32 because Q8_0 blocks are."""

    vocabulary: int = 2048
    d_model: int = 192
    layers: int = 6
    d_state: int = 64
    headdim: int = 32
    expand: int = 2
    d_conv: int = 4
    chunk: int = 128

    @property
    def d_inner(self) -> int:
        return self.expand * self.d_model

    @property
    def heads(self) -> int:
        return self.d_inner // self.headdim

    @property
    def d_xbc(self) -> int:
        """Channels that pass through the convolution: x, B and C."""
        return self.d_inner + 2 * self.d_state

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


@dataclass
class Memory:
    """What one layer remembers: ssm [B, H, P, N] and conv [B, d_conv - 1, d_xbc], oldest row first."""

    ssm: Tensor
    conv: Tensor


def rms_norm(x: Tensor, weight: Tensor) -> Tensor:
    """Root mean square norm over the last axis."""
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + RMS_EPS) * weight


def scan_chunk(x: Tensor, dt: Tensor, log_decay: Tensor, b: Tensor, c: Tensor, ssm: Tensor | None) -> Tensor:
    """One SSD chunk as a masked matrix product (Dao & Gu 2024, section 6), without the state it leaves.

    x [B, T, H, P], dt and log_decay [B, T, H], b and c [B, T, N], ssm [B, H, P, N]; gives [B, T, H, P].
    """
    batch, length, heads, _ = x.shape
    decay = log_decay.cumsum(1).transpose(1, 2)  # [B, H, T]
    gaps = decay.unsqueeze(-1) - decay.unsqueeze(-2)
    future = torch.ones(length, length, dtype=torch.bool, device=x.device).triu(1)
    mixing = torch.exp(gaps.masked_fill(future, -math.inf)) * (c @ b.transpose(1, 2)).unsqueeze(1)
    inputs = (x * dt.unsqueeze(-1)).transpose(1, 2)  # [B, H, T, P]
    y = mixing @ inputs
    if ssm is not None:
        y = y + (c.unsqueeze(1) @ ssm.transpose(2, 3)) * decay.exp().unsqueeze(-1)
    return y.transpose(1, 2)


def state_after(x: Tensor, dt: Tensor, log_decay: Tensor, b: Tensor, ssm: Tensor | None) -> Tensor:
    """The state [B, H, P, N] that a chunk leaves behind (arguments as in `scan_chunk`)."""
    decay = log_decay.cumsum(1)
    to_end = torch.exp(decay[:, -1:] - decay) * dt  # [B, T, H]
    fresh = (x * to_end.unsqueeze(-1)).permute(0, 2, 3, 1) @ b.unsqueeze(1)
    if ssm is None:
        return fresh
    return fresh + ssm * decay[:, -1].exp()[:, :, None, None]


class Mixer(nn.Module):
    """One Mamba-2 block without its outer norm and residual."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        self.ssm_in = nn.Linear(shape.d_model, 2 * shape.d_inner + 2 * shape.d_state + shape.heads, bias=False)
        self.conv_weight = nn.Parameter(torch.empty(shape.d_conv, shape.d_xbc))
        self.conv_bias = nn.Parameter(torch.zeros(shape.d_xbc))
        self.dt_bias = nn.Parameter(torch.empty(shape.heads))
        self.a_log = nn.Parameter(torch.empty(shape.heads))
        self.d = nn.Parameter(torch.ones(shape.heads))
        self.norm = nn.Parameter(torch.ones(shape.d_inner))
        self.ssm_out = nn.Linear(shape.d_inner, shape.d_model, bias=False)
        self.reset()

    def reset(self) -> None:
        """The initial values of the Mamba-2 paper; the output projection shrinks with depth."""
        bound = 1 / math.sqrt(self.shape.d_conv)
        nn.init.uniform_(self.conv_weight, -bound, bound)
        steps = torch.exp(torch.rand(self.shape.heads) * (math.log(0.1) - math.log(0.001)) + math.log(0.001))
        with torch.no_grad():
            self.dt_bias.copy_(steps + torch.log(-torch.expm1(-steps)))
            self.a_log.copy_(torch.log(torch.empty(self.shape.heads).uniform_(1, 16)))
            nn.init.normal_(self.ssm_in.weight, std=1 / math.sqrt(self.shape.d_model))
            nn.init.normal_(self.ssm_out.weight, std=1 / math.sqrt(self.shape.d_inner * 2 * self.shape.layers))

    def convolve(self, xbc: Tensor, before: Tensor | None) -> tuple[Tensor, Tensor]:
        """Causal depthwise convolution; gives the result and the rows that the next token needs."""
        width = self.shape.d_conv
        if before is None:
            before = xbc.new_zeros(xbc.shape[0], width - 1, xbc.shape[2])
        rows = torch.cat([before.to(xbc.dtype), xbc], 1)
        length = xbc.shape[1]
        total = self.conv_bias + sum(rows[:, k : k + length] * self.conv_weight[k] for k in range(width))
        return F.silu(total), rows[:, length:]

    def forward(self, u: Tensor, start: Memory | None = None, keep: bool = False) -> tuple[Tensor, Memory | None]:
        """u [B, T, d_model] from the memory `start` (blank when absent); the end memory when `keep`."""
        s = self.shape
        z, xbc, dt_raw = self.ssm_in(u).split([s.d_inner, s.d_xbc, s.heads], -1)
        mixed, conv = self.convolve(xbc, None if start is None else start.conv)
        x, b, c = mixed.split([s.d_inner, s.d_state, s.d_state], -1)
        x = x.reshape(*x.shape[:2], s.heads, s.headdim).float()
        b, c = b.float(), c.float()
        dt = F.softplus(dt_raw.float() + self.dt_bias)
        log_decay = -dt * self.a_log.exp()
        y, ssm = self.scan(x, dt, log_decay, b, c, None if start is None else start.ssm, keep)
        y = (y + x * self.d[:, None]).reshape(*u.shape[:2], s.d_inner)
        out = self.ssm_out(rms_norm(y * F.silu(z.float()), self.norm))
        return out, Memory(ssm, conv) if keep else None

    def scan(self, x, dt, log_decay, b, c, ssm, keep):
        """The chunks one after another; the last one's state only when it is wanted."""
        outputs, length = [], x.shape[1]
        for first in range(0, length, self.shape.chunk):
            part = slice(first, first + self.shape.chunk)
            outputs.append(scan_chunk(x[:, part], dt[:, part], log_decay[:, part], b[:, part], c[:, part], ssm))
            if keep or part.stop < length:
                ssm = state_after(x[:, part], dt[:, part], log_decay[:, part], b[:, part], ssm)
        return torch.cat(outputs, 1) if len(outputs) > 1 else outputs[0], ssm

    def step(self, u: Tensor, memory: Memory) -> tuple[Tensor, Memory]:
        """One token, u [B, d_model]: the recurrence as written in the anchors of the format."""
        s = self.shape
        z, xbc, dt_raw = self.ssm_in(u).split([s.d_inner, s.d_xbc, s.heads], -1)
        rows = torch.cat([memory.conv, xbc.unsqueeze(1)], 1)
        mixed = F.silu((rows * self.conv_weight).sum(1) + self.conv_bias)
        x, b, c = mixed.split([s.d_inner, s.d_state, s.d_state], -1)
        x = x.reshape(-1, s.heads, s.headdim)
        dt = F.softplus(dt_raw + self.dt_bias)
        decay = torch.exp(-dt * self.a_log.exp())
        ssm = memory.ssm * decay[..., None, None] + (x * dt.unsqueeze(-1)).unsqueeze(-1) * b[:, None, None, :]
        y = (ssm @ c[:, None, :, None]).squeeze(-1) + x * self.d[:, None]
        y = rms_norm(y.reshape(-1, s.d_inner) * F.silu(z), self.norm)
        return self.ssm_out(y), Memory(ssm, rows[:, 1:])


class Needle(nn.Module):
    """The whole model: embedding, layers of norm + mixer, final norm; the head is the embedding."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        self.embedding = nn.Parameter(torch.randn(shape.vocabulary, shape.d_model) / math.sqrt(shape.d_model))
        self.norms = nn.ParameterList([nn.Parameter(torch.ones(shape.d_model)) for _ in range(shape.layers)])
        self.mixers = nn.ModuleList([Mixer(shape) for _ in range(shape.layers)])
        self.final = nn.Parameter(torch.ones(shape.d_model))

    def blank(self, batch: int = 1) -> list[Memory]:
        """The memory of a sequence that has read nothing."""
        s = self.shape
        empty = lambda *size: self.embedding.new_zeros(batch, *size)  # noqa: E731
        return [Memory(empty(s.heads, s.headdim, s.d_state), empty(s.d_conv - 1, s.d_xbc)) for _ in range(s.layers)]

    def forward(self, tokens: Tensor, start: list[Memory] | None = None, keep: bool = False):
        """tokens [B, T] → hidden [B, T, d_model] after the final norm, and the end memories when `keep`."""
        h, ends = F.embedding(tokens, self.embedding), []
        for i, mixer in enumerate(self.mixers):
            out, end = mixer(rms_norm(h, self.norms[i]), start[i] if start else None, keep)
            h = h + out
            ends.append(end)
        return rms_norm(h, self.final), (ends if keep else None)

    def step(self, token: Tensor, memory: list[Memory]) -> tuple[Tensor, list[Memory]]:
        """token [B] → hidden [B, d_model] and the memories after it."""
        h, after = F.embedding(token, self.embedding), []
        for i, mixer in enumerate(self.mixers):
            out, end = mixer.step(rms_norm(h, self.norms[i]), memory[i])
            h = h + out
            after.append(end)
        return rms_norm(h, self.final), after

    def logits(self, hidden: Tensor, first: int = 0) -> Tensor:
        """Scores of the tokens from id `first` on (the special tokens stand at the end)."""
        return hidden @ self.embedding[first:].T
