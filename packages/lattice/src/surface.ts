/**
 * The live surface: how many units of a dimension are free at each capability in each slot. A capability has its base capacity
 * everywhere; only days on which something differs take memory, a page of 96 slots each.
 */
import type { SteadyUnits } from "./room-sieve.ts";
import type { Slots } from "./slot.ts";

const PAGE_SLOTS = 96;
const NO_PAGE = -1;
/** Free units are kept in 16 bits. */
export const MOST_UNITS = 32_767;
/** Pages of one dimension: 96 slots of 2 bytes each, so 3 GiB. */
export const MAX_PAGES = 1 << 24;

/** Handles whose steady units changed that are remembered; beyond, whoever keeps them asks for all anew. */
const MAX_REMEMBERED = 1 << 16;

export class Surface implements SteadyUnits {
  #base: Int16Array;
  #free = new Int16Array(PAGE_SLOTS * 64);
  #pages = 0;
  readonly #pageOf = new PageMap();
  /** Units in holds of each capability, over all slots: they come back, and must find room in 16 bits. */
  readonly #held = new Map<number, number>();
  /** Counts every change: two reads under one epoch saw the same surface. */
  #epoch = 0;
  /** Bit by handle: slots of it have differed from its base. */
  #differs = new Uint32Array(0);
  /** Handles in the order in which their steady units changed, and how many came before the first of them. */
  #changed: number[] = [];
  #forgotten = 0;

  /** @param base units that each capability has by default, by handle. */
  constructor(base: ArrayLike<number>) {
    this.#base = Int16Array.from(base);
  }

  get epoch(): number {
    return this.#epoch;
  }

  get size_bytes(): number {
    return this.#base.byteLength + this.#free.byteLength + this.#differs.byteLength + this.#pageOf.size_bytes;
  }

