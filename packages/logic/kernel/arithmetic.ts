// Functions of four f32 lanes. Only IEEE + − × ÷ and the square root are used, in a written order and never fused,
// so every machine computes the same bits. src/arithmetic-plain.ts is the same text for one lane: change both together.

/**
 * 1.5 · 2²³: adding it to a number below 2²² in size leaves the nearest whole number (ties to even) in the low bits of the
 * sum, whose pattern is then `WHOLE_BITS` plus that number.
 */
export const WHOLE: f32 = 12_582_912;
export const WHOLE_BITS: i32 = 0x4b400000;

/**
 * eˣ for x clamped to [−86, 88], as 2ⁿ · 2ᶠ with whole n and |f| ≤ ½; 2ᶠ by the minimax polynomial of degree 5 with p(0) = 1.
 * Relative error below 2.1e-7 for |x| ≤ 1 and 7.6e-8 · |x| beyond; e⁰ is 1.
 */
export function exp(x: v128): v128 {
  const clamped = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-86)), f32x4.splat(88));
  const power = f32x4.mul(clamped, f32x4.splat(<f32>Math.LOG2E));
  const shifted = f32x4.add(power, f32x4.splat(WHOLE));
  const f = f32x4.sub(power, f32x4.sub(shifted, f32x4.splat(WHOLE)));
  let p = f32x4.add(f32x4.mul(f32x4.splat(1.32647e-3), f), f32x4.splat(9.67151e-3));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(5.550734e-2));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(2.4022242e-1));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(6.9314698e-1));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(1));
  // WHOLE_BITS ends in nine zeros: the shift drops it and leaves n where p keeps its exponent. The clamp keeps both normal.
  return i32x4.add(p, i32x4.shl(shifted, 23));
}

/** x · sigmoid(x). */
export function silu(x: v128): v128 {
  return f32x4.div(x, f32x4.add(f32x4.splat(1), exp(f32x4.neg(x))));
}

/** log(1 + eˣ) = max(x, 0) + log1p(u), u = e^−|x|; log1p(u) = 2·atanh(u / (2 + u)) by its series, which ends early as u ≤ 1. */
export function softplus(x: v128): v128 {
  const u = exp(f32x4.neg(f32x4.abs(x)));
  const s = f32x4.div(u, f32x4.add(u, f32x4.splat(2)));
  const q = f32x4.mul(s, s);
  let p = f32x4.add(f32x4.mul(f32x4.splat(<f32>(1.0 / 15.0)), q), f32x4.splat(<f32>(1.0 / 13.0)));
  p = f32x4.add(f32x4.mul(p, q), f32x4.splat(<f32>(1.0 / 11.0)));
  p = f32x4.add(f32x4.mul(p, q), f32x4.splat(<f32>(1.0 / 9.0)));
  p = f32x4.add(f32x4.mul(p, q), f32x4.splat(<f32>(1.0 / 7.0)));
  p = f32x4.add(f32x4.mul(p, q), f32x4.splat(<f32>(1.0 / 5.0)));
  p = f32x4.add(f32x4.mul(p, q), f32x4.splat(<f32>(1.0 / 3.0)));
  p = f32x4.add(f32x4.mul(p, q), f32x4.splat(1));
  const log = f32x4.mul(f32x4.add(s, s), p);
  return f32x4.add(f32x4.pmax(x, f32x4.splat(0)), log);
}

/** (lane 0 + lane 1) + (lane 2 + lane 3). */
export function sum(x: v128): f32 {
  const low = f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1);
  return low + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
}
