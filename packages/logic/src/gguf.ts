/**
 * GGUF, the file of weights (ggml-org/ggml, docs/gguf.md, version 2 and 3, little-endian): header, metadata, tensor table, data.
 * The reader takes the file's bytes as they lie and copies nothing: a tensor is a view. Every field of a hostile file
 * is checked before it is used, so a lying header costs a typed error, never memory or time.
 */

/** Ids are the format's own (ggml.h, enum ggml_type). Blocks hold `block` values in `bytes` bytes. */
export const TENSOR_TYPES = {
  0: { name: "F32", block: 1, bytes: 4 },
  1: { name: "F16", block: 1, bytes: 2 },
  8: { name: "Q8_0", block: 32, bytes: 34 },
} as const;
export type TensorType = (typeof TENSOR_TYPES)[keyof typeof TENSOR_TYPES]["name"];

export const GGUF_MAX_ENTRIES = 4096;
export const GGUF_MAX_TENSORS = 65_536;
export const GGUF_MAX_STRING_BYTES = 1 << 20;
export const GGUF_MAX_ARRAY_ITEMS = 1 << 24;
export const GGUF_MAX_DIMENSIONS = 4;
export const GGUF_MAX_ARRAY_DEPTH = 2;
const MAGIC = 0x46554747; // "GGUF"
const DEFAULT_ALIGNMENT = 32;

export type GgufValue = number | bigint | boolean | string | readonly GgufValue[] | NumberArray;
/** Long arrays of numbers stay typed arrays. */
export type NumberArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

export interface Tensor {
  readonly name: string;
  /** Innermost first: a matrix of `rows` × `columns` is `[columns, rows]`. */
  readonly shape: readonly number[];
  readonly type: TensorType;
  /** The encoded values, a view of the file. */
  readonly data: Uint8Array;
}

export interface Gguf {
  readonly version: number;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** The file is not what it says. `offset` is the byte where that was noticed. */
export class GgufError extends Error {
  readonly offset: number;
  constructor(what: string, offset: number) {
    super(`GGUF: ${what} (at byte ${offset})`);
    this.name = "GgufError";
    this.offset = offset;
  }
}

/** @throws GgufError on anything that is not a whole, consistent GGUF file. */
export function readGguf(file: Uint8Array): Gguf {
  const { cursor, version, tensorCount, metadata } = readHeader(file);
  const rows = Array.from({ length: tensorCount }, () => readTensorRow(cursor));
  return { version, metadata, tensors: placeTensors(cursor, rows, alignmentOf(cursor, metadata)) };
}

/** Of a file whose tensors may be of types that are not read here, or are not all there. @throws GgufError. */
export const readGgufMetadata = (file: Uint8Array): Gguf["metadata"] => readHeader(file).metadata;

function readHeader(file: Uint8Array) {
  const cursor = new Cursor(file);
  if (cursor.u32("the magic") !== MAGIC) cursor.fail('the file does not begin with "GGUF"', 0);
  const version = cursor.u32("the version");
  if (version !== 2 && version !== 3) cursor.fail(`version ${version}; versions 2 and 3 are read`, 4);
  const tensorCount = cursor.count("tensors", GGUF_MAX_TENSORS);
  const entryCount = cursor.count("metadata entries", GGUF_MAX_ENTRIES);
  return { cursor, version, tensorCount, metadata: readMetadata(cursor, entryCount) };
}

function readMetadata(cursor: Cursor, count: number): Map<string, GgufValue> {
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < count; i++) {
    const at = cursor.offset;
    const key = cursor.text("a metadata key");
    if (key === "" || metadata.has(key)) cursor.fail(`metadata key ${JSON.stringify(key)} is empty or given twice`, at);
    metadata.set(key, readValue(cursor, cursor.u32("a value type"), 0));
  }
  return metadata;
}

