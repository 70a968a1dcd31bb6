/** Hits by the hundred thousand, in columns that grow, sorted by distance and id without an object for each. */
import { sortOrder } from "./hilbert.ts";
import type { Sink } from "./search.ts";

/** Fewer than this are sorted by insertion. */
const FEW = 48;
/** Columns up to this length are kept for the next search. */
const MOST_KEPT = 1 << 16;
/** One bucket for each hit; where they are fuller than so many on average, the hits are too uneven for buckets. */
const MOST_CROWDED = 16;

export interface Hits {
  readonly places: Uint32Array;
  readonly handles: Uint32Array;
  readonly distances_m: Float64Array;
}

const columnsFor = (count: number): Hits => ({
  places: new Uint32Array(count),
  handles: new Uint32Array(count),
  distances_m: new Float64Array(count),
});

/** Searches do not nest, and hits are copied out at the end of one: so the columns serve all of them. */
let kept: Hits = columnsFor(FEW);
/** Which bucket each hit is in, and where each bucket begins: both only while hits are sorted. */
let bucketOf = new Int32Array(FEW);
let starts = new Int32Array(FEW);

export class HitColumns implements Sink {
  readonly reach_m: number;
  #columns = kept;
  #count = 0;

  constructor(reach_m: number) {
    this.reach_m = reach_m;
  }

  take(place: number, distance_m: number, handle: number): void {
    if (this.#count === this.#columns.places.length) this.#grow();
    const { places, handles, distances_m } = this.#columns;
    places[this.#count] = place;
    handles[this.#count] = handle;
    distances_m[this.#count++] = distance_m;
  }

  #grow(): void {
    const columns = columnsFor(this.#count * 2);
    columns.places.set(this.#columns.places);
    columns.handles.set(this.#columns.handles);
    columns.distances_m.set(this.#columns.distances_m);
    this.#columns = columns;
    if (columns.places.length <= MOST_KEPT) kept = columns;
  }

  unsorted(): Hits {
    const { places, handles, distances_m } = this.#columns;
    return {
      places: places.slice(0, this.#count),
      handles: handles.slice(0, this.#count),
      distances_m: distances_m.slice(0, this.#count),
    };
  }

  /** @param id breaks ties. */
  sorted(id: (place: number) => string): Hits {
    const hits =
      this.#count < FEW ? this.unsorted() : (this.#inBuckets() ?? this.#inOrder(sortOrder(this.#coarseKeys())));
    settle(hits, id);
    return hits;
  }

  /**
   * One pass by the squared distance, on which hits are spread about evenly, as they are on the map; only neighbours in a bucket can still be in
   * the wrong order. Null when too many are in one.
   */
  #inBuckets(): Hits | null {
    const count = this.#count;
    if (bucketOf.length < count) {
      bucketOf = new Int32Array(this.#columns.places.length);
      starts = new Int32Array(bucketOf.length + 1);
    }
    if (this.#fillBuckets() > MOST_CROWDED * count) return null;
    const { places, handles, distances_m } = this.#columns;
    const hits = columnsFor(count);
    for (let i = 0; i < count; i++) {
      const to = starts[bucketOf[i]!]!++;
      hits.places[to] = places[i]!;
      hits.handles[to] = handles[i]!;
      hits.distances_m[to] = distances_m[i]!;
    }
    return hits;
  }

  /** Says how crowded they are: the sum of the squares of what is in each. */
  #fillBuckets(): number {
    const count = this.#count;
    const { distances_m } = this.#columns;
    const farthest = this.#farthest();
    const scale = farthest === 0 ? 0 : (count - 1) / (farthest * farthest);
    starts.fill(0, 0, count + 1);
    for (let i = 0; i < count; i++) {
      const bucket = (distances_m[i]! * distances_m[i]! * scale) | 0;
      bucketOf[i] = bucket;
      starts[bucket + 1]!++;
    }
    let crowd = 0;
    for (let b = 1; b <= count; b++) {
      crowd += starts[b]! * starts[b]!;
      starts[b]! += starts[b - 1]!;
    }
    return crowd;
  }

  #inOrder(order: Uint32Array): Hits {
    const { places, handles, distances_m } = this.#columns;
    const hits = columnsFor(this.#count);
    for (let i = 0; i < order.length; i++) {
      hits.places[i] = places[order[i]!]!;
      hits.handles[i] = handles[order[i]!]!;
      hits.distances_m[i] = distances_m[order[i]!]!;
    }
    return hits;
  }

  #farthest(): number {
    const { distances_m } = this.#columns;
    let farthest = 0;
    for (let i = 0; i < this.#count; i++) if (distances_m[i]! > farthest) farthest = distances_m[i]!;
    return farthest;
  }

  /** Distances on a scale of 32 bits: they sort in linear time, and only neighbours can still be in the wrong order. */
  #coarseKeys(): Uint32Array {
    const farthest = this.#farthest();
    const scale = farthest === 0 ? 0 : 0xffff_ffff / farthest;
    const keys = new Uint32Array(this.#count);
    for (let i = 0; i < this.#count; i++) keys[i] = this.#columns.distances_m[i]! * scale;
    return keys;
  }
}

/** Insertion sort over what is nearly in order. */
function settle({ places, handles, distances_m }: Hits, id: (place: number) => string): void {
  const isBefore = (place: number, distance: number, i: number): boolean =>
    distance !== distances_m[i]! ? distance < distances_m[i]! : id(place) < id(places[i]!);
  for (let i = 1; i < places.length; i++) {
    const distance = distances_m[i]!;
    if (distance > distances_m[i - 1]!) continue;
    const place = places[i]!;
    const handle = handles[i]!;
    let to = i;
    for (; to > 0 && isBefore(place, distance, to - 1); to--) {
      places[to] = places[to - 1]!;
      handles[to] = handles[to - 1]!;
      distances_m[to] = distances_m[to - 1]!;
    }
    places[to] = place;
    handles[to] = handle;
    distances_m[to] = distance;
  }
}
