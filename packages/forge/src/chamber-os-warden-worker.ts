/** Thread entry: kills processes at their deadline, and trees that outgrow their memory where no control group holds them. */
import { parentPort } from "node:worker_threads";
import type { DeadlineOrder, DeadlineWord } from "./chamber-os-warden.ts";
import { killStarted } from "./process-start.ts";
import { treeBytes } from "./tree-memory.ts";

/** Between two looks at a tree's memory; longer where the looks themselves take long, so that they never take most of the time. */
const LOOK_EVERY_MS = 20;
const LOOK_PAUSE_FACTOR = 3;

type WatchOrder = Extract<DeadlineOrder, { kind: "watch" }>;

class Watch {
  readonly #order: WatchOrder;
  readonly #begun_ms = performance.now();
  readonly #deadline: NodeJS.Timeout;
  #look: NodeJS.Timeout | null = null;
  #killed: Pick<DeadlineWord, "killed_after_ms" | "killed_for"> = { killed_after_ms: null, killed_for: null };
  #peak_bytes = 0;

  constructor(order: WatchOrder) {
    this.#order = order;
    this.#deadline = setTimeout(() => this.#kill("time"), order.wall_ms);
    // At once: a short program is over before the second look.
    if (order.memory_bytes !== null) this.#lookAt(order.memory_bytes);
  }

  end(): Omit<DeadlineWord, "id"> {
    clearTimeout(this.#deadline);
    if (this.#look !== null) clearTimeout(this.#look);
    return { ...this.#killed, peak_bytes: this.#peak_bytes };
  }

  #lookAt(cap_bytes: number): void {
    const begun_ms = performance.now();
    const bytes = treeBytes(this.#order.pid, cap_bytes);
    this.#peak_bytes = Math.max(this.#peak_bytes, bytes);
    if (bytes > cap_bytes) {
      this.#kill("memory");
      return;
    }
    const pause_ms = Math.max(LOOK_EVERY_MS, LOOK_PAUSE_FACTOR * (performance.now() - begun_ms));
    this.#look = setTimeout(() => this.#lookAt(cap_bytes), pause_ms);
  }

  #kill(killed_for: "time" | "memory"): void {
    // A process that came to its end in time only waits for the daemon to look.
    if (killStarted(this.#order.pid, this.#order.started))
      this.#killed = { killed_after_ms: performance.now() - this.#begun_ms, killed_for };
  }
}

const NOTHING: Omit<DeadlineWord, "id"> = { killed_after_ms: null, killed_for: null, peak_bytes: 0 };

const port = parentPort!;
const watches = new Map<number, Watch>();

port.on("message", (order: DeadlineOrder) => {
  if (order.kind === "watch") {
    watches.set(order.id, new Watch(order));
    return;
  }
  const word = watches.get(order.id)?.end() ?? NOTHING;
  watches.delete(order.id);
  port.postMessage({ id: order.id, ...word } satisfies DeadlineWord);
});
