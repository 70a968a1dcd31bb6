/**
 * Patterns of hours turned by 90°: for each five minutes one row of bits over all patterns, so that a window is asked of 32 patterns at a time.
 * Rows are made 32 at a time, where a query needs them, and kept for the next one; above them stands a tree of the conjunctions of two rows, of
 * four and so on, so that a window is a handful of rows, however long.
 */

/** Stretches of 32 rows that are kept; the oldest gives way. */
export const MAX_STRETCHES = 256;
const GRAINS = 32;
/** Patterns that came after the rows were made are asked one by one, up to this share; then the rows are made anew. */
const MOST_LATE_SHARE = 1 / 8;
const MOST_LATE = 64;

/** Bits of one pattern: word w has the grains 32·w … 32·w + 31. */
export type PatternWords = (pattern: number, word: number) => number;

interface Stretch {
  readonly patterns: number;
  /** Node n of the tree at n · words of a row: the root is 1, below n are 2n and 2n + 1, and the leaves begin at 32. */
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
    into.fill(-1, 0, (patterns + 31) >>> 5);
    let asked = patterns;
    for (let word = from >>> 5; word << 5 < until; word++) {
      const stretch = this.#stretch(word, patterns);
      asked = Math.min(asked, stretch.patterns);
      const first = word << 5;
      meetSpan(stretch, Math.max(0, from - first), Math.min(GRAINS, until - first), into);
    }
    return asked;
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
    const rows = new Uint32Array(2 * GRAINS * words);
    const square = new Uint32Array(32);
    for (let i = 0; i < words; i++) {
      for (let k = 0; k < 32; k++) square[k] = 32 * i + k < patterns ? this.#bits(32 * i + k, word) : 0;
      transpose(square);
      for (let k = 0; k < 32; k++) rows[(GRAINS + k) * words + i] = square[k]!;
    }
    for (let node = GRAINS - 1; node > 0; node--)
      for (let i = 0; i < words; i++)
        rows[node * words + i] = rows[2 * node * words + i]! & rows[(2 * node + 1) * words + i]!;
    return rows;
  }
}

/** Leaves in `into` what all grains in [from, until) of a stretch have too. */
function meetSpan({ rows, patterns }: Stretch, from: number, until: number, into: Int32Array): void {
  const words = (patterns + 31) >>> 5;
  for (let [low, high] = [from + GRAINS, until + GRAINS]; low < high; low >>>= 1, high >>>= 1) {
    if ((low & 1) === 1) meetRow(rows, low++ * words, words, into);
    if ((high & 1) === 1) meetRow(rows, --high * words, words, into);
  }
}

function meetRow(rows: Uint32Array, at: number, words: number, into: Int32Array): void {
  for (let i = 0; i < words; i++) into[i]! &= rows[at + i]!;
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
