/** The file half of the WASI host: handles on the tree in memory. Handles 0–2 are the standard streams, 3 `/work`, 4 `/tmp`. */
import type { OutputStream } from "./guest-channel.ts";
import type { FileNode, FolderNode, GuestFiles, GuestNode } from "./guest-files.ts";
import { ERRNO, type Errno, FDFLAGS, OFLAGS, WHENCE } from "./wasi-abi.ts";

/** Open handles of one guest. */
export const MAX_HANDLES = 256;

export class WasiFault extends Error {
  readonly errno: Errno;
  constructor(errno: Errno) {
    super(`errno ${errno}`);
    this.errno = errno;
  }
}

export interface NodeHandle {
  kind: "node";
  node: GuestNode;
  position: number;
  append: boolean;
  /** Name of a folder that the guest may start a path from. */
  preopen: string | null;
}
export type Handle = { kind: "stdin" } | { kind: OutputStream } | NodeHandle;

export class HandleTable {
  readonly #files: GuestFiles;
  readonly #handles: (Handle | null)[];

  constructor(files: GuestFiles) {
    this.#files = files;
    const folder = (name: "work" | "tmp"): NodeHandle => ({
      kind: "node",
      node: files.folder(name),
      position: 0,
      append: false,
      preopen: `/${name}`,
    });
    this.#handles = [{ kind: "stdin" }, { kind: "stdout" }, { kind: "stderr" }, folder("work"), folder("tmp")];
  }

  get(fd: number): Handle {
    const handle = this.#handles[fd];
    if (!handle) throw new WasiFault(ERRNO.badf);
    return handle;
  }

  node(fd: number): NodeHandle {
    const handle = this.get(fd);
    if (handle.kind !== "node") throw new WasiFault(ERRNO.spipe);
    return handle;
  }

  folder(fd: number): FolderNode {
    const { node } = this.node(fd);
    if (node.kind !== "folder") throw new WasiFault(ERRNO.notdir);
    return node;
  }

  file(fd: number): NodeHandle & { node: FileNode } {
    const handle = this.node(fd);
    if (handle.node.kind !== "file") throw new WasiFault(ERRNO.isdir);
    return handle as NodeHandle & { node: FileNode };
  }

  open(folder_fd: number, path: string, oflags: number, fdflags: number): number {
    const how = {
      create: (oflags & OFLAGS.creat) !== 0,
      exclusive: (oflags & OFLAGS.excl) !== 0,
      truncate: (oflags & OFLAGS.trunc) !== 0,
    };
    const fd = this.#freeSlot();
    const base = this.folder(folder_fd);
    const node = how.create || how.truncate ? this.#files.openFile(base, path, how) : this.#files.find(base, path);
    if ((oflags & OFLAGS.directory) !== 0 && node.kind !== "folder") throw new WasiFault(ERRNO.notdir);
    this.#files.retain(node);
    this.#handles[fd] = { kind: "node", node, position: 0, append: (fdflags & FDFLAGS.append) !== 0, preopen: null };
    return fd;
  }

  close(fd: number): void {
    const handle = this.get(fd);
    if (handle.kind === "node") this.#files.release(handle.node);
    this.#handles[fd] = null;
  }

  seek(fd: number, offset: bigint, whence: number): number {
    const handle = this.file(fd);
    const bases: Record<number, number> = {
      [WHENCE.set]: 0,
      [WHENCE.cur]: handle.position,
      [WHENCE.end]: handle.node.size,
    };
    const base = bases[whence];
    const position = Number(offset) + (base ?? Number.NaN);
    if (!Number.isSafeInteger(position) || position < 0) throw new WasiFault(ERRNO.inval);
    handle.position = position;
    return position;
  }

  #freeSlot(): number {
    const free = this.#handles.findIndex((handle, fd) => handle === null && fd > 2);
    if (free !== -1) return free;
    if (this.#handles.length >= MAX_HANDLES) throw new WasiFault(ERRNO.mfile);
    return this.#handles.length;
  }
}
