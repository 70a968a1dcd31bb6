/** The disk, handed in. Twins: `disk-node.ts` and `disk-sim.ts`. Paths are relative, "/"-separated, inside the root. */
export interface Disk {
  /** `update` reads and writes, and makes the file if it is absent. */
  open(path: string, how: "read" | "update" | "create"): Promise<DiskFile>;
  read(path: string): Promise<Uint8Array>;
  /** All or nothing, also across a power cut: temporary file, fdatasync, rename, fsync of the folder. */
  writeAtomic(path: string, bytes: Uint8Array, mode?: number): Promise<void>;
  list(folder: string): Promise<string[]>;
  makeFolder(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  exists(path: string): Promise<boolean>;
  /** Single holder across processes. Null: a live one holds it. The lock of a dead holder is taken over. */
  lock(path: string): Promise<{ release(): Promise<void> } | null>;
}

export interface DiskFile {
  size(): Promise<number>;
  read(offset: number, length: number): Promise<Uint8Array>;
  write(offset: number, bytes: Uint8Array): Promise<void>;
  truncate(size: number): Promise<void>;
  /** fdatasync. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export type DiskErrorCode = "not-found" | "exists" | "full" | "io" | "denied";

export class DiskError extends Error {
  readonly code: DiskErrorCode;

  constructor(code: DiskErrorCode, message: string) {
    super(message);
    this.name = "DiskError";
    this.code = code;
  }
}
