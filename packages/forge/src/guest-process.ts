/** One guest thread that runs one program, seen from the host. It is started early, claimed once, and ended always. */
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { ChannelReader, newChannel, type OutputStream } from "./guest-channel.ts";
import { type GuestEnd, type GuestOrder, type GuestWord, SELF_TEST_SAYS } from "./guest-protocol.ts";
import type { GuestFate, Warden } from "./warden.ts";

export interface GuestListener {
  /** Something waits in the channel. */
  wake(): void;
  word(word: Extract<GuestWord, { kind: "limit" | "violation" }>): void;
  /** Called once, whatever happens to the thread. */
  end(end: GuestEnd): void;
}

export class GuestProcess {
  /** Booted, and its self-test printed what it should. */
  readonly ready: Promise<void>;
  readonly #warden: Warden;
  readonly #id: number;
  readonly #port: MessagePort;
  readonly #channel: ChannelReader;
  readonly #gone = Promise.withResolvers<void>();
  readonly #booted = Promise.withResolvers<void>();
  #listener: GuestListener | null = null;
  #ended: GuestEnd | null = null;
  #held = false;
  #is: "starting" | "waiting" | "running" | "stopping" | "gone" = "starting";

  constructor(warden: Warden, entry: URL, module: WebAssembly.Module, memory_pages: number) {
    this.#warden = warden;
    const channel = newChannel();
    this.#channel = new ChannelReader(channel);
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.ready = this.#booted.promise;
    this.ready.catch(() => {});
    port1.on("message", (word: GuestWord) => this.#take(word));
    // A guest that waits for work must not keep the process alive.
    port1.unref();
    this.#id = warden.start(entry, { channel, module, memory_pages, port: port2 }, (fate) => this.#bury(fate));
  }

  get alive(): boolean {
    return this.#is === "waiting";
  }

  get peak_bytes(): number {
    return this.#channel.peak_bytes;
  }

  /** Hands the order over. From here on the process stays alive until the end. */
  claim(order: GuestOrder, listener: GuestListener): void {
    this.#listener = listener;
    if (this.#ended) {
      listener.end(this.#ended);
      return;
    }
    this.#is = "running";
    // Not the port: it closes with the guest's thread, before the warden's word about that end is here.
    this.#warden.hold();
    this.#held = true;
    this.#warden.watch(this.#id, order.limits.wall_ms);
    this.#port.postMessage(order);
    this.#channel.claim();
  }

  drain(): { stream: OutputStream; bytes: Uint8Array }[] {
    return this.#channel.drain();
  }

  /** @returns false when there is something to drain already. */
  sleep(): boolean {
    return this.#channel.sleep();
  }

  /** Ends the thread. Resolves when it is gone; what it printed can still be drained. */
  async stop(): Promise<void> {
    if (this.#is === "gone") return;
    if (this.#is !== "stopping") this.#warden.stop(this.#id);
    this.#is = "stopping";
    this.#warden.hold();
    await this.#gone.promise;
    this.#warden.release();
  }

  #take(word: GuestWord): void {
    if (word.kind === "wake") this.#listener?.wake();
    else if (word.kind === "end") this.#finish(word);
    else if (word.kind !== "ready") this.#listener?.word(word);
    else if (this.#is === "starting") this.#boot(word.says);
  }

  #boot(says: string): void {
    if (says !== SELF_TEST_SAYS)
      this.#booted.reject(new Error(`the interpreter's self-test printed ${JSON.stringify(says)}`));
    else {
      this.#is = "waiting";
      this.#booted.resolve();
    }
  }

  #bury(fate: GuestFate): void {
    this.#is = "gone";
    this.#booted.reject(new Error(`the interpreter did not start: ${fate.why}`));
    // What it said before its end is in the port still, and counts.
    setImmediate(() => {
      this.#finish(endOf(fate));
      this.#port.close();
      this.#gone.resolve();
    });
  }

  #finish(end: GuestEnd): void {
    if (this.#ended) return;
    this.#ended = end;
    if (this.#held) this.#warden.release();
    this.#held = false;
    this.#listener?.end(end);
  }
}

function endOf({ how, why, ran_ms }: GuestFate): GuestEnd {
  const end = { kind: "end", exit_code: null, files: null, took_ms: ran_ms } as const;
  if (how === "timeout") return { ...end, status: "timeout", why: `the program ran past its wall time limit` };
  if (how === "stopped") return { ...end, status: "killed", why: "the run was stopped" };
  if (how === "oom") return { ...end, status: "oom", why: "the guest's thread ran out of memory" };
  return { ...end, status: "crashed", why: `the guest's thread broke: ${why}` };
}
