/** Hits by the hundred thousand, in columns that grow, sorted by distance and id without an object for each. */
import { sortOrder } from "./hilbert.ts";
import type { Sink } from "./search.ts";

/** Fewer than this are sorted by insertion. */
const FEW = 48;

export interface Hits {
  readonly places: Uint32Array;
  readonly distances_m: Float64Array;
}

export class HitColumns implements Sink {
  readonly reach_m: number;
  #places = new Uint32Array(FEW);
  #distances = new Float64Array(FEW);
  #count = 0;

  constructor(reach_m: number) {
    this.reach_m = reach_m;
  }

  take(place: number, distance_m: number): void {
    if (this.#count === this.#places.length) this.#grow();
    this.#places[this.#count] = place;
    this.#distances[this.#count++] = distance_m;
  }

  #grow(): void {
    const places = new Uint32Array(this.#count * 2);
    const distances = new Float64Array(this.#count * 2);
    places.set(this.#places);
    distances.set(this.#distances);
    this.#places = places;
    this.#distances = distances;
  }

  unsorted(): Hits {
    return { places: this.#places.slice(0, this.#count), distances_m: this.#distances.slice(0, this.#count) };
  }

  sorted(id: (place: number) => string): Hits {
    if (this.#count < FEW) {
      const { places, distances_m } = this.unsorted();
      settle(places, distances_m, id);
      return { places, distances_m };
    }
    const order = sortOrder(this.#coarseKeys());
    const places = new Uint32Array(this.#count);
    const distances_m = new Float64Array(this.#count);
    for (let i = 0; i < order.length; i++) {
      places[i] = this.#places[order[i]!]!;
      distances_m[i] = this.#distances[order[i]!]!;
    }
    settle(places, distances_m, id);
    return { places, distances_m };
  }

  /** Distances on a scale of 32 bits: they sort in linear time, and only neighbours can still be in the wrong order. */
  #coarseKeys(): Uint32Array {
    let farthest = 0;
    for (let i = 0; i < this.#count; i++) if (this.#distances[i]! > farthest) farthest = this.#distances[i]!;
    const scale = farthest === 0 ? 0 : 0xffff_ffff / farthest;
    const keys = new Uint32Array(this.#count);
    for (let i = 0; i < this.#count; i++) keys[i] = this.#distances[i]! * scale;
    return keys;
  }
}

/** Insertion sort over what is nearly in order. */
function settle(places: Uint32Array, distances: Float64Array, id: (place: number) => string): void {
  const isBefore = (place: number, distance: number, i: number): boolean =>
    distance !== distances[i]! ? distance < distances[i]! : id(place) < id(places[i]!);
  for (let i = 1; i < places.length; i++) {
    const place = places[i]!;
    const distance = distances[i]!;
    let to = i;
    for (; to > 0 && isBefore(place, distance, to - 1); to--) {
      places[to] = places[to - 1]!;
      distances[to] = distances[to - 1]!;
    }
    places[to] = place;
    distances[to] = distance;
  }
}
