// The parts of a layer that carry memory: the causal convolution and the state-space scan. One column at a time, in order.
import { exp, silu, softplus } from "./arithmetic";
import { Layer, Model } from "./model";

/**
 * Channels `from` to `to` (multiples of 8) of one column: `x ← silu(bias + Σ weight·past + weight·x)`, in place; `past`
 * `[kernel − 1][channels]`, oldest first, moves on by one.
 */
export function convolve(model: Model, layer: Layer, past: usize, x: usize, from: i32, to: i32): void {
  const row = (<usize>model.channels) << 2;
  const kept = <usize>(model.kernel - 1) * row;
  const end = (<usize>to) << 2;
  for (let c = (<usize>from) << 2; c < end; c += 32) {
    let now0 = v128.load(x + c, 0);
    let now1 = v128.load(x + c, 16);
    let total0 = f32x4.add(v128.load(layer.convBias + c, 0), f32x4.mul(v128.load(layer.conv + kept + c, 0), now0));
    let total1 = f32x4.add(v128.load(layer.convBias + c, 16), f32x4.mul(v128.load(layer.conv + kept + c, 16), now1));
    // From the newest back to the oldest, so that each finds its place already left.
    for (let at = kept; at > 0; ) {
      at -= row;
      const old0 = v128.load(past + at + c, 0);
      const old1 = v128.load(past + at + c, 16);
      total0 = f32x4.add(total0, f32x4.mul(v128.load(layer.conv + at + c, 0), old0));
      total1 = f32x4.add(total1, f32x4.mul(v128.load(layer.conv + at + c, 16), old1));
      v128.store(past + at + c, now0, 0);
      v128.store(past + at + c, now1, 16);
      now0 = old0;
      now1 = old1;
    }
    const y0 = silu(total0);
    const y1 = silu(total1);
    v128.store(x + c, y0, 0);
    v128.store(x + c, y1, 16);
  }
}

/** dt = softplus(dt + bias) and decay = e^(dt·A) for all heads (padded to 4) of one column. */
export function timeSteps(model: Model, layer: Layer, raw: usize, dt: usize, decay: usize): void {
  const end = (<usize>model.heads) << 2;
  for (let h: usize = 0; h < end; h += 16) {
    const step = softplus(f32x4.add(v128.load(raw + h), v128.load(layer.dtBias + h)));
    v128.store(dt + h, step);
    v128.store(decay + h, exp(f32x4.mul(step, v128.load(layer.a + h))));
  }
}

/**
 * One head of one column: `S ← decay·S + (dt·x)⊗B`, `y = S·C + D·x`. Four channels at a time, so that B and C are loaded
 * once for four rows of S; each y is eight partial sums, which meet as (lane i + lane i + 4), then (0 + 1) + (2 + 3).
 */
export function scan(
  model: Model,
  sums: usize,
  time: f32,
  fade: f32,
  d: f32,
  s: usize,
  x: usize,
  b: usize,
  c: usize,
  out: usize,
): void {
  const decay = f32x4.splat(fade);
  const rowBytes = (<usize>model.state) << 2;
  const end = (<usize>(model.inner / model.heads)) << 2;
  for (let p: usize = 0; p < end; p += 16) {
    scanFour(rowBytes, decay, time, s, x + p, b, c, sums);
    const through = f32x4.mul(f32x4.splat(d), v128.load(x + p));
    v128.store(out + p, f32x4.add(gather(sums), through));
    s += rowBytes << 2;
  }
}

