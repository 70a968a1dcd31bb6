/** Hits by the hundred thousand, in columns that grow, sorted by distance and id without an object for each. */
import { sortOrder } from "./hilbert.ts";

export class HitColumns {
  #positions = new Uint32Array(1024);
  #distances = new Float64Array(1024);
  #count = 0;

  add(position: number, distance_m: number): void {
    if (this.#count === this.#positions.length) this.#grow();
    this.#positions[this.#count] = position;
    this.#distances[this.#count++] = distance_m;
  }

  #grow(): void {
    const positions = new Uint32Array(this.#count * 2);
    const distances = new Float64Array(this.#count * 2);
    positions.set(this.#positions);
    distances.set(this.#distances);
    this.#positions = positions;
    this.#distances = distances;
  }

  sorted(id: (position: number) => string): { positions: Uint32Array; distances_m: Float64Array } {
    const order = sortOrder(this.#coarseKeys());
    const positions = order.map((i) => this.#positions[i]!);
    const distances_m = Float64Array.from(order, (i) => this.#distances[i]!);
    settle(positions, distances_m, id);
    return { positions, distances_m };
  }

  /** Distances on a scale of 32 bits: they sort in linear time, and only neighbours can still be in the wrong order. */
  #coarseKeys(): Uint32Array {
    let farthest = 0;
    for (let i = 0; i < this.#count; i++) if (this.#distances[i]! > farthest) farthest = this.#distances[i]!;
    const scale = farthest === 0 ? 0 : 0xffff_ffff / farthest;
    const keys = new Uint32Array(this.#count);
    for (let i = 0; i < this.#count; i++) keys[i] = Math.floor(this.#distances[i]! * scale);
    return keys;
  }
}

/** Insertion sort over what is nearly in order. */
function settle(positions: Uint32Array, distances: Float64Array, id: (position: number) => string): void {
  const isBefore = (position: number, distance: number, i: number): boolean =>
    distance !== distances[i]! ? distance < distances[i]! : id(position) < id(positions[i]!);
  for (let i = 1; i < positions.length; i++) {
    const position = positions[i]!;
    const distance = distances[i]!;
    let to = i;
    for (; to > 0 && isBefore(position, distance, to - 1); to--) {
      positions[to] = positions[to - 1]!;
      distances[to] = distances[to - 1]!;
    }
    positions[to] = position;
    distances[to] = distance;
  }
}
