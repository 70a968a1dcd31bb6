import {
  checkDiskPath,
  type Disk,
  DiskError,
  type DiskErrorCode,
  type DiskFile,
  folderOf,
  type OpenHow,
} from "./disk.ts";

/** One thing done to the disk, in the order in which it was done. Files are known by number: names come and go. */
export type DiskOperation =
  | { readonly do: "write"; readonly file: number; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly do: "truncate"; readonly file: number; readonly size: number }
  | { readonly do: "sync"; readonly file: number }
  /** Only these bytes are durable, not what else was written to the file. */
  | { readonly do: "sync-range"; readonly file: number; readonly offset: number; readonly length: number }
  | { readonly do: "name"; readonly path: string; readonly file: number }
  | { readonly do: "rename"; readonly from: string; readonly to: string }
  | { readonly do: "remove"; readonly path: string }
  | { readonly do: "sync-folder"; readonly folder: string };

/** What a disk holds: the bytes of each name, and the folders. */
export interface DiskImage {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly folders: ReadonlySet<string>;
}

/** Asked before every operation: a code makes it fail; `after` bytes of a write are kept first. */
export type FaultPlan = (operation: { readonly do: DiskOperation["do"] | "read"; readonly path: string }) => {
  readonly code: DiskErrorCode;
  readonly keep_bytes?: number;
} | null;

interface SimInode {
  readonly number: number;
  bytes: Uint8Array;
  size: number;
}

/** What outlives a process: files, names, and the record of what was done. */
class Platters {
  readonly operations: DiskOperation[] = [];
  readonly names = new Map<string, SimInode>();
  readonly folders = new Set<string>([""]);
  nextFile = 0;
  used_bytes = 0;
}

/** A disk in memory that remembers everything done to it, so that every power cut can be tried (`disk-crash.ts`). */
export class SimDisk implements Disk {
  faults: FaultPlan | null = null;
  /** Bytes that all files together may take; beyond it writes fail with `full`. */
  capacity_bytes: number;
  readonly #record: boolean;
  readonly #locks = new Set<string>();
  #platters = new Platters();
  #dead = false;

  constructor(o: { image?: DiskImage; record?: boolean; capacity_bytes?: number } = {}) {
    this.#record = o.record ?? false;
    this.capacity_bytes = o.capacity_bytes ?? Number.POSITIVE_INFINITY;
    for (const folder of o.image?.folders ?? []) this.#platters.folders.add(folder);
    for (const [path, bytes] of o.image?.files ?? []) {
      this.#platters.names.set(path, { number: this.#platters.nextFile++, bytes: bytes.slice(), size: bytes.length });
      this.#platters.used_bytes += bytes.length;
    }
  }

  /** What was done since the disk was made, when recording. */
  get operations(): readonly DiskOperation[] {
    return this.#platters.operations;
  }

