// int8 matrix × int16 columns, summed in int32 where order cannot matter.
//
// A tile is 16 rows. It is stored by pairs of columns: for each pair, 4 groups of 4 rows, each 8 bytes
// [r0c0 r0c1 r1c0 r1c1 r2c0 r2c1 r3c0 r3c1]. One pair of activations is spread over all lanes, so that the pairwise
// dot product gives four rows at once and no lanes are ever summed across. The stream of weights is read once, in order.
//   weights: [tile][plane][columns / 2][4][8] int8     scales: [tile][plane][columns / 32][16] f32, or [tile][16] per row
import { Matrix } from "./model";

const BLOCK: i32 = 32;
const TILE_ROWS: i32 = 16;

/**
 * `out[column][row]` for the rows of tiles `from` to `to`, from the first of them on; strides in bytes. With `mask` (a bit a row; 0: none), tiles
 * without a wanted row are skipped and their results are −∞.
 */
export function multiply(
  matrix: Matrix,
  from: i32,
  to: i32,
  count: i32,
  activations: usize,
  stride: usize,
  steps: usize,
  out: usize,
  outStride: usize,
  mask: usize,
): void {
  const tileValues = matrix.planes * matrix.columns * TILE_ROWS;
  const tileBytes = <usize>tileValues;
  const scaleBytes = (<usize>(matrix.perRow ? TILE_ROWS : tileValues / BLOCK)) << 2;
  for (let tile = from; tile < to; tile++) {
    const weights = matrix.weights + <usize>tile * tileBytes;
    const scales = matrix.scales + <usize>tile * scaleBytes;
    const rows = out + ((<usize>(tile - from)) << 6);
    if (mask && load<u16>(mask + <usize>tile * 2) === 0) {
      skip(rows);
      continue;
    }
    let column = 0;
    for (; column + 4 <= count; column += 4) {
      const a = activations + <usize>column * stride;
      const target = rows + <usize>column * outStride;
      const step = steps + ((<usize>column) << 2);
      if (matrix.perRow) {
        fourByRow(matrix.columns, weights, scales, a, stride, step, target, outStride);
      } else {
        fourByBlock(matrix, weights, scales, a, stride, step, target, outStride);
        fourByBlock(matrix, weights + 16, scales + 32, a, stride, step, target + 32, outStride);
      }
    }
    for (; column < count; column++) {
      const a = activations + <usize>column * stride;
      const step = load<f32>(steps + ((<usize>column) << 2));
      const target = rows + <usize>column * outStride;
      if (matrix.perRow) oneByRow(matrix.columns, weights, scales, a, step, target);
      else oneByBlock(matrix, weights, scales, a, step, target);
    }
  }
}

function skip(rows: usize): void {
  const nothing = f32x4.splat(-Infinity);
  v128.store(rows, nothing, 0);
  v128.store(rows, nothing, 16);
  v128.store(rows, nothing, 32);
  v128.store(rows, nothing, 48);
}

/** One column, one scale a row. */
function oneByRow(columns: i32, weights: usize, scales: usize, a: usize, step: f32, out: usize): void {
  let s0 = i32x4.splat(0);
  let s1 = i32x4.splat(0);
  let s2 = i32x4.splat(0);
  let s3 = i32x4.splat(0);
  const end = a + ((<usize>columns) << 1);
  while (a < end) {
    const a0 = v128.load32_splat(a, 0);
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v128.load8x8_s(weights, 0), a0));
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v128.load8x8_s(weights, 8), a0));
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(v128.load8x8_s(weights, 16), a0));
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(v128.load8x8_s(weights, 24), a0));
    const a1 = v128.load32_splat(a, 4);
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v128.load8x8_s(weights, 32), a1));
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v128.load8x8_s(weights, 40), a1));
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(v128.load8x8_s(weights, 48), a1));
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(v128.load8x8_s(weights, 56), a1));
    const a2 = v128.load32_splat(a, 8);
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v128.load8x8_s(weights, 64), a2));
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v128.load8x8_s(weights, 72), a2));
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(v128.load8x8_s(weights, 80), a2));
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(v128.load8x8_s(weights, 88), a2));
    const a3 = v128.load32_splat(a, 12);
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v128.load8x8_s(weights, 96), a3));
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v128.load8x8_s(weights, 104), a3));
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(v128.load8x8_s(weights, 112), a3));
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(v128.load8x8_s(weights, 120), a3));
    weights += 128;
    a += 16;
  }
  putTile(out, s0, s1, s2, s3, scales, f32x4.splat(step));
}

