/** The clock that ends runs of the os rung: a thread that does nothing else, so a busy daemon moves no deadline. */
import { Worker } from "node:worker_threads";

export type DeadlineOrder =
  /**
   * Kills the process (and with it its pid namespace) after `wall_ms`, if it is still the one that started then; and as soon as
   * its tree is seen with more than `memory_bytes`, where that is not null.
   */
  | { kind: "watch"; id: number; pid: number; started: string; wall_ms: number; memory_bytes: number | null }
  | { kind: "settle"; id: number };

/** The answer to `settle`. */
export interface DeadlineWord {
  id: number;
  /** Milliseconds from `watch` to the kill; null when the process was not killed here. */
  killed_after_ms: number | null;
  killed_for: "time" | "memory" | null;
  /** The most that was seen of the tree's memory; 0 when it was not watched. */
  peak_bytes: number;
}

export class DeadlineWarden {
  #worker: Worker | null = null;
  #waiting = new Map<number, (word: DeadlineWord) => void>();
  #next = 1;

  /** @returns a function that ends the watch and says whether it struck. Call it once. */
  watch(
    pid: number,
    started: string,
    limits: { wall_ms: number; memory_bytes: number | null },
  ): () => Promise<DeadlineWord> {
    const id = this.#next++;
    this.#send({ kind: "watch", id, pid, started, ...limits });
    return () =>
      new Promise((done) => {
        this.#waiting.set(id, done);
        this.#worker?.ref();
        this.#send({ kind: "settle", id });
      });
  }

  /** Started before it is needed: a thread takes tens of milliseconds. */
  begin(): void {
    this.#worker ??= this.#make();
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
    this.#lost();
  }

  #send(order: DeadlineOrder): void {
    this.begin();
    this.#worker?.postMessage(order);
  }

  #make(): Worker {
    const worker = new Worker(new URL("./chamber-os-warden-worker.ts", import.meta.url), {
      env: {},
      execArgv: ["--no-warnings"],
    });
    worker.on("message", (word: DeadlineWord) => {
      this.#waiting.get(word.id)?.(word);
      this.#waiting.delete(word.id);
      if (this.#waiting.size === 0) worker.unref();
    });
    worker.on("error", () => this.#lost());
    worker.unref();
    return worker;
  }

  #lost(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const [id, done] of waiting) done({ id, killed_after_ms: null, killed_for: null, peak_bytes: 0 });
  }
}
