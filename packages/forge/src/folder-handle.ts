/**
 * Folders by open handle, so that nobody can swap a folder for a link between the check and the use. Node has no
 * openat(2); on Linux `/proc/self/fd/N/name` is the same thing: N names the folder itself, not its path, and one last part
 * with O_NOFOLLOW is all that is left to resolve. Where there is no /proc, each part is checked with lstat and the opened
 * file is compared with it: a race is then seen afterwards, not made impossible.
 */
import { existsSync, constants as fs } from "node:fs";
import { type FileHandle, lstat, mkdir, open, readdir, rename, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";

const HAS_PROC = existsSync("/proc/self/fd");

export type FolderFaultKind = "outside" | "not-found" | "not-a-file" | "too-large" | "full" | "changed";

export class FolderFault extends Error {
  readonly fault: FolderFaultKind;
  constructor(fault: FolderFaultKind, message: string) {
    super(message);
    this.fault = fault;
  }
}

export type EntryKind = "file" | "folder" | "link" | "other";

export interface EntryStat {
  kind: EntryKind;
  bytes: number;
  /** Changes whenever the content may have: device, inode, size, mtime, ctime. */
  version: string;
  /** Names that the file has; more than one means that it may lie outside too. */
  names: number;
  mode: number;
}

const codeOf = (fault: unknown): string | undefined => (fault as NodeJS.ErrnoException).code;

export class FolderHandle {
  readonly #handle: FileHandle;
  readonly #path: string;

  private constructor(handle: FileHandle, path: string) {
    this.#handle = handle;
    this.#path = path;
  }

  /** The root itself may be reached over links; what lies under it may not. `path` is absolute. */
  static async root(path: string): Promise<FolderHandle> {
    return new FolderHandle(await open(path, fs.O_RDONLY | fs.O_DIRECTORY), path);
  }

  /** The folder `name` in this one. `make` creates it when absent. @throws FolderFault */
  async enter(name: string, make: boolean): Promise<FolderHandle> {
    try {
      const handle = await this.#open(name, fs.O_RDONLY | fs.O_DIRECTORY | fs.O_NOFOLLOW);
      return new FolderHandle(handle, join(this.#path, name));
    } catch (fault) {
      if (codeOf(fault) !== "ENOENT" || !make) throw await this.#explain(name, fault);
    }
    await mkdir(this.#at(name)).catch((fault: unknown) => {
      if (codeOf(fault) !== "EEXIST") throw fault;
    });
    await this.sync(); // a file inside is only as durable as the folder's own name
    return this.enter(name, false);
  }

  /** Opens a regular file that exists. @throws FolderFault for links, folders, devices, pipes, and files with other names. */
  async openFile(name: string, flags: number): Promise<FileHandle> {
    let handle: FileHandle;
    try {
      // O_NONBLOCK: opening a pipe must not wait for its other end.
      handle = await this.#open(name, flags | fs.O_NOFOLLOW | fs.O_NONBLOCK);
    } catch (fault) {
      throw await this.#explain(name, fault);
    }
    const stat = await handle.stat();
    const wrong = !stat.isFile() ? "is not a regular file" : stat.nlink > 1 ? "has other hard links" : null;
    if (wrong === null) return handle;
    await handle.close();
    throw new FolderFault(stat.isFile() ? "outside" : "not-a-file", `${name} ${wrong}`);
  }

  async create(name: string, mode: number): Promise<FileHandle> {
    return this.#open(name, fs.O_WRONLY | fs.O_CREAT | fs.O_EXCL | fs.O_NOFOLLOW, mode);
  }

  /** Null when there is nothing of that name. Does not follow a link. */
  async stat(name: string): Promise<EntryStat | null> {
    try {
      const stat = await lstat(this.#at(name), { bigint: true });
      const version = [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(":");
      const kind: EntryKind = stat.isFile()
        ? "file"
        : stat.isDirectory()
          ? "folder"
          : stat.isSymbolicLink()
            ? "link"
            : "other";
      return { kind, bytes: Number(stat.size), version, names: Number(stat.nlink), mode: Number(stat.mode & 0o777n) };
    } catch (fault) {
      if (codeOf(fault) === "ENOENT") return null;
      throw fault;
    }
  }

  async names(): Promise<string[]> {
    return (await readdir(HAS_PROC ? `/proc/self/fd/${this.#handle.fd}` : this.#path)).sort();
  }

  rename(from: string, to: string): Promise<void> {
    return rename(this.#at(from), this.#at(to));
  }

  unlink(name: string): Promise<void> {
    return unlink(this.#at(name));
  }

  /** @returns false when it is not empty. */
  async removeFolder(name: string): Promise<boolean> {
    try {
      await rmdir(this.#at(name));
      return true;
    } catch (fault) {
      if (codeOf(fault) === "ENOTEMPTY" || codeOf(fault) === "EEXIST") return false;
      throw fault;
    }
  }

  sync(): Promise<void> {
    return this.#handle.sync();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  #at(name: string): string {
    return HAS_PROC ? `/proc/self/fd/${this.#handle.fd}/${name}` : join(this.#path, name);
  }

  async #open(name: string, flags: number, mode?: number): Promise<FileHandle> {
    const handle = await open(this.#at(name), flags, mode);
    if (HAS_PROC) return handle;
    const [opened, named] = await Promise.all([handle.stat(), lstat(this.#at(name))]);
    if (opened.ino === named.ino && opened.dev === named.dev) return handle;
    await handle.close();
    throw new FolderFault("outside", `${name} was swapped while it was opened`);
  }

  async #explain(name: string, fault: unknown): Promise<unknown> {
    const code = codeOf(fault);
    if (fault instanceof FolderFault) return fault;
    if (code === "ENOENT") return new FolderFault("not-found", `${name} does not exist`);
    if (code === "ELOOP" || code === "EMLINK") return new FolderFault("outside", `${name} is a link`);
    // A socket cannot be opened at all, a pipe without reader not for writing.
    if (code === "ENXIO") return new FolderFault("not-a-file", `${name} is not a regular file`);
    if (code === "EISDIR") return new FolderFault("not-a-file", `${name} is a folder`);
    if (code !== "ENOTDIR") return fault;
    const stat = await this.stat(name);
    if (stat?.kind === "link") return new FolderFault("outside", `${name} is a link`);
    return new FolderFault("not-found", `${name} is not a folder`);
  }
}
