/** A journal file in memory that can lose power: what was not synced may be there in part, or as zeros. */
import type { JournalFile } from "../src/journal.ts";
import { chance } from "./city.ts";

/** Turns of the event loop's queue that a sync takes: long enough for a power failure in the middle. */
const SYNC_TURNS = 4;

export class SimFile implements JournalFile {
  #bytes: Uint8Array = new Uint8Array(4096);
  #size_bytes = 0;
  #pending: Uint8Array | null = null;
  #fails = false;
  /** Called before bytes become durable; throw to lose power there. */
  beforeSync: () => void = () => undefined;

  read(): Promise<Uint8Array> {
    return Promise.resolve(this.#durable().slice());
  }
  async append(bytes: Uint8Array): Promise<void> {
    if (this.#fails) throw new Error("no power");
    this.#pending = bytes.slice();
    for (let turn = 0; turn < SYNC_TURNS; turn++) await null;
    this.beforeSync();
    if (this.#fails) throw new Error("no power");
    this.#write(this.#pending);
    this.#pending = null;
  }

  #durable(): Uint8Array {
    return this.#bytes.subarray(0, this.#size_bytes);
  }

  #write(bytes: Uint8Array): void {
    if (this.#size_bytes + bytes.length > this.#bytes.length) {
      const larger = new Uint8Array(2 * (this.#size_bytes + bytes.length));
      larger.set(this.#durable());
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#size_bytes);
    this.#size_bytes += bytes.length;
  }

  truncate(size_bytes: number): Promise<void> {
    this.#size_bytes = Math.min(size_bytes, this.#size_bytes);
    return Promise.resolve();
  }
  close(): Promise<void> {
    return Promise.resolve();
  }

  /** What a disk may hold after the power failed now: part of the pending write, all of it, or its length in zeros. */
  crash(seed: number): SimFile {
    const random = chance(seed);
    this.#fails = true;
    const after = new SimFile();
    const pending = this.#pending ?? new Uint8Array();
    const kept = pending.slice(0, Math.floor(random() * (pending.length + 1)));
    const zeros = new Uint8Array(random() < 0.3 ? pending.length - kept.length : 0);
    for (const bytes of [this.#durable(), kept, zeros]) after.#write(bytes);
    return after;
  }

  /** Turns one bit of what is durable. */
  damage(offset: number, bit: number): void {
    this.#bytes[offset]! ^= 1 << bit;
  }
  get size_bytes(): number {
    return this.#size_bytes;
  }
}
