/**
 * Search in one part of a version: the nearest first, or all within reach. Boxes that are farther than what is already held, and words of 32 positions
 * that the sieve rules out, are never opened. Chords stand for geodesics as lower bounds (geodesy.ts).
 */
import type { Boxes } from "./box.ts";
import type { After } from "./cursor.ts";
import type { FindIndex, Part, Searchable } from "./find-index.ts";
import { geodesic_m } from "./geodesy.ts";
import type { HoursSieve } from "./hours-sieve.ts";
import type { OrderedHit } from "./order.ts";
import type { Area } from "./place.ts";
import { MinQueue } from "./queue.ts";
import type { RoomSieve } from "./room-sieve.ts";
import type { Sieve } from "./sieve.ts";
import type { Tombstones } from "./tombstones.ts";

/** Decides about one capability by its handle, after attributes and place have: hours, capacity, removed or not. */
export type Accept = (handle: number) => boolean;

const REGION = 2;
const EVERY_BIT = -1;
/** Items of the queue: height in the lowest two bits, number of the box above. */
const packed = (height: number, number: number): number => number * 4 + height;

/** What all parts of a version are searched for. */
export interface Wanted {
  readonly area: Area;
  /** Null: everything. */
  readonly accept: Accept | null;
  readonly after: After | null;
  /** Null: any hours. */
  readonly hours: HoursSieve | null;
  /** Pattern of hours by position. */
  readonly patterns: Uint32Array;
  /** Null: any room. */
  readonly room: RoomSieve | null;
}

export class Search {
  readonly #index: FindIndex;
  readonly #dead: Tombstones;
  readonly #anyDead: boolean;
  readonly #first: number;
  readonly #sieve: Sieve;
  readonly #holds: Area["holds"];
  /** The centre. */
  readonly #x: number;
  readonly #y: number;
  readonly #z: number;
  readonly #accept: Accept | null;
  readonly #after: After | null;
  readonly #hours: HoursSieve | null;
  readonly #patterns: Uint32Array;
  readonly #room: RoomSieve | null;

  constructor({ index, dead, first }: Part, sieve: Sieve, wanted: Wanted) {
    const { area, accept, after, hours, patterns, room } = wanted;
    this.#index = index;
    this.#dead = dead;
    this.#anyDead = dead.count > 0;
    this.#first = first;
    this.#sieve = sieve;
    this.#holds = area.holds;
    [this.#x, this.#y, this.#z] = area.center;
    this.#accept = accept;
    this.#after = after;
    this.#hours = hours;
    this.#patterns = patterns;
    this.#room = room;
  }

  /** Hands over whatever may be among the nearest, those of near boxes first. */
  nearest(held: Sink): void {
    const queue = freshQueue();
    this.#openRegions(held, queue);
    while (queue.least <= held.reach_m * held.reach_m) {
      const item = queue.pop();
      this.#open(item % 4, Math.floor(item / 4), held, queue);
    }
  }

  /** Hands over every hit, in no order. */
  each(sink: Sink): void {
    this.#openRegions(sink, null);
  }

  /** No summary stands above the regions: all of them are looked at. */
  #openRegions(sink: Sink, queue: MinQueue | null): void {
    const regions = this.#index.boxes[REGION].length / 6;
    for (let word = 0; word << 5 < regions; word++) this.#openAlive(REGION, word, EVERY_BIT, sink, queue);
  }

