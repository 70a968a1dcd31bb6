/**
 * kernel/arithmetic.ts for one lane: every operation rounded to f32, in the same order. Change both together.
 * `r` rounds the exact result of one operation; nothing is ever left in double between two of them.
 */
const r = Math.fround;

const LOG2_E = r(Math.LOG2E);
const EXP2 = [1.32647e-3, 9.67151e-3, 5.550734e-2, 2.4022242e-1, 6.9314698e-1, 1].map(r);
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
  const low = x < -86 ? -86 : x;
  const power = r((low > 88 ? 88 : low) * LOG2_E);
  const n = whole(power);
  return polynomial(EXP2, r(power - n)) * 2 ** n;
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
