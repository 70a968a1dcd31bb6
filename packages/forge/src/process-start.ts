/** Processes by number and start time together: a number alone may belong to somebody else by now. Or by a name in their words. */
import { readdirSync, readFileSync } from "node:fs";

/** A process that starts another between two looks is met again in the next round. */
const NAMED_ROUNDS = 20;

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

/**
 * Kills every process that has one of these names among its words. bubblewrap that is killed while it starts leaves the process
 * it had just made, which no parent's death reaches yet and nobody knows the number of; it has the words of the one before it.
 * @param names long and chosen at random: they stand in nobody else's words. @returns how many were killed for each name that had any.
 */
export function killNamed(names: ReadonlySet<string>): Map<string, number> {
  const killed = new Map<string, Set<string>>();
  for (let round = 0; round < NAMED_ROUNDS && names.size > 0; round++) {
    let fresh = false;
    for (const [pid, name] of named(names)) {
      const started = startOf(pid);
      if (started === null || !killStarted(pid, started)) continue;
      const known = killed.get(name) ?? new Set();
      fresh ||= !known.has(`${pid} ${started}`);
      killed.set(name, known.add(`${pid} ${started}`));
    }
    if (!fresh) break;
  }
  return new Map([...killed].map(([name, pids]) => [name, pids.size]));
}

function named(names: ReadonlySet<string>): [pid: number, name: string][] {
  const numbers = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return numbers.flatMap((number) => {
    const name = wordsOf(number).find((word) => names.has(word));
    return name === undefined ? [] : [[Number(number), name] as [number, string]];
  });
}

function wordsOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return [];
  }
}
