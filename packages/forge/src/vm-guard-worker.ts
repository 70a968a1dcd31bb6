/** The guard's thread: one timer for each watched monitor. */
import { parentPort } from "node:worker_threads";
import type { GuardWord } from "./vm-guard.ts";

const timers = new Map<number, NodeJS.Timeout>();

function end(pid: number): void {
  timers.delete(pid);
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself meanwhile.
  }
}

parentPort!.on("message", (word: GuardWord) => {
  clearTimeout(timers.get(word.pid));
  timers.delete(word.pid);
  if (word.kind === "watch") timers.set(word.pid, setTimeout(end, word.ms, word.pid));
});
