/**
 * Memory as a value: what a sequence has read, in constant size. It can be saved, forked, compared and sealed.
 * Bytes are those of docs/formats/memory.md.
 */
import { halfToNumber } from "./dequantise.ts";
import { halfBits } from "./gguf-write.ts";
import { isLogicRefusal, type LogicRefusal, refuse } from "./refusal.ts";
import type { MambaShape } from "./weights.ts";

/** Float counts follow from it: SSM `inner · state` and conv `(kernel − 1) · channels` a layer. */
export type MemoryShape = Pick<MambaShape, "layers" | "inner" | "state" | "kernel" | "channels">;

export interface Memory {
  readonly shape: MemoryShape;
  /** Lower-case hex SHA-256 of the GGUF file it belongs to. */
  readonly weights: string;
  /**
   * f32, little-endian: the SSM state `[layer][inner][state]` (inner = head · headdim), then the last conv inputs
   * `[layer][kernel − 1][channels]`, oldest first. Never written to after the memory was made.
   */
  readonly bytes: Uint8Array;
  /** Lower-case hex SHA-256 of its f32 file's header; worked out when first asked for. */
  readonly hash: string;
}

/** 32 bytes. Handed in, because a browser, Node and a test have different ones. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

export const MEMORY_TYPES = ["f32", "f16", "int8-rows"] as const;
export type MemoryType = (typeof MEMORY_TYPES)[number];

export const MEMORY_HEADER_BYTES = 128;
export const MEMORY_MAX_BYTES = 1 << 30;
export const MEMORY_MAX_LAYERS = 1024;
export const MEMORY_MAX_DIMENSION = 1 << 20;
const MAGIC = new TextEncoder().encode("AXMEMORY");
const VERSION = 1;

interface Rows {
  readonly count: number;
  readonly length: number;
}

/** The rows of S, then those of X: the units of int8 scales. */
const rowsOf = ({ layers, inner, state, kernel, channels }: MemoryShape): readonly Rows[] => [
  { count: layers * inner, length: state },
  { count: layers * (kernel - 1), length: channels },
];

const valuesOf = (shape: MemoryShape): number =>
  rowsOf(shape).reduce((sum, { count, length }) => sum + count * length, 0);

/** Bytes of a memory's values in f32. */
export const memoryBytes = (shape: MemoryShape): number => 4 * valuesOf(shape);

/** @param bytes are kept, not copied, and must not change any more. @throws RangeError where their number is not the shape's: a fault of ours. */
export function makeMemory(shape: MemoryShape, weights: string, bytes: Uint8Array, sha256: Sha256): Memory {
  if (bytes.length !== memoryBytes(shape)) throw new RangeError(`${bytes.length} bytes do not fill the memory's shape`);
  const { layers, inner, state, kernel, channels } = shape;
  let hash: string | null = null;
  return Object.freeze({
    shape: Object.freeze({ layers, inner, state, kernel, channels }),
    weights,
    bytes,
    get hash(): string {
      hash ??= toHex(sha256(headerOf(this, "f32", digestOf(this, sha256))));
      return hash;
    },
  });
}

/** SHA-256 of a memory's values: two thirds of the work of sealing one, and its hash needs it too. */
const digests = new WeakMap<Memory, Uint8Array>();

function digestOf(memory: Memory, sha256: Sha256): Uint8Array {
  const digest = digests.get(memory) ?? sha256(memory.bytes);
  digests.set(memory, digest);
  return digest;
}

/** All zeros: the memory of a model that has read nothing. */
export const emptyMemory = (shape: MemoryShape, weights: string, sha256: Sha256): Memory =>
  makeMemory(shape, weights, new Uint8Array(memoryBytes(shape)), sha256);

/** The file. f16 and int8 rows lose precision: they are for initial states, which are shipped. */
export function writeMemory(memory: Memory, sha256: Sha256, type: MemoryType = "f32"): Uint8Array {
  const body = encodeBody(memory, type);
  const file = new Uint8Array(MEMORY_HEADER_BYTES + body.length);
  file.set(headerOf(memory, type, type === "f32" ? digestOf(memory, sha256) : sha256(body)));
  file.set(body, MEMORY_HEADER_BYTES);
  return file;
}

function headerOf(
  { shape, weights }: Pick<Memory, "shape" | "weights">,
  type: MemoryType,
  body: Uint8Array,
): Uint8Array {
  const header = new Uint8Array(MEMORY_HEADER_BYTES);
  header.set(MAGIC);
  const view = new DataView(header.buffer);
  const { layers, inner, state, kernel, channels } = shape;
  const words = [VERSION, MEMORY_TYPES.indexOf(type), layers, inner, state, kernel, channels];
  for (const [i, word] of words.entries()) view.setUint32(8 + 4 * i, word, true);
  header.set(fromHex(weights), 40);
  header.set(body, 72);
  return header;
}

/** Reads a memory file of any body type. Work and memory are bounded by the file's own length. */
export function readMemory(file: Uint8Array, sha256: Sha256): Memory | LogicRefusal {
  const header = readHeader(file);
  if (isLogicRefusal(header)) return header;
  const { shape, type } = header;
  const body = file.subarray(MEMORY_HEADER_BYTES);
  if (body.length !== bodyBytes(shape, type))
    return malformed(`the body has ${body.length} bytes; its header says ${bodyBytes(shape, type)}`);
  if (toHex(sha256(body)) !== toHex(file.subarray(72, 104)))
    return refuse("memory-altered", "The memory's body is not the one that its header names.");
  const bytes = decodeBody(body, shape, type);
  return isLogicRefusal(bytes) ? bytes : makeMemory(shape, toHex(file.subarray(40, 72)), bytes, sha256);
}

