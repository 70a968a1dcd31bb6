import { utf8 } from "./bytes.ts";
import type { Crypto } from "./crypto.ts";
import { KIND, putRecord, RECORD_HEADER_BYTES, type RecordKind } from "./ledger-record.ts";
import type { Refusal } from "./refusal.ts";

export type Answer = { index: number } | Refusal;

/** Entries that become durable together, already in the form in which they are written. */
export class Batch {
  bytes = new Uint8Array(16 * 1024);
  used = 0;
  entry_bytes = 0;
  readonly first: number;
  readonly leaves: Uint8Array[] = [];
  readonly offsets: number[] = [];
  readonly waiters: ((answer: Answer) => void)[] = [];

  constructor(first: number) {
    this.first = first;
  }

  add(crypto: Crypto, index: number, entry: Uint8Array): void {
    const at = this.used;
    this.#put(KIND.entry, index, entry);
    this.entry_bytes += this.used - at;
    this.offsets.push(at);
    this.leaves.push(crypto.sha256(this.bytes.subarray(at + RECORD_HEADER_BYTES - 1, this.used)));
  }

  addCheckpoint(size: number, note: string): void {
    this.#put(KIND.checkpoint, size, utf8(note));
  }

  settle(answer: (index: number) => Answer): void {
    for (const [i, wake] of this.waiters.entries()) wake(answer(this.first + i));
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