/** One column, one scale for 32 values. */
function oneByBlock(matrix: Matrix, weights: usize, scales: usize, activations: usize, step: f32, out: usize): void {
  let f0 = f32x4.splat(0);
  let f1 = f32x4.splat(0);
  let f2 = f32x4.splat(0);
  let f3 = f32x4.splat(0);
  const end = activations + ((<usize>matrix.columns) << 1);
  for (let plane = 0; plane < matrix.planes; plane++) {
    let a = activations;
    while (a < end) {
      let s0 = i32x4.splat(0);
      let s1 = i32x4.splat(0);
      let s2 = i32x4.splat(0);
      let s3 = i32x4.splat(0);
      const blockEnd = a + 64;
      while (a < blockEnd) {
        const a0 = v128.load32_splat(a, 0);
        s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v128.load8x8_s(weights, 0), a0));
        s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v128.load8x8_s(weights, 8), a0));
        s2 = i32x4.add(s2, i32x4.dot_i16x8_s(v128.load8x8_s(weights, 16), a0));
        s3 = i32x4.add(s3, i32x4.dot_i16x8_s(v128.load8x8_s(weights, 24), a0));
        const a1 = v128.load32_splat(a, 4);
        s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v128.load8x8_s(weights, 32), a1));
        s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v128.load8x8_s(weights, 40), a1));
        s2 = i32x4.add(s2, i32x4.dot_i16x8_s(v128.load8x8_s(weights, 48), a1));
        s3 = i32x4.add(s3, i32x4.dot_i16x8_s(v128.load8x8_s(weights, 56), a1));
        const a2 = v128.load32_splat(a, 8);
        s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v128.load8x8_s(weights, 64), a2));
        s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v128.load8x8_s(weights, 72), a2));
        s2 = i32x4.add(s2, i32x4.dot_i16x8_s(v128.load8x8_s(weights, 80), a2));
        s3 = i32x4.add(s3, i32x4.dot_i16x8_s(v128.load8x8_s(weights, 88), a2));
        const a3 = v128.load32_splat(a, 12);
        s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v128.load8x8_s(weights, 96), a3));
        s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v128.load8x8_s(weights, 104), a3));
        s2 = i32x4.add(s2, i32x4.dot_i16x8_s(v128.load8x8_s(weights, 112), a3));
        s3 = i32x4.add(s3, i32x4.dot_i16x8_s(v128.load8x8_s(weights, 120), a3));
        weights += 128;
        a += 16;
      }
      f0 = f32x4.add(f0, f32x4.mul(f32x4.convert_i32x4_s(s0), v128.load(scales, 0)));
      f1 = f32x4.add(f1, f32x4.mul(f32x4.convert_i32x4_s(s1), v128.load(scales, 16)));
      f2 = f32x4.add(f2, f32x4.mul(f32x4.convert_i32x4_s(s2), v128.load(scales, 32)));
      f3 = f32x4.add(f3, f32x4.mul(f32x4.convert_i32x4_s(s3), v128.load(scales, 48)));
      scales += 64;
    }
  }
  const worth = f32x4.splat(step);
  v128.store(out, f32x4.mul(f0, worth), 0);
  v128.store(out, f32x4.mul(f1, worth), 16);
  v128.store(out, f32x4.mul(f2, worth), 32);
  v128.store(out, f32x4.mul(f3, worth), 48);
}

function scaled(sums: v128, scale: v128, worth: v128): v128 {
  return f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(sums), scale), worth);
}