function readValue(cursor: Cursor, type: number, depth: number): GgufValue {
  if (type === 8) return cursor.text("a string value");
  if (type === 9) return readArray(cursor, depth);
  const scalar = SCALARS[type];
  if (scalar === undefined) return cursor.fail(`unknown value type ${type}`, cursor.offset - 4);
  return scalar.read(cursor.take(scalar.bytes, "a value"), 0);
}

interface Scalar {
  readonly bytes: number;
  read(view: DataView, at: number): number | bigint | boolean;
  readonly array?: new (length: number) => NumberArray;
}

/** Value types by their number in the format. */
const SCALARS: Readonly<Record<number, Scalar>> = {
  0: { bytes: 1, read: (view, at) => view.getUint8(at), array: Uint8Array },
  1: { bytes: 1, read: (view, at) => view.getInt8(at), array: Int8Array },
  2: { bytes: 2, read: (view, at) => view.getUint16(at, true), array: Uint16Array },
  3: { bytes: 2, read: (view, at) => view.getInt16(at, true), array: Int16Array },
  4: { bytes: 4, read: (view, at) => view.getUint32(at, true), array: Uint32Array },
  5: { bytes: 4, read: (view, at) => view.getInt32(at, true), array: Int32Array },
  6: { bytes: 4, read: (view, at) => view.getFloat32(at, true), array: Float32Array },
  7: { bytes: 1, read: (view, at) => view.getUint8(at) !== 0 },
  10: { bytes: 8, read: (view, at) => view.getBigUint64(at, true), array: BigUint64Array },
  11: { bytes: 8, read: (view, at) => view.getBigInt64(at, true), array: BigInt64Array },
  12: { bytes: 8, read: (view, at) => view.getFloat64(at, true), array: Float64Array },
};

function readArray(cursor: Cursor, depth: number): GgufValue {
  const at = cursor.offset;
  if (depth >= GGUF_MAX_ARRAY_DEPTH) cursor.fail(`arrays nested deeper than ${GGUF_MAX_ARRAY_DEPTH}`, at);
  const type = cursor.u32("an array's item type");
  const count = cursor.count("array items", GGUF_MAX_ARRAY_ITEMS);
  const scalar = SCALARS[type];
  if (scalar === undefined) {
    // Each item takes at least its length field, so a lying count ends at the end of the file, not in memory.
    cursor.room(count * 8, "an array");
    return Array.from({ length: count }, () => readValue(cursor, type, depth + 1));
  }
  const view = cursor.take(count * scalar.bytes, "an array");
  return scalar.array === undefined
    ? Array.from({ length: count }, (_, i) => scalar.read(view, i * scalar.bytes))
    : fill(new scalar.array(count), scalar, view);
}

function fill(array: NumberArray, scalar: Scalar, view: DataView): NumberArray {
  for (let i = 0; i < array.length; i++) array[i] = scalar.read(view, i * scalar.bytes) as never;
  return array;
}

interface TensorRow extends Omit<Tensor, "data"> {
  readonly bytes: number;
  /** From the start of the data section. */
  readonly begin: number;
  readonly at: number;
}

function readTensorRow(cursor: Cursor): TensorRow {
  const at = cursor.offset;
  const name = cursor.text("a tensor's name");
  const dimensions = cursor.u32("a tensor's dimensions");
  if (dimensions < 1 || dimensions > GGUF_MAX_DIMENSIONS)
    cursor.fail(
      `tensor ${JSON.stringify(name)} has ${dimensions} dimensions; 1 to ${GGUF_MAX_DIMENSIONS} are read`,
      at,
    );
  const shape = Array.from({ length: dimensions }, () => cursor.count("values along a dimension", 2 ** 31));
  const id = cursor.u32("a tensor's type");
  const type = (TENSOR_TYPES as Record<number, (typeof TENSOR_TYPES)[0 | 1 | 8] | undefined>)[id];
  if (type === undefined)
    return cursor.fail(`tensor ${JSON.stringify(name)} has type ${id}; F32, F16 and Q8_0 are read`, at);
  const values = shape.reduce((product, length) => product * length, 1);
  if (values === 0 || shape[0]! % type.block !== 0 || !Number.isSafeInteger(values))
    cursor.fail(`tensor ${JSON.stringify(name)} has the shape ${shape.join("×")}, which ${type.name} cannot hold`, at);
  const begin = cursor.u64("a tensor's offset");
  return { name, shape, type: type.name, bytes: (values / type.block) * type.bytes, begin, at };
}

