/**
 * Hours asked by pattern: capabilities share patterns, so that a query asks each pattern once, and each part of a version keeps the patterns
 * of its positions side by side, as a search reads them.
 */

import type { FindIndex } from "./find-index.ts";
import type { Window } from "./window.ts";

export type OpenState = "open" | "closed" | "unknown";

/** Hours that know which capabilities have the same. */
export interface HoursByPattern {
  /** Patterns so far; their numbers are below it. */
  readonly patterns: number;
  patternOf(handle: number): number;
  isPatternOpen(pattern: number, window: Window): OpenState;
  /** Writes the bits of the patterns that pass, and says of how many, from the first on; quick for many patterns, where `isPatternOpen` is for few. */
  passing(window: Window, lenient: boolean, into: Int32Array): number;
  /** Counts up with every handle whose pattern was set. */
  readonly mark: number;
  /** The handles that were set after a mark; null when that is too long ago to be known. */
  setSince(mark: number): readonly number[] | null;
}

/** Pattern of each position. */
export type Patterns = Uint16Array | Uint32Array;

interface PatternColumn {
  readonly hours: HoursByPattern;
  readonly patterns: Patterns;
  mark: number;
}

/** Those of the hours that asked last. */
const columns = new WeakMap<FindIndex, PatternColumn>();

/** Pattern of each position, brought up to what the hours know now. */
export function patternsByPosition(hours: HoursByPattern, index: FindIndex): Patterns {
  const column = columns.get(index);
  const known = column?.hours === hours ? column : undefined;
  if (known !== undefined && known.mark === hours.mark) return known.patterns;
  const fresh = known === undefined ? null : hours.setSince(known.mark);
  if (known === undefined || fresh === null || tooNarrow(known.patterns, hours)) return readPatterns(hours, index);
  for (const handle of fresh) {
    const position = index.positionOf(handle);
    if (position >= 0) known.patterns[position] = hours.patternOf(handle);
  }
  known.mark = hours.mark;
  return known.patterns;
}

function readPatterns(hours: HoursByPattern, index: FindIndex): Patterns {
  const { count, handles } = index;
  const patterns = hours.patterns > 0x1_0000 ? new Uint32Array(count) : new Uint16Array(count);
  for (let position = 0; position < count; position++) patterns[position] = hours.patternOf(handles[position]!);
  columns.set(index, { hours, patterns, mark: hours.mark });
  return patterns;
}

const tooNarrow = (column: Patterns, { patterns }: HoursByPattern): boolean =>
  column instanceof Uint16Array && patterns > 0x1_0000;

const UNASKED = 0;
const PASSES = 1;
const FAILS = 2;
/** One pattern asked by itself takes as long as this many words of `passing`, which reads two rows of words, or a few more. */
const WORDS_AN_ASK = 300;
const ROWS_A_WINDOW = 3;
/** Fewer than this are not worth asking one by one first. */
const WORTH_ASKING = 8;

/** Which patterns pass a window, found out one by one as a search comes across them, or at once when they are many. */
export class HoursSieve {
  #states = new Uint8Array(0);
  readonly #asked: number[] = [];
  #hours: HoursByPattern | null = null;
  #window: Window = { from_ms: 0, until_ms: 0 };
  #lenient = false;
  /** Of patterns below `#known` the bits tell. */
  #bits = new Int32Array(0);
  #known = 0;
  /** So many are asked one by one before the rest is asked at once. */
  #few = 0;

  /** Begins a query. @param lenient whether unknown hours pass. */
  begin(hours: HoursByPattern, window: Window, lenient: boolean): this {
    for (const pattern of this.#asked) this.#states[pattern] = UNASKED;
    this.#asked.length = 0;
    const words = (hours.patterns + 31) >>> 5;
    if (this.#bits.length < words) {
      this.#bits = new Int32Array(2 * words);
      this.#states = new Uint8Array(64 * words);
    }
    this.#hours = hours;
    this.#window = window;
    this.#lenient = lenient;
    this.#known = 0;
    this.#few = (ROWS_A_WINDOW * words) / WORDS_AN_ASK;
    if (this.#few < WORTH_ASKING) this.#askAll();
    return this;
  }

  #askAll(): void {
    this.#known = this.#hours!.passing(this.#window, this.#lenient, this.#bits);
  }

  /** Whether it is known already that no pattern passes. */
  get isEmpty(): boolean {
    const { patterns } = this.#hours!;
    if (this.#known < patterns) return false;
    for (let i = 0; i << 5 < patterns; i++) if (this.#bits[i] !== 0) return false;
    return true;
  }

  /** Those of `among`, 32 positions from `first` on, whose hours pass. */
  among(patterns: Patterns, first: number, among: number): number {
    const bits = this.#bits;
    const known = this.#known;
    let passing = 0;
    for (let rest = among; rest !== 0; rest &= rest - 1) {
      const lowest = rest & -rest;
      const pattern = patterns[first + 31 - Math.clz32(lowest)]!;
      if (pattern < known) passing |= lowest & -((bits[pattern >>> 5]! >>> (pattern & 31)) & 1);
      else if (this.#passes(pattern)) passing |= lowest;
    }
    return passing;
  }

  /** The same for the words of a group: `words[i]` is of the block `first` + i, and only those in `full` are looked at. */
  narrow(patterns: Patterns, first: number, full: number, words: Int32Array): void {
    for (let bits = full; bits !== 0; bits &= bits - 1) {
      const i = 31 - Math.clz32(bits & -bits);
      words[i] = this.among(patterns, (first + i) << 5, words[i]!);
    }
  }

  /** Asks for one pattern, unless it is known. */
  #passes(pattern: number): boolean {
    if (pattern < this.#known) return ((this.#bits[pattern >>> 5]! >>> (pattern & 31)) & 1) === 1;
    const known = this.#states[pattern]!;
    if (known !== UNASKED) return known === PASSES;
    const state = this.#hours!.isPatternOpen(pattern, this.#window);
    const passes = state === "open" || (this.#lenient && state === "unknown");
    this.#states[pattern] = passes ? PASSES : FAILS;
    if (this.#asked.push(pattern) > this.#few && this.#known === 0) this.#askAll();
    return passes;
  }
}