function scanFour(rowBytes: usize, decay: v128, dt: f32, s: usize, x: usize, b: usize, c: usize, sums: usize): void {
  const u0 = f32x4.splat(dt * load<f32>(x, 0));
  const u1 = f32x4.splat(dt * load<f32>(x, 4));
  const u2 = f32x4.splat(dt * load<f32>(x, 8));
  const u3 = f32x4.splat(dt * load<f32>(x, 12));
  let y0 = f32x4.splat(0);
  let y1 = f32x4.splat(0);
  let y2 = f32x4.splat(0);
  let y3 = f32x4.splat(0);
  let z0 = f32x4.splat(0);
  let z1 = f32x4.splat(0);
  let z2 = f32x4.splat(0);
  let z3 = f32x4.splat(0);
  const end = b + rowBytes;
  let r = s + rowBytes;
  let t = r + rowBytes;
  let w = t + rowBytes;
  while (b < end) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    const c0 = v128.load(c, 0);
    const c1 = v128.load(c, 16);
    const k0 = f32x4.add(f32x4.mul(decay, v128.load(s, 0)), f32x4.mul(u0, b0));
    const l0 = f32x4.add(f32x4.mul(decay, v128.load(s, 16)), f32x4.mul(u0, b1));
    v128.store(s, k0, 0);
    v128.store(s, l0, 16);
    y0 = f32x4.add(y0, f32x4.mul(k0, c0));
    z0 = f32x4.add(z0, f32x4.mul(l0, c1));
    const k1 = f32x4.add(f32x4.mul(decay, v128.load(r, 0)), f32x4.mul(u1, b0));
    const l1 = f32x4.add(f32x4.mul(decay, v128.load(r, 16)), f32x4.mul(u1, b1));
    v128.store(r, k1, 0);
    v128.store(r, l1, 16);
    y1 = f32x4.add(y1, f32x4.mul(k1, c0));
    z1 = f32x4.add(z1, f32x4.mul(l1, c1));
    const k2 = f32x4.add(f32x4.mul(decay, v128.load(t, 0)), f32x4.mul(u2, b0));
    const l2 = f32x4.add(f32x4.mul(decay, v128.load(t, 16)), f32x4.mul(u2, b1));
    v128.store(t, k2, 0);
    v128.store(t, l2, 16);
    y2 = f32x4.add(y2, f32x4.mul(k2, c0));
    z2 = f32x4.add(z2, f32x4.mul(l2, c1));
    const k3 = f32x4.add(f32x4.mul(decay, v128.load(w, 0)), f32x4.mul(u3, b0));
    const l3 = f32x4.add(f32x4.mul(decay, v128.load(w, 16)), f32x4.mul(u3, b1));
    v128.store(w, k3, 0);
    v128.store(w, l3, 16);
    y3 = f32x4.add(y3, f32x4.mul(k3, c0));
    z3 = f32x4.add(z3, f32x4.mul(l3, c1));
    s += 32;
    r += 32;
    t += 32;
    w += 32;
    b += 32;
    c += 32;
  }
  v128.store(sums, y0, 0);
  v128.store(sums, z0, 16);
  v128.store(sums, y1, 32);
  v128.store(sums, z1, 48);
  v128.store(sums, y2, 64);
  v128.store(sums, z2, 80);
  v128.store(sums, y3, 96);
  v128.store(sums, z3, 112);
}

/** Four times eight partial sums → four sums, side by side. */
function gather(sums: usize): v128 {
  const a = f32x4.add(v128.load(sums, 0), v128.load(sums, 16));
  const b = f32x4.add(v128.load(sums, 32), v128.load(sums, 48));
  const c = f32x4.add(v128.load(sums, 64), v128.load(sums, 80));
  const d = f32x4.add(v128.load(sums, 96), v128.load(sums, 112));
  const ab01 = v128.shuffle<f32>(a, b, 0, 4, 1, 5); // a0 b0 a1 b1
  const ab23 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd01 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const cd23 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  const low = f32x4.add(v128.shuffle<f32>(ab01, cd01, 0, 1, 4, 5), v128.shuffle<f32>(ab01, cd01, 2, 3, 6, 7));
  const high = f32x4.add(v128.shuffle<f32>(ab23, cd23, 0, 1, 4, 5), v128.shuffle<f32>(ab23, cd23, 2, 3, 6, 7));
  return f32x4.add(low, high);
}

/** `y ← y·silu(z)` over `length` values, a multiple of 8. */
export function gate(y: usize, z: usize, length: i32): void {
  const end = y + ((<usize>length) << 2);
  while (y < end) {
    const g0 = f32x4.mul(v128.load(y, 0), silu(v128.load(z, 0)));
    const g1 = f32x4.mul(v128.load(y, 16), silu(v128.load(z, 16)));
    v128.store(y, g0, 0);
    v128.store(y, g1, 16);
    y += 32;
    z += 32;
  }
}
