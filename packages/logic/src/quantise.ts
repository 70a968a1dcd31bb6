/**
 * A matrix's rows as the integers and scales the kernel multiplies with. This is where fidelity is decided, once, at load:
 *   exact  Q8_0 keeps its integers and block scales as they stand in the file; F32 and F16 become two such planes, a value
 *          and its remainder, good for 15 bits.
 *   row    every tensor becomes int8 with one scale a row.
 */
import { dequantise, halfToNumber } from "./dequantise.ts";
import type { Tensor } from "./gguf.ts";

export const KERNEL_MODES = ["exact", "row"] as const;
export type KernelMode = (typeof KERNEL_MODES)[number];

/** Values that share a scale in exact mode. */
export const BLOCK = 32;
const INT8_MAX = 127;
const INT16_MAX = 32_767;
const INT32_MAX = 2 ** 31 - 1;

/** How one matrix is held. Lengths in values. */
export interface MatrixShape {
  readonly rows: number;
  /** Padded with zeros to whole blocks. */
  readonly columns: number;
  readonly planes: 1 | 2;
  readonly perRow: boolean;
  /** Largest activation integer: none of the sums can leave int32, so their order is free. */
  readonly limit: number;
}

/** `values` is `[planes][columns]`; `scales` is `[planes][columns / 32]`, or one number per row. */
export interface QuantisedRow {
  readonly values: Int8Array;
  readonly scales: Float32Array;
}

export function matrixShape(tensor: Tensor, mode: KernelMode): MatrixShape {
  const columns = Math.ceil(tensor.shape[0]! / BLOCK) * BLOCK;
  const perRow = mode === "row";
  const summed = perRow ? columns : BLOCK;
  return {
    rows: tensor.shape[1] ?? 1,
    columns,
    planes: perRow || tensor.type === "Q8_0" ? 1 : 2,
    perRow,
    limit: Math.min(INT16_MAX, Math.floor(INT32_MAX / (128 * summed))),
  };
}

/** One row of a matrix as a tensor of its own; a view. */
export function rowOf(tensor: Tensor, row: number): Tensor {
  const bytes = tensor.data.length / (tensor.shape[1] ?? 1);
  return { ...tensor, shape: [tensor.shape[0]!], data: tensor.data.subarray(row * bytes, (row + 1) * bytes) };
}

export function quantiseRow(tensor: Tensor, row: number, shape: MatrixShape): QuantisedRow {
  const source = rowOf(tensor, row);
  const values = new Int8Array(shape.planes * shape.columns);
  if (shape.perRow) return { values, scales: Float32Array.of(roundTo(values, dequantise(source), 0)) };
  const scales = new Float32Array(values.length / BLOCK);
  if (tensor.type === "Q8_0") copyBlocks(source, values, scales);
  else splitBlocks(dequantise(source), values, scales);
  return { values, scales };
}

function copyBlocks(source: Tensor, values: Int8Array, scales: Float32Array): void {
  const view = new DataView(source.data.buffer, source.data.byteOffset, source.data.byteLength);
  for (let block = 0; block < scales.length; block++) {
    const at = block * (BLOCK + 2);
    scales[block] = halfToNumber(view.getUint16(at, true));
    values.set(new Int8Array(view.buffer, view.byteOffset + at + 2, BLOCK), block * BLOCK);
  }
}

/** First plane: the values; second plane: what rounding left. */
function splitBlocks(source: Float32Array, values: Int8Array, scales: Float32Array): void {
  const columns = values.length / 2;
  for (let at = 0; at < source.length; at += BLOCK) {
    const rest = Float64Array.from(source.subarray(at, at + BLOCK));
    scales[at / BLOCK] = roundTo(values, rest, at);
    for (let i = 0; i < rest.length; i++) rest[i]! -= values[at + i]! * scales[at / BLOCK]!;
    scales[(columns + at) / BLOCK] = roundTo(values, rest, columns + at);
  }
}

/** Rounds `source` to int8 at `values[at…]`; returns the scale, an f32. */
function roundTo(values: Int8Array, source: Float32Array | Float64Array, at: number): number {
  let greatest = 0;
  for (const value of source) greatest = Math.max(greatest, Math.abs(value));
  const scale = Math.fround(greatest / INT8_MAX);
  if (scale === 0) return 0;
  for (let i = 0; i < source.length; i++)
    values[at + i] = Math.max(-INT8_MAX, Math.min(INT8_MAX, Math.round(source[i]! / scale)));
  return scale;
}
