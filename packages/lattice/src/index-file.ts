/** An index as a file (docs/formats/lattice-index.md): written as it stands in memory, read without building anything but summaries and boxes. */
import { z } from "zod";
import { type AttributeTable, numberColumn, WordRow, withSummaries } from "./attribute.ts";
import { ColumnList, type Columns, Reference, readColumnFile, writeColumnFile } from "./column-file.ts";
import type { Fault } from "./fault.ts";
import { FindIndex } from "./find-index.ts";
import { IdColumn } from "./id-column.ts";
import type { Sha256 } from "./journal.ts";

const MAGIC = "AXLATX1\n";
export const MAX_STAMP_CHARACTERS = 1024;

const Row = z.number().int().min(0);
const Directory = z.strictObject({
  size: z.int(),
  count: z.int().min(0),
  stamp: z.string().max(MAX_STAMP_CHARACTERS),
  columns: z.strictObject({
    at: Reference,
    handles: Reference,
    byHandle: Reference,
    idBytes: Reference,
    idStarts: Reference,
  }),
  rows: z.array(
    z.union([
      z.strictObject({ count: z.int().min(0), listed: Reference }),
      z.strictObject({ count: z.int().min(0), words: Reference }),
    ]),
  ),
  tables: z.array(
    z.tuple([
      z.string(),
      z.strictObject({
        kinds: z.array(z.enum(["boolean", "word", "number", "set"])),
        known: Row,
        rows: z.array(z.tuple([z.union([z.string(), z.boolean()]), Row])),
        numbers: Reference.nullable(),
      }),
    ]),
  ),
});
type Directory = z.infer<typeof Directory>;
/** @param stamp says up to which change of the records the index goes; it comes back with the index. */
export function writeIndex(index: FindIndex, stamp: string, sha256: Sha256): Uint8Array {
  const columns = new ColumnList();
  return writeColumnFile(MAGIC, describe(index, stamp, columns), columns, sha256);
}

function describe(index: FindIndex, stamp: string, columns: ColumnList): Directory {
  const { at, handles, byHandle, ids, count } = index;
  const rows: Directory["rows"] = [];
  const numberOf = new Map<WordRow, number>();
  const rowNumber = (row: WordRow): number => {
    let number = numberOf.get(row);
    if (number === undefined) {
      const { kept } = row;
      const listed = kept instanceof Uint32Array;
      rows.push({ count: row.count, ...(listed ? { listed: columns.add(kept) } : { words: columns.add(kept.words) }) });
      number = rows.length - 1;
      numberOf.set(row, number);
    }
    return number;
  };
  const added = { at, handles, byHandle, idBytes: ids.bytes, idStarts: ids.starts };
  const references = Object.fromEntries(Object.entries(added).map(([name, column]) => [name, columns.add(column)]));
  const tables = [...index.tables].map(([key, table]): Directory["tables"][number] => [
    key,
    {
      kinds: [...table.kinds],
      known: rowNumber(table.known),
      rows: [...table.rows].map(([word, row]) => [word, rowNumber(row)]),
      numbers: table.numbers === null ? null : columns.add(table.numbers.values),
    },
  ]);
  return { size: 0, count, stamp, columns: references as Directory["columns"], rows, tables };
}

/** Columns are views of `bytes`, which nobody may change afterwards. Faults: `index-unreadable`. */
export const readIndex = (
  bytes: Uint8Array,
  sha256: Sha256,
): { readonly index: FindIndex; readonly stamp: string } | Fault =>
  readColumnFile(MAGIC, bytes, sha256, Directory, (directory, columns) => ({
    index: makeIndex(directory, columns),
    stamp: directory.stamp,
  }));

function makeIndex({ columns: at, count, rows: kept, tables: keys }: Directory, columns: Columns): FindIndex {
  const rows = kept.map((row) =>
    "listed" in row
      ? new WordRow(count, row.count, columns.integers(row.listed, row.count))
      : new WordRow(count, row.count, withSummaries(columns.integers(row.words, (count + 31) >>> 5))),
  );
  const tables = keys.map(([key, table]): [string, AttributeTable] => [
    key,
    {
      kinds: new Set(table.kinds),
      known: rowOf(rows, table.known),
      rows: new Map(table.rows.map(([word, row]) => [word, rowOf(rows, row)])),
      numbers: table.numbers === null ? null : numberColumn(columns.floats(table.numbers, count)),
    },
  ]);
  return new FindIndex({
    at: columns.floats(at.at, 3 * count),
    handles: columns.integers(at.handles, count),
    byHandle: columns.integers(at.byHandle, count),
    ids: new IdColumn(columns.bytes(at.idBytes), columns.integers(at.idStarts, count + 1)),
    tables: new Map(tables),
  });
}

function rowOf(rows: readonly WordRow[], number: number): WordRow {
  const row = rows[number];
  if (row === undefined) throw new RangeError(`there is no row ${number}`);
  return row;
}
