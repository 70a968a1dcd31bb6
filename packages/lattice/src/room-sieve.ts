/**
 * Free units asked 32 positions at a time. Most capabilities have the same units in every slot: each part keeps those side by side as planes of
 * bits (bit p of the units of position 32·b + i is bit i of word b of plane p), so that `at least` is a handful of ANDs and ORs. Of the others
 * it is only known that they differ, and the search asks for each of them.
 */
import type { FindIndex } from "./find-index.ts";

/** Units of one dimension that are the same in every slot. */
export interface SteadyUnits {
  /** Units of a capability in every slot; -1 where slots differ. */
  steady(handle: number): number;
  /** Counts up with every change of what `steady` answers. */
  readonly mark: number;
  /** The handles that changed after a mark; null when that is too long ago to be known. */
  changedSince(mark: number): readonly number[] | null;
}

/** Words of all planes side by side, as they are read: of each block first the word of those that are unsure, then the planes from the lowest up. */
class UnitPlanes {
  #planes = 0;
  #words: Uint32Array;
  mark: number;

  constructor(units: SteadyUnits, { handles }: FindIndex) {
    this.#words = new Uint32Array((handles.length + 31) >>> 5);
    this.mark = units.mark;
    for (let position = 0; position < handles.length; position++) this.set(position, units.steady(handles[position]!));
  }

  set(position: number, units: number): void {
    while (units >= 2 ** this.#planes) this.#addPlane();
    const bit = 1 << (position & 31);
    const first = (position >>> 5) * (this.#planes + 1);
    const bits = units < 0 ? 1 : 2 * units;
    for (let p = 0; p <= this.#planes; p++)
      if (((bits >>> p) & 1) === 1) this.#words[first + p]! |= bit;
      else this.#words[first + p]! &= ~bit;
  }

  #addPlane(): void {
    const narrow = this.#planes + 1;
    const words = new Uint32Array((this.#words.length / narrow) * (narrow + 1));
    for (let i = 0; i < this.#words.length; i++) words[i + Math.floor(i / narrow)] = this.#words[i]!;
    this.#words = words;
    this.#planes++;
  }

  unsure(block: number): number {
    return this.#words[block * (this.#planes + 1)]!;
  }

  /** Those with at least so many units, or unsure. Compares from the highest plane down: what is greater already, and what is still equal. */
  mayHave(units: number, block: number): number {
    const words = this.#words;
    const planes = this.#planes;
    const first = block * (planes + 1);
    if (units >= 2 ** planes) return words[first]!;
    let greater = words[first]!;
    let equal = -1;
    for (let p = planes - 1; p >= 0; p--) {
      const plane = words[first + 1 + p]!;
      // All ones where the unit has a one in this place: then equal ones must have it too, else those that have it are greater.
      const one = -((units >>> p) & 1);
      greater |= equal & plane & ~one;
      equal &= plane ^ ~one;
    }
    return greater | equal;
  }
}

const known = new WeakMap<SteadyUnits, WeakMap<FindIndex, UnitPlanes>>();

/** Planes of a part, brought up to what the units are now. */
function planesOf(units: SteadyUnits, index: FindIndex): UnitPlanes {
  let ofParts = known.get(units);
  if (ofParts === undefined) {
    ofParts = new WeakMap();
    known.set(units, ofParts);
  }
  const planes = ofParts.get(index);
  if (planes !== undefined && planes.mark === units.mark) return planes;
  const changed = planes === undefined ? null : units.changedSince(planes.mark);
  if (planes === undefined || changed === null) {
    const made = new UnitPlanes(units, index);
    ofParts.set(index, made);
    return made;
  }
  for (const handle of changed) {
    const position = index.positionOf(handle);
    if (position >= 0) planes.set(position, units.steady(handle));
  }
  planes.mark = units.mark;
  return planes;
}

/** Free units of one dimension that a query needs. */
export interface Need {
  readonly steady: SteadyUnits;
  readonly units: number;
  /** For those whose slots differ. */
  readonly enough: (handle: number) => boolean;
}

/** What a query needs, over the positions of one part. */
export class RoomSieve {
  readonly #needs: readonly Need[];
  readonly #planes: readonly UnitPlanes[];

  constructor(needs: readonly Need[], index: FindIndex) {
    this.#needs = needs;
    this.#planes = needs.map(({ steady }) => planesOf(steady, index));
  }

  /** Positions of a block that have room, or may have: those are `unsure`. */
  words(block: number): number {
    let bits = -1;
    for (let i = 0; i < this.#planes.length; i++) bits &= this.#planes[i]!.mayHave(this.#needs[i]!.units, block);
    return bits;
  }

  /** The same for the words of a group: `words[i]` is of the block `first` + i, and only those in `full` are looked at. */
  narrow(first: number, full: number, words: Int32Array): void {
    for (let n = 0; n < this.#planes.length; n++) {
      const planes = this.#planes[n]!;
      const { units } = this.#needs[n]!;
      for (let bits = full; bits !== 0; bits &= bits - 1) {
        const i = 31 - Math.clz32(bits & -bits);
        if (words[i] !== 0) words[i]! &= planes.mayHave(units, first + i);
      }
    }
  }

  /** Whether `enough` has to be asked of it. */
  isUnsure(position: number): boolean {
    for (let i = 0; i < this.#planes.length; i++)
      if (((this.#planes[i]!.unsure(position >>> 5) >>> (position & 31)) & 1) === 1) return true;
    return false;
  }

  enough(handle: number): boolean {
    for (let i = 0; i < this.#needs.length; i++) if (!this.#needs[i]!.enough(handle)) return false;
    return true;
  }
}
