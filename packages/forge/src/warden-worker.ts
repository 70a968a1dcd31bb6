/**
 * Thread entry: starts guest threads and ends them at their deadline. It does nothing else, so its timers are on time
 * however busy the thread of the daemon is.
 */
import { parentPort, Worker } from "node:worker_threads";
import { ChannelReader } from "./guest-channel.ts";
import type { GuestFate, WardenOrder } from "./warden.ts";

/** Of V8 itself; the guest's memory is WebAssembly memory and has its own cap. */
const GUEST_HEAP_MB = 96;
const GUEST_YOUNG_MB = 8;
/** QuickJS and CPython recurse on this stack. */
const GUEST_STACK_MB = 4;

interface Guest {
  worker: Worker;
  channel: ChannelReader;
  timer: NodeJS.Timeout | undefined;
  claimed_ms: number;
  how: GuestFate["how"];
  why: string;
}

const port = parentPort!;
const guests = new Map<number, Guest>();

function start(order: Extract<WardenOrder, { kind: "start" }>): void {
  const worker = new Worker(new URL(order.entry), {
    workerData: order.setup,
    transferList: [order.setup.port],
    // Nothing of the host reaches the thread: no environment, no arguments, no streams, no loader flags.
    env: {},
    argv: [],
    execArgv: ["--no-warnings"],
    stdin: false,
    stdout: true,
    stderr: true,
    resourceLimits: {
      maxOldGenerationSizeMb: GUEST_HEAP_MB,
      maxYoungGenerationSizeMb: GUEST_YOUNG_MB,
      stackSizeMb: GUEST_STACK_MB,
    },
  });
  const channel = new ChannelReader(order.setup.channel);
  const guest: Guest = { worker, channel, timer: undefined, claimed_ms: 0, how: "exit", why: "it ended by itself" };
  guests.set(order.id, guest);
  worker.on("error", (fault: Error & { code?: string }) => {
    guest.how = fault.code === "ERR_WORKER_OUT_OF_MEMORY" ? "oom" : "broke";
    guest.why = fault.message;
  });
  worker.on("exit", () => {
    clearTimeout(guest.timer);
    guests.delete(order.id);
    const ran_ms = guest.claimed_ms === 0 ? 0 : performance.now() - guest.claimed_ms;
    port.postMessage({ id: order.id, how: guest.how, why: guest.why, ran_ms } satisfies GuestFate);
  });
}

function end(guest: Guest, how: GuestFate["how"]): void {
  if (guest.how === "exit") guest.how = how;
  void guest.worker.terminate();
}

function watch(guest: Guest, wall_ms: number): void {
  guest.claimed_ms = performance.now();
  guest.timer = setTimeout(() => {
    // A guest that came to its end in time only waits for the daemon to look.
    if (!guest.channel.ended) end(guest, "timeout");
  }, wall_ms);
}

port.on("message", (order: WardenOrder) => {
  if (order.kind === "start") return start(order);
  const guest = guests.get(order.id);
  if (!guest) return;
  if (order.kind === "stop") end(guest, "stopped");
  else watch(guest, order.wall_ms);
});
