/**
 * Search in one part of a version: the nearest first, or all within reach. Boxes that are farther than what is already held, and words of 32 positions
 * that the sieve rules out, are never opened. Chords stand for geodesics as lower bounds (geodesy.ts).
 */
import { type Boxes, stepOf } from "./box.ts";
import type { After } from "./cursor.ts";
import type { FindIndex, Part } from "./find-index.ts";
import { geodesic_m } from "./geodesy.ts";
import type { HoursSieve, Patterns } from "./hours-sieve.ts";
import type { Area } from "./place.ts";
import { MinQueue } from "./queue.ts";
import type { RoomSieve } from "./room-sieve.ts";
import type { Sieve } from "./sieve.ts";
import type { Tombstones } from "./tombstones.ts";

/** Decides about one capability by its handle, after attributes and place have: hours, capacity, removed or not. */
export type Accept = (handle: number) => boolean;

/** Where hits go; nothing beyond `reach_m` is of interest any more. */
export interface Sink {
  readonly reach_m: number;
  take(place: number, distance_m: number, handle: number): void;
}

const EVERY_BIT = -1;
/** Where a sieve lets through more than this share of positions, the nearest are in a few blocks of a group, and blocks wait for their turn. */
const MOST_READ_TOGETHER = 1 / 4;
/** Beyond this share room is asked before hours: it is asked of 32 positions at once, they of one. */
const LEAST_CROWDED = 1 / 12;