/** Four columns, one scale a row: each weight is widened once for four columns. */
function fourByRow(
  columns: i32,
  weights: usize,
  scales: usize,
  a: usize,
  stride: usize,
  steps: usize,
  out: usize,
  outStride: usize,
): void {
  let p0 = i32x4.splat(0);
  let q0 = i32x4.splat(0);
  let r0 = i32x4.splat(0);
  let s0 = i32x4.splat(0);
  let p1 = i32x4.splat(0);
  let q1 = i32x4.splat(0);
  let r1 = i32x4.splat(0);
  let s1 = i32x4.splat(0);
  let p2 = i32x4.splat(0);
  let q2 = i32x4.splat(0);
  let r2 = i32x4.splat(0);
  let s2 = i32x4.splat(0);
  let p3 = i32x4.splat(0);
  let q3 = i32x4.splat(0);
  let r3 = i32x4.splat(0);
  let s3 = i32x4.splat(0);
  let b = a + stride;
  let c = b + stride;
  let d = c + stride;
  const end = a + ((<usize>columns) << 1);
  while (a < end) {
    const pf = v128.load8x8_s(weights, 0);
    const qf = v128.load8x8_s(weights, 8);
    const rf = v128.load8x8_s(weights, 16);
    const sf = v128.load8x8_s(weights, 24);
    const a0 = v128.load32_splat(a, 0);
    p0 = i32x4.add(p0, i32x4.dot_i16x8_s(pf, a0));
    q0 = i32x4.add(q0, i32x4.dot_i16x8_s(qf, a0));
    r0 = i32x4.add(r0, i32x4.dot_i16x8_s(rf, a0));
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(sf, a0));
    const b0 = v128.load32_splat(b, 0);
    p1 = i32x4.add(p1, i32x4.dot_i16x8_s(pf, b0));
    q1 = i32x4.add(q1, i32x4.dot_i16x8_s(qf, b0));
    r1 = i32x4.add(r1, i32x4.dot_i16x8_s(rf, b0));
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(sf, b0));
    const c0 = v128.load32_splat(c, 0);
    p2 = i32x4.add(p2, i32x4.dot_i16x8_s(pf, c0));
    q2 = i32x4.add(q2, i32x4.dot_i16x8_s(qf, c0));
    r2 = i32x4.add(r2, i32x4.dot_i16x8_s(rf, c0));
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(sf, c0));
    const d0 = v128.load32_splat(d, 0);
    p3 = i32x4.add(p3, i32x4.dot_i16x8_s(pf, d0));
    q3 = i32x4.add(q3, i32x4.dot_i16x8_s(qf, d0));
    r3 = i32x4.add(r3, i32x4.dot_i16x8_s(rf, d0));
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(sf, d0));
    const pn = v128.load8x8_s(weights, 32);
    const qn = v128.load8x8_s(weights, 40);
    const rn = v128.load8x8_s(weights, 48);
    const sn = v128.load8x8_s(weights, 56);
    const a1 = v128.load32_splat(a, 4);
    p0 = i32x4.add(p0, i32x4.dot_i16x8_s(pn, a1));
    q0 = i32x4.add(q0, i32x4.dot_i16x8_s(qn, a1));
    r0 = i32x4.add(r0, i32x4.dot_i16x8_s(rn, a1));
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(sn, a1));
    const b1 = v128.load32_splat(b, 4);
    p1 = i32x4.add(p1, i32x4.dot_i16x8_s(pn, b1));
    q1 = i32x4.add(q1, i32x4.dot_i16x8_s(qn, b1));
    r1 = i32x4.add(r1, i32x4.dot_i16x8_s(rn, b1));
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(sn, b1));
    const c1 = v128.load32_splat(c, 4);
    p2 = i32x4.add(p2, i32x4.dot_i16x8_s(pn, c1));
    q2 = i32x4.add(q2, i32x4.dot_i16x8_s(qn, c1));
    r2 = i32x4.add(r2, i32x4.dot_i16x8_s(rn, c1));
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(sn, c1));
    const d1 = v128.load32_splat(d, 4);
    p3 = i32x4.add(p3, i32x4.dot_i16x8_s(pn, d1));
    q3 = i32x4.add(q3, i32x4.dot_i16x8_s(qn, d1));
    r3 = i32x4.add(r3, i32x4.dot_i16x8_s(rn, d1));
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(sn, d1));
    weights += 64;
    a += 8;
    b += 8;
    c += 8;
    d += 8;
  }
  putTile(out, p0, q0, r0, s0, scales, v128.load32_splat(steps, 0));
  putTile(out + outStride, p1, q1, r1, s1, scales, v128.load32_splat(steps, 4));
  putTile(out + 2 * outStride, p2, q2, r2, s2, scales, v128.load32_splat(steps, 8));
  putTile(out + 3 * outStride, p3, q3, r3, s3, scales, v128.load32_splat(steps, 12));
}

/** Sums of a tile's rows for one column. All loads before all stores, and stores side by side, so that a compiler may use vectors of twice the length. */
function putTile(out: usize, p: v128, q: v128, r: v128, s: v128, scales: usize, worth: v128): void {
  const r0 = scaled(p, v128.load(scales, 0), worth);
  const r1 = scaled(q, v128.load(scales, 16), worth);
  const r2 = scaled(r, v128.load(scales, 32), worth);
  const r3 = scaled(s, v128.load(scales, 48), worth);
  v128.store(out, r0, 0);
  v128.store(out, r1, 16);
  v128.store(out, r2, 32);
  v128.store(out, r3, 48);
}

function put(out: usize, low: v128, high: v128): void {
  v128.store(out, low, 0);
  v128.store(out, high, 16);
}

