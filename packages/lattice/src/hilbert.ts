/** Order of a Hilbert curve of 16 bits a side: neighbours on the curve are neighbours on the map. */

/** Position of the cell (x, y), each 0…65,535, on the curve: 0…2³²−1. Butz's algorithm in the state-free form of Warren, Hacker's Delight, §16. */
export function hilbertPosition(x: number, y: number): number {
  let position = 0;
  let a = x;
  let b = y;
  for (let side = 1 << 15; side > 0; side >>= 1) {
    const right = (a & side) !== 0 ? 1 : 0;
    const upper = (b & side) !== 0 ? 1 : 0;
    position = position * 4 + ((3 * right) ^ upper);
    if (upper === 0) {
      if (right === 1) {
        a = 65_535 - a;
        b = 65_535 - b;
      }
      const swap = a;
      a = b;
      b = swap;
    }
  }
  return position;
}

const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;

/** Permutation that sorts `keys` (unsigned 32-bit) ascending; stable. Radix sort, 11 bits a pass. */
export function sortOrder(keys: Uint32Array): Uint32Array {
  const passes = sortPasses(keys);
  for (;;) {
    const step = passes.next();
    if (step.done) return step.value;
  }
}

/** The same, giving way after each pass. */
export function* sortPasses(keys: Uint32Array): Generator<void, Uint32Array> {
  let order = new Uint32Array(keys.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  let next = new Uint32Array(keys.length);
  for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
    if (!sortByDigit(keys, shift, order, next)) continue;
    [order, next] = [next, order];
    yield;
  }
  return order;
}

/** False when all keys have the same digit, and nothing was written. */
function sortByDigit(keys: Uint32Array, shift: number, order: Uint32Array, next: Uint32Array): boolean {
  const starts = new Uint32Array(DIGITS + 1);
  for (let i = 0; i < keys.length; i++) starts[((keys[i]! >>> shift) & (DIGITS - 1)) + 1]!++;
  if (starts.includes(keys.length)) return false;
  for (let i = 0; i < DIGITS; i++) starts[i + 1]! += starts[i]!;
  for (let i = 0; i < order.length; i++) {
    const row = order[i]!;
    next[starts[(keys[row]! >>> shift) & (DIGITS - 1)]!++] = row;
  }
  return true;
}

/** Where each row of a permutation stands. */
export function inverse(order: Uint32Array): Uint32Array {
  const places = new Uint32Array(order.length);
  for (let place = 0; place < order.length; place++) places[order[place]!] = place;
  return places;
}

/** Points whose keys are made between two breaks. */
const SLICE_POINTS = 32_768;

/** Position of each point on a curve over the rectangle of degrees that holds them all; gives way now and then. */
export function* curveKeys(lat: Float64Array, lng: Float64Array): Generator<void, Uint32Array> {
  let [south, north, west, east] = [90, -90, 180, -180];
  for (let i = 0; i < lat.length; i++) {
    south = Math.min(south, lat[i]!);
    north = Math.max(north, lat[i]!);
    west = Math.min(west, lng[i]!);
    east = Math.max(east, lng[i]!);
  }
  const tall = 65_535 / Math.max(north - south, 1e-9);
  const wide = 65_535 / Math.max(east - west, 1e-9);
  const keys = new Uint32Array(lat.length);
  for (let i = 0; i < lat.length; i++) {
    keys[i] = hilbertPosition(Math.floor((lng[i]! - west) * wide), Math.floor((lat[i]! - south) * tall));
    if (i % SLICE_POINTS === SLICE_POINTS - 1) yield;
  }
  return keys;
}
