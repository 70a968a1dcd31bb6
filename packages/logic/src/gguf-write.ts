/** Writes what gguf.ts reads: GGUF version 3, little-endian, F32, F16 and Q8_0 tensors. */
import { TENSOR_TYPES, type TensorType } from "./gguf.ts";

const ALIGNMENT = 32;
const BLOCK = 32;
const INT8_MAX = 127;
/** Numbers of the format's value types (ggml-org/ggml, docs/gguf.md). */
const VALUE = { uint32: 4, int32: 5, float32: 6, boolean: 7, string: 8, array: 9 } as const;

/** A whole number is written as uint32 (int32 below zero), a boxed `{ float }` as float32; arrays hold one kind. */
export type GgufInput = number | boolean | string | { readonly float: number } | readonly string[] | readonly number[];

export interface TensorInput {
  readonly name: string;
  /** Innermost first, as in the file. */
  readonly shape: readonly number[];
  readonly type: TensorType;
  readonly values: Float32Array;
}

export function writeGguf(
  metadata: Readonly<Record<string, GgufInput>>,
  tensors: readonly TensorInput[],
): Uint8Array<ArrayBuffer> {
  const header = new Writer();
  header.u32(0x46554747);
  header.u32(3);
  header.u64(tensors.length);
  header.u64(Object.keys(metadata).length);
  for (const [key, value] of Object.entries(metadata)) {
    header.text(key);
    writeValue(header, value);
  }
  const data = tensors.map(encode);
  let begin = 0;
  for (const [i, { name, shape, type }] of tensors.entries()) {
    header.text(name);
    header.u32(shape.length);
    for (const length of shape) header.u64(length);
    header.u32(idOf(type));
    header.u64(begin);
    begin += aligned(data[i]!.length);
  }
  return joined(header.bytes(), data);
}

const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

const idOf = (type: TensorType): number =>
  Number(Object.entries(TENSOR_TYPES).find(([, { name }]) => name === type)![0]);

function joined(header: Uint8Array, data: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const total = data.reduce((sum, { length }) => sum + aligned(length), aligned(header.length));
  const file = new Uint8Array(total);
  file.set(header);
  let at = aligned(header.length);
  for (const tensor of data) {
    file.set(tensor, at);
    at += aligned(tensor.length);
  }
  return file;
}

function writeValue(out: Writer, value: GgufInput): void {
  if (Array.isArray(value)) {
    const items = value as readonly (string | number)[];
    const whole = items.every((item) => typeof item === "number" && Number.isInteger(item));
    const type = typeof items[0] === "string" ? VALUE.string : whole ? VALUE.int32 : VALUE.float32;
    out.u32(VALUE.array);
    out.u32(type);
    out.u64(items.length);
    for (const item of items) writeScalar(out, type, item);
    return;
  }
  const type = typeOf(value as Exclude<GgufInput, readonly unknown[]>);
  out.u32(type);
  writeScalar(out, type, typeof value === "object" ? (value as { float: number }).float : (value as number));
}

function typeOf(value: Exclude<GgufInput, readonly unknown[]>): number {
  if (typeof value === "string") return VALUE.string;
  if (typeof value === "boolean") return VALUE.boolean;
  if (typeof value === "object") return VALUE.float32;
  return value < 0 ? VALUE.int32 : VALUE.uint32;
}

function writeScalar(out: Writer, type: number, value: string | number | boolean): void {
  if (type === VALUE.string) out.text(value as string);
  else if (type === VALUE.boolean) out.u8(value ? 1 : 0);
  else if (type === VALUE.float32) out.f32(value as number);
  else out.u32(Number(value) >>> 0);
}

function encode({ type, values }: TensorInput): Uint8Array {
  if (type === "F32") return new Uint8Array(Float32Array.from(values).buffer);
  if (type === "F16") return new Uint8Array(Uint16Array.from(values, halfBits).buffer);
  return encodeQ8(values);
}

/** As ggml's reference: scale = greatest / 127, kept as f16. */
function encodeQ8(values: Float32Array): Uint8Array {
  const out = new Uint8Array((values.length / BLOCK) * (BLOCK + 2));
  const view = new DataView(out.buffer);
  for (let block = 0; block * BLOCK < values.length; block++) {
    const part = values.subarray(block * BLOCK, (block + 1) * BLOCK);
    const scale = part.reduce((greatest, value) => Math.max(greatest, Math.abs(value)), 0) / INT8_MAX;
    view.setUint16(block * (BLOCK + 2), halfBits(scale), true);
    for (const [i, value] of part.entries())
      view.setInt8(block * (BLOCK + 2) + 2 + i, scale === 0 ? 0 : Math.round(value / scale));
  }
  return out;
}

/** IEEE 754 binary16, ties to even; beyond 65,504 infinity. */
export function halfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= 65_520) return sign | 0x7c00;
  const exponent = Math.max(-14, Math.floor(Math.log2(size || Number.MIN_VALUE)));
  const steps = evenly(size / 2 ** (exponent - 10));
  // A subnormal has no hidden bit; a carry out of the fraction rightly moves into the exponent.
  return sign | (exponent === -14 && steps < 1024 ? steps : ((exponent + 15) << 10) + (steps - 1024));
}

function evenly(x: number): number {
  const down = Math.floor(x);
  const rest = x - down;
  return rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down;
}

class Writer {
  readonly #chunks: Uint8Array[] = [];

  #number(bytes: number, set: (view: DataView) => void): void {
    const view = new DataView(new ArrayBuffer(bytes));
    set(view);
    this.#chunks.push(new Uint8Array(view.buffer));
  }

  u8(value: number): void {
    this.#chunks.push(Uint8Array.of(value));
  }

  u32(value: number): void {
    this.#number(4, (view) => view.setUint32(0, value, true));
  }

  u64(value: number): void {
    this.#number(8, (view) => view.setBigUint64(0, BigInt(value), true));
  }

  f32(value: number): void {
    this.#number(4, (view) => view.setFloat32(0, value, true));
  }

  text(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.u64(bytes.length);
    this.#chunks.push(bytes);
  }

  bytes(): Uint8Array {
    const out = new Uint8Array(this.#chunks.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const chunk of this.#chunks) {
      out.set(chunk, at);
      at += chunk.length;
    }
    return out;
  }
}
