/** Stops all processes of a pid namespace where there is no freezer: SIGSTOP to each, until nobody new is found. */
import { readdirSync, readlinkSync } from "node:fs";

/** A tree that forks faster than it is stopped is not caught; the caller kills it then. */
const ROUNDS = 20;

const namespaceOf = (pid: number | string): string | null => {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return null;
  }
};

/** Processes in the same pid namespace as `init`, which must not be our own. */
export function namespacePids(init: number): number[] {
  const namespace = namespaceOf(init);
  if (namespace === null || namespace === namespaceOf("self")) return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && namespaceOf(name) === namespace)
    .map(Number);
}

/** @returns false when somebody new was found in every round. */
export function stopNamespace(init: number): boolean {
  const stopped = new Set<number>();
  for (let round = 0; round < ROUNDS; round++) {
    const fresh = namespacePids(init).filter((pid) => !stopped.has(pid));
    if (fresh.length === 0) return stopped.size > 0;
    for (const pid of fresh) {
      signal(pid, "SIGSTOP");
      stopped.add(pid);
    }
  }
  return false;
}

export const continueNamespace = (init: number): void => {
  for (const pid of namespacePids(init)) signal(pid, "SIGCONT");
};

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended meanwhile.
  }
}
