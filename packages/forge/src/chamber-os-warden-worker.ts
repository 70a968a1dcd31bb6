/** Thread entry: kills processes at their deadline. */
import { parentPort } from "node:worker_threads";
import type { DeadlineOrder, DeadlineWord } from "./chamber-os-warden.ts";
import { killStarted } from "./process-start.ts";

interface Watch {
  timer: NodeJS.Timeout;
  killed_after_ms: number | null;
}

const port = parentPort!;
const watches = new Map<number, Watch>();

function watch({ id, pid, started, wall_ms }: Extract<DeadlineOrder, { kind: "watch" }>): void {
  const begun_ms = performance.now();
  const timer = setTimeout(() => {
    // A process that came to its end in time only waits for the daemon to look.
    if (killStarted(pid, started)) one.killed_after_ms = performance.now() - begun_ms;
  }, wall_ms);
  const one: Watch = { timer, killed_after_ms: null };
  watches.set(id, one);
}

port.on("message", (order: DeadlineOrder) => {
  if (order.kind === "watch") return watch(order);
  const one = watches.get(order.id);
  clearTimeout(one?.timer);
  watches.delete(order.id);
  port.postMessage({ id: order.id, killed_after_ms: one?.killed_after_ms ?? null } satisfies DeadlineWord);
});
