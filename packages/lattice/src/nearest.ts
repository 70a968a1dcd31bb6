/** The nearest hits of a search, sorted as they come. */
import type { Searchable } from "./find-index.ts";
import type { OrderedHit } from "./order.ts";
import type { Sink } from "./search.ts";

/** Searches do not nest, and the hits are made of them at the end of one. */
const firstPlaces = new Uint32Array(64);
const firstDistances = new Float64Array(64);
/** So many are moved up faster one by one than by a call. */
const FEW = 32;

/** The best so far, sorted; reaches only as far as the worst of them once it is full. */
export class Nearest implements Sink {
  reach_m: number;
  readonly #version: Searchable;
  readonly #limit: number;
  #places = firstPlaces;
  #distances = firstDistances;
  #count = 0;

  constructor(version: Searchable, limit: number, radius_m: number) {
    this.#version = version;
    this.#limit = limit;
    this.reach_m = radius_m;
  }

  take(place: number, distance_m: number): void {
    const at = this.#rank(place, distance_m);
    if (at >= this.#limit) return;
    if (this.#count < this.#limit) this.#count++;
    if (this.#count > this.#places.length) this.#grow();
    this.#makeGap(at);
    this.#places[at] = place;
    this.#distances[at] = distance_m;
    if (this.#count === this.#limit) this.reach_m = this.#distances[this.#limit - 1]!;
  }

  /** How many of those held come before it. */
  #rank(place: number, distance_m: number): number {
    let from = 0;
    let until = this.#count;
    while (from < until) {
      const middle = (from + until) >>> 1;
      if (this.#isBefore(place, distance_m, middle)) until = middle;
      else from = middle + 1;
    }
    return from;
  }

  #makeGap(at: number): void {
    const places = this.#places;
    const distances = this.#distances;
    const last = this.#count - 1;
    if (last - at > FEW) {
      places.copyWithin(at + 1, at, last);
      distances.copyWithin(at + 1, at, last);
      return;
    }
    for (let i = last; i > at; i--) {
      places[i] = places[i - 1]!;
      distances[i] = distances[i - 1]!;
    }
  }

  #grow(): void {
    const places = new Uint32Array(this.#places.length * 2);
    const distances = new Float64Array(places.length);
    places.set(this.#places);
    distances.set(this.#distances);
    this.#places = places;
    this.#distances = distances;
  }

  #isBefore(place: number, distance_m: number, i: number): boolean {
    if (distance_m !== this.#distances[i]!) return distance_m < this.#distances[i]!;
    return this.#version.id(place) < this.#version.id(this.#places[i]!);
  }

  hits(): OrderedHit[] {
    const hits: OrderedHit[] = [];
    for (let i = 0; i < this.#count; i++) {
      const distance_m = this.#distances[i]!;
      hits.push({ place: this.#places[i]!, distance_m, key: distance_m });
    }
    return hits;
  }
}
