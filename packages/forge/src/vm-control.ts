/** The monitor's control channel: QEMU Machine Protocol (docs/interop/qmp-spec.rst of QEMU 7.2), one command at a time. */
import type { Duplex } from "node:stream";

/** A monitor that does not answer by then is as good as dead. */
export const CONTROL_TIMEOUT_MS = 10_000;
/** Of one line from the monitor. */
const LINE_MAX_BYTES = 1 << 20;

interface Waiting {
  resolve(value: unknown): void;
  reject(fault: Error): void;
}

export class ControlChannel {
  readonly #stream: Duplex;
  readonly #waiting: Waiting[] = [];
  readonly #listeners = new Set<(event: string) => void>();
  #text = "";
  #dead: Error | null = null;
  #greeted = Promise.withResolvers<void>();
  /** The monitor itself has spoken: it runs, and everything before it has done its part. */
  greeted = false;

  constructor(stream: Duplex) {
    this.#stream = stream;
    this.#greeted.promise.catch(() => {});
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => this.#take(text));
    stream.on("error", (fault: Error) => this.#die(fault));
    stream.on("close", () => this.#die(new Error("the monitor closed its control channel")));
  }

  /** Waits for the greeting and begins. @throws Error when the monitor ends or stays silent. */
  async open(): Promise<void> {
    await inTime(this.#greeted.promise, "the monitor did not greet");
    await this.command("qmp_capabilities");
  }

  /** @throws Error with the monitor's words. */
  command(execute: string, parameters?: Record<string, unknown>): Promise<unknown> {
    if (this.#dead) return Promise.reject(this.#dead);
    const answer = new Promise<unknown>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    this.#stream.write(`${JSON.stringify({ execute, ...(parameters && { arguments: parameters }) })}\n`);
    return inTime(answer, `the monitor did not answer ${execute}`);
  }

  /** Waits until a state-carrying command has done its work. @throws Error when it failed. */
  async migrated(): Promise<void> {
    const end_ms = performance.now() + CONTROL_TIMEOUT_MS;
    for (let wait_ms = 1; performance.now() < end_ms; wait_ms = Math.min(wait_ms * 2, 20)) {
      const { status } = (await this.command("query-migrate")) as { status?: string };
      if (status === "completed") return;
      if (status === "failed" || status === "cancelled") throw new Error(`the machine's state: ${status}`);
      await new Promise((done) => setTimeout(done, wait_ms));
    }
    throw new Error("the machine's state was not moved in time");
  }

  /** Resolves at the next event of that name. */
  event(name: string): Promise<void> {
    const seen = new Promise<void>((resolve) => {
      const listener = (event: string): void => {
        if (event !== name) return;
        this.#listeners.delete(listener);
        resolve();
      };
      this.#listeners.add(listener);
    });
    return inTime(seen, `the monitor did not say ${name}`);
  }

  #take(text: string): void {
    this.#text += text;
    if (this.#text.length > LINE_MAX_BYTES) this.#die(new Error("the monitor said too much"));
    for (let end = this.#text.indexOf("\n"); end >= 0; end = this.#text.indexOf("\n")) {
      const line = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 1);
      if (line.trim() !== "") this.#hear(JSON.parse(line) as Record<string, unknown>);
    }
  }

  #hear(word: Record<string, unknown>): void {
    if ("QMP" in word) {
      this.greeted = true;
      this.#greeted.resolve();
    } else if ("event" in word) for (const listener of [...this.#listeners]) listener(String(word.event));
    else if ("error" in word) this.#waiting.shift()?.reject(new Error((word.error as { desc: string }).desc));
    else if ("return" in word) this.#waiting.shift()?.resolve(word.return);
  }

  #die(fault: Error): void {
    this.#dead ??= fault;
    this.#greeted.reject(this.#dead);
    for (const { reject } of this.#waiting.splice(0)) reject(this.#dead);
  }
}

/** @throws Error saying `late` when the promise takes longer than a monitor may. */
export async function inTime<T>(promise: Promise<T>, late: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const alarm = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(late)), CONTROL_TIMEOUT_MS);
  });
  try {
    return await Promise.race([promise, alarm]);
  } finally {
    clearTimeout(timer);
  }
}
