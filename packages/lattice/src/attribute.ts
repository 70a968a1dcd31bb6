/**
 * Attributes of many capabilities, turned by 90°: one bit row for each (attribute, word), a column for each number.
 * Bit i of word b of a row belongs to position 32·b + i. Above each row stand two summaries in which one bit says that
 * 32 (then 1,024) of the words below are not all zero; most of the map is ruled out there, before any distance is taken.
 */

export type AttributeKind = "boolean" | "word" | "number" | "set";

export interface BitRow {
  /** One word a block of 32 positions. */
  readonly words: Uint32Array;
  /** One bit a block. */
  readonly blocks: Uint32Array;
  /** One bit for each 32 blocks. */
  readonly groups: Uint32Array;
}

export interface NumberColumn {
  /** NaN where unknown. */
  readonly values: Float64Array;
  /** Least and greatest of each block; +∞ and −∞ where the block has none. */
  readonly least: Float64Array;
  readonly greatest: Float64Array;
}

const wordsFor = (bits: number): number => (bits + 31) >>> 5;

/** Bit rows that sparse words were spread out to for queries; the oldest gives way. */
const SPREAD_ROWS_KEPT = 64;
/** Below this share of positions a word is kept as a list of positions: 4 bytes each instead of a bit for everyone. */
const SPARSE_SHARE = 1 / 32;

/** The positions that have one word. */
export class WordRow {
  readonly count: number;
  /** How many positions the index has. */
  readonly positions: number;
  /** Ascending positions of a sparse word, or the bits of a common one. */
  readonly kept: Uint32Array | BitRow;

  constructor(positions: number, count: number, kept: Uint32Array | BitRow) {
    this.positions = positions;
    this.count = count;
    this.kept = kept;
  }

  get size_bytes(): number {
    return this.kept instanceof Uint32Array ? this.kept.byteLength : rowBytes(this.kept);
  }

  bits(spread: Map<WordRow, BitRow>): BitRow {
    if (!(this.kept instanceof Uint32Array)) return this.kept;
    let row = spread.get(this);
    if (row === undefined) {
      row = spreadOut(this.kept, this.positions);
      if (spread.size >= SPREAD_ROWS_KEPT) spread.delete(spread.keys().next().value!);
      spread.set(this, row);
    }
    return row;
  }
}

function spreadOut(listed: Uint32Array, positions: number): BitRow {
  const words = new Uint32Array(wordsFor(positions));
  for (let i = 0; i < listed.length; i++) words[listed[i]! >>> 5]! |= 1 << (listed[i]! & 31);
  return withSummaries(words);
}

export function withSummaries(words: Uint32Array): BitRow {
  const blocks = summary(words);
  return { words, blocks, groups: summary(blocks) };
}

function summary(words: Uint32Array): Uint32Array {
  const bits = new Uint32Array(wordsFor(words.length));
  for (let i = 0; i < words.length; i++) if (words[i] !== 0) bits[i >>> 5]! |= 1 << (i & 31);
  return bits;
}

export const rowBytes = ({ words, blocks, groups }: BitRow): number =>
  words.byteLength + blocks.byteLength + groups.byteLength;

/** Takes the positions of one word, in any order, each at most once. */
export class RowBuilder {
  readonly #positions: number;
  readonly #words: Uint32Array | null;
  readonly #listed: Uint32Array | null;
  #count = 0;

  /** @param most no more positions than this will come. */
  constructor(positions: number, most: number) {
    this.#positions = positions;
    const sparse = most <= positions * SPARSE_SHARE;
    this.#words = sparse ? null : new Uint32Array(wordsFor(positions));
    this.#listed = sparse ? new Uint32Array(most) : null;
  }

  set(position: number): void {
    if (this.#words === null) this.#listed![this.#count] = position;
    else this.#words[position >>> 5]! |= 1 << (position & 31);
    this.#count++;
  }

  finish(): WordRow {
    const kept = this.#words === null ? this.#listed!.slice(0, this.#count).sort() : withSummaries(this.#words);
    return new WordRow(this.#positions, this.#count, kept);
  }
}

export function numberColumn(values: Float64Array): NumberColumn {
  const blocks = wordsFor(values.length);
  const least = new Float64Array(blocks).fill(Number.POSITIVE_INFINITY);
  const greatest = new Float64Array(blocks).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < least[i >>> 5]!) least[i >>> 5] = value;
    if (value > greatest[i >>> 5]!) greatest[i >>> 5] = value;
  }
  return { values, least, greatest };
}

/** What is known of one attribute over all positions. */
export interface AttributeTable {
  readonly kinds: ReadonlySet<AttributeKind>;
  /** By word; booleans stand under `true` and `false`. A member of a set is a word like any other. */
  readonly rows: ReadonlyMap<string | boolean, WordRow>;
  readonly numbers: NumberColumn | null;
  /** Positions of which anything at all is known; the very row of the word when there is but one. */
  readonly known: WordRow;
}

export function tableBytes({ rows, known, numbers }: AttributeTable): number {
  const words = [...new Set([...rows.values(), known])].reduce((sum, row) => sum + row.size_bytes, 0);
  const columns =
    numbers === null ? 0 : numbers.values.byteLength + numbers.least.byteLength + numbers.greatest.byteLength;
  return words + columns;
}
