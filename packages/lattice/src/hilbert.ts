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

/** Permutation that sorts `keys` (unsigned 32-bit) ascending; stable. Radix sort, 11 bits a pass. */
export function sortOrder(keys: Uint32Array): Uint32Array {
  let order = new Uint32Array(keys.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  let next = new Uint32Array(keys.length);
  for (let shift = 0; shift < 32; shift += 11) {
    const starts = new Uint32Array(2049);
    for (let i = 0; i < keys.length; i++) starts[((keys[i]! >>> shift) & 2047) + 1]!++;
    for (let i = 0; i < 2048; i++) starts[i + 1]! += starts[i]!;
    for (let i = 0; i < order.length; i++) next[starts[(keys[order[i]!]! >>> shift) & 2047]!++] = order[i]!;
    [order, next] = [next, order];
  }
  return order;
}
