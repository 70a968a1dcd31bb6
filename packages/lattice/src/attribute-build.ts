/** Attribute tables from columns of records, and from tables of other indexes. Both give way between slices of their work. */
import { type AttributeKind, type AttributeTable, numberColumn, RowBuilder, type WordRow } from "./attribute.ts";
import type { AttributeColumn } from "./index-columns.ts";

/** Rows, or blocks of 32, that are worked on at a time. */
export const SLICE_ROWS = 32_768;
const SLICE_BLOCKS = SLICE_ROWS / 32;

type Word = string | boolean;

/** @param positions which position each row of the column has. */
export function* tableOfColumn(column: AttributeColumn, positions: Uint32Array): Generator<void, AttributeTable> {
  const { codes, words, numbers, members, kinds } = column;
  const count = positions.length;
  const most = countCodes(column);
  yield;
  const builders = words.map((_, i) => new RowBuilder(count, most[i + 1]!));
  const wordsAlone = numbers === null && members === null;
  // A flag that is only ever true is known exactly where it is true.
  const known = wordsAlone && words.length === 1 ? builders[0]! : new RowBuilder(count, most[0]!);
  for (let row = 0; row < count; row += SLICE_ROWS) {
    setCodes(codes, positions, row, Math.min(count, row + SLICE_ROWS), builders, known);
    yield;
  }
  const values = numbers === null ? null : setNumbers(numbers, positions, known);
  members?.rows.forEach((row, i) => {
    const code = members.codes[i]!;
    (code === 0 ? known : builders[code - 1]!).set(positions[row]!);
  });
  const finished = builders.map((builder) => builder.finish());
  return {
    kinds,
    rows: new Map(words.map((word, i) => [word, finished[i]!])),
    numbers: values === null ? null : numberColumn(values),
    known: known === builders[0] ? finished[0]! : known.finish(),
  };
}

/** By code, how many rows have it at most; under 0, of how many anything is known. */
function countCodes({ codes, words, numbers, members }: AttributeColumn): Uint32Array {
  const most = new Uint32Array(words.length + 1);
  for (let row = 0; row < codes.length; row++) most[codes[row]!]!++;
  most[0] = codes.length - most[0]!;
  if (numbers !== null) for (const value of numbers) if (!Number.isNaN(value)) most[0]!++;
  for (const code of members?.codes ?? []) most[code]!++;
  return most;
}

function setCodes(
  codes: ArrayLike<number>,
  positions: Uint32Array,
  from: number,
  until: number,
  builders: readonly RowBuilder[],
  known: RowBuilder,
): void {
  const apart = known !== builders[0];
  for (let row = from; row < until; row++) {
    const code = codes[row]!;
    if (code === 0) continue;
    builders[code - 1]!.set(positions[row]!);
    if (apart) known.set(positions[row]!);
  }
}

function setNumbers(numbers: Float64Array, positions: Uint32Array, known: RowBuilder): Float64Array {
  const values = new Float64Array(positions.length);
  for (let row = 0; row < positions.length; row++) {
    values[positions[row]!] = numbers[row]!;
    if (!Number.isNaN(numbers[row]!)) known.set(positions[row]!);
  }
  return values;
}

/** Where the positions of an older index went: `moved[first + position]`, or GONE. */
export interface Moved {
  readonly moved: Uint32Array;
  readonly first: number;
}
export const GONE = 0xffff_ffff;

type MovedRow = Moved & { readonly row: WordRow };
type MovedTable = Moved & { readonly table: AttributeTable };

/** One attribute of several indexes in one of `count` positions; null when nobody has it any more. */
export function* mergeTables(sources: readonly MovedTable[], count: number): Generator<void, AttributeTable | null> {
  const words = new Set(sources.flatMap(({ table }) => [...table.rows.keys()]));
  const rows = new Map<Word, WordRow>();
  const merged: { from: readonly MovedRow[]; row: WordRow }[] = [];
  for (const word of words) {
    const from = sources.flatMap(({ table, moved, first }) => {
      const row = table.rows.get(word);
      return row === undefined ? [] : [{ row, moved, first }];
    });
    const row = yield* mergeRows(from, count);
    if (row.count > 0) rows.set(word, row);
    merged.push({ from, row });
  }
  const known = sources.map(({ table, moved, first }) => ({ row: table.known, moved, first }));
  // A row that stands for a word and for what is known is merged once.
  const same = merged.find(
    ({ from }) => from.length === known.length && from.every(({ row }, i) => row === known[i]!.row),
  );
  const all = same?.row ?? (yield* mergeRows(known, count));
  if (all.count === 0) return null;
  const kinds = new Set<AttributeKind>(sources.flatMap(({ table }) => [...table.kinds]));
  const values = mergeNumbers(sources, count);
  return { kinds, rows, known: all, numbers: values === null ? null : numberColumn(values) };
}

function* mergeRows(from: readonly MovedRow[], count: number): Generator<void, WordRow> {
  const builder = new RowBuilder(
    count,
    from.reduce((sum, { row }) => sum + row.count, 0),
  );
  for (const { row, moved, first } of from) {
    const { kept } = row;
    if (kept instanceof Uint32Array) {
      for (const position of kept) move(builder, moved[first + position]!);
      continue;
    }
    for (let block = 0; block < kept.words.length; block += SLICE_BLOCKS) {
      moveBits(kept.words, block, Math.min(kept.words.length, block + SLICE_BLOCKS), moved, first, builder);
      yield;
    }
  }
  return builder.finish();
}

function moveBits(
  words: Uint32Array,
  from: number,
  until: number,
  moved: Uint32Array,
  first: number,
  builder: RowBuilder,
): void {
  for (let block = from; block < until; block++) {
    for (let bits = words[block]!; bits !== 0; bits &= bits - 1)
      move(builder, moved[first + (block << 5) + 31 - Math.clz32(bits & -bits)]!);
  }
}

function move(builder: RowBuilder, position: number): void {
  if (position !== GONE) builder.set(position);
}

function mergeNumbers(sources: readonly MovedTable[], count: number): Float64Array | null {
  if (sources.every(({ table }) => table.numbers === null)) return null;
  const values = new Float64Array(count).fill(Number.NaN);
  for (const { table, moved, first } of sources) {
    const old = table.numbers?.values ?? [];
    for (let i = 0; i < old.length; i++) if (moved[first + i]! !== GONE) values[moved[first + i]!] = old[i]!;
  }
  return values;
}
