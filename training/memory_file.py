"""Memory files (docs/formats/memory.md), version 1, as int8 rows: what an initial state is shipped as."""

from __future__ import annotations

import hashlib
import struct

import numpy as np
import torch

from training.model import Memory, Shape

MAGIC, VERSION, INT8_ROWS = b"AXMEMORY", 1, 2
HEADER_BYTES = 128


def quantised_rows(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """rows [R, n] f32 → scales [R] f32 (largest magnitude / 127) and int8 values, ties to even."""
    scales = (np.abs(rows).max(1) / np.float32(127)).astype(np.float32)
    inverse = np.divide(np.float32(1), scales, out=np.zeros_like(scales), where=scales > 0)
    return scales, np.clip(np.rint(rows * inverse[:, None]), -127, 127).astype(np.int8)


def rows_of(memory: list[Memory], shape: Shape) -> list[np.ndarray]:
    """The rows of all layers' SSM states, then those of the convolution's past inputs, oldest first."""
    ssm = np.stack([m.ssm[0].numpy() for m in memory]).reshape(-1, shape.d_state)
    conv = np.stack([m.conv[0].numpy() for m in memory]).reshape(-1, shape.d_xbc)
    return [ssm.astype(np.float32), conv.astype(np.float32)]


def memory_file(memory: list[Memory], shape: Shape, weights: str) -> bytes:
    """The file of one memory (batch of 1) that belongs to the GGUF with SHA-256 `weights` (hex)."""
    quantised = [quantised_rows(rows) for rows in rows_of(memory, shape)]
    scales = b"".join(scale.astype("<f4").tobytes() for scale, _ in quantised)
    body = scales + b"".join(values.tobytes() for _, values in quantised)
    sizes = struct.pack("<8I", VERSION, INT8_ROWS, shape.layers, shape.d_inner, shape.d_state, shape.d_conv, shape.d_xbc, 0)
    return (MAGIC + sizes + bytes.fromhex(weights) + hashlib.sha256(body).digest()).ljust(HEADER_BYTES, b"\0") + body


def read_memory_file(raw: bytes, shape: Shape) -> list[Memory]:
    """The memory of a file that `memory_file` wrote."""
    body = raw[HEADER_BYTES:]
    if raw[:8] != MAGIC or raw[72:104] != hashlib.sha256(body).digest():
        raise ValueError("no memory file, or altered")
    counts = [(shape.layers * shape.d_inner, shape.d_state), (shape.layers * (shape.d_conv - 1), shape.d_xbc)]
    scales = np.frombuffer(body, "<f4", sum(rows for rows, _ in counts))
    values = np.frombuffer(body, np.int8, offset=scales.nbytes)
    ssm_rows, ssm_values = counts[0][0], counts[0][0] * counts[0][1]
    ssm = scales[:ssm_rows, None] * values[:ssm_values].reshape(counts[0]).astype(np.float32)
    conv = scales[ssm_rows:, None] * values[ssm_values:].reshape(counts[1]).astype(np.float32)
    ssm = torch.from_numpy(ssm).reshape(shape.layers, 1, shape.heads, shape.headdim, shape.d_state)
    conv = torch.from_numpy(conv).reshape(shape.layers, 1, shape.d_conv - 1, shape.d_xbc)
    return [Memory(s, c) for s, c in zip(ssm, conv)]
