import { utf8 } from "./bytes.ts";
import type { Crypto } from "./crypto.ts";
import { KIND, putRecord, RECORD_HEADER_BYTES, type RecordKind } from "./ledger-record.ts";
import type { Refusal } from "./refusal.ts";

export type Answer = { index: number } | Refusal;

const FIRST_BYTES = 16 * 1024;

/** Entries that become durable together, already in the form in which they are written. */
export class Batch {
  bytes: Uint8Array;
  used = 0;
  entry_bytes = 0;
  /** Index of the first entry. */
  readonly first: number;
  readonly leaves: Uint8Array[] = [];
  /** Where each entry's record begins in `bytes`. */
  readonly offsets: number[] = [];
  readonly waiters: ((answer: Answer) => void)[] = [];

  /** `bytes`: the buffer of a batch that is done with, to be written over. */
  constructor(first: number, bytes: Uint8Array | null) {
    this.first = first;
    this.bytes = bytes ?? new Uint8Array(FIRST_BYTES);
  }

  /** The bytes are copied. */
  add(crypto: Crypto, entry: Uint8Array): void {
    const at = this.used;
    this.#put(KIND.entry, this.first + this.leaves.length, entry);
    this.entry_bytes += this.used - at;
    this.offsets.push(at);
    this.leaves.push(crypto.sha256(this.bytes.subarray(at + RECORD_HEADER_BYTES - 1, this.used)));
  }

  addCheckpoint(size: number, note: string): void {
    this.#put(KIND.checkpoint, size, utf8(note));
  }

  settle(answer: (index: number) => Answer): void {
    for (let i = 0; i < this.waiters.length; i++) this.waiters[i]!(answer(this.first + i));
  }

  #put(kind: RecordKind, number: number, body: Uint8Array): void {
    const need = this.used + RECORD_HEADER_BYTES + body.length;
    if (need > this.bytes.length) {
      const grown = new Uint8Array(Math.max(need, 2 * this.bytes.length));
      grown.set(this.bytes.subarray(0, this.used));
      this.bytes = grown;
    }
    this.used = putRecord(this.bytes, this.used, kind, number, body);
  }
}
