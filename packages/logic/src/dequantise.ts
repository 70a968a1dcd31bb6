/** Encoded weights as numbers. Exact: every encoded value has one double, so both twins of the kernel start from the same. */
import type { Tensor } from "./gguf.ts";

const Q8_BLOCK = 32;
const Q8_BLOCK_BYTES = 34;

/** All values of a tensor in file order. F32 keeps its bits; F16 and Q8_0 products of an f16 scale and an int8 are exact in f32. */
export function dequantise(tensor: Tensor): Float32Array {
  const view = new DataView(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
  const out = new Float32Array(tensor.shape.reduce((product, length) => product * length, 1));
  if (tensor.type === "F32") for (let i = 0; i < out.length; i++) out[i] = view.getFloat32(4 * i, true);
  else if (tensor.type === "F16")
    for (let i = 0; i < out.length; i++) out[i] = halfToNumber(view.getUint16(2 * i, true));
  else
    for (let block = 0; block * Q8_BLOCK < out.length; block++) {
      const at = block * Q8_BLOCK_BYTES;
      const scale = halfToNumber(view.getUint16(at, true));
      for (let i = 0; i < Q8_BLOCK; i++) out[block * Q8_BLOCK + i] = scale * view.getInt8(at + 2 + i);
    }
  return out;
}

/** 2 to the power e − 15. */
const POWERS = Float64Array.from({ length: 31 }, (_, e) => 2 ** (e - 15));

/** IEEE 754 binary16. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * POWERS[exponent]!;
}
