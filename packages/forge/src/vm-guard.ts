/** Ends monitors at their deadline from a thread of its own, however busy the daemon is, and whatever the guest says. */
import { Worker } from "node:worker_threads";

/** The guest ends its program itself; the guard is for a guest that does not. */
export const GUARD_GRACE_MS = 400;

export type GuardWord = { kind: "watch"; pid: number; ms: number } | { kind: "leave"; pid: number };

export class Guard {
  #worker: Worker | null = null;

  watch(pid: number, wall_ms: number): void {
    this.#send({ kind: "watch", pid, ms: wall_ms + GUARD_GRACE_MS });
  }

  /** The run is over. */
  leave(pid: number): void {
    this.#send({ kind: "leave", pid });
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = null;
  }

  #send(word: GuardWord): void {
    this.#worker ??= this.#begin();
    this.#worker.postMessage(word);
  }

  #begin(): Worker {
    const worker = new Worker(new URL("./vm-guard-worker.ts", import.meta.url), {
      env: {},
      execArgv: ["--no-warnings"],
    });
    worker.unref();
    return worker;
  }
}
