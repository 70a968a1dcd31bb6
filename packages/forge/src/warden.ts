/** The daemon's end of the warden thread: guests are started, watched and ended over there. */
import { Worker } from "node:worker_threads";
import type { GuestSetup } from "./guest-protocol.ts";

export type WardenOrder =
  | { kind: "start"; id: number; entry: string; setup: GuestSetup }
  /** The guest is claimed now and may run for so long. */
  | { kind: "watch"; id: number; wall_ms: number }
  | { kind: "stop"; id: number };

/** How a guest thread ended. */
export interface GuestFate {
  id: number;
  how: "exit" | "timeout" | "stopped" | "broke" | "oom";
  why: string;
  /** Since the claim. */
  ran_ms: number;
}

export class Warden {
  #worker: Worker | null = null;
  #fates = new Map<number, (fate: GuestFate) => void>();
  #next = 1;
  #busy = 0;

  /** Starts a guest thread. `onGone` is called once, when the thread has ended. */
  start(entry: URL, setup: GuestSetup, onGone: (fate: GuestFate) => void): number {
    const id = this.#next++;
    this.#fates.set(id, onGone);
    this.#send({ kind: "start", id, entry: entry.href, setup }, [setup.port]);
    return id;
  }

  watch(id: number, wall_ms: number): void {
    this.#send({ kind: "watch", id, wall_ms });
  }

  stop(id: number): void {
    this.#send({ kind: "stop", id });
  }

  /** A run or an ending that somebody waits for keeps the process alive; waiting guests do not. */
  hold(): void {
    if (this.#busy++ === 0) this.#worker?.ref();
  }
  release(): void {
    if (--this.#busy === 0) this.#worker?.unref();
  }

  /** Ends the thread and every guest with it. */
  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    // Somebody waits for this end; the process must not be over before it.
    worker?.ref();
    await worker?.terminate();
    this.#lost("the chamber was closed");
  }

  #send(order: WardenOrder, transfer: readonly import("node:worker_threads").Transferable[] = []): void {
    this.#worker ??= this.#begin();
    this.#worker.postMessage(order, transfer);
  }

  #begin(): Worker {
    const worker = new Worker(new URL("./warden-worker.ts", import.meta.url), { env: {}, execArgv: ["--no-warnings"] });
    worker.on("message", (fate: GuestFate) => {
      this.#fates.get(fate.id)?.(fate);
      this.#fates.delete(fate.id);
    });
    // Its own fault, not a guest's: all guests are gone with it; the next start makes a new one.
    worker.on("error", (fault) => this.#lost(fault.message));
    worker.on("exit", () => {
      if (this.#worker === worker) this.#worker = null;
      this.#lost("the warden thread ended");
    });
    if (this.#busy === 0) worker.unref();
    return worker;
  }

  #lost(why: string): void {
    const fates = [...this.#fates];
    this.#fates.clear();
    for (const [id, gone] of fates) gone({ id, how: "broke", why, ran_ms: 0 });
  }
}
