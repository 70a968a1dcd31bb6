"""Writes the golden memory files (docs/formats/memory.md) with Python's standard library alone: python3 memory.py"""
import hashlib
import struct

LAYERS, INNER, STATE, KERNEL, CHANNELS = 2, 6, 4, 4, 14
WEIGHTS = hashlib.sha256(b"golden weights").digest()
SSM, CONV = LAYERS * INNER * STATE, LAYERS * (KERNEL - 1) * CHANNELS
VALUES = [((i * 37) % 101 - 50) / 64 if i % 9 else 0.0 for i in range(SSM + CONV)]
VALUES[:STATE] = [0.0] * STATE  # a row of zeros has the scale 0


def f32(value: float) -> float:
    return struct.unpack("<f", struct.pack("<f", value))[0]


def int8_rows() -> bytes:
    lengths = [STATE] * (LAYERS * INNER) + [CHANNELS] * (LAYERS * (KERNEL - 1))
    scales, integers, at = [], [], 0
    for length in lengths:
        row = VALUES[at : at + length]
        at += length
        scale = f32(max(abs(value) for value in row) / 127)
        scales.append(scale)
        integers += [max(-127, min(127, round(value / scale))) if scale else 0 for value in row]
    return struct.pack(f"<{len(scales)}f", *scales) + struct.pack(f"<{len(integers)}b", *integers)


def file(kind: int, body: bytes) -> bytes:
    header = b"AXMEMORY" + struct.pack("<8I", 1, kind, LAYERS, INNER, STATE, KERNEL, CHANNELS, 0)
    header += WEIGHTS + hashlib.sha256(body).digest()
    return header.ljust(128, b"\0") + body


BODIES = {
    "f32": struct.pack(f"<{len(VALUES)}f", *VALUES),
    "f16": struct.pack(f"<{len(VALUES)}e", *VALUES),
    "int8-rows": int8_rows(),
}
for kind, (name, body) in enumerate(BODIES.items()):
    with open(f"{name}.memory", "wb") as out:
        out.write(file(kind, body))
