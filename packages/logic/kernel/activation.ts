// From f32 vectors to the int16 columns that matrices are multiplied with.
import { sum, WHOLE, WHOLE_BITS } from "./arithmetic";

/** `out = x · weight / rms(x)`, over `length` values (a multiple of 8). The squares are eight partial sums. */
export function normalise(x: usize, weight: usize, length: i32, epsilon: f32, out: usize): void {
  let squares0 = f32x4.splat(0);
  let squares1 = f32x4.splat(0);
  const bytes = (<usize>length) << 2;
  for (let i: usize = 0; i < bytes; i += 32) {
    const x0 = v128.load(x + i, 0);
    const x1 = v128.load(x + i, 16);
    squares0 = f32x4.add(squares0, f32x4.mul(x0, x0));
    squares1 = f32x4.add(squares1, f32x4.mul(x1, x1));
  }
  const mean = sum(f32x4.add(squares0, squares1)) / <f32>length;
  const scale = f32x4.splat(<f32>1 / sqrt<f32>(mean + epsilon));
  for (let i: usize = 0; i < bytes; i += 32) {
    const y0 = f32x4.mul(f32x4.mul(v128.load(x + i, 0), scale), v128.load(weight + i, 0));
    const y1 = f32x4.mul(f32x4.mul(v128.load(x + i, 16), scale), v128.load(weight + i, 16));
    v128.store(out + i, y0, 0);
    v128.store(out + i, y1, 16);
  }
}

/** Below this the whole vector rounds to zero; it keeps `limit / greatest` finite. */
const LEAST: f32 = 1e-30;

/**
 * `out[i] = round(x[i] · limit / greatest)` as int16; returns what one integer step is worth.
 * Reads `length` values (a multiple of 8) and writes zeros up to `padded`.
 */
export function quantise(x: usize, length: i32, padded: i32, limit: f32, out: usize): f32 {
  let most0 = f32x4.splat(LEAST);
  let most1 = most0;
  const bytes = (<usize>length) << 2;
  for (let i: usize = 0; i < bytes; i += 32) {
    most0 = f32x4.pmax(most0, f32x4.abs(v128.load(x + i, 0)));
    most1 = f32x4.pmax(most1, f32x4.abs(v128.load(x + i, 16)));
  }
  const most = f32x4.pmax(most0, most1);
  const low = max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1));
  const greatest = max(low, max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)));
  const steps = f32x4.splat(limit / greatest);
  const bias = i32x4.splat(WHOLE_BITS);
  for (let i: usize = 0; i < bytes; i += 32) {
    const whole0 = f32x4.add(f32x4.mul(v128.load(x + i, 0), steps), f32x4.splat(WHOLE));
    const whole1 = f32x4.add(f32x4.mul(v128.load(x + i, 16), steps), f32x4.splat(WHOLE));
    v128.store(out + (i >> 1), i16x8.narrow_i32x4_s(i32x4.sub(whole0, bias), i32x4.sub(whole1, bias)));
  }
  memory.fill(out + (bytes >> 1), 0, (<usize>(padded - length)) << 1);
  return greatest / limit;
}
