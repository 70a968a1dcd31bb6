/** Sealed snapshots of held runs, one file each. Their keys are in the memory of the sessions alone, so a file that outlives its process is noise. */
import type { Disk } from "lop";

const FOLDER = "held";
const pathOf = (directive: string): string => `${FOLDER}/${directive}.snapshot`;

export class SnapshotShelf {
  readonly #disk: Disk;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** Durable when it resolves. @throws DiskError */
  async write(directive: string, sealed: Uint8Array): Promise<void> {
    await this.#disk.makeFolder(FOLDER);
    await this.#disk.writeAtomic(pathOf(directive), sealed, 0o600);
  }

  async remove(directive: string): Promise<void> {
    if (await this.#disk.exists(pathOf(directive))) await this.#disk.remove(pathOf(directive));
  }

  /** What an earlier process left, halves of files included. */
  async clear(): Promise<void> {
    if (!(await this.#disk.exists(FOLDER))) return;
    for (const name of await this.#disk.list(FOLDER)) await this.#disk.remove(`${FOLDER}/${name}`);
  }
}
