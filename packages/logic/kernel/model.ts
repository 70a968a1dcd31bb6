// What the host writes into memory for the kernel: plain records of 4-byte fields, in this order (src/kernel-layout.ts writes them).
// All pointers are byte addresses in linear memory; every array begins at a multiple of 64.

/** A packed matrix: tiles of 16 rows, see matrix.ts. */
@unmanaged
export class Matrix {
  /** Number of 16-row tiles. */
  tiles: i32 = 0;
  /** Length of a row, a multiple of 32; padding holds zeros. */
  columns: i32 = 0;
  /** How many int8 matrices are summed: 1, or 2 for a value and its remainder. */
  planes: i32 = 0;
  /** 1: one scale a row (integers are summed over the whole row). 0: one scale for 32 values. */
  perRow: i32 = 0;
  /** Largest activation integer for which no sum of products can leave int32. */
  limit: f32 = 0;
  weights: usize = 0;
  scales: usize = 0;
}

@unmanaged
export class Layer {
  norm: usize = 0;
  input: usize = 0;
  /** `[kernel][channels]`. */
  conv: usize = 0;
  convBias: usize = 0;
  dtBias: usize = 0;
  a: usize = 0;
  d: usize = 0;
  gateNorm: usize = 0;
  output: usize = 0;
}

/** Lengths are in values. `width`, `inner` and so on are the model's; a stride is the distance between two columns of a batch. */
@unmanaged
export class Model {
  width: i32 = 0;
  layers: i32 = 0;
  inner: i32 = 0;
  heads: i32 = 0;
  state: i32 = 0;
  groups: i32 = 0;
  kernel: i32 = 0;
  channels: i32 = 0;
  epsilon: f32 = 0;
  /** `layers` pointers to `Layer`. */
  table: usize = 0;
  norm: usize = 0;
  head: usize = 0;
  widthStride: i32 = 0;
  innerStride: i32 = 0;
  projectedStride: i32 = 0;
  /** Shared by all threads: `[batch][widthStride]`, `[batch][projectedStride]`, `[batch][innerStride]`. */
  residual: usize = 0;
  projected: usize = 0;
  mixed: usize = 0;
  /** Pointers to the memories of the batch's columns. */
  memories: usize = 0;
  /** Threads that work on one step, and their meeting point (barrier.ts). */
  threads: i32 = 0;
  meeting: usize = 0;
}

/** One thread's own room. */
@unmanaged
export class Bench {
  part: i32 = 0;
  /** `[longest column]` f32. */
  normed: usize = 0;
  /** `[batch][longest column]` int16, and one scale a column. */
  activations: usize = 0;
  activationScales: usize = 0;
  /** `[batch][heads]` f32 each, heads padded to 4. */
  dt: usize = 0;
  decay: usize = 0;
  /** Partial sums of the scan: 4 × 8 f32. */
  sums: usize = 0;
  /** Results of one tile: `[batch][16]` f32. */
  tile: usize = 0;
}

/** For the host, which writes these records by hand: see `RECORD_WORDS`. */
export const matrixBytes: i32 = offsetof<Matrix>();
export const layerBytes: i32 = offsetof<Layer>();
export const modelBytes: i32 = offsetof<Model>();
export const benchBytes: i32 = offsetof<Bench>();
