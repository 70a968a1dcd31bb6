/**
 * Attributes of many capabilities, turned by 90°: one bit row for each (attribute, word), a column for each number.
 * Bit i of word b of a row belongs to position 32·b + i. Above each row stand two summaries in which one bit says that
 * 32 (then 1,024) of the words below are not all zero; most of the map is ruled out there, before any distance is taken.
 */
import type { AttributeValue } from "./capability.ts";

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
  readonly #positions: number;
  readonly #listed: Uint32Array | null;
  readonly #dense: BitRow | null;

  constructor(positions: number, count: number, kept: Uint32Array | BitRow) {
    this.#positions = positions;
    this.count = count;
    this.#listed = kept instanceof Uint32Array ? kept : null;
    this.#dense = kept instanceof Uint32Array ? null : kept;
  }

  get size_bytes(): number {
    return this.#dense === null ? this.#listed!.byteLength : rowBytes(this.#dense);
  }

  bits(spread: Map<WordRow, BitRow>): BitRow {
    if (this.#dense !== null) return this.#dense;
    let row = spread.get(this);
    if (row === undefined) {
      row = spreadOut(this.#listed!, this.#positions);
      if (spread.size >= SPREAD_ROWS_KEPT) spread.delete(spread.keys().next().value!);
      spread.set(this, row);
    }
    return row;
  }
}

function spreadOut(listed: ArrayLike<number>, positions: number): BitRow {
  const words = new Uint32Array(wordsFor(positions));
  for (let i = 0; i < listed.length; i++) words[listed[i]! >>> 5]! |= 1 << (listed[i]! & 31);
  return withSummaries(words);
}

function withSummaries(words: Uint32Array): BitRow {
  const blocks = summary(words);
  return { words, blocks, groups: summary(blocks) };
}

const rowBytes = ({ words, blocks, groups }: BitRow): number =>
  words.byteLength + blocks.byteLength + groups.byteLength;

export function tableBytes({ rows, known, numbers }: AttributeTable): number {
  const words = [...rows.values(), known].reduce((sum, row) => sum + row.size_bytes, 0);
  const columns =
    numbers === null ? 0 : numbers.values.byteLength + numbers.least.byteLength + numbers.greatest.byteLength;
  return words + columns;
}

/** Starts as a list and turns into bits when it is no longer sparse. Each position comes at most once. */
class WordRowBuilder {
  readonly #positions: number;
  #count = 0;
  #listed: number[] | null = [];
  #words: Uint32Array | null = null;

  constructor(positions: number) {
    this.#positions = positions;
  }

  set(position: number): void {
    this.#count++;
    if (this.#words !== null) this.#words[position >>> 5]! |= 1 << (position & 31);
    else this.#list(position);
  }

  #list(position: number): void {
    const listed = this.#listed!;
    listed.push(position);
    if (listed.length <= this.#positions * SPARSE_SHARE) return;
    this.#words = spreadOut(listed, this.#positions).words;
    this.#listed = null;
  }

  finish(): WordRow {
    const kept = this.#words === null ? Uint32Array.from(this.#listed!).sort() : withSummaries(this.#words);
    return new WordRow(this.#positions, this.#count, kept);
  }
}

function summary(words: Uint32Array): Uint32Array {
  const bits = new Uint32Array(wordsFor(words.length));
  for (let i = 0; i < words.length; i++) if (words[i] !== 0) bits[i >>> 5]! |= 1 << (i & 31);
  return bits;
}

function numberColumn(values: Float64Array): NumberColumn {
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
  /** Positions of which anything at all is known. */
  readonly known: WordRow;
}

interface Draft {
  readonly kinds: Set<AttributeKind>;
  readonly rows: Map<string | boolean, WordRowBuilder>;
  readonly known: WordRowBuilder;
  numbers: Float64Array | null;
}

/** Collects attributes, each (position, key) once; `finish` makes the tables. */
export class AttributeBuilder {
  readonly #positions: number;
  readonly #drafts = new Map<string, Draft>();

  constructor(positions: number) {
    this.#positions = positions;
  }

  add(position: number, key: string, value: AttributeValue): void {
    let draft = this.#drafts.get(key);
    if (draft === undefined) {
      draft = { kinds: new Set(), rows: new Map(), known: new WordRowBuilder(this.#positions), numbers: null };
      this.#drafts.set(key, draft);
    }
    draft.known.set(position);
    if (typeof value === "number") this.#number(draft, position, value);
    else if (typeof value === "boolean") this.#word(draft, position, value, "boolean");
    else if (typeof value === "string") this.#word(draft, position, value, "word");
    else for (const word of new Set(value)) this.#word(draft, position, word, "set");
  }

  #number(draft: Draft, position: number, value: number): void {
    draft.kinds.add("number");
    draft.numbers ??= new Float64Array(this.#positions).fill(Number.NaN);
    draft.numbers[position] = value;
  }

  #word(draft: Draft, position: number, word: string | boolean, kind: AttributeKind): void {
    draft.kinds.add(kind);
    let row = draft.rows.get(word);
    if (row === undefined) {
      row = new WordRowBuilder(this.#positions);
      draft.rows.set(word, row);
    }
    row.set(position);
  }

  finish(): ReadonlyMap<string, AttributeTable> {
    const tables = new Map<string, AttributeTable>();
    for (const [key, { kinds, rows, known, numbers }] of this.#drafts) {
      const finished = new Map([...rows].map(([word, row]) => [word, row.finish()] as const));
      const column = numbers === null ? null : numberColumn(numbers);
      tables.set(key, { kinds, rows: finished, numbers: column, known: known.finish() });
    }
    return tables;
  }
}