/** Four columns, half a tile, one scale for 32 values. */
function fourByBlock(
  matrix: Matrix,
  weights: usize,
  scales: usize,
  activations: usize,
  stride: usize,
  steps: usize,
  out: usize,
  outStride: usize,
): void {
  let f0 = f32x4.splat(0);
  let f1 = f32x4.splat(0);
  let f2 = f32x4.splat(0);
  let f3 = f32x4.splat(0);
  let g0 = f32x4.splat(0);
  let g1 = f32x4.splat(0);
  let g2 = f32x4.splat(0);
  let g3 = f32x4.splat(0);
  const end = activations + ((<usize>matrix.columns) << 1);
  for (let plane = 0; plane < matrix.planes; plane++) {
    let a = activations;
    let b = a + stride;
    let c = b + stride;
    let d = c + stride;
    while (a < end) {
      let p0 = i32x4.splat(0);
      let p1 = i32x4.splat(0);
      let p2 = i32x4.splat(0);
      let p3 = i32x4.splat(0);
      let q0 = i32x4.splat(0);
      let q1 = i32x4.splat(0);
      let q2 = i32x4.splat(0);
      let q3 = i32x4.splat(0);
      const blockEnd = a + 64;
      while (a < blockEnd) {
        const p = v128.load8x8_s(weights, 0);
        const q = v128.load8x8_s(weights, 8);
        const a0 = v128.load32_splat(a);
        p0 = i32x4.add(p0, i32x4.dot_i16x8_s(p, a0));
        q0 = i32x4.add(q0, i32x4.dot_i16x8_s(q, a0));
        const b0 = v128.load32_splat(b);
        p1 = i32x4.add(p1, i32x4.dot_i16x8_s(p, b0));
        q1 = i32x4.add(q1, i32x4.dot_i16x8_s(q, b0));
        const c0 = v128.load32_splat(c);
        p2 = i32x4.add(p2, i32x4.dot_i16x8_s(p, c0));
        q2 = i32x4.add(q2, i32x4.dot_i16x8_s(q, c0));
        const d0 = v128.load32_splat(d);
        p3 = i32x4.add(p3, i32x4.dot_i16x8_s(p, d0));
        q3 = i32x4.add(q3, i32x4.dot_i16x8_s(q, d0));
        const r = v128.load8x8_s(weights, 32);
        const s = v128.load8x8_s(weights, 40);
        const a1 = v128.load32_splat(a, 4);
        p0 = i32x4.add(p0, i32x4.dot_i16x8_s(r, a1));
        q0 = i32x4.add(q0, i32x4.dot_i16x8_s(s, a1));
        const b1 = v128.load32_splat(b, 4);
        p1 = i32x4.add(p1, i32x4.dot_i16x8_s(r, b1));
        q1 = i32x4.add(q1, i32x4.dot_i16x8_s(s, b1));
        const c1 = v128.load32_splat(c, 4);
        p2 = i32x4.add(p2, i32x4.dot_i16x8_s(r, c1));
        q2 = i32x4.add(q2, i32x4.dot_i16x8_s(s, c1));
        const d1 = v128.load32_splat(d, 4);
        p3 = i32x4.add(p3, i32x4.dot_i16x8_s(r, d1));
        q3 = i32x4.add(q3, i32x4.dot_i16x8_s(s, d1));
        weights += 64;
        a += 8;
        b += 8;
        c += 8;
        d += 8;
      }
      const low = v128.load(scales, 0);
      const high = v128.load(scales, 16);
      f0 = f32x4.add(f0, f32x4.mul(f32x4.convert_i32x4_s(p0), low));
      f1 = f32x4.add(f1, f32x4.mul(f32x4.convert_i32x4_s(p1), low));
      f2 = f32x4.add(f2, f32x4.mul(f32x4.convert_i32x4_s(p2), low));
      f3 = f32x4.add(f3, f32x4.mul(f32x4.convert_i32x4_s(p3), low));
      g0 = f32x4.add(g0, f32x4.mul(f32x4.convert_i32x4_s(q0), high));
      g1 = f32x4.add(g1, f32x4.mul(f32x4.convert_i32x4_s(q1), high));
      g2 = f32x4.add(g2, f32x4.mul(f32x4.convert_i32x4_s(q2), high));
      g3 = f32x4.add(g3, f32x4.mul(f32x4.convert_i32x4_s(q3), high));
      scales += 64;
    }
  }
  const w0 = v128.load32_splat(steps, 0);
  const w1 = v128.load32_splat(steps, 4);
  const w2 = v128.load32_splat(steps, 8);
  const w3 = v128.load32_splat(steps, 12);
  put(out, f32x4.mul(f0, w0), f32x4.mul(g0, w0));
  put(out + outStride, f32x4.mul(f1, w1), f32x4.mul(g1, w1));
  put(out + 2 * outStride, f32x4.mul(f2, w2), f32x4.mul(g2, w2));
  put(out + 3 * outStride, f32x4.mul(f3, w3), f32x4.mul(g3, w3));
}
