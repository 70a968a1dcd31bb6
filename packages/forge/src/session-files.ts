/** The files of a session between its runs, with the caps on them: the same on every rung that keeps them on the host. */
import { type Refusal, refuse } from "lop";
import { type ChamberRun, type Limits, MAX_CODE_BYTES, MAX_SEED_BYTES } from "./chamber.ts";
import { checkPath } from "./path-check.ts";

export class SessionFiles {
  readonly #limits: Limits;
  #files = new Map<string, Uint8Array>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#files.size;
  }

  get size_bytes(): number {
    let size = 0;
    for (const bytes of this.#files.values()) size += bytes.length;
    return size;
  }

  put(path: string, bytes: Uint8Array): Refusal | null {
    const refusal = checkPath(path) ?? this.#checkRoom(path, bytes);
    if (refusal) return refusal;
    this.#files.set(path, bytes.slice());
    return null;
  }

  all(): Map<string, Uint8Array> {
    return new Map(this.#files);
  }

  replace(files: ReadonlyMap<string, Uint8Array>): void {
    this.#files = new Map(files);
  }

  /** Takes the run's own files in. @returns why the run is denied, or null. */
  prepare(run: ChamberRun): string | null {
    if (Buffer.byteLength(run.code) > MAX_CODE_BYTES) return `the program is longer than ${MAX_CODE_BYTES} bytes`;
    if ((run.seed?.length ?? 0) > MAX_SEED_BYTES) return `the seed is longer than ${MAX_SEED_BYTES}`;
    if (run.time_ms !== undefined && !(Number.isSafeInteger(run.time_ms) && run.time_ms >= 0))
      return "the fixed time is not a Unix time in whole milliseconds";
    for (const [path, bytes] of run.files ?? []) {
      const refusal = this.put(path, bytes);
      if (refusal) return refusal.why;
    }
    return null;
  }

  #checkRoom(path: string, bytes: Uint8Array): Refusal | null {
    const { files, disk_bytes } = this.#limits;
    const more = this.#files.has(path) ? 0 : 1;
    if (this.#files.size + more > files) return refuse("file-too-large", `more than ${files} files`);
    const size = this.size_bytes - (this.#files.get(path)?.length ?? 0) + bytes.length;
    return size > disk_bytes ? refuse("file-too-large", `${path} makes more than ${disk_bytes} bytes of files`) : null;
  }
}
