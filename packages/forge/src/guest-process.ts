/** One worker thread that runs one program, seen from the host. It is started early, claimed once, and ended always. */
import { Worker } from "node:worker_threads";
import { ChannelReader, newChannel, type OutputStream } from "./guest-channel.ts";
import type { GuestEnd, GuestOrder, GuestSetup, GuestWord } from "./guest-protocol.ts";

/** Of V8 itself; the guest's memory is WebAssembly memory and has its own cap. */
const WORKER_HEAP_MB = 96;
const WORKER_YOUNG_MB = 8;
/** QuickJS and CPython recurse on this stack. */
const WORKER_STACK_MB = 4;

export interface GuestListener {
  /** Something waits in the channel. */
  wake(): void;
  word(word: Extract<GuestWord, { kind: "limit" | "violation" }>): void;
  /** Called once, whatever happens to the worker. */
  end(end: GuestEnd): void;
}

export class GuestProcess {
  readonly memory_pages: number;
  readonly ready: Promise<void>;
  readonly #worker: Worker;
  readonly #channel: ChannelReader;
  #listener: GuestListener | null = null;
  #ended: GuestEnd | null = null;
  #stopping: Promise<void> | null = null;

  constructor(entry: URL, module: WebAssembly.Module, memory_pages: number) {
    this.memory_pages = memory_pages;
    const channel = newChannel();
    this.#channel = new ChannelReader(channel);
    const setup: GuestSetup = { channel, module, memory_pages };
    this.#worker = new Worker(entry, {
      workerData: setup,
      // Nothing of the host reaches the thread: no environment, no arguments, no streams, no loader flags.
      env: {},
      argv: [],
      execArgv: ["--no-warnings"],
      stdin: false,
      stdout: true,
      stderr: true,
      resourceLimits: {
        maxOldGenerationSizeMb: WORKER_HEAP_MB,
        maxYoungGenerationSizeMb: WORKER_YOUNG_MB,
        stackSizeMb: WORKER_STACK_MB,
      },
    });
    this.ready = new Promise((ready, failed) => {
      this.#worker.on("message", (word: GuestWord) => (word.kind === "ready" ? ready() : this.#take(word)));
      this.#worker.on("error", (fault: Error & { code?: string }) => {
        failed(fault);
        const oom = fault.code === "ERR_WORKER_OUT_OF_MEMORY";
        this.#end(oom ? "oom" : "crashed", oom ? "the worker ran out of memory" : `the worker broke: ${fault.message}`);
      });
      this.#worker.on("exit", () => {
        failed(new Error("the worker ended before it was ready"));
        this.#end("crashed", "the worker ended by itself");
      });
    });
    this.ready.catch(() => {});
    // A worker that waits for work must not keep the process alive.
    this.#worker.unref();
  }

  /** Hands the order over; from here on the process stays alive until the end. */
  claim(order: GuestOrder, listener: GuestListener): void {
    this.#listener = listener;
    this.#worker.ref();
    if (this.#ended) {
      listener.end(this.#ended);
      return;
    }
    this.#worker.postMessage(order);
    this.#channel.claim();
  }

  get alive(): boolean {
    return this.#ended === null && this.#stopping === null;
  }

  get peak_bytes(): number {
    return this.#channel.peak_bytes;
  }

  drain(): { stream: OutputStream; bytes: Uint8Array }[] {
    return this.#channel.drain();
  }

  /** @returns false when there is something to drain already. */
  sleep(): boolean {
    return this.#channel.sleep();
  }

  /** Ends the thread. Resolves when it is gone; what it printed can still be drained. */
  stop(): Promise<void> {
    this.#stopping ??= this.#worker.terminate().then(() => {});
    return this.#stopping;
  }

  #take(word: GuestWord): void {
    if (word.kind === "wake") this.#listener?.wake();
    else if (word.kind === "end") this.#finish(word);
    else if (word.kind !== "ready") this.#listener?.word(word);
  }

  #end(status: GuestEnd["status"], why: string): void {
    if (this.#stopping === null) this.#finish({ kind: "end", status, why, exit_code: null, files: null });
  }

  #finish(end: GuestEnd): void {
    if (this.#ended) return;
    this.#ended = end;
    this.#listener?.end(end);
  }
}
