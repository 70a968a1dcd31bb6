const word = new DataView(new ArrayBuffer(4));

/** IEEE 754 binary16 of a number's f32, rounded to nearest, ties to even; beyond 65,504 infinity. */
export function numberToHalf(value: number): number {
  word.setFloat32(0, value);
  const bits = word.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 127 + 15;
  const fraction = bits & 0x7fffff;
  if (exponent >= 31 + 112) return sign | (fraction === 0 ? 0x7c00 : 0x7e00); // infinity, NaN
  if (exponent >= 31) return sign | 0x7c00;
  if (exponent < -10) return sign;
  // Below exponent 1 the implicit one moves into the fraction, which is shifted further (subnormals).
  const shift = exponent < 1 ? 14 - exponent : 13;
  const whole = exponent < 1 ? fraction | 0x800000 : ((exponent << 23) | fraction) >>> 0;
  const kept = whole >>> shift;
  const rest = whole & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return sign | (kept + (rest > half || (rest === half && (kept & 1) === 1) ? 1 : 0));
}
