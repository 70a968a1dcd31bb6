/** Memory of a process and all its descendants, for hosts where no control group counts it. Linux: proc(5). */
import { readdirSync, readFileSync } from "node:fs";

const KIB = 1024;

const read = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
};

/** The sum of `fields`, which proc gives in KiB; null when there are none of them. */
function kibibytes(text: string, fields: RegExp): number | null {
  const found = [...text.matchAll(fields)];
  return found.length === 0 ? null : found.reduce((sum, [, kib]) => sum + Number(kib) * KIB, 0);
}

/** Within a pid namespace nobody leaves the tree of its first process: who loses his parent becomes its child. */
export function treePids(root: number): number[] {
  const pids = [root];
  for (const pid of pids) pids.push(...childrenOf(pid));
  return pids;
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      read(`/proc/${pid}/task/${task}/children`)
        .split(" ")
        .filter((one) => one !== "")
        .map(Number),
    );
  } catch {
    return [];
  }
}

/** Anonymous and shared pages of each; what several share is counted for each of them. */
const residentOf = (pid: number): number =>
  kibibytes(read(`/proc/${pid}/status`), /^Rss(?:Anon|Shmem):\s+(\d+) kB$/gm) ?? 0;

/** The same with what is shared divided among those who share it. A process may shut this file; it counts in full then. */
const fairShareOf = (pid: number): number =>
  kibibytes(read(`/proc/${pid}/smaps_rollup`), /^Pss_(?:Anon|Shmem):\s+(\d+) kB$/gm) ?? residentOf(pid);

/** Bytes of the whole tree. The exact figure walks page tables, so it is asked for only when the quick one is beyond `cap_bytes`. */
export function treeBytes(root: number, cap_bytes: number): number {
  const pids = treePids(root);
  const sum = (of: (pid: number) => number): number => pids.reduce((total, pid) => total + of(pid), 0);
  const quick = sum(residentOf);
  return quick <= cap_bytes ? quick : sum(fairShareOf);
}
