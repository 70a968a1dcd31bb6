/**
 * Patterns of hours turned by 90°: for each five minutes, a row of bits over all patterns, so that a window is asked of 32 patterns at a time; and
 * rows for the next 2, 4, 8, 16 and 32 grains of five minutes, so that two rows that overlap are a window of up to 64. Rows are made 32 at a time,
 * where a query needs them, and kept for the next one.
 */

/** Stretches of 32 rows that are kept; the oldest gives way. */
export const MAX_STRETCHES = 512;
/** Patterns that came after the rows were made are asked one by one, up to this share; then the rows are made anew. */
const MOST_LATE_SHARE = 1 / 8;
const MOST_LATE = 64;

const GRAINS = 32;
/** Rows of level n stand for 2ⁿ grains. */
const LEVELS = 6;

/** Bits of one pattern: word w has the grains 32·w … 32·w + 31; there are none beyond the horizon. */
export type PatternWords = (pattern: number, word: number) => number | undefined;

/** Rows of one level for the grains of one word. */
interface Stretch {
  readonly patterns: number;
  /** Row of grain g at g · words of a row. */
  readonly rows: Uint32Array;
}

export class HoursBoard {
  readonly #bits: PatternWords;
  readonly #stretches = new Map<number, Stretch>();

  constructor(bits: PatternWords) {
    this.#bits = bits;
  }

  /**
   * The patterns of which every grain in [from, until) is set, as bits, into as many words of `into` as the patterns take.
   * @returns how many patterns were asked: `patterns`, or a few less; the bits of the others mean nothing.
   */
  passing(from: number, until: number, patterns: number, into: Int32Array): number {
    if (from >= until) {
      into.fill(-1, 0, (patterns + 31) >>> 5);
      return patterns;
    }
    const level = Math.min(LEVELS - 1, 31 - Math.clz32(until - from));
    const last = until - (1 << level);
    const asked = this.#meet(level, from, last, patterns, into, false);
    let least = asked;
    for (let at = from + (1 << level); at < last; at += 1 << level)
      least = Math.min(least, this.#meet(level, at, last, patterns, into, true));
    return least;
  }

  /** Leaves in `into` what two rows of a level have both, and what was there before, if it is to `stay`. */
  #meet(level: number, one: number, other: number, patterns: number, into: Int32Array, stay: boolean): number {
    const a = this.#stretch(level, one >>> 5, patterns);
    const b = this.#stretch(level, other >>> 5, patterns);
    const asked = Math.min(a.patterns, b.patterns);
    const atA = (one & 31) * ((a.patterns + 31) >>> 5);
    const atB = (other & 31) * ((b.patterns + 31) >>> 5);
    const words = (asked + 31) >>> 5;
    if (stay) for (let i = 0; i < words; i++) into[i]! &= a.rows[atA + i]! & b.rows[atB + i]!;
    else for (let i = 0; i < words; i++) into[i] = a.rows[atA + i]! & b.rows[atB + i]!;
    return asked;
  }

  #stretch(level: number, word: number, patterns: number): Stretch {
    const key = word * LEVELS + level;
    const known = this.#stretches.get(key);
    if (known !== undefined && patterns - known.patterns <= MOST_LATE + known.patterns * MOST_LATE_SHARE) return known;
    if (known === undefined && this.#stretches.size >= MAX_STRETCHES)
      this.#stretches.delete(this.#stretches.keys().next().value!);
    const made = { patterns, rows: this.#rows(level, word, patterns) };
    this.#stretches.set(key, made);
    return made;
  }

  #rows(level: number, word: number, patterns: number): Uint32Array {
    const words = (patterns + 31) >>> 5;
    const rows = new Uint32Array(GRAINS * words);
    const grains = new Uint32Array(2 * GRAINS);
    const square = new Uint32Array(32);
    for (let i = 0; i < words; i++) {
      for (const next of [0, 1]) {
        for (let k = 0; k < 32; k++) square[k] = 32 * i + k < patterns ? (this.#bits(32 * i + k, word + next) ?? 0) : 0;
        transpose(square);
        grains.set(square, next * GRAINS);
      }
      for (let span = 1; span < 1 << level; span *= 2)
        for (let g = 0; g + span < grains.length; g++) grains[g]! &= grains[g + span]!;
      for (let g = 0; g < GRAINS; g++) rows[g * words + i] = grains[g]!;
    }
    return rows;
  }
}

/** Turns a square of 32 × 32 bits: bit j of word i becomes bit i of word j (Warren, Hacker's Delight, §7-3). */
function transpose(square: Uint32Array): void {
  let mask = 0x0000_ffff;
  for (let side = 16; side !== 0; side >>= 1, mask ^= mask << side) {
    for (let i = 0; i < 32; i = ((i | side) + 1) & ~side) {
      const swap = ((square[i]! >>> side) ^ square[i | side]!) & mask;
      square[i]! ^= swap << side;
      square[i | side]! ^= swap;
    }
  }
}
