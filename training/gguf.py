"""A GGUF (version 3) writer and reader, as much of it as a small Mamba-2 model needs: Q8_0 and F32.

Dimensions of a tensor are written fastest first, so a numpy shape (rows, columns) becomes [columns, rows].
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

MAGIC, VERSION, ALIGNMENT = b"GGUF", 3, 32
U32, F32, BOOL, STRING, ARRAY, I32 = 4, 6, 7, 8, 9, 5
TYPE_F32, TYPE_Q8_0, BLOCK = 0, 8, 32


def quantise_q8(values: np.ndarray) -> bytes:
    """Q8_0: blocks of 32 along the last axis, an f16 scale and 32 signed bytes each."""
    if values.shape[-1] % BLOCK:
        raise ValueError(f"rows of {values.shape[-1]} values do not fill blocks of {BLOCK}")
    blocks = values.astype(np.float32).reshape(-1, BLOCK)
    scales = np.abs(blocks).max(1) / 127
    inverse = np.divide(1, scales, out=np.zeros_like(scales), where=scales > 0)
    table = np.empty(len(blocks), dtype=[("scale", "<f2"), ("values", "i1", BLOCK)])
    table["scale"] = scales.astype(np.float16)
    table["values"] = np.clip(np.rint(blocks * inverse[:, None]), -127, 127)
    return table.tobytes()


def dequantise_q8(raw: bytes, shape: tuple[int, ...]) -> np.ndarray:
    """The f32 values that Q8_0 bytes stand for."""
    table = np.frombuffer(raw, dtype=[("scale", "<f2"), ("values", "i1", BLOCK)])
    return (table["scale"].astype(np.float32)[:, None] * table["values"].astype(np.float32)).reshape(shape)


def text_bytes(text: str) -> bytes:
    raw = text.encode("utf-8")
    return struct.pack("<Q", len(raw)) + raw


def value_bytes(value) -> bytes:
    """A typed metadata value: bool, int (u32), float (f32), str, or a list of str or int (i32)."""
    if isinstance(value, bool):
        return struct.pack("<IB", BOOL, value)
    if isinstance(value, int):
        return struct.pack("<II", U32, value)
    if isinstance(value, float):
        return struct.pack("<If", F32, value)
    if isinstance(value, str):
        return struct.pack("<I", STRING) + text_bytes(value)
    if all(isinstance(item, str) for item in value):
        return struct.pack("<IIQ", ARRAY, STRING, len(value)) + b"".join(map(text_bytes, value))
    return struct.pack("<IIQ", ARRAY, I32, len(value)) + struct.pack(f"<{len(value)}i", *value)


def write_gguf(path: Path, metadata: dict, tensors: dict[str, np.ndarray], quantised: set[str]) -> None:
    """Writes the file; the tensors named in `quantised` as Q8_0, the others as F32."""
    head = [MAGIC, struct.pack("<IQQ", VERSION, len(tensors), len(metadata))]
    head += [text_bytes(key) + value_bytes(value) for key, value in metadata.items()]
    bodies, offset = [], 0
    for name, values in tensors.items():
        kind = TYPE_Q8_0 if name in quantised else TYPE_F32
        raw = quantise_q8(values) if kind == TYPE_Q8_0 else values.astype("<f4").tobytes()
        head.append(text_bytes(name) + struct.pack("<I", values.ndim))
        head.append(struct.pack(f"<{values.ndim}Q", *reversed(values.shape)) + struct.pack("<IQ", kind, offset))
        raw += b"\0" * (-len(raw) % ALIGNMENT)
        bodies.append(raw)
        offset += len(raw)
    start = b"".join(head)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(start + b"\0" * (-len(start) % ALIGNMENT) + b"".join(bodies))


class Reader:
    """Reads a GGUF file of `write_gguf`: `.metadata` and `.tensors` (f32 arrays, dequantised)."""

    def __init__(self, path: Path):
        self.raw = path.read_bytes()
        self.at = 4
        if self.raw[:4] != MAGIC:
            raise ValueError(f"{path} is no GGUF file")
        _, tensors, entries = self.take("<IQQ")
        self.metadata = {self.text(): self.value() for _ in range(entries)}
        infos = [self.info() for _ in range(tensors)]
        base = self.at + -self.at % ALIGNMENT
        self.tensors = {name: self.tensor(base + offset, shape, kind) for name, shape, kind, offset in infos}

    def take(self, form: str) -> tuple:
        found = struct.unpack_from(form, self.raw, self.at)
        self.at += struct.calcsize(form)
        return found

    def text(self) -> str:
        (length,) = self.take("<Q")
        self.at += length
        return self.raw[self.at - length : self.at].decode("utf-8")

    def value(self, kind: int | None = None):
        kind = self.take("<I")[0] if kind is None else kind
        if kind == ARRAY:
            inner, count = self.take("<IQ")
            return [self.value(inner) for _ in range(count)]
        return self.text() if kind == STRING else self.take({U32: "<I", F32: "<f", BOOL: "<?", I32: "<i"}[kind])[0]

    def info(self) -> tuple[str, tuple[int, ...], int, int]:
        name, (rank,) = self.text(), self.take("<I")
        shape = tuple(reversed(self.take(f"<{rank}Q")))
        return name, shape, *self.take("<IQ")

    def tensor(self, start: int, shape: tuple[int, ...], kind: int) -> np.ndarray:
        count = int(np.prod(shape))
        if kind == TYPE_Q8_0:
            return dequantise_q8(self.raw[start : start + count // BLOCK * 34], shape)
        return np.frombuffer(self.raw, "<f4", count, start).reshape(shape)
