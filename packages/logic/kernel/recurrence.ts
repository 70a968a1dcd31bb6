// The parts of a layer that carry memory: the causal convolution and the state-space scan. One column at a time, in order.
import { exp, silu, softplus } from "./arithmetic";
import { Bench, Layer, Model } from "./model";

/**
 * Channels `from` to `to` (multiples of 4) of one column: `x ← silu(bias + Σ weight·past + weight·x)`, in place; `past`
 * `[kernel − 1][channels]`, oldest first, moves on by one.
 */
export function convolve(model: Model, layer: Layer, past: usize, x: usize, from: i32, to: i32): void {
  const row = (<usize>model.channels) << 2;
  const kept = <usize>(model.kernel - 1) * row;
  const end = (<usize>to) << 2;
  for (let c = (<usize>from) << 2; c < end; c += 16) {
    const now = v128.load(x + c);
    let total = v128.load(layer.convBias + c);
    let at = past + c;
    let weight = layer.conv + c;
    const last = at + kept;
    while (at < last) {
      const old = v128.load(at);
      total = f32x4.add(total, f32x4.mul(v128.load(weight), old));
      v128.store(at, at + row < last ? v128.load(at + row) : now);
      at += row;
      weight += row;
    }
    v128.store(x + c, silu(f32x4.add(total, f32x4.mul(v128.load(weight), now))));
  }
}

/** dt = softplus(dt + bias) and decay = e^(dt·A) for all heads (padded to 4). */
export function timeSteps(model: Model, layer: Layer, raw: usize, bench: Bench): void {
  const end = (<usize>model.heads) << 2;
  for (let h: usize = 0; h < end; h += 16) {
    const dt = softplus(f32x4.add(v128.load(raw + h), v128.load(layer.dtBias + h)));
    v128.store(bench.dt + h, dt);
    v128.store(bench.decay + h, exp(f32x4.mul(dt, v128.load(layer.a + h))));
  }
}

/**
 * One head of one column: `S ← decay·S + (dt·x)⊗B`, `y = S·C + D·x`, gated: `out = y·silu(z)`. Four channels at a time, so
 * that B and C are loaded once for four rows of S.
 */
export function scan(
  model: Model,
  bench: Bench,
  head: i32,
  d: f32,
  s: usize,
  x: usize,
  b: usize,
  c: usize,
  z: usize,
  out: usize,
): void {
  const at = (<usize>head) << 2;
  const decay = v128.load32_splat(bench.decay + at);
  const dt = f32x4.splat(load<f32>(bench.dt + at));
  const skip = f32x4.splat(d);
  const rowBytes = (<usize>model.state) << 2;
  const end = (<usize>(model.inner / model.heads)) << 2;
  for (let p: usize = 0; p < end; p += 16) {
    const xs = v128.load(x + p);
    const u = f32x4.mul(dt, xs);
    const u0 = v128.shuffle<f32>(u, u, 0, 0, 0, 0);
    const u1 = v128.shuffle<f32>(u, u, 1, 1, 1, 1);
    const u2 = v128.shuffle<f32>(u, u, 2, 2, 2, 2);
    const u3 = v128.shuffle<f32>(u, u, 3, 3, 3, 3);
    let y0 = f32x4.splat(0);
    let y1 = f32x4.splat(0);
    let y2 = f32x4.splat(0);
    let y3 = f32x4.splat(0);
    const s1 = s + rowBytes;
    const s2 = s1 + rowBytes;
    const s3 = s2 + rowBytes;
    for (let n: usize = 0; n < rowBytes; n += 16) {
      const bn = v128.load(b + n);
      const cn = v128.load(c + n);
      const n0 = f32x4.add(f32x4.mul(decay, v128.load(s + n)), f32x4.mul(u0, bn));
      v128.store(s + n, n0);
      y0 = f32x4.add(y0, f32x4.mul(n0, cn));
      const n1 = f32x4.add(f32x4.mul(decay, v128.load(s1 + n)), f32x4.mul(u1, bn));
      v128.store(s1 + n, n1);
      y1 = f32x4.add(y1, f32x4.mul(n1, cn));
      const n2 = f32x4.add(f32x4.mul(decay, v128.load(s2 + n)), f32x4.mul(u2, bn));
      v128.store(s2 + n, n2);
      y2 = f32x4.add(y2, f32x4.mul(n2, cn));
      const n3 = f32x4.add(f32x4.mul(decay, v128.load(s3 + n)), f32x4.mul(u3, bn));
      v128.store(s3 + n, n3);
      y3 = f32x4.add(y3, f32x4.mul(n3, cn));
    }
    s = s3 + rowBytes;
    const y = f32x4.add(sumsOf(y0, y1, y2, y3), f32x4.mul(skip, xs));
    v128.store(out + p, f32x4.mul(y, silu(v128.load(z + p))));
  }
}

/** Each vector's (lane 0 + lane 1) + (lane 2 + lane 3), side by side. */
function sumsOf(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab01 = v128.shuffle<f32>(a, b, 0, 4, 1, 5); // a0 b0 a1 b1
  const ab23 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd01 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const cd23 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  const low = f32x4.add(v128.shuffle<f32>(ab01, cd01, 0, 1, 4, 5), v128.shuffle<f32>(ab01, cd01, 2, 3, 6, 7));
  const high = f32x4.add(v128.shuffle<f32>(ab23, cd23, 0, 1, 4, 5), v128.shuffle<f32>(ab23, cd23, 2, 3, 6, 7));
  return f32x4.add(low, high);
}
