const kinds = [Uint8Array, Float64Array, BigInt64Array, ArrayBuffer];
for (const kind of kinds)
  for (const size of [-1, 2 ** 31, 2 ** 32, 2 ** 53, 1e9, NaN]) {
    try {
      const made = new kind(size);
      if (made.byteLength > 2 ** 30) print("ESCAPED", made.byteLength);
    } catch {}
  }
const view = new DataView(new ArrayBuffer(8));
for (const at of [-1, 8, 2 ** 31, 2 ** 32 + 1]) {
  try {
    view.getFloat64(at);
    print("ESCAPED", at);
  } catch {}
}
print("held");
