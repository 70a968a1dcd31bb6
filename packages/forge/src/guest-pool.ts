/**
 * Interpreters that are booted ahead of time. Each is used once. The pool warms for the memory cap that was asked for
 * last, after a run and not during it, and a waiting interpreter burns no CPU.
 */
import { GuestProcess } from "./guest-process.ts";
import { Warden } from "./warden.ts";
import { PAGE_BYTES, type WasmSource } from "./wasm-module.ts";

/** An interpreter that is not booted by then never will be. */
export const BOOT_DEADLINE_MS = 30_000;

export class GuestPool {
  readonly #entry: URL;
  readonly #source: WasmSource;
  readonly #size: number;
  readonly #warden = new Warden();
  #memory_pages: number;
  #waiting: GuestProcess[] = [];
  #all = new Set<GuestProcess>();
  #filling: Promise<void> | null = null;
  #booting: { pages: number; asked: boolean; done: Promise<void> } | null = null;
  #closed = false;

  constructor(o: { entry: URL; source: WasmSource; size: number; memory_bytes: number }) {
    this.#entry = o.entry;
    this.#source = o.source;
    this.#size = o.size;
    this.#memory_pages = Math.floor(o.memory_bytes / PAGE_BYTES);
  }

  /** A booted interpreter with this cap: a waiting one, the one that is being booted, or a fresh one. */
  async take(memory_bytes: number): Promise<GuestProcess> {
    const pages = Math.floor(memory_bytes / PAGE_BYTES);
    if (pages !== this.#memory_pages) this.#turnTo(pages);
    // Somebody waits for it: the process must not end meanwhile.
    this.#warden.hold();
    try {
      return await this.#next(pages);
    } finally {
      this.#warden.release();
    }
  }

  /** Boots one interpreter for the next run, whatever the size of the pool. @throws Error when it does not boot. */
  async warm(): Promise<void> {
    const pages = this.#memory_pages;
    if (this.#waiting.some((guest) => guest.alive)) return;
    const guest = await this.take(pages * PAGE_BYTES);
    if (this.#closed || pages !== this.#memory_pages) await this.end(guest);
    else this.#waiting.unshift(guest);
  }

  /** Starts what is missing, one after the other. Failures show at the next take. */
  fill(): Promise<void> {
    this.#filling ??= this.#fill()
      .catch(() => {})
      .finally(() => {
        this.#filling = null;
      });
    return this.#filling;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  async end(guest: GuestProcess): Promise<void> {
    await guest.stop();
    this.#all.delete(guest);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#waiting = [];
    await this.#warden.close();
    await this.#filling;
  }

  async #next(pages: number): Promise<GuestProcess> {
    for (;;) {
      for (let guest = this.#waiting.shift(); guest; guest = this.#waiting.shift()) if (guest.alive) return guest;
      // One that is being booted is sooner there than another one begun now; it is for the first who asked.
      const booting = this.#booting;
      if (!booting || booting.asked || booting.pages !== pages) return this.#boot(pages);
      booting.asked = true;
      await booting.done;
    }
  }

  async #fill(): Promise<void> {
    while (!this.#closed && this.#waiting.length < this.#size) {
      const done = Promise.withResolvers<void>();
      const pages = this.#memory_pages;
      this.#booting = { pages, asked: false, done: done.promise };
      try {
        const guest = await this.#boot(pages);
        if (this.#closed || pages !== this.#memory_pages) await this.end(guest);
        else this.#waiting.push(guest);
      } finally {
        this.#booting = null;
        done.resolve();
      }
      // Whoever waited for it takes it before the next one is begun.
      await done.promise;
    }
  }

  async #boot(pages: number): Promise<GuestProcess> {
    const guest = await this.#start(pages);
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error("it did not boot in time")), BOOT_DEADLINE_MS).unref();
    try {
      await Promise.race([guest.ready, late.promise]);
      return guest;
    } catch (fault) {
      await this.end(guest);
      throw fault;
    } finally {
      clearTimeout(timer);
    }
  }

  #turnTo(pages: number): void {
    this.#memory_pages = pages;
    for (const guest of this.#waiting.splice(0)) void this.end(guest);
  }

  async #start(pages: number): Promise<GuestProcess> {
    const module = await this.#source.module(pages);
    if (this.#closed) throw new Error("the chamber is closed");
    const guest = new GuestProcess(this.#warden, this.#entry, module, pages);
    this.#all.add(guest);
    return guest;
  }
}
