/**
 * Hours asked by pattern: capabilities share patterns, so that a query asks each pattern once, and each part of a version keeps the patterns
 * of its positions side by side, as a search reads them.
 */
import type { Window } from "./find.ts";
import type { FindIndex } from "./find-index.ts";

export type OpenState = "open" | "closed" | "unknown";

/** Hours that know which capabilities have the same. */
export interface HoursByPattern {
  /** Patterns so far; their numbers are below it. */
  readonly patterns: number;
  patternOf(handle: number): number;
  isPatternOpen(pattern: number, window: Window): OpenState;
  /** Bits of the patterns that pass, of the first `asked` ones; quick for many patterns, where `isPatternOpen` is for few. */
  passing(window: Window, lenient: boolean): { readonly bits: Uint32Array; readonly asked: number };
  /** Counts up with every handle whose pattern was set. */
  readonly mark: number;
  /** The handles that were set after a mark; null when that is too long ago to be known. */
  setSince(mark: number): readonly number[] | null;
}

interface PatternColumn {
  readonly patterns: Uint32Array;
  mark: number;
}

const columns = new WeakMap<HoursByPattern, WeakMap<FindIndex, PatternColumn>>();

/** Pattern of each position, brought up to what the hours know now. */
export function patternsByPosition(hours: HoursByPattern, index: FindIndex): Uint32Array {
  let known = columns.get(hours);
  if (known === undefined) {
    known = new WeakMap();
    columns.set(hours, known);
  }
  const column = known.get(index);
  const fresh = column === undefined ? null : hours.setSince(column.mark);
  if (column === undefined || fresh === null) {
    const patterns = index.handles.map((handle) => hours.patternOf(handle));
    known.set(index, { patterns, mark: hours.mark });
    return patterns;
  }
  for (const handle of fresh) {
    const position = index.positionOf(handle);
    if (position >= 0) column.patterns[position] = hours.patternOf(handle);
  }
  column.mark = hours.mark;
  return column.patterns;
}

const UNASKED = 0;
const PASSES = 1;
const FAILS = 2;
const NO_BITS: Uint32Array = new Uint32Array(0);
/** One pattern asked by itself takes as long as this many words of `passing`, which has a row of words for each five minutes. */
const WORDS_AN_ASK = 200;
const ROW_MS = 5 * 60_000;

/** Which patterns pass a window, found out one by one as a search comes across them, or at once when they are many. */
export class HoursSieve {
  #states = new Uint8Array(0);
  readonly #asked: number[] = [];
  #hours: HoursByPattern | null = null;
  #window: Window = { from_ms: 0, until_ms: 0 };
  #lenient = false;
  /** Of patterns below `#known` the bits tell. */
  #bits = NO_BITS;
  #known = 0;
  /** So many are asked one by one before the rest is asked at once. */
  #few = 0;

  /** Begins a query. @param lenient whether unknown hours pass. */
  begin(hours: HoursByPattern, window: Window, lenient: boolean): this {
    for (const pattern of this.#asked) this.#states[pattern] = UNASKED;
    this.#asked.length = 0;
    if (this.#states.length < hours.patterns) this.#states = new Uint8Array(2 * hours.patterns);
    this.#hours = hours;
    this.#window = window;
    this.#lenient = lenient;
    this.#known = 0;
    this.#few = ((window.until_ms - window.from_ms) / ROW_MS) * (hours.patterns / 32 / WORDS_AN_ASK);
    return this;
  }

  passes(pattern: number): boolean {
    if (pattern < this.#known) return ((this.#bits[pattern >>> 5]! >>> (pattern & 31)) & 1) === 1;
    const state = this.#states[pattern]!;
    return state === UNASKED ? this.#ask(pattern) : state === PASSES;
  }

  #ask(pattern: number): boolean {
    const hours = this.#hours!;
    const state = hours.isPatternOpen(pattern, this.#window);
    const passes = state === "open" || (this.#lenient && state === "unknown");
    this.#states[pattern] = passes ? PASSES : FAILS;
    if (this.#asked.push(pattern) > this.#few && this.#known === 0) {
      const { bits, asked } = hours.passing(this.#window, this.#lenient);
      this.#bits = bits;
      this.#known = asked;
    }
    return passes;
  }
}