function readHeader(file: Uint8Array): { shape: MemoryShape; type: MemoryType } | LogicRefusal {
  if (file.length < MEMORY_HEADER_BYTES) return malformed(`${file.length} bytes are less than a header`);
  if (MAGIC.some((byte, i) => file[i] !== byte)) return malformed('the file does not begin with "AXMEMORY"');
  const view = new DataView(file.buffer, file.byteOffset, MEMORY_HEADER_BYTES);
  const word = (i: number) => view.getUint32(8 + 4 * i, true);
  if (word(0) !== VERSION) return malformed(`version ${word(0)}; version ${VERSION} is read`);
  const type = MEMORY_TYPES[word(1)];
  if (type === undefined) return malformed(`unknown body type ${word(1)}`);
  if (word(7) !== 0 || file.subarray(104, MEMORY_HEADER_BYTES).some((byte) => byte !== 0))
    return malformed("the header's spare bytes are not zero");
  const shape = { layers: word(2), inner: word(3), state: word(4), kernel: word(5), channels: word(6) };
  const fits =
    Object.values(shape).every((length) => length >= 1 && length <= MEMORY_MAX_DIMENSION) &&
    shape.layers <= MEMORY_MAX_LAYERS &&
    memoryBytes(shape) <= MEMORY_MAX_BYTES;
  return fits ? { shape, type } : malformed(`no memory has the shape ${Object.values(shape).join("×")}`);
}

const malformed = (what: string): LogicRefusal => refuse("memory-malformed", `Memory file: ${what}.`);

function bodyBytes(shape: MemoryShape, type: MemoryType): number {
  const values = valuesOf(shape);
  if (type === "f32") return 4 * values;
  if (type === "f16") return 2 * values;
  return values + 4 * rowsOf(shape).reduce((sum, { count }) => sum + count, 0);
}

function encodeBody(memory: Memory, type: MemoryType): Uint8Array {
  if (type === "f32") return memory.bytes;
  const from = viewOf(memory.bytes);
  const body = new Uint8Array(bodyBytes(memory.shape, type));
  const to = viewOf(body);
  if (type === "f16")
    for (let i = 0; i < body.length; i += 2) to.setUint16(i, halfBits(from.getFloat32(2 * i, true)), true);
  else eachRow(memory.shape, (row, begin, length, values) => encodeRow(from, to, row, begin, length, values));
  return body;
}

function decodeBody(body: Uint8Array, shape: MemoryShape, type: MemoryType): Uint8Array | LogicRefusal {
  const bytes = new Uint8Array(memoryBytes(shape));
  const from = viewOf(body);
  const to = viewOf(bytes);
  if (type === "f32") bytes.set(body);
  else if (type === "f16")
    for (let i = 0; i < body.length; i += 2) to.setFloat32(2 * i, halfToNumber(from.getUint16(i, true)), true);
  else eachRow(shape, (row, begin, length, values) => decodeRow(from, to, row, begin, length, values));
  for (let i = 0; i < bytes.length; i += 4)
    if (!Number.isFinite(to.getFloat32(i, true))) return malformed(`value ${i / 4} is not finite`);
  return bytes;
}

/** `values`: where the int8 values begin in the body. */
type RowVisit = (row: number, begin: number, length: number, values: number) => void;

function eachRow(shape: MemoryShape, visit: RowVisit): void {
  const rows = rowsOf(shape);
  const values = 4 * rows.reduce((sum, { count }) => sum + count, 0);
  let row = 0;
  let begin = 0;
  for (const { count, length } of rows)
    for (let i = 0; i < count; i++, row++, begin += length) visit(row, begin, length, values);
}

function encodeRow(from: DataView, to: DataView, row: number, begin: number, length: number, values: number): void {
  let largest = 0;
  for (let i = begin; i < begin + length; i++) largest = Math.max(largest, Math.abs(from.getFloat32(4 * i, true)));
  const scale = Math.fround(largest / 127);
  to.setFloat32(4 * row, scale, true);
  for (let i = begin; i < begin + length; i++)
    to.setInt8(values + i, scale === 0 ? 0 : clampToByte(roundToEven(from.getFloat32(4 * i, true) / scale)));
}

function decodeRow(from: DataView, to: DataView, row: number, begin: number, length: number, values: number): void {
  const scale = from.getFloat32(4 * row, true);
  // A negative scale is no scale; NaN is refused with all that is not finite.
  const factor = scale < 0 ? Number.NaN : scale;
  for (let i = begin; i < begin + length; i++) to.setFloat32(4 * i, factor * from.getInt8(values + i), true);
}

function roundToEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

const clampToByte = (x: number): number => Math.max(-127, Math.min(127, x));

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** @throws RangeError on anything but 64 lower-case hex digits: the name of weights is made by us. */
export function fromHex(hex: string): Uint8Array {
  if (!/^[0-9a-f]{64}$/.test(hex)) throw new RangeError(`no SHA-256 in hex: ${JSON.stringify(hex)}`);
  return Uint8Array.from({ length: 32 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

/** Null: `memory` fits an engine with these weights. */
export function checkMemory(memory: Memory, shape: MemoryShape, weights: string): LogicRefusal | null {
  if (memory.weights !== weights)
    return refuse(
      "memory-of-another-model",
      `The memory belongs to the weights ${memory.weights.slice(0, 16)}…, the engine has ${weights.slice(0, 16)}….`,
    );
  const same = (Object.keys(memory.shape) as (keyof MemoryShape)[]).every((key) => memory.shape[key] === shape[key]);
  return same ? null : refuse("memory-of-another-model", "The memory's shape is not that of the weights it names.");
}
