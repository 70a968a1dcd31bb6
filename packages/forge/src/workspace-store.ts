/**
 * What a workspace remembers, in a folder beside it: contents by SHA-256, marks (which file had which content), and the
 * journal of a change that is being made. Format of `marks.json` and `journal.json`: the interfaces below, as JSON.
 */
import { createHash, randomBytes } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Marks that are kept; the oldest makes room. */
export const MAX_MARKS = 64;

export interface Mark {
  id: string;
  label: string;
  /** By path. */
  files: Record<string, { sha256: string; bytes: number }>;
}

export interface JournalStep {
  path: string;
  /** Content before and after; null when there is no file. */
  before: string | null;
  after: string | null;
}

export const sha256Hex = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

const absent = (fault: unknown): null => {
  if ((fault as NodeJS.ErrnoException).code === "ENOENT") return null;
  throw fault;
};

export class WorkspaceStore {
  readonly #folder: string;
  #marks: Mark[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(folder: string): Promise<WorkspaceStore> {
    const store = new WorkspaceStore(folder);
    await mkdir(join(folder, "objects"), { recursive: true, mode: 0o700 });
    const marks = await readFile(join(folder, "marks.json"), "utf8").catch(absent);
    if (marks !== null) store.#marks = JSON.parse(marks) as Mark[];
    return store;
  }

  get marks(): readonly Mark[] {
    return this.#marks;
  }

  /** The newest mark with this id or label; the newest of all when none is named. */
  mark(name?: string): Mark | undefined {
    return this.#marks.findLast((mark) => name === undefined || mark.id === name || mark.label === name);
  }

  async addMark(mark: Mark): Promise<void> {
    this.#marks = [...this.#marks, mark].slice(-MAX_MARKS);
    await this.#write("marks.json", Buffer.from(JSON.stringify(this.#marks)));
    await this.forget();
  }

  async has(sha256: string): Promise<boolean> {
    const file = await open(this.#object(sha256)).catch(absent);
    await file?.close();
    return file !== null;
  }

  /** Keeps the content. Durable when it returns. */
  async keep(bytes: Uint8Array): Promise<string> {
    const sha256 = sha256Hex(bytes);
    if (!(await this.has(sha256))) await this.#write(join("objects", sha256.slice(0, 2), sha256), bytes);
    return sha256;
  }

  /** @throws Error when the content is missing or was changed on disk. */
  async content(sha256: string): Promise<Uint8Array> {
    const bytes = await readFile(this.#object(sha256));
    if (sha256Hex(bytes) !== sha256) throw new Error(`the kept content ${sha256} was changed on disk`);
    return bytes;
  }

  async readJournal(): Promise<JournalStep[] | null> {
    const text = await readFile(join(this.#folder, "journal.json"), "utf8").catch(absent);
    return text === null ? null : (JSON.parse(text) as JournalStep[]);
  }

  writeJournal(steps: readonly JournalStep[]): Promise<void> {
    return this.#write("journal.json", Buffer.from(JSON.stringify(steps)));
  }

  async dropJournal(): Promise<void> {
    await rm(join(this.#folder, "journal.json"), { force: true });
    await syncFolder(this.#folder);
  }

  /** Drops contents that no mark names. Not while a journal stands. */
  async forget(): Promise<void> {
    if ((await this.readJournal()) !== null) return;
    const named = new Set(this.#marks.flatMap((mark) => Object.values(mark.files).map((file) => file.sha256)));
    for (const prefix of await readdir(join(this.#folder, "objects")))
      for (const name of await readdir(join(this.#folder, "objects", prefix)))
        if (!named.has(name)) await rm(join(this.#folder, "objects", prefix, name), { force: true });
  }

  #object(sha256: string): string {
    return join(this.#folder, "objects", sha256.slice(0, 2), sha256);
  }

  /** Temporary file, fsync, rename, fsync of the folder: whole or not at all. */
  async #write(path: string, bytes: Uint8Array): Promise<void> {
    const target = join(this.#folder, path);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    const temporary = `${target}.${randomBytes(6).toString("hex")}`;
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(bytes);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
    await syncFolder(dirname(target));
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
