/**
 * kernel/arithmetic.ts for one lane: every operation rounded to f32, in the same order. Change both together.
 * `r` rounds the exact result of one operation; nothing is ever left in double between two of them.
 */
const r = Math.fround;

const LOG2_E = r(Math.LOG2E);
const LN2_HIGH = r(0.693359375);
const LN2_LOW = r(-2.1219444e-4);
const EXP = [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1].map(r);
const ATANH = [1 / 15, 1 / 13, 1 / 11, 1 / 9, 1 / 7, 1 / 5, 1 / 3, 1].map(r);

/** The nearest whole number, ties to even; |x| < 2²². */
export const whole = (x: number): number => {
  const shift = 12_582_912;
  return r(r(x + shift) - shift);
};

/** Coefficients from the highest power down. */
const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduce((sum, coefficient) => r(r(sum * x) + coefficient));

export function exp(x: number): number {
  const low = x < -87 ? -87 : x;
  const clamped = low > 88 ? 88 : low;
  const n = whole(r(clamped * LOG2_E));
  const rest = r(r(clamped - r(n * LN2_HIGH)) - r(n * LN2_LOW));
  const p = polynomial(EXP, rest);
  return r(r(r(r(r(p * rest) * rest) + rest) + 1) * 2 ** n);
}

export const silu = (x: number): number => r(x / r(1 + exp(-x)));

/** log(1 + eˣ). */
export function softplus(x: number): number {
  const u = exp(-Math.abs(x));
  const s = r(u / r(u + 2));
  const log = r(r(s + s) * polynomial(ATANH, r(s * s)));
  return r((x > 0 ? x : 0) + log);
}

/** Eight partial sums (term i goes to sum i mod 8), which meet as (i) + (i + 4), then ((0) + (1)) + ((2) + (3)). */
export function sumOfEight(length: number, term: (i: number) => number): number {
  const sums = new Float32Array(8);
  for (let i = 0; i < length; i++) sums[i % 8]! += term(i);
  const [a, b, c, d] = [0, 1, 2, 3].map((i) => r(sums[i]! + sums[i + 4]!));
  return r(r(a! + b!) + r(c! + d!));
}