function alignmentOf(cursor: Cursor, metadata: ReadonlyMap<string, GgufValue>): number {
  const alignment = metadata.get("general.alignment") ?? DEFAULT_ALIGNMENT;
  const fits =
    typeof alignment === "number" && alignment >= 8 && alignment <= 65_536 && (alignment & (alignment - 1)) === 0;
  return fits
    ? alignment
    : cursor.fail(`general.alignment is ${String(alignment)}; a power of two from 8 on is needed`, 0);
}

function placeTensors(cursor: Cursor, rows: readonly TensorRow[], alignment: number): Map<string, Tensor> {
  const dataBegins = Math.ceil(cursor.offset / alignment) * alignment;
  const tensors = new Map<string, Tensor>();
  let end = 0;
  for (const { name, shape, type, bytes, begin, at } of [...rows].sort((a, b) => a.begin - b.begin)) {
    const named = JSON.stringify(name);
    if (tensors.has(name)) cursor.fail(`tensor ${named} is listed twice`, at);
    if (begin % alignment !== 0)
      cursor.fail(`tensor ${named} begins at ${begin}, off the alignment of ${alignment}`, at);
    if (begin < end) cursor.fail(`tensor ${named} overlaps the one before it`, at);
    end = begin + bytes;
    tensors.set(name, { name, shape, type, data: cursor.slice(dataBegins + begin, bytes, `tensor ${named}`) });
  }
  return tensors;
}

/** Reads forward through the file and never past its end. */
class Cursor {
  offset = 0;
  readonly #file: Uint8Array;
  readonly #view: DataView;

  constructor(file: Uint8Array) {
    this.#file = file;
    this.#view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  }

  fail(what: string, offset: number): never {
    throw new GgufError(what, offset);
  }

  room(bytes: number, what: string): void {
    if (bytes > this.#file.length - this.offset) this.fail(`the file ends inside ${what}`, this.offset);
  }

  take(bytes: number, what: string): DataView {
    this.room(bytes, what);
    const view = new DataView(this.#view.buffer, this.#view.byteOffset + this.offset, bytes);
    this.offset += bytes;
    return view;
  }

  u32(what: string): number {
    return this.take(4, what).getUint32(0, true);
  }

  u64(what: string): number {
    const value = this.take(8, what).getBigUint64(0, true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) this.fail(`${what} is ${value}, beyond any file`, this.offset - 8);
    return Number(value);
  }

  count(what: string, limit: number): number {
    const value = this.u64(`the number of ${what}`);
    if (value > limit) this.fail(`${value} ${what}; the limit is ${limit}`, this.offset - 8);
    return value;
  }

  text(what: string): string {
    const length = this.u64(`the length of ${what}`);
    if (length > GGUF_MAX_STRING_BYTES)
      this.fail(`${what} of ${length} bytes; the limit is ${GGUF_MAX_STRING_BYTES}`, this.offset - 8);
    const bytes = this.take(length, what);
    // Token strings of byte-level vocabularies need not be whole UTF-8; others are, and damage shows as U+FFFD.
    return decoder.decode(bytes);
  }

  slice(begin: number, bytes: number, what: string): Uint8Array {
    if (begin + bytes > this.#file.length) this.fail(`the file ends inside ${what}`, this.#file.length);
    return this.#file.subarray(begin, begin + bytes);
  }
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
