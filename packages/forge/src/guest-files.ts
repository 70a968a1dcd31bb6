/**
 * The files that a guest sees: a tree in memory with a cap on bytes and on entries. Folders `work` (given and collected)
 * and `tmp` (scratch) stand at the root. There are no links, devices, owners or modes.
 */
import { pathFault } from "./guest-path.ts";

export type FileFaultCode =
  | "EEXIST"
  | "EINVAL"
  | "EISDIR"
  | "ENAMETOOLONG"
  | "ENOENT"
  | "ENOSPC"
  | "ENOTDIR"
  | "ENOTEMPTY"
  | "ESCAPE";

export class FileFault extends Error {
  readonly code: FileFaultCode;
  constructor(code: FileFaultCode, path: string) {
    super(`${code}: ${path}`);
    this.code = code;
  }
}

export interface FileNode {
  readonly kind: "file";
  readonly ino: number;
  bytes: Uint8Array;
  size: number;
  mtime_ms: number;
  /** Names plus open handles; the bytes are given back to the cap when it falls to zero. */
  uses: number;
}
export interface FolderNode {
  readonly kind: "folder";
  readonly ino: number;
  readonly entries: Map<string, GuestNode>;
  mtime_ms: number;
}
export type GuestNode = FileNode | FolderNode;

export interface GuestFilesOptions {
  disk_bytes: number;
  files: number;
  now_ms: () => number;
  /** Told once for each cap that was run into. */
  onLimit: (which: "disk" | "files") => void;
}

export class GuestFiles {
  readonly root: FolderNode;
  #options: GuestFilesOptions;
  #used_bytes = 0;
  #count = 0;
  #nextIno = 2;

