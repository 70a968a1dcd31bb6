/** Processes by number and start time together: a number alone may belong to somebody else by now. */
import { readFileSync } from "node:fs";

/** Field 22 of /proc/PID/stat, ticks since the boot; null when there is no such process or it has ended and only waits. */
export function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is a name in brackets that may hold anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

/** Kills the process if it is still the one that began then. @returns whether it was. */
export function killStarted(pid: number, started: string): boolean {
  if (startOf(pid) !== started) return false;
  try {
    process.kill(pid, "SIGKILL");
    return true;
  } catch {
    return false;
  }
}
