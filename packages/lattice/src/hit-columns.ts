/** Hits by the hundred thousand, in columns that grow, sorted by distance and id without an object for each. */
import { sortOrder } from "./hilbert.ts";
import type { Sink } from "./search.ts";

/** Fewer than this are sorted by insertion. */
const FEW = 48;
/** Columns up to this length are kept for the next search. */
const MOST_KEPT = 1 << 16;
/** Buckets for each hit; where they are fuller than so many others on average, the hits are too uneven for buckets. */
const BUCKETS_A_HIT = 2;
const MOST_CROWDED = 16;

export interface Hits {
  readonly places: Uint32Array;
  readonly distances_m: Float64Array;
}

interface Columns {
  places: Uint32Array;
  distances: Float64Array;
}

/** Searches do not nest, and hits are copied out at the end of one: so the columns serve all of them. */
const kept: Columns = { places: new Uint32Array(FEW), distances: new Float64Array(FEW) };

export class HitColumns implements Sink {
  readonly reach_m: number;
  #places = kept.places;
  #distances = kept.distances;
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
    if (places.length <= MOST_KEPT) Object.assign(kept, { places, distances });
  }

  unsorted(): Hits {
    return { places: this.#places.slice(0, this.#count), distances_m: this.#distances.slice(0, this.#count) };
  }

  /** @param id breaks ties. */
  sorted(id: (place: number) => string): Hits {
    const hits =
      this.#count < FEW ? this.unsorted() : (this.#inBuckets() ?? this.#inOrder(sortOrder(this.#coarseKeys())));
    settle(hits.places, hits.distances_m, id);
    return hits;
  }

  /**
   * One pass by the squared distance, on which hits are spread about evenly, as they are on the map; only neighbours in a bucket can still be in
   * the wrong order. Null when too many are in one.
   */
  #inBuckets(): Hits | null {
    const buckets = this.#count * BUCKETS_A_HIT;
    const farthest = this.#farthest();
    const scale = farthest === 0 ? 0 : (buckets - 1) / (farthest * farthest);
    const starts = new Uint32Array(buckets + 1);
    const distances = this.#distances;
    for (let i = 0; i < this.#count; i++) starts[Math.floor(distances[i]! * distances[i]! * scale) + 1]!++;
    let [crowd, sum] = [0, 0];
    for (let b = 1; b <= buckets; b++) {
      crowd += starts[b]! * starts[b]!;
      sum += starts[b]!;
      starts[b] = sum;
    }
    if (crowd > MOST_CROWDED * this.#count) return null;
    const hits = { places: new Uint32Array(this.#count), distances_m: new Float64Array(this.#count) };
    for (let i = 0; i < this.#count; i++) {
      const to = starts[Math.floor(distances[i]! * distances[i]! * scale)]!++;
      hits.places[to] = this.#places[i]!;
      hits.distances_m[to] = distances[i]!;
    }
    return hits;
  }

  #inOrder(order: Uint32Array): Hits {
    const hits = { places: new Uint32Array(this.#count), distances_m: new Float64Array(this.#count) };
    for (let i = 0; i < order.length; i++) {
      hits.places[i] = this.#places[order[i]!]!;
      hits.distances_m[i] = this.#distances[order[i]!]!;
    }
    return hits;
  }

  #farthest(): number {
    let farthest = 0;
    for (let i = 0; i < this.#count; i++) if (this.#distances[i]! > farthest) farthest = this.#distances[i]!;
    return farthest;
  }

  /** Distances on a scale of 32 bits: they sort in linear time, and only neighbours can still be in the wrong order. */
  #coarseKeys(): Uint32Array {
    const farthest = this.#farthest();
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
    if (distance > distances[i - 1]!) continue;
    let to = i;
    for (; to > 0 && isBefore(place, distance, to - 1); to--) {
      places[to] = places[to - 1]!;
      distances[to] = distances[to - 1]!;
    }
    places[to] = place;
    distances[to] = distance;
  }
}