  /** Sets what a capability has by default; slots that differ already keep their difference. */
  setBase(handle: number, units: number): void {
    if (handle >= this.#base.length) {
      const larger = new Int16Array(Math.max(handle + 1, this.#base.length * 2));
      larger.set(this.#base);
      this.#base = larger;
    }
    this.#base[handle] = units;
    this.#remember(handle);
    this.#epoch++;
  }

  /** What the capabilities with these handles, from 0 on, have by default. */
  bases(handles: number): Int16Array {
    const bases = new Int16Array(handles);
    bases.set(this.#base.subarray(0, handles));
    return bases;
  }

  /** Sets what capabilities have by default, from handle 0 on, all at once. */
  setBases(bases: Int16Array): void {
    if (bases.length > this.#base.length) this.#base = bases.slice();
    else this.#base.set(bases);
    // As if too many had changed to be remembered.
    this.#forgotten = this.mark + 1;
    this.#changed = [];
    this.#epoch++;
  }

  /** Units in every slot; -1 once slots of the capability have differed. */
  steady(handle: number): number {
    return ((this.#differs[handle >>> 5] ?? 0) >>> (handle & 31)) & 1 ? -1 : (this.#base[handle] ?? 0);
  }

  get mark(): number {
    return this.#forgotten + this.#changed.length;
  }

  changedSince(mark: number): readonly number[] | null {
    return mark < this.#forgotten ? null : this.#changed.slice(mark - this.#forgotten);
  }

  #remember(handle: number): void {
    if (this.#changed.length === MAX_REMEMBERED) {
      this.#forgotten += MAX_REMEMBERED;
      this.#changed = [];
    }
    this.#changed.push(handle);
  }

  #differ(handle: number): void {
    const word = handle >>> 5;
    if (word >= this.#differs.length) {
      const larger = new Uint32Array(Math.max(word + 1, this.#differs.length * 2));
      larger.set(this.#differs);
      this.#differs = larger;
    }
    this.#differs[word]! |= 1 << (handle & 31);
    this.#remember(handle);
  }

  /** Free units in one slot. */
  at(handle: number, slot: number): number {
    const day = Math.floor(slot / PAGE_SLOTS);
    const page = this.#pageOf.get(handle, day);
    return (
      (this.#base[handle] ?? 0) + (page === NO_PAGE ? 0 : this.#free[page * PAGE_SLOTS + (slot - day * PAGE_SLOTS)]!)
    );
  }

  /** Free units in the worst of the slots. */
  least(handle: number, { from, until }: Slots): number {
    let least = Number.POSITIVE_INFINITY;
    for (let slot = from; slot < until; ) {
      const day = Math.floor(slot / PAGE_SLOTS);
      const end = Math.min(until, (day + 1) * PAGE_SLOTS);
      const page = this.#pageOf.get(handle, day);
      if (page === NO_PAGE) least = Math.min(least, 0);
      else
        for (let i = slot; i < end; i++) least = Math.min(least, this.#free[page * PAGE_SLOTS + i - day * PAGE_SLOTS]!);
      slot = end;
    }
    return (this.#base[handle] ?? 0) + least;
  }

  /** Whether a change by `units` stays inside what 16 bits hold, everywhere in the slots. */
  canChange(handle: number, slots: Slots, units: number): boolean {
    if (units >= 0) return this.#most(handle, slots) + units + (this.#held.get(handle) ?? 0) <= MOST_UNITS;
    // What is kept is the difference to the base: it must fit as well as the sum.
    return this.least(handle, slots) + units - Math.max(0, this.#base[handle] ?? 0) >= -MOST_UNITS;
  }

  #most(handle: number, { from, until }: Slots): number {
    let most = Number.NEGATIVE_INFINITY;
    for (let slot = from; slot < until; slot++) most = Math.max(most, this.at(handle, slot));
    return most;
  }

  /** Adds `units` (perhaps negative) to every slot. The caller has checked `canChange`. */
  change(handle: number, { from, until }: Slots, units: number): void {
    if (this.steady(handle) !== -1) this.#differ(handle);
    for (let slot = from; slot < until; ) {
      const day = Math.floor(slot / PAGE_SLOTS);
      const end = Math.min(until, (day + 1) * PAGE_SLOTS);
      const start = this.#page(handle, day) * PAGE_SLOTS - day * PAGE_SLOTS;
      for (let i = slot; i < end; i++) this.#free[start + i]! += units;
      slot = end;
    }
    this.#epoch++;
  }

  /** Takes units for a hold. The caller has seen that they are free. */
  take(handle: number, slots: Slots, units: number): void {
    this.#held.set(handle, (this.#held.get(handle) ?? 0) + units);
    this.change(handle, slots, -units);
  }

  /** Gives back what a hold had taken. */
  give(handle: number, slots: Slots, units: number): void {
    const left = (this.#held.get(handle) ?? 0) - units;
    if (left > 0) this.#held.set(handle, left);
    else this.#held.delete(handle);
    this.change(handle, slots, units);
  }

  #page(handle: number, day: number): number {
    const known = this.#pageOf.get(handle, day);
    if (known !== NO_PAGE) return known;
    if (this.#pages === MAX_PAGES) throw new RangeError(`a surface holds at most ${MAX_PAGES} pages`);
    if ((this.#pages + 1) * PAGE_SLOTS > this.#free.length) {
      const larger = new Int16Array(this.#free.length * 2);
      larger.set(this.#free);
      this.#free = larger;
    }
    this.#pageOf.set(handle, day, this.#pages);
    return this.#pages++;
  }
}

/** (handle, day) → page, by open addressing: a Map of this size would weigh ten times as much. */
class PageMap {
  #handles = new Uint32Array(128);
  #days = new Uint16Array(128);
  /** Page + 1; 0 is empty. */
  #pages = new Uint32Array(128);
  #count = 0;

  get size_bytes(): number {
    return this.#handles.byteLength + this.#days.byteLength + this.#pages.byteLength;
  }

  get(handle: number, day: number): number {
    return this.#pages[this.#place(handle, day)]! - 1;
  }

  set(handle: number, day: number, page: number): void {
    if (this.#count * 2 >= this.#pages.length) this.#grow();
    const place = this.#place(handle, day);
    if (this.#pages[place] === 0) this.#count++;
    this.#handles[place] = handle;
    this.#days[place] = day;
    this.#pages[place] = page + 1;
  }

  #place(handle: number, day: number): number {
    const mask = this.#pages.length - 1;
    let place = (Math.imul(handle, 0x9e3779b1) ^ Math.imul(day, 0x85ebca6b)) >>> 0;
    place = (place ^ (place >>> 15)) & mask;
    while (this.#pages[place] !== 0 && (this.#handles[place] !== handle || this.#days[place] !== day))
      place = (place + 1) & mask;
    return place;
  }

  #grow(): void {
    const [handles, days, pages] = [this.#handles, this.#days, this.#pages];
    this.#handles = new Uint32Array(handles.length * 2);
    this.#days = new Uint16Array(days.length * 2);
    this.#pages = new Uint32Array(pages.length * 2);
    for (let i = 0; i < pages.length; i++) {
      if (pages[i] === 0) continue;
      const place = this.#place(handles[i]!, days[i]!);
      this.#handles[place] = handles[i]!;
      this.#days[place] = days[i]!;
      this.#pages[place] = pages[i]!;
    }
  }
}
