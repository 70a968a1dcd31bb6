/** Ids as one run of UTF-8: a JavaScript string each would weigh more than all the rest of an index. */

const decoder = new TextDecoder();
const encoder = new TextEncoder();
const ASCII_END = 0x80;
/** Bytes of an id that is put together here and not by the decoder. */
const SHORT = 12;

export class IdColumn {
  readonly bytes: Uint8Array;
  /** Where each id begins, and at last where the last one ends. */
  readonly starts: Uint32Array;

  constructor(bytes: Uint8Array, starts: Uint32Array) {
    this.bytes = bytes;
    this.starts = starts;
  }

  static of(ids: readonly string[]): IdColumn {
    const builder = new IdBuilder(ids.length);
    for (const id of ids) builder.add(id);
    return builder.finish();
  }

  get size_bytes(): number {
    return this.bytes.length + this.starts.byteLength;
  }

  at(position: number): string {
    const from = this.starts[position]!;
    const until = this.starts[position + 1]!;
    const short = until - from <= SHORT ? this.#short(from, until) : null;
    return short ?? decoder.decode(this.bytes.subarray(from, until));
  }

  /** The decoder takes longer to be called than a few letters take; null when not all are ASCII. */
  #short(from: number, until: number): string | null {
    const units: number[] = [];
    for (let i = from; i < until; i++) {
      if (this.bytes[i]! >= ASCII_END) return null;
      units.push(this.bytes[i]!);
    }
    return String.fromCharCode(...units);
  }
}

/** Takes ids one after another, from strings or from other columns. */
export class IdBuilder {
  readonly #starts: Uint32Array;
  #bytes: Uint8Array;
  #count = 0;
  #end = 0;

  /** @param bytes how many are expected; it grows when there are more. */
  constructor(count: number, bytes = count * 8 + 512) {
    this.#starts = new Uint32Array(count + 1);
    this.#bytes = new Uint8Array(bytes);
  }

  add(id: string): void {
    this.#makeRoom(id.length * 3);
    this.#end = this.#writeAscii(id) ?? this.#end + encoder.encodeInto(id, this.#bytes.subarray(this.#end)).written;
    this.#starts[++this.#count] = this.#end;
  }

  /** Where the id ends; null when it is not all ASCII. */
  #writeAscii(id: string): number | null {
    let end = this.#end;
    for (let i = 0; i < id.length; i++) {
      const unit = id.charCodeAt(i);
      if (unit >= ASCII_END) return null;
      this.#bytes[end++] = unit;
    }
    return end;
  }

  copy(from: IdColumn, position: number): void {
    const start = from.starts[position]!;
    const length = from.starts[position + 1]! - start;
    this.#makeRoom(length);
    for (let i = 0; i < length; i++) this.#bytes[this.#end + i] = from.bytes[start + i]!;
    this.#end += length;
    this.#starts[++this.#count] = this.#end;
  }

  #makeRoom(bytes: number): void {
    if (this.#end + bytes <= this.#bytes.length) return;
    const larger = new Uint8Array(this.#bytes.length * 2 + bytes);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }

  finish(): IdColumn {
    return new IdColumn(this.#bytes.slice(0, this.#end), this.#starts);
  }
}