  constructor(options: GuestFilesOptions) {
    this.#options = options;
    this.root = { kind: "folder", ino: 1, entries: new Map(), mtime_ms: 0 };
    for (const name of ["work", "tmp"]) this.root.entries.set(name, this.#newFolder());
  }

  get used_bytes(): number {
    return this.#used_bytes;
  }
  get count(): number {
    return this.#count;
  }

  /** Limits, clock and listener of the run that claims an interpreter which was started before. */
  adopt(options: GuestFilesOptions): void {
    this.#options = options;
  }

  folder(name: "work" | "tmp"): FolderNode {
    return this.root.entries.get(name) as FolderNode;
  }

  /** Walks from `base`. Empty parts and `.` are passed over; `..` above `base` is a fault. */
  find(base: FolderNode, path: string): GuestNode {
    const { parent, name } = this.#walk(base, path);
    if (name === null) return parent;
    const node = parent.entries.get(name);
    if (!node) throw new FileFault("ENOENT", path);
    if (path.endsWith("/") && node.kind === "file") throw new FileFault("ENOTDIR", path);
    return node;
  }

  /** The file at `path`, made when absent. `exclusive` refuses one that exists. */
  openFile(base: FolderNode, path: string, how: { create: boolean; exclusive: boolean; truncate: boolean }): GuestNode {
    const { parent, name } = this.#walk(base, path);
    if (name === null) return parent;
    const found = parent.entries.get(name);
    if (found && how.exclusive && how.create) throw new FileFault("EEXIST", path);
    if (found) {
      if (how.truncate && found.kind === "file") this.resize(found, 0);
      return found;
    }
    if (!how.create) throw new FileFault("ENOENT", path);
    if (path.endsWith("/")) throw new FileFault("EISDIR", path);
    this.#room(path);
    const node: FileNode = {
      kind: "file",
      ino: this.#nextIno++,
      bytes: new Uint8Array(0),
      size: 0,
      mtime_ms: this.#options.now_ms(),
      uses: 1,
    };
    this.#count++;
    this.#put(parent, name, node);
    return node;
  }

  makeFolder(base: FolderNode, path: string): void {
    const { parent, name } = this.#walk(base, path);
    if (name === null || parent.entries.has(name)) throw new FileFault("EEXIST", path);
    this.#room(path);
    this.#count++;
    this.#put(parent, name, this.#newFolder());
  }

  remove(base: FolderNode, path: string, kind: "file" | "folder"): void {
    const { parent, name } = this.#walk(base, path);
    if (name === null) throw new FileFault("EINVAL", path);
    const node = parent.entries.get(name);
    if (!node) throw new FileFault("ENOENT", path);
    if (parent === this.root) throw new FileFault("EINVAL", path);
    if (kind === "folder" && node.kind === "file") throw new FileFault("ENOTDIR", path);
    if (kind === "file" && node.kind === "folder") throw new FileFault("EISDIR", path);
    if (node.kind === "folder" && node.entries.size > 0) throw new FileFault("ENOTEMPTY", path);
    this.#drop(parent, name, node);
  }

  rename(fromBase: FolderNode, from: string, toBase: FolderNode, to: string): void {
    const source = this.#walk(fromBase, from);
    const target = this.#walk(toBase, to);
    if (source.name === null || target.name === null || source.parent === this.root)
      throw new FileFault("EINVAL", from);
    const node = source.parent.entries.get(source.name);
    if (!node) throw new FileFault("ENOENT", from);
    if (target.trail.includes(node)) throw new FileFault("EINVAL", to);
    const old = target.parent.entries.get(target.name);
    if (old === node) return;
    if (old) this.#replace(target.parent, target.name, old, node, to);
    source.parent.entries.delete(source.name);
    this.#put(target.parent, target.name, node);
  }

  read(file: FileNode, offset: number, into: Uint8Array): number {
    const length = Math.max(0, Math.min(into.length, file.size - offset));
    if (length > 0) into.set(file.bytes.subarray(offset, offset + length));
    return length;
  }

  write(file: FileNode, offset: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (offset + bytes.length > file.size) this.resize(file, offset + bytes.length);
    file.bytes.set(bytes, offset);
    file.mtime_ms = this.#options.now_ms();
  }

  /** Grows with zeros or cuts. Growth is charged before it happens. */
  resize(file: FileNode, size: number): void {
    if (!Number.isSafeInteger(size) || size < 0) throw new FileFault("EINVAL", "size");
    const more = size - file.size;
    if (more > 0 && this.#used_bytes + more > this.#options.disk_bytes) {
      this.#options.onLimit("disk");
      throw new FileFault("ENOSPC", "disk");
    }
    if (size > file.bytes.length) file.bytes = grown(file, size, this.#options.disk_bytes);
    else file.bytes.fill(0, size, Math.max(size, file.size));
    if (size === 0) file.bytes = new Uint8Array(0);
    this.#used_bytes += more;
    file.size = size;
    file.mtime_ms = this.#options.now_ms();
  }

  retain(node: GuestNode): void {
    if (node.kind === "file") node.uses++;
  }

  release(node: GuestNode): void {
    if (node.kind !== "file" || --node.uses > 0) return;
    this.#used_bytes -= node.size;
    this.#count--;
    node.bytes = new Uint8Array(0);
  }

  /** Every regular file under `work` by relative path. Names that the host would not take are counted, not given. */
  collect(): { files: Map<string, Uint8Array>; left_out: number } {
    const files = new Map<string, Uint8Array>();
    let left_out = 0;
    const waiting: [string, FolderNode][] = [["", this.folder("work")]];
    for (let next = waiting.pop(); next; next = waiting.pop())
      for (const [name, node] of next[1].entries) {
        const path = next[0] + name;
        if (pathFault(path) !== null) left_out++;
        else if (node.kind === "folder") waiting.push([`${path}/`, node]);
        else files.set(path, node.bytes.slice(0, node.size));
      }
    return { files: new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1))), left_out };
  }

  /** Puts a given file under `work`, with the folders on its way. @throws FileFault when the caps are too small. */
  give(path: string, bytes: Uint8Array): void {
    const names = path.split("/");
    for (let depth = 1; depth < names.length; depth++) {
      const folder = names.slice(0, depth).join("/");
      if (!this.#exists(folder)) this.makeFolder(this.folder("work"), folder);
    }
    const node = this.openFile(this.folder("work"), path, { create: true, exclusive: false, truncate: true });
    if (node.kind === "folder") throw new FileFault("EISDIR", path);
    this.write(node, 0, bytes);
  }

  #exists(path: string): boolean {
    try {
      return this.find(this.folder("work"), path).kind === "folder";
    } catch {
      return false;
    }
  }

  #replace(parent: FolderNode, name: string, old: GuestNode, node: GuestNode, path: string): void {
    if (parent === this.root) throw new FileFault("EINVAL", path);
    if (old.kind === "folder" && node.kind === "file") throw new FileFault("EISDIR", path);
    if (old.kind === "file" && node.kind === "folder") throw new FileFault("ENOTDIR", path);
    if (old.kind === "folder" && old.entries.size > 0) throw new FileFault("ENOTEMPTY", path);
    this.#drop(parent, name, old);
  }

  #drop(parent: FolderNode, name: string, node: GuestNode): void {
    parent.entries.delete(name);
    parent.mtime_ms = this.#options.now_ms();
    if (node.kind === "file") this.release(node);
    else this.#count--;
  }

  #put(parent: FolderNode, name: string, node: GuestNode): void {
    parent.entries.set(name, node);
    parent.mtime_ms = this.#options.now_ms();
  }

  #newFolder(): FolderNode {
    return { kind: "folder", ino: this.#nextIno++, entries: new Map(), mtime_ms: this.#options.now_ms() };
  }

  #room(path: string): void {
    if (this.#count < this.#options.files) return;
    this.#options.onLimit("files");
    throw new FileFault("ENOSPC", path);
  }

  #walk(base: FolderNode, path: string): { parent: FolderNode; name: string | null; trail: GuestNode[] } {
    const names = path.split("/").filter((name) => name !== "" && name !== ".");
    const trail: FolderNode[] = [base];
    let name: string | null = null;
    for (const [i, part] of names.entries()) {
      if (part.length > 255) throw new FileFault("ENAMETOOLONG", path);
      if (part === "..") {
        if (trail.length === 1) throw new FileFault("ESCAPE", path);
        trail.pop();
        continue;
      }
      if (i === names.length - 1) {
        name = part;
        break;
      }
      const next = trail.at(-1)!.entries.get(part);
      if (!next) throw new FileFault("ENOENT", path);
      if (next.kind === "file") throw new FileFault("ENOTDIR", path);
      trail.push(next);
    }
    return { parent: trail.at(-1)!, name, trail };
  }
}

/** Doubles, so that many small writes stay linear, but never past the cap on all files. */
function grown(file: FileNode, size: number, cap_bytes: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(size, Math.min(2 * file.bytes.length, cap_bytes)));
  bytes.set(file.bytes.subarray(0, file.size));
  return bytes;
}
