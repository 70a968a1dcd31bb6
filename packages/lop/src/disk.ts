/**
 * The disk, handed in. Paths are relative, "/"-separated and stay inside the disk's root.
 * Twins under one contract suite (test/disk.contract.ts): `disk-node.ts` and `disk-sim.ts`.
 *
 * What is durable: bytes of a file after its `sync`; names after `rename`, `remove`, `makeFolder`, `open` that made a file,
 * and `writeAtomic` have resolved (each syncs the folder). Nothing else is promised across a power cut.
 */
export interface Disk {
  /** `read`: must exist. `update`: read and write, made if absent. `create`: read and write, must not exist. */
  open(path: string, how: OpenHow): Promise<DiskFile>;
  /** The whole file. @throws DiskError `not-found`. */
  read(path: string): Promise<Uint8Array>;
  /** All or nothing across a power cut: temporary file, sync, rename, sync of the folder. */
  writeAtomic(path: string, bytes: Uint8Array, mode?: number): Promise<void>;
  /** Names in the folder, sorted. @throws DiskError `not-found`. */
  list(folder: string): Promise<string[]>;
  /** With its parents; no error when it is there. */
  makeFolder(path: string): Promise<void>;
  /** Replaces `to`. */
  rename(from: string, to: string): Promise<void>;
  /** A file, or an empty folder. @throws DiskError `not-found`. */
  remove(path: string): Promise<void>;
  exists(path: string): Promise<boolean>;
  /** Makes the names in a folder durable, whoever made them: for what a killed process may have left half-done. */
  syncNames(folder: string): Promise<void>;
  /** One holder across processes. Null: a live holder has it. A dead holder's lock is free at once. */
  lock(path: string): Promise<DiskLock | null>;
}

export interface DiskFile {
  size(): Promise<number>;
  /** Shorter than `length` only at the end of the file. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** All bytes or an error. A gap behind the old end reads as zeros. */
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /** `write`, then these bytes are durable: O_DSYNC, one call where `write` and `sync` are two. Errors as with `sync`. */
  writeDurably(offset: number, bytes: Uint8Array): Promise<void>;
  truncate(size: number): Promise<void>;
  /** fdatasync: bytes and size are durable. After an error the file's unsynced bytes are in an unknown state: never retry. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface DiskLock {
  release(): Promise<void>;
}

export type OpenHow = "read" | "update" | "create";

export const DISK_ERRORS = ["not-found", "exists", "full", "io", "denied"] as const;
export type DiskErrorCode = (typeof DISK_ERRORS)[number];

export class DiskError extends Error {
  readonly code: DiskErrorCode;

  constructor(code: DiskErrorCode, message: string) {
    super(message);
    this.name = "DiskError";
    this.code = code;
  }
}

/** @throws DiskError `denied` on a path that could leave the root. */
export function checkDiskPath(path: string): string {
  const parts = path.split("/");
  if (path.includes("\0") || parts.some((part) => part === "" || part === "." || part === ".."))
    throw new DiskError("denied", `not a path inside the disk: ${JSON.stringify(path)}`);
  return path;
}

/** The folder part of a path; "" is the root. */
export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));
