/**
 * The sender's counter: no number twice, whatever the power does. Numbers are taken in blocks; the block's end is durable before
 * its first number is used, and a restart begins at that mark. Gaps are allowed, reuse is not.
 * One process at a time: the holder of the home's lock.
 */
import { fromUtf8, utf8 } from "./bytes.ts";
import { type Disk, DiskError } from "./disk.ts";

export const COUNTER_BLOCK = 1024;
const MAX_MARK = Number.MAX_SAFE_INTEGER - COUNTER_BLOCK;
const FILE = /^counter\/1 (\d{1,16})\n$/;

export class SendCounter {
  readonly #disk: Disk;
  readonly #path: string;
  #next: number;
  /** First number that is not yet durable as taken. */
  #mark: number;
  #taking: Promise<void> | null = null;
  /** After a failed write the disk's word is worth nothing; every later call fails too. */
  #failure: unknown = null;

  private constructor(disk: Disk, path: string, mark: number) {
    this.#disk = disk;
    this.#path = path;
    this.#next = mark;
    this.#mark = mark;
  }

  /** @throws DiskError, also `io` when the file holds anything but a mark: guessing would risk reuse. */
  static async open(disk: Disk, path: string): Promise<SendCounter> {
    return new SendCounter(disk, path, await readMark(disk, path));
  }

  /** The next number, each one once. @throws what the disk threw when a block could not be made durable. */
  async next(): Promise<number> {
    while (this.#next >= this.#mark) {
      if (this.#failure !== null) throw this.#failure;
      this.#taking ??= this.#takeBlock();
      await this.#taking;
    }
    return this.#next++;
  }

  async #takeBlock(): Promise<void> {
    const mark = this.#mark + COUNTER_BLOCK;
    try {
      if (this.#mark > MAX_MARK) throw new RangeError("the counter is used up");
      await this.#disk.writeAtomic(this.#path, utf8(`counter/1 ${mark}\n`));
      this.#mark = mark;
    } catch (error) {
      this.#failure = error;
      throw error;
    } finally {
      this.#taking = null;
    }
  }
}

async function readMark(disk: Disk, path: string): Promise<number> {
  if (!(await disk.exists(path))) return 0;
  const found = FILE.exec(fromUtf8(await disk.read(path)));
  const mark = Number(found?.[1]);
  if (!Number.isSafeInteger(mark)) throw new DiskError("io", `${path} holds no counter mark`);
  return mark;
}