  #open(height: number, number: number, sink: Sink, queue: MinQueue | null): void {
    if (height === REGION) this.#openAlive(1, number, this.#sieve.groups(number), sink, queue);
    else if (height === 1) this.#openBlocks(number, sink, queue);
    else this.#readBlock(number, this.#without(number, this.#sieve.words(number)), this.#room === null, sink);
  }

  /** Queues those of the 32 boxes below box `word` that are alive and within reach; without a queue opens them at once. */
  #openAlive(height: 1 | 2, word: number, alive: number, sink: Sink, queue: MinQueue | null): void {
    const boxes = this.#index.boxes[height];
    const reach2 = sink.reach_m * sink.reach_m;
    for (let bits = alive; bits !== 0; bits &= bits - 1) {
      const number = (word << 5) + 31 - Math.clz32(bits & -bits);
      if (number * 6 >= boxes.length) return;
      const chord2 = this.#chord2(boxes, number * 6);
      if (chord2 > reach2) continue;
      if (queue === null) this.#open(height, number, sink, null);
      else queue.push(chord2, packed(height, number));
    }
  }

  /** The blocks of a group. Its summaries promise too much where several conditions meet; the words themselves lie side by side. */
  #openBlocks(group: number, sink: Sink, queue: MinQueue | null): void {
    const boxes = this.#index.boxes[0];
    const reach2 = sink.reach_m * sink.reach_m;
    for (let bits = this.#sieve.blocks(group); bits !== 0; bits &= bits - 1) {
      const block = (group << 5) + 31 - Math.clz32(bits & -bits);
      if (block * 6 >= boxes.length) return;
      const chord2 = this.#chord2(boxes, block * 6);
      if (chord2 > reach2) continue;
      const alive = this.#without(block, this.#sieve.words(block));
      if (alive === 0) continue;
      if (queue === null) this.#readAll(block, alive, sink);
      else queue.push(chord2, packed(0, block));
    }
  }

  /** Squared distance from the centre to a box. */
  #chord2(boxes: Boxes, at: number): number {
    const dx = Math.max(0, boxes[at]! - this.#x, this.#x - boxes[at + 3]!);
    const dy = Math.max(0, boxes[at + 1]! - this.#y, this.#y - boxes[at + 4]!);
    const dz = Math.max(0, boxes[at + 2]! - this.#z, this.#z - boxes[at + 5]!);
    return dx * dx + dy * dy + dz * dz;
  }

  #without(block: number, bits: number): number {
    return this.#anyDead ? bits & ~this.#dead.word(block) : bits;
  }

  /** Room comes first where most that have it will be hits. */
  #readAll(block: number, alive: number, sink: Sink): void {
    this.#readBlock(block, this.#room === null ? alive : alive & this.#room.words(block), true, sink);
  }

  /** @param asked whether all in `alive` have room; if not, that is asked with the first hit: few blocks have one where only the nearest are wanted. */
  #readBlock(block: number, alive: number, asked: boolean, sink: Sink): void {
    const { at, count, handles } = this.#index;
    const holds = this.#holds;
    let roomy = asked ? EVERY_BIT : 0;
    let unasked = !asked;
    for (let bits = alive; bits !== 0; bits &= bits - 1) {
      const lowest = bits & -bits;
      const position = (block << 5) + 31 - Math.clz32(lowest);
      if (position >= count) return;
      if (this.#hours?.passes(this.#patterns[position]!) === false) continue;
      const from = 3 * position;
      const distance_m = geodesic_m(this.#x, this.#y, this.#z, at[from]!, at[from + 1]!, at[from + 2]!);
      if (distance_m > sink.reach_m) continue;
      if (this.#after !== null && !this.#isAfter(position, distance_m, this.#after)) continue;
      if (holds !== null && !holds(at[from]!, at[from + 1]!, at[from + 2]!)) continue;
      if (unasked) roomy = this.#room!.words(block);
      unasked = false;
      if ((roomy & lowest) === 0 || !this.#accepts(block, lowest, handles[position]!)) continue;
      sink.take(this.#first + position, distance_m);
    }
  }

  /** What has to be asked of single capabilities. */
  #accepts(block: number, bit: number, handle: number): boolean {
    if (this.#room !== null && (this.#room.unsure(block) & bit) !== 0 && !this.#room.enough(handle)) return false;
    return this.#accept === null || this.#accept(handle);
  }

  #isAfter(position: number, distance_m: number, after: After): boolean {
    if (distance_m !== after.distance_m) return distance_m > after.distance_m;
    return this.#index.id(position) > after.id;
  }
}

/** Where hits go; nothing beyond `reach_m` is of interest any more. */
export interface Sink {
  readonly reach_m: number;
  take(place: number, distance_m: number): void;
}

/** Searches do not nest, so one queue serves all of them. */
const queue = new MinQueue();
function freshQueue(): MinQueue {
  queue.clear();
  return queue;
}

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
