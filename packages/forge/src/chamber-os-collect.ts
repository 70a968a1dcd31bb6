/**
 * Takes the files out of a chamber that has ended. Its folder is held by descriptor and nothing in it is followed. The calls are
 * synchronous, because a run may leave thousands of tiny files in memory, and the loop gets its turn between them.
 */
import { closeSync, constants as fs, fstatSync, openSync, readdirSync, readFileSync } from "node:fs";
import { pathFault } from "./guest-path.ts";

/** Entries between two turns of the loop. */
const TURN_EVERY = 256;

export interface Collected {
  files: Map<string, Uint8Array>;
  /** Names of the caps that kept something from being taken: `files`, `disk`, `path` (links, devices, names, unreadable). */
  limits: Set<"files" | "disk" | "path">;
}

interface Walk extends Collected {
  readonly cap: number;
  left_bytes: number;
  seen: number;
}

/** Regular files with one name below the folder `root`, up to `files` of them and `disk_bytes` together. */
export async function collectFolder(root: number, caps: { files: number; disk_bytes: number }): Promise<Collected> {
  const walked: Walk = { files: new Map(), limits: new Set(), cap: caps.files, left_bytes: caps.disk_bytes, seen: 0 };
  await walk(root, "", walked);
  return { files: walked.files, limits: walked.limits };
}

async function walk(folder: number, prefix: string, state: Walk): Promise<void> {
  for (const name of readdirSync(`/proc/self/fd/${folder}`).sort()) {
    if (state.files.size >= state.cap) {
      state.limits.add("files");
      return;
    }
    if (++state.seen % TURN_EVERY === 0) await new Promise(setImmediate);
    const path = prefix + name;
    if (pathFault(path) !== null || !(await take(`/proc/self/fd/${folder}/${name}`, path, state)))
      state.limits.add("path");
  }
}

/** @returns false for what is neither a folder nor a plain file that can be read. */
async function take(at: string, path: string, state: Walk): Promise<boolean> {
  let fd: number;
  try {
    // A pipe must not wait for its other end; a link is not followed.
    fd = openSync(at, fs.O_RDONLY | fs.O_NOFOLLOW | fs.O_NONBLOCK);
  } catch {
    return false;
  }
  try {
    const stat = fstatSync(fd);
    if (stat.isDirectory()) await walk(fd, `${path}/`, state);
    else if (!stat.isFile() || stat.nlink > 1) return false;
    else if (stat.size > state.left_bytes) state.limits.add("disk");
    else {
      state.files.set(path, readFileSync(fd));
      state.left_bytes -= stat.size;
    }
    return true;
  } finally {
    closeSync(fd);
  }
}
