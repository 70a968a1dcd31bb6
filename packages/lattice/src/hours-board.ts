/**
 * Patterns of hours turned by 90°: for each five minutes one row of bits over all patterns, so that a window is asked of 32 patterns at a time.
 * Rows are made 32 at a time, where a query needs them, and kept for the next one.
 */

/** Stretches of 32 rows that are kept; the oldest gives way. */
export const MAX_STRETCHES = 512;
/** Patterns that came after the rows were made are asked one by one, up to this share; then the rows are made anew. */
const MOST_LATE_SHARE = 1 / 8;
const MOST_LATE = 64;

/** Bits of one pattern: word w has the grains 32·w … 32·w + 31. */
export type PatternWords = (pattern: number, word: number) => number;

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

  /** The patterns of which every grain in [from, until) is set, as bits, and how many patterns were asked: `patterns`, or a few less. */
  passing(from: number, until: number, patterns: number): { readonly bits: Uint32Array; readonly asked: number } {
    const bits = new Uint32Array((patterns + 31) >>> 5).fill(0xffff_ffff);
    let asked = patterns;
    for (let grain = from; grain < until; grain++) {
      const stretch = this.#stretch(grain >>> 5, patterns);
      asked = Math.min(asked, stretch.patterns);
      const words = (stretch.patterns + 31) >>> 5;
      const row = (grain & 31) * words;
      for (let i = 0; i < words; i++) bits[i]! &= stretch.rows[row + i]!;
    }
    return { bits, asked };
  }

  #stretch(word: number, patterns: number): Stretch {
    const known = this.#stretches.get(word);
    if (known !== undefined && patterns - known.patterns <= MOST_LATE + known.patterns * MOST_LATE_SHARE) return known;
    if (known === undefined && this.#stretches.size >= MAX_STRETCHES)
      this.#stretches.delete(this.#stretches.keys().next().value!);
    const made = { patterns, rows: this.#rows(word, patterns) };
    this.#stretches.set(word, made);
    return made;
  }

  #rows(word: number, patterns: number): Uint32Array {
    const words = (patterns + 31) >>> 5;
    const rows = new Uint32Array(32 * words);
    const square = new Uint32Array(32);
    for (let i = 0; i < words; i++) {
      for (let k = 0; k < 32; k++) square[k] = 32 * i + k < patterns ? this.#bits(32 * i + k, word) : 0;
      transpose(square);
      for (let k = 0; k < 32; k++) rows[k * words + i] = square[k]!;
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
