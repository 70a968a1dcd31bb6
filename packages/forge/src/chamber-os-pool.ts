/** Boxes that are started ahead of time and wait for their files. Each is used once; all are of the shape last asked for. */
import type { OsBox } from "./chamber-os-box.ts";

export class OsPool {
  readonly #size: number;
  readonly #end: (box: OsBox) => Promise<void>;
  #key: string | null = null;
  #start: (() => Promise<OsBox>) | null = null;
  #waiting: OsBox[] = [];
  #filling: Promise<void> | null = null;
  #closed = false;

  constructor(size: number, end: (box: OsBox) => Promise<void>) {
    this.#size = size;
    this.#end = end;
  }

  /** A waiting box of the shape that `key` names, or null; `start` is how further ones of it are made. */
  take(key: string, start: () => Promise<OsBox>): OsBox | null {
    if (key !== this.#key) for (const box of this.#waiting.splice(0)) void this.#end(box);
    this.#key = key;
    this.#start = start;
    for (let box = this.#waiting.shift(); box; box = this.#waiting.shift()) {
      if (box.alive) return box;
      void this.#end(box);
    }
    return null;
  }

  /** Starts what is missing, one after the other. Failures show at the next take. */
  fill(): Promise<void> {
    this.#filling ??= this.#fill()
      .catch(() => {})
      .finally(() => {
        this.#filling = null;
      });
    return this.#filling;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#filling;
    await Promise.all(this.#waiting.splice(0).map((box) => this.#end(box)));
  }

  async #fill(): Promise<void> {
    while (!this.#closed && this.#start !== null && this.#waiting.length < this.#size) {
      const key = this.#key;
      const box = await this.#start();
      if (this.#closed || key !== this.#key) await this.#end(box);
      else {
        box.unref();
        this.#waiting.push(box);
      }
    }
  }
}
