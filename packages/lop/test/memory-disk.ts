import { type Disk, DiskError, type DiskFile } from "../src/disk.ts";

/** A disk in a map, for tests that ask nothing of crashes. */
export class MemoryDisk implements Disk {
  readonly files = new Map<string, Uint8Array>();
  readonly modes = new Map<string, number | undefined>();
  readonly #locks = new Set<string>();

  async open(path: string, how: "read" | "update" | "create"): Promise<DiskFile> {
    if (how === "read" && !this.files.has(path)) throw new DiskError("not-found", path);
    if (how === "create" || !this.files.has(path)) this.files.set(path, new Uint8Array());
    const bytes = () => this.files.get(path)!;
    return {
      size: async () => bytes().length,
      read: async (offset, length) => bytes().slice(offset, offset + length),
      write: async (offset, part) => {
        const whole = new Uint8Array(Math.max(bytes().length, offset + part.length));
        whole.set(bytes());
        whole.set(part, offset);
        this.files.set(path, whole);
      },
      truncate: async (size) => void this.files.set(path, bytes().slice(0, size)),
      sync: async () => {},
      close: async () => {},
    };
  }

  async read(path: string): Promise<Uint8Array> {
    const bytes = this.files.get(path);
    if (bytes === undefined) throw new DiskError("not-found", path);
    return bytes.slice();
  }

  async writeAtomic(path: string, bytes: Uint8Array, mode?: number): Promise<void> {
    this.files.set(path, bytes.slice());
    this.modes.set(path, mode);
  }

  async list(folder: string): Promise<string[]> {
    return [...this.files.keys()]
      .filter((path) => path.startsWith(`${folder}/`))
      .map((path) => path.slice(folder.length + 1));
  }

  async makeFolder(): Promise<void> {}

  async rename(from: string, to: string): Promise<void> {
    this.files.set(to, await this.read(from));
    this.files.delete(from);
  }

  async remove(path: string): Promise<void> {
    this.files.delete(path);
  }

  async exists(path: string): Promise<boolean> {
    return this.files.has(path);
  }

  async lock(path: string): Promise<{ release(): Promise<void> } | null> {
    if (this.#locks.has(path)) return null;
    this.#locks.add(path);
    return { release: async () => void this.#locks.delete(path) };
  }
}