/** What all parts of a version are searched for. */
export interface Wanted {
  readonly area: Area;
  /** Null: everything. */
  readonly accept: Accept | null;
  readonly after: After | null;
  /** Null: any hours. */
  readonly hours: HoursSieve | null;
  /** Pattern of hours by position; null with `hours`. */
  readonly patterns: Patterns | null;
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
  readonly #patterns: Patterns | null;
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
    queue.clear();
    pending.clear();
    this.#openRegions(held, true);
    while (queue.least <= held.reach_m * held.reach_m) {
      const item = queue.pop();
      const number = Math.floor(item / 4);
      if (item % 4 === REGION) this.#openRegion(number, held, true);
      else if (item % 4 === GROUP) this.#openGroup(number, held, true);
      else this.#openPending(number, held);
    }
  }

  /** Hands over every hit, in no order. */
  each(sink: Sink): void {
    this.#openRegions(sink, false);
  }

  /** No summary stands above the regions: all of them are looked at. @param queued whether what is below waits for its turn. */
  #openRegions(sink: Sink, queued: boolean): void {
    const { regionBoxes } = this.#index;
    const reach2 = sink.reach_m * sink.reach_m;
    for (let region = 0; region * 6 < regionBoxes.length; region++) {
      const chord2 = this.#chord2(regionBoxes, region * 6);
      if (chord2 > reach2) continue;
      if (queued) queue.push(chord2, region * 4 + REGION);
      else this.#openRegion(region, sink, false);
    }
  }

  #openRegion(region: number, sink: Sink, queued: boolean): void {
    const { groupBoxes } = this.#index;
    const reach2 = sink.reach_m * sink.reach_m;
    const first = region << 5;
    const alive = this.#sieve.groups(region) & leading(groupBoxes.length / 6 - first);
    for (let bits = alive; bits !== 0; bits &= bits - 1) {
      const group = first + 31 - Math.clz32(bits & -bits);
      const chord2 = this.#chord2(groupBoxes, group * 6);
      if (chord2 > reach2) continue;
      if (queued) queue.push(chord2, group * 4 + GROUP);
      else this.#openGroup(group, sink, false);
    }
  }

  /** The blocks of a group. Its summaries promise too much where several conditions meet; the words themselves lie side by side. */
  #openGroup(group: number, sink: Sink, queued: boolean): void {
    const first = group << 5;
    const blocks = this.#sieve.blocks(group) & leading(this.#index.blockBoxes.length / 6 - first);
    const near = this.#within(group, blocks, sink.reach_m);
    if (near === 0) return;
    const full = this.#sieve.fill(group, near, words);
    if (full === 0) return;
    this.#count(first, full);
    if (queued && this.#sieve.share > MOST_READ_TOGETHER)
      queueBlocks(first, full, stepOf(this.#index.groupBoxes, 6 * group));
    else this.#readTogether(first, full, sink);
  }

  /** Leaves out what is dead, or beyond the last position. */
  #count(first: number, full: number): void {
    const { count } = this.#index;
    if (!this.#anyDead && (first + 32) << 5 <= count) return;
    for (let bits = full; bits !== 0; bits &= bits - 1) {
      const i = 31 - Math.clz32(bits & -bits);
      words[i]! &= leading(count - ((first + i) << 5)) & ~this.#dead.word(first + i);
    }
  }

  /**
   * Few positions of a group are left: they are looked at at once, in no order. Each step is done for all of them before the next one, without
   * branches on what memory says, so that the waits for memory overlap.
   */
  #readTogether(first: number, full: number, sink: Sink): void {
    const crowded = this.#sieve.share > LEAST_CROWDED;
    if (crowded) this.#room?.narrow(first, full, words);
    this.#hours?.narrow(this.#patterns!, first, full, words);
    if (!crowded) this.#room?.narrow(first, full, words);
    let count = 0;
    for (let bits = full; bits !== 0; bits &= bits - 1) {
      const i = 31 - Math.clz32(bits & -bits);
      count = this.#gather(first + i, words[i]!, count);
    }
    this.#judge(count, sink);
  }

  #openPending(number: number, sink: Sink): void {
    const block = pending.block(number);
    const alive = pending.alive(number);
    const open = this.#hours === null ? alive : this.#hours.among(this.#patterns!, block << 5, alive);
    this.#judge(this.#gather(block, this.#room === null ? open : open & this.#room.words(block), 0), sink);
  }

  /**
   * Those of a group's blocks that are within reach; their squared distances are left in `steps2`. All in whole steps of the group's box, rounded
   * towards the centre, and without branches.
   */
  #within(group: number, blocks: number, reach_m: number): number {
    const { blockBoxes, groupBoxes } = this.#index;
    const at = group * 6;
    const step = stepOf(groupBoxes, at);
    const x = wholeSteps((this.#x - groupBoxes[at]!) / step);
    const y = wholeSteps((this.#y - groupBoxes[at + 1]!) / step);
    const z = wholeSteps((this.#z - groupBoxes[at + 2]!) / step);
    const past2 = (Math.min(FARTHEST_STEPS2, (reach_m / step) ** 2) + 1) | 0;
    let near = 0;
    for (let bits = blocks; bits !== 0; bits &= bits - 1) {
      const i = 31 - Math.clz32(bits & -bits);
      const box = ((group << 5) + i) * 6;
      const dx = positive(blockBoxes[box]! - x - 1) + positive(x - blockBoxes[box + 3]!);
      const dy = positive(blockBoxes[box + 1]! - y - 1) + positive(y - blockBoxes[box + 4]!);
      const dz = positive(blockBoxes[box + 2]! - z - 1) + positive(z - blockBoxes[box + 5]!);
      const apart2 = dx * dx + dy * dy + dz * dz;
      steps2[i] = apart2;
      near |= ((apart2 - past2) >>> 31) << i;
    }
    return near;
  }

  /** Squared distance from the centre to a box. */
  #chord2(boxes: Boxes, at: number): number {
    const dx = Math.max(0, boxes[at]! - this.#x, this.#x - boxes[at + 3]!);
    const dy = Math.max(0, boxes[at + 1]! - this.#y, this.#y - boxes[at + 4]!);
    const dz = Math.max(0, boxes[at + 2]! - this.#z, this.#z - boxes[at + 5]!);
    return dx * dx + dy * dy + dz * dz;
  }

  /** Puts positions of a block behind the first `count` that are to be judged; returns how many they are then. */
  #gather(block: number, alive: number, count: number): number {
    const { at } = this.#index;
    let end = count;
    for (let bits = alive; bits !== 0; bits &= bits - 1) {
      const position = (block << 5) + 31 - Math.clz32(bits & -bits);
      positions[end] = position;
      points[3 * end] = at[3 * position]!;
      points[3 * end + 1] = at[3 * position + 1]!;
      points[3 * end + 2] = at[3 * position + 2]!;
      end++;
    }
    return end;
  }

  /** Hands over those gathered that are hits. */
  #judge(count: number, sink: Sink): void {
    const { handles } = this.#index;
    for (let k = 0; k < count; k++) {
      const px = points[3 * k]!;
      const py = points[3 * k + 1]!;
      const pz = points[3 * k + 2]!;
      const distance_m = geodesic_m(this.#x, this.#y, this.#z, px, py, pz);
      if (distance_m > sink.reach_m) continue;
      const position = positions[k]!;
      if (this.#after !== null && !this.#isAfter(position, distance_m, this.#after)) continue;
      if (this.#holds !== null && !this.#holds(px, py, pz)) continue;
      const handle = handles[position]!;
      if (this.#accepts(position, handle)) sink.take(this.#first + position, distance_m, handle);
    }
  }

  /** What has to be asked of single capabilities. */
  #accepts(position: number, handle: number): boolean {
    if (this.#room?.isUnsure(position) === true && !this.#room.enough(handle)) return false;
    return this.#accept === null || this.#accept(handle);
  }

  #isAfter(position: number, distance_m: number, after: After): boolean {
    if (distance_m !== after.distance_m) return distance_m > after.distance_m;
    return this.#index.id(position) > after.id;
  }
}

/** The lowest bits, as many as are left, up to 32. */
const leading = (left: number): number => (left >= 32 ? EVERY_BIT : (1 << left) - 1);

/** Steps from a group's box are counted up to this: three squares of it and of a box stay below 2³¹. */
const MOST_STEPS = 20_000;
const FARTHEST_STEPS2 = 2 ** 31 - 2;
const wholeSteps = (steps: number): number => Math.floor(Math.max(-MOST_STEPS, Math.min(MOST_STEPS, steps)));
/** The number, or 0 when it is negative. */
const positive = (number: number): number => number & ~(number >> 31);

/** What waits in the queue, in its lowest two bits; above them the number of the box, or in `pending`. */
const BLOCK = 0;
const GROUP = 1;
const REGION = 2;

/** Blocks that wait in the queue, with their positions that may be hits. */
class Pending {
  #blocks = new Int32Array(256);
  #alive = new Int32Array(256);
  #count = 0;

  clear(): void {
    this.#count = 0;
  }

  /** Returns its number. */
  add(block: number, alive: number): number {
    if (this.#count === this.#blocks.length) this.#grow();
    this.#blocks[this.#count] = block;
    this.#alive[this.#count] = alive;
    return this.#count++;
  }

  block(number: number): number {
    return this.#blocks[number]!;
  }
  alive(number: number): number {
    return this.#alive[number]!;
  }

  #grow(): void {
    const blocks = new Int32Array(this.#blocks.length * 2);
    const alive = new Int32Array(blocks.length);
    blocks.set(this.#blocks);
    alive.set(this.#alive);
    this.#blocks = blocks;
    this.#alive = alive;
  }
}

/** Searches do not nest, so these serve all of them; all but the first two are of the group that is being opened. */
const queue = new MinQueue();
const pending = new Pending();
const words = new Int32Array(32);
const steps2 = new Int32Array(32);
/** What was gathered, to be judged. */
const positions = new Int32Array(1024);
const points = new Float64Array(3 * 1024);

function queueBlocks(first: number, full: number, step_m: number): void {
  for (let bits = full; bits !== 0; bits &= bits - 1) {
    const i = 31 - Math.clz32(bits & -bits);
    if (words[i] !== 0) queue.push(steps2[i]! * step_m * step_m, pending.add(first + i, words[i]!) * 4 + BLOCK);
  }
}
