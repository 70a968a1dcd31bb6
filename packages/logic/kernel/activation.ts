// From f32 vectors to the int16 columns that matrices are multiplied with.
import { sum } from "./arithmetic";

/** `out = x · weight / rms(x)`, over `length` values (a multiple of 4). */
export function normalise(x: usize, weight: usize, length: i32, epsilon: f32, out: usize): void {
  let squares = f32x4.splat(0);
  const bytes = (<usize>length) << 2;
  for (let i: usize = 0; i < bytes; i += 16) {
    const value = v128.load(x + i);
    squares = f32x4.add(squares, f32x4.mul(value, value));
  }
  const scale = f32x4.splat(<f32>1 / sqrt<f32>(sum(squares) / <f32>length + epsilon));
  for (let i: usize = 0; i < bytes; i += 16)
    v128.store(out + i, f32x4.mul(f32x4.mul(v128.load(x + i), scale), v128.load(weight + i)));
}

/** Below this the whole vector rounds to zero; it keeps `limit / greatest` finite. */
const LEAST: f32 = 1e-30;

/**
 * `out[i] = round(x[i] · limit / greatest)` as int16; returns what one integer step is worth.
 * Reads `length` values (a multiple of 4) and writes zeros up to `padded` (a multiple of 8).
 */
export function quantise(x: usize, length: i32, padded: i32, limit: f32, out: usize): f32 {
  let greatest = f32x4.splat(LEAST);
  const bytes = (<usize>length) << 2;
  for (let i: usize = 0; i < bytes; i += 16) greatest = f32x4.pmax(greatest, f32x4.abs(v128.load(x + i)));
  const low = max(f32x4.extract_lane(greatest, 0), f32x4.extract_lane(greatest, 1));
  const most = max(low, max(f32x4.extract_lane(greatest, 2), f32x4.extract_lane(greatest, 3)));
  const steps = f32x4.splat(limit / most);
  for (let i: usize = 0; i < bytes; i += 16) {
    const whole = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(v128.load(x + i), steps)));
    v128.store64_lane(out + (i >> 1), i16x8.narrow_i32x4_s(whole, whole), 0);
  }
  memory.fill(out + (bytes >> 1), 0, (<usize>(padded - length)) << 1);
  return most / limit;
}
