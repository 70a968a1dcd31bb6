/**
 * Chance that can be replayed: Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"). Counter in, number out,
 * nothing kept between: the choice at a place depends on the seed and the place alone.
 */
const ROUNDS = 10;

/** The high 32 bits of a product of two unsigned 32-bit numbers. */
function high(a: number, b: number): number {
  const [a1, a0, b1, b0] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff];
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  const carried = a0 * b1 + (middle & 0xffff);
  return (a1 * b1 + (middle / 0x10000 - (middle % 0x10000) / 0x10000) + Math.floor(carried / 0x10000)) >>> 0;
}

/** @param counter four, @param key two unsigned 32-bit words; four come out. */
export function philox(counter: readonly number[], key: readonly number[]): number[] {
  let [c0, c1, c2, c3] = counter as [number, number, number, number];
  let [k0, k1] = key as [number, number];
  for (let round = 0; round < ROUNDS; round++) {
    const [h0, l0] = [high(0xd2511f53, c0), Math.imul(0xd2511f53, c0) >>> 0];
    const [h1, l1] = [high(0xcd9e8d57, c2), Math.imul(0xcd9e8d57, c2) >>> 0];
    [c0, c1, c2, c3] = [(h1 ^ c1 ^ k0) >>> 0, l1, (h0 ^ c3 ^ k1) >>> 0, l0];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** From 0 up to but not including 1, in steps of 2⁻⁵³. @param place how many tokens went before. */
export function uniform(seed: number, place: number): number {
  const [a, b] = philox([place >>> 0, Math.floor(place / 2 ** 32), 0, 0], [seed >>> 0, 0]) as [number, number];
  return ((a >>> 5) * 0x4000000 + (b >>> 6)) / 0x20000000000000;
}
