/**
 * Files of columns (docs/formats/lattice-index.md): a directory in JSON, then the columns as they stand in memory, one hash over all. They are read
 * in the time of the hash: columns are views of the file.
 */
import { z } from "zod";
import { type Fault, fault } from "./fault.ts";
import type { Sha256 } from "./journal.ts";

const SIZE_AT = 8;
const HASH_AT = 16;
const BODY_AT = 48;
const ALIGNMENT = 8;

/** Where a column begins, and how many elements it has. */
export const Reference = z.tuple([z.int().min(0), z.int().min(0)]);
export type Reference = z.infer<typeof Reference>;
type Column = Uint8Array | Uint16Array | Int16Array | Uint32Array | Float64Array;

const aligned = (at: number): number => Math.ceil(at / ALIGNMENT) * ALIGNMENT;

/** Columns to be written, with the references that others hold to them. */
export class ColumnList {
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

/** @param magic eight characters. @param directory holds the references of `columns`; its `size` is set here. */
export function writeColumnFile(
  magic: string,
  directory: { size: number },
  columns: ColumnList,
  sha256: Sha256,
): Uint8Array {
  // Offsets have as many digits as they have: the directory is laid out for the size that it ends up with.
  let room = 0;
  for (let size = -1; size !== room; ) {
    size = room;
    columns.place(aligned(BODY_AT + room));
    directory.size = columns.end;
    room = new TextEncoder().encode(JSON.stringify(directory)).length;
  }
  const bytes = new Uint8Array(directory.size);
  bytes.set(new TextEncoder().encode(magic));
  new DataView(bytes.buffer).setUint32(SIZE_AT, room, true);
  bytes.set(new TextEncoder().encode(JSON.stringify(directory)), BODY_AT);
  columns.write(bytes);
  bytes.set(sha256(bytes.subarray(BODY_AT)), HASH_AT);
  return bytes;
}

export const unreadable = (why: string): Fault => fault("index-unreadable", why);

/** Calls `make` with the directory and the columns, which are views of `bytes` that nobody may change afterwards. Faults: `index-unreadable`. */
export function readColumnFile<D extends { readonly size: number }, T>(
  magic: string,
  bytes: Uint8Array,
  sha256: Sha256,
  shape: z.ZodType<D>,
  make: (directory: D, columns: Columns) => T,
): T | Fault {
  const known = new TextEncoder().encode(magic);
  if (bytes.length < BODY_AT || known.some((byte, i) => bytes[i] !== byte)) return unreadable("It is no such file.");
  const hash = sha256(bytes.subarray(BODY_AT));
  if (hash.some((byte, i) => bytes[HASH_AT + i] !== byte))
    return unreadable("Its hash does not fit: it is torn or changed.");
  const directory = readDirectory(bytes, shape);
  if (directory === null || directory.size !== bytes.length) return unreadable("Its directory is malformed.");
  try {
    return make(directory, new Columns(bytes));
  } catch (error) {
    if (error instanceof RangeError) return unreadable(`Its columns are malformed: ${error.message}.`);
    throw error;
  }
}

function readDirectory<D>(bytes: Uint8Array, shape: z.ZodType<D>): D | null {
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(SIZE_AT, true);
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(BODY_AT, BODY_AT + size));
    return shape.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** Columns of a file by their references. All throw RangeError where one leaves the file, or has another length than `length`. */
export class Columns {
  readonly #bytes: Uint8Array;

  constructor(file: Uint8Array) {
    // Views of 8-byte numbers want their place aligned.
    this.#bytes = file.byteOffset % ALIGNMENT === 0 ? file : file.slice();
  }

  floats(at: Reference, length: number): Float64Array {
    return new Float64Array(this.#bytes.buffer, this.#within(at, 8), expect(at, length));
  }
  integers(at: Reference, length: number): Uint32Array {
    return new Uint32Array(this.#bytes.buffer, this.#within(at, 4), expect(at, length));
  }
  shorts(at: Reference, length: number): Int16Array {
    return new Int16Array(this.#bytes.buffer, this.#within(at, 2), expect(at, length));
  }
  bytes(at: Reference): Uint8Array {
    return new Uint8Array(this.#bytes.buffer, this.#within(at, 1), at[1]);
  }

  #within([offset, length]: Reference, element_bytes: number): number {
    if (offset + length * element_bytes > this.#bytes.length) throw new RangeError("a column leaves the file");
    return this.#bytes.byteOffset + offset;
  }
}

function expect([, length]: Reference, wanted: number): number {
  if (length !== wanted) throw new RangeError(`a column has ${length} elements where ${wanted} are due`);
  return length;
}
