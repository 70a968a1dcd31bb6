/** An index as a file (docs/formats/lattice-index.md): written as it stands in memory, read without building anything but summaries and boxes. */
import { z } from "zod";
import { type AttributeTable, numberColumn, WordRow, withSummaries } from "./attribute.ts";
import { type Fault, fault } from "./fault.ts";
import { FindIndex } from "./find-index.ts";
import { IdColumn } from "./id-column.ts";
import type { Sha256 } from "./journal.ts";

const MAGIC = new TextEncoder().encode("AXLATX1\n");
const HASH_AT = 16;
const BODY_AT = 48;
const ALIGNMENT = 8;
export const MAX_STAMP_CHARACTERS = 1024;

const Reference = z.tuple([z.int().min(0), z.int().min(0)]);
type Reference = z.infer<typeof Reference>;
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
type Column = Uint8Array | Uint32Array | Float64Array;

/** @param stamp says up to which change of the records the index goes; it comes back with the index. */
export function writeIndex(index: FindIndex, stamp: string, sha256: Sha256): Uint8Array {
  const columns = new ColumnList();
  const directory = describe(index, stamp, columns);
  // Offsets have as many digits as they have: the directory is laid out for the size that it ends up with.
  let room = 0;
  for (let size = -1; size !== room; ) {
    size = room;
    columns.place(aligned(BODY_AT + room));
    directory.size = columns.end;
    room = new TextEncoder().encode(JSON.stringify(directory)).length;
  }
  const bytes = new Uint8Array(directory.size);
  bytes.set(MAGIC);
  new DataView(bytes.buffer).setUint32(8, room, true);
  bytes.set(new TextEncoder().encode(JSON.stringify(directory)), BODY_AT);
  columns.write(bytes);
  bytes.set(sha256(bytes.subarray(BODY_AT)), HASH_AT);
  return bytes;
}

const aligned = (at: number): number => Math.ceil(at / ALIGNMENT) * ALIGNMENT;

/** Columns to be written, with the references that others hold to them. */
class ColumnList {
  readonly #columns: { readonly column: Column; readonly reference: Reference }[] = [];
  end = 0;

  add(column: Column): Reference {
    const reference: Reference = [0, column.length];
    this.#columns.push({ column, reference });
    return reference;
  }

  place(at: number): void {
    this.end = at;
    for (const { column, reference } of this.#columns) {
      reference[0] = this.end;
      this.end = aligned(this.end + column.byteLength);
    }
  }

  write(bytes: Uint8Array): void {
    for (const { column, reference } of this.#columns)
      bytes.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), reference[0]);
  }
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
export function readIndex(
  bytes: Uint8Array,
  sha256: Sha256,
): { readonly index: FindIndex; readonly stamp: string } | Fault {
  if (bytes.length < BODY_AT || MAGIC.some((byte, i) => bytes[i] !== byte)) return unreadable("It is no index file.");
  const hash = sha256(bytes.subarray(BODY_AT));
  if (hash.some((byte, i) => bytes[HASH_AT + i] !== byte))
    return unreadable("Its hash does not fit: it is torn or changed.");
  const directory = readDirectory(bytes);
  if (directory === null || directory.size !== bytes.length) return unreadable("Its directory is malformed.");
  try {
    return { index: readColumns(directory, bytes), stamp: directory.stamp };
  } catch (error) {
    if (error instanceof RangeError) return unreadable(`Its columns are malformed: ${error.message}.`);
    throw error;
  }
}

const unreadable = (why: string): Fault => fault("index-unreadable", why);

function readDirectory(bytes: Uint8Array): Directory | null {
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true);
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(BODY_AT, BODY_AT + size));
    return Directory.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** @throws RangeError when a reference leaves the file or has another length than it must. */
function readColumns(directory: Directory, file: Uint8Array): FindIndex {
  const { columns, count } = directory;
  // Views of 8-byte numbers want their place aligned.
  const bytes = file.byteOffset % ALIGNMENT === 0 ? file : file.slice();
  const floats = (at: Reference, length: number): Float64Array =>
    new Float64Array(bytes.buffer, within(bytes, at, 8), expect(at, length));
  const integers = (at: Reference, length: number): Uint32Array =>
    new Uint32Array(bytes.buffer, within(bytes, at, 4), expect(at, length));
  const rows = directory.rows.map((row) =>
    "listed" in row
      ? new WordRow(count, row.count, integers(row.listed, row.count))
      : new WordRow(count, row.count, withSummaries(integers(row.words, (count + 31) >>> 5))),
  );
  const tables = directory.tables.map(([key, table]): [string, AttributeTable] => [
    key,
    {
      kinds: new Set(table.kinds),
      known: rowOf(rows, table.known),
      rows: new Map(table.rows.map(([word, row]) => [word, rowOf(rows, row)])),
      numbers: table.numbers === null ? null : numberColumn(floats(table.numbers, count)),
    },
  ]);
  const idBytes = new Uint8Array(bytes.buffer, within(bytes, columns.idBytes, 1), columns.idBytes[1]);
  return new FindIndex({
    at: floats(columns.at, 3 * count),
    handles: integers(columns.handles, count),
    byHandle: integers(columns.byHandle, count),
    ids: new IdColumn(idBytes, integers(columns.idStarts, count + 1)),
    tables: new Map(tables),
  });
}

function within(bytes: Uint8Array, [offset, length]: Reference, element_bytes: number): number {
  if (offset + length * element_bytes > bytes.length) throw new RangeError("a column leaves the file");
  return bytes.byteOffset + offset;
}

function expect([, length]: Reference, wanted: number): number {
  if (length !== wanted) throw new RangeError(`a column has ${length} elements where ${wanted} are due`);
  return length;
}

function rowOf(rows: readonly WordRow[], number: number): WordRow {
  const row = rows[number];
  if (row === undefined) throw new RangeError(`there is no row ${number}`);
  return row;
}
