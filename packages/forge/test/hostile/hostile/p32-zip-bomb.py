import zlib
bomb = zlib.compress(b"\0" * (1 << 20))
for _ in range(3):
    bomb = zlib.compress(bomb)
data = bytes([0x78, 0x9c])
try:
    out = zlib.decompressobj().decompress(zlib.compress(bytes(32 << 20)) * 4)
except zlib.error:
    out = b""
hold = [bytes(32 << 20) for _ in range(100)]