  /**
   * The process is killed: nothing that it asked or asks of this disk is answered any more. Returned is the disk as the
   * next process finds it: unsynced bytes are still in the system's memory, locks are free.
   */
  killed(): SimDisk {
    const next = new SimDisk({ record: this.#record, capacity_bytes: this.capacity_bytes });
    next.#platters = this.#platters;
    this.#dead = true;
    return next;
  }

  /** What a reader sees now, synced or not. */
  image(): DiskImage {
    const files = [...this.#platters.names].map(([path, inode]) => [path, inode.bytes.slice(0, inode.size)] as const);
    return { files: new Map(files), folders: new Set(this.#platters.folders) };
  }

  /** Changes bytes behind everybody's back, as an attacker or a bad sector does. Not recorded. */
  tamper(path: string, change: (bytes: Uint8Array) => Uint8Array): void {
    const inode = this.#find(path);
    const changed = change(inode.bytes.slice(0, inode.size));
    inode.bytes = changed;
    inode.size = changed.length;
  }

  async open(path: string, how: OpenHow): Promise<DiskFile> {
    await this.#alive();
    checkDiskPath(path);
    let inode = this.#platters.names.get(path);
    if (inode !== undefined && how === "create") throw new DiskError("exists", `exists: ${path}`);
    if (inode === undefined) {
      if (how === "read") throw new DiskError("not-found", `not found: ${path}`);
      inode = this.#make(path);
      await this.#alive();
      this.#done({ do: "sync-folder", folder: folderOf(path) });
    }
    return this.#handle(inode, path, how !== "read");
  }

  async read(path: string): Promise<Uint8Array> {
    await this.#alive();
    const inode = this.#find(path);
    this.#fault("read", path);
    return inode.bytes.slice(0, inode.size);
  }

  async writeAtomic(path: string, bytes: Uint8Array): Promise<void> {
    await this.#alive();
    checkDiskPath(path);
    const temporary = `${path}.${this.#platters.nextFile}.tmp`;
    const inode = this.#make(temporary);
    try {
      this.#write(inode, temporary, 0, bytes);
      await this.#alive();
      this.#sync(inode, temporary);
    } catch (error) {
      this.#forget(temporary);
      throw error;
    }
    await this.rename(temporary, path);
  }

  async list(folder: string): Promise<string[]> {
    await this.#alive();
    this.#needFolder(folder);
    const inside = [...this.#platters.names.keys(), ...this.#platters.folders].filter(
      (path) => path !== "" && folderOf(path) === folder,
    );
    return inside.map((path) => path.slice(folder === "" ? 0 : folder.length + 1)).sort();
  }

  async makeFolder(path: string): Promise<void> {
    await this.#alive();
    const parts = checkDiskPath(path).split("/");
    for (let i = 1; i <= parts.length; i++) this.#platters.folders.add(parts.slice(0, i).join("/"));
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#alive();
    const inode = this.#find(from);
    this.#needFolder(folderOf(checkDiskPath(to)));
    this.#fault("rename", from);
    const replaced = this.#platters.names.get(to);
    if (replaced !== undefined) this.#platters.used_bytes -= replaced.size;
    this.#platters.names.delete(from);
    this.#platters.names.set(to, inode);
    this.#done({ do: "rename", from, to });
    await this.#alive();
    this.#done({ do: "sync-folder", folder: folderOf(to) });
    if (folderOf(from) !== folderOf(to)) this.#done({ do: "sync-folder", folder: folderOf(from) });
  }

  async remove(path: string): Promise<void> {
    await this.#alive();
    checkDiskPath(path);
    this.#fault("remove", path);
    if (this.#platters.folders.has(path)) {
      if ((await this.list(path)).length > 0) throw new DiskError("exists", `folder is not empty: ${path}`);
      this.#platters.folders.delete(path);
      return;
    }
    this.#find(path);
    this.#forget(path);
    await this.#alive();
    this.#done({ do: "sync-folder", folder: folderOf(path) });
  }

  async exists(path: string): Promise<boolean> {
    await this.#alive();
    return this.#platters.names.has(checkDiskPath(path)) || this.#platters.folders.has(path);
  }

  async syncNames(folder: string): Promise<void> {
    await this.#alive();
    this.#needFolder(folder);
    this.#done({ do: "sync-folder", folder });
  }

  async lock(path: string): Promise<{ release(): Promise<void> } | null> {
    this.#needFolder(folderOf(checkDiskPath(path)));
    if (this.#locks.has(path)) return null;
    this.#locks.add(path);
    let held = true;
    const release = async () => {
      if (held) this.#locks.delete(path);
      held = false;
    };
    return { release };
  }

  /** Never resolves for a process that is dead. */
  #alive(): Promise<void> {
    return this.#dead ? new Promise(() => undefined) : Promise.resolve();
  }

  #handle(inode: SimInode, path: string, writable: boolean): DiskFile {
    let open = true;
    const live = async () => {
      await this.#alive();
      if (!open) throw new DiskError("io", `file is closed: ${path}`);
    };
    const change = async () => {
      await live();
      if (!writable) throw new DiskError("denied", `opened for reading: ${path}`);
    };
    return {
      size: async () => {
        await live();
        return inode.size;
      },
      read: async (offset, length) => {
        await live();
        this.#fault("read", path);
        return inode.bytes.slice(Math.min(offset, inode.size), Math.min(offset + length, inode.size));
      },
      write: async (offset, bytes) => {
        await change();
        this.#write(inode, path, offset, bytes);
      },
      writeDurably: async (offset, bytes) => {
        await change();
        this.#write(inode, path, offset, bytes);
        await this.#alive();
        this.#fault("sync-range", path);
        this.#done({ do: "sync-range", file: inode.number, offset, length: bytes.length });
      },
      truncate: async (size) => {
        await change();
        this.#fault("truncate", path);
        this.#resize(inode, size);
        this.#done({ do: "truncate", file: inode.number, size });
      },
      sync: async () => {
        await live();
        this.#sync(inode, path);
      },
      close: async () => {
        await live();
        open = false;
      },
    };
  }

  #make(path: string): SimInode {
    this.#needFolder(folderOf(path));
    this.#fault("name", path);
    const inode = { number: this.#platters.nextFile++, bytes: new Uint8Array(0), size: 0 };
    this.#platters.names.set(path, inode);
    this.#done({ do: "name", path, file: inode.number });
    return inode;
  }

  #forget(path: string): void {
    this.#platters.used_bytes -= this.#platters.names.get(path)?.size ?? 0;
    this.#platters.names.delete(path);
    this.#done({ do: "remove", path });
  }

  #write(inode: SimInode, path: string, offset: number, bytes: Uint8Array): void {
    const fault = this.faults?.({ do: "write", path }) ?? null;
    const kept = fault === null ? bytes : bytes.subarray(0, fault.keep_bytes ?? 0);
    if (kept.length > 0) {
      this.#resize(inode, Math.max(inode.size, offset + kept.length));
      inode.bytes.set(kept, offset);
      this.#done({ do: "write", file: inode.number, offset, bytes: this.#record ? kept.slice() : kept });
    }
    if (fault !== null) throw new DiskError(fault.code, `${fault.code}: write ${path}`);
  }

  #sync(inode: SimInode, path: string): void {
    this.#fault("sync", path);
    this.#done({ do: "sync", file: inode.number });
  }

  #resize(inode: SimInode, size: number): void {
    if (this.#platters.used_bytes + size - inode.size > this.capacity_bytes)
      throw new DiskError("full", "the disk is full");
    this.#platters.used_bytes += size - inode.size;
    if (size > inode.bytes.length) {
      const grown = new Uint8Array(Math.max(size, 2 * inode.bytes.length));
      grown.set(inode.bytes.subarray(0, inode.size));
      inode.bytes = grown;
    } else if (size < inode.size) inode.bytes.fill(0, size, inode.size);
    inode.size = size;
  }

  #find(path: string): SimInode {
    const inode = this.#platters.names.get(checkDiskPath(path));
    if (inode === undefined) throw new DiskError("not-found", `not found: ${path}`);
    return inode;
  }

  #needFolder(folder: string): void {
    if (!this.#platters.folders.has(folder))
      throw new DiskError("not-found", `no such folder: ${JSON.stringify(folder)}`);
  }

  #fault(verb: DiskOperation["do"] | "read", path: string): void {
    const fault = this.faults?.({ do: verb, path }) ?? null;
    if (fault !== null) throw new DiskError(fault.code, `${fault.code}: ${verb} ${path}`);
  }

  #done(operation: DiskOperation): void {
    if (this.#record) this.#platters.operations.push(operation);
  }
}
