/** A journal file in memory that can lose power: what was not synced may be there in part, or as zeros. */
import type { JournalFile } from "../src/journal.ts";
import { chance } from "./city.ts";

export class SimFile implements JournalFile {
  #durable: Uint8Array = new Uint8Array();
  #pending: Uint8Array | null = null;
  #fails = false;
  /** Called before bytes become durable; throw to lose power there. */
  beforeSync: () => void = () => undefined;

  read(): Promise<Uint8Array> {
    return Promise.resolve(this.#durable.slice());
  }
  async append(bytes: Uint8Array): Promise<void> {
    if (this.#fails) throw new Error("no power");
    this.#pending = bytes.slice();
    await null;
    this.beforeSync();
    if (this.#fails) throw new Error("no power");
    this.#durable = joined(this.#durable, this.#pending);
    this.#pending = null;
  }
  truncate(size_bytes: number): Promise<void> {
    this.#durable = this.#durable.slice(0, size_bytes);
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
    after.#durable = joined(joined(this.#durable, kept), zeros);
    return after;
  }

  /** Turns one bit of what is durable. */
  damage(offset: number, bit: number): void {
    this.#durable[offset]! ^= 1 << bit;
  }
  get size_bytes(): number {
    return this.#durable.length;
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}
