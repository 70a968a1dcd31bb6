/**
 * AXIOM_HOME: where everything of one hive lives. Every folder is 0700, every file of ours 0600. One process at a time
 * holds a home: the daemon, or a command that runs without one. `daemon.json` says where the daemon can be reached.
 */
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type Refusal, refuse } from "lop";
import { DAEMON_FILE, type DaemonFacts } from "./daemon-file.ts";

/** The hive makes its own folders; these are the doors'. */
export const FOLDERS = ["keys", "trace", "http"] as const;

/** Makes the folders, private to their owner. */
export function makeHome(home: string): Refusal | null {
  try {
    for (const folder of [home, ...FOLDERS.map((name) => join(home, name))]) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      if ((statSync(folder).mode & 0o077) !== 0) chmodSync(folder, 0o700);
      accessSync(folder, constants.W_OK);
    }
    return null;
  } catch (error) {
    return refuseDisk(error, home);
  }
}

const FULL = new Set(["ENOSPC", "EDQUOT"]);
const UNUSABLE = new Set(["EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST", "EISDIR", "ELOOP", "ENAMETOOLONG", "EIO"]);

/** A fault of the disk, in the words of the table. @throws whatever is not a fault of the disk. */
export function refuseDisk(error: unknown, path: string): Refusal {
  const { code } = error as NodeJS.ErrnoException;
  if (FULL.has(code ?? "")) return refuse("disk-full", `No space for ${path} (${code}).`);
  if (UNUSABLE.has(code ?? "")) return refuse("home-unusable", `${path} cannot be used (${code}).`);
  throw error;
}

/** Replaces a file whole, or not at all: temporary file, fsync, rename, fsync of the folder. @throws on disk faults. */
export function writeWhole(path: string, text: string, mode = 0o600): void {
  const temporary = `${path}.${process.pid}.new`;
  const file = openSync(temporary, "w", mode);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  syncFolder(dirname(path));
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

export const writeDaemon = (home: string, facts: DaemonFacts): void =>
  writeWhole(join(home, DAEMON_FILE), `${JSON.stringify(facts)}\n`);

export const removeDaemon = (home: string): void => rmSync(join(home, DAEMON_FILE), { force: true });
