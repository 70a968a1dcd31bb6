/**
 * A folder of the host that tools work in. Paths are relative and stay inside; links, devices and files with a second name
 * are refused, whoever made them and whenever. Writes are whole or not at all, and a state can be marked, compared with
 * and changed to in one step.
 */
import { randomBytes } from "node:crypto";
import { constants as fs } from "node:fs";
import { type FileHandle, mkdir, realpath } from "node:fs/promises";
import { type FileChange, isRefusal, type Refusal, refuse } from "lop";
import { FolderFault, FolderHandle } from "./folder-handle.ts";
import { checkPath } from "./path-check.ts";
import { unifiedDiff } from "./text-diff.ts";
import { checkName, checkPlace, refusing, sameBytes, TEMPORARY } from "./workspace-check.ts";
import { type JournalStep, type Mark, sha256Hex, WorkspaceStore } from "./workspace-store.ts";

export interface WorkspaceLimits {
  file_bytes: number;
  total_bytes: number;
  /** Files and folders. */
  files: number;
}

export const WORKSPACE_LIMITS: WorkspaceLimits = Object.freeze({
  file_bytes: 16 * 1024 * 1024,
  total_bytes: 256 * 1024 * 1024,
  files: 10_000,
});

export interface WorkspaceEntry {
  path: string;
  /** Links and others are shown, but never read, written or entered. */
  kind: "file" | "folder" | "link" | "other";
  bytes: number;
}

export interface WorkspaceDiff {
  /** Id of the mark that it compares with; null is the empty workspace. */
  since: string | null;
  changes: FileChange[];
  /** Unified diffs of the text files among them. */
  text: string;
}

/** New content by path; null removes. */
export type WorkspaceChanges = ReadonlyMap<string, Uint8Array | null>;

/** A diff's text beyond this is cut, and says so. */
export const MAX_DIFF_BYTES = 1024 * 1024;

export class Workspace {
  readonly #root: FolderHandle;
  readonly #store: WorkspaceStore;
  readonly #limits: WorkspaceLimits;
  /** Digest by path and version, so that an unchanged file is read once. */
  #digests = new Map<string, { version: string; sha256: string }>();
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(root: FolderHandle, store: WorkspaceStore, limits: WorkspaceLimits) {
    this.#root = root;
    this.#store = store;
    this.#limits = limits;
  }

  /**
   * Makes the folder when absent. Its store stands beside it, as `FOLDER.store`. A change that a crash interrupted is
   * finished first. @throws Error when the folder cannot be opened at all.
   */
  static async open(folder: string, limits: WorkspaceLimits = WORKSPACE_LIMITS): Promise<Workspace> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = await realpath(folder);
    const store = await WorkspaceStore.open(`${path}.store`);
    const workspace = new Workspace(await FolderHandle.root(path), store, limits);
    await workspace.#recover();
    return workspace;
  }

  /** What stands under `path` (the root when empty), sorted, in depth. */
  async list(path = ""): Promise<WorkspaceEntry[] | Refusal> {
    const refusal = path === "" ? null : checkPath(path);
    if (refusal) return refusal;
    return refusing(async () => {
      const folder = path === "" ? null : await this.#enter(path.split("/"), false);
      try {
        return await this.#walk(folder ?? this.#root, path === "" ? "" : `${path}/`);
      } finally {
        await folder?.close();
      }
    });
  }

  async read(path: string): Promise<Uint8Array | Refusal> {
    return checkPath(path) ?? refusing(() => this.#read(path));
  }

  /** Adds or replaces one file, with the folders on its way. */
  async write(path: string, bytes: Uint8Array): Promise<FileChange | Refusal> {
    const changes = await this.apply(new Map([[path, bytes]]));
    if (isRefusal(changes)) return changes;
    return changes[0] ?? { path, change: "changed", sha256: sha256Hex(bytes), bytes: bytes.length };
  }

  async remove(path: string): Promise<FileChange | Refusal> {
    const changes = await this.apply(new Map([[path, null]]));
    return isRefusal(changes) ? changes : changes[0]!;
  }

  /** Every regular file by path. */
  async files(): Promise<ReadonlyMap<string, Uint8Array> | Refusal> {
    return refusing(async () => {
      const files = new Map<string, Uint8Array>();
      for (const entry of await this.#regular()) files.set(entry.path, await this.#read(entry.path));
      return files;
    });
  }

  /** Remembers the state of every regular file. */
  async mark(label = ""): Promise<Mark | Refusal> {
    return this.#alone(() =>
      refusing(async () => {
        const files: Mark["files"] = {};
        for (const { path } of await this.#regular()) {
          const bytes = await this.#read(path);
          files[path] = { sha256: await this.#store.keep(bytes), bytes: bytes.length };
        }
        const mark = { id: randomBytes(8).toString("hex"), label, files };
        await this.#store.addMark(mark);
        return mark;
      }),
    );
  }

  marks(): readonly Mark[] {
    return this.#store.marks;
  }

  /** What differs from a mark: its id or label; the newest mark when none is named; everything when there is none. */
  async diff(since?: string): Promise<WorkspaceDiff | Refusal> {
    const mark = this.#store.mark(since);
    if (!mark && since !== undefined) return refuse("path-not-found", `there is no mark ${JSON.stringify(since)}`);
    return refusing(async () => {
      const now = new Map<string, string>();
      for (const { path } of await this.#regular()) now.set(path, await this.#digest(path));
      return this.#compare(mark ?? null, now);
    });
  }

  /**
   * Makes all changes or none. Checked first, then journalled, then made; a crash in the middle is finished at the next
   * open. `base` names the content that the caller worked from: a file that has changed since is refused.
   */
  async apply(changes: WorkspaceChanges, base?: ReadonlyMap<string, Uint8Array>): Promise<FileChange[] | Refusal> {
    return this.#alone(() =>
      refusing(async () => {
        const refusal = await this.#checkChanges(changes);
        if (refusal) return refusal;
        const steps = await this.#plan(changes, base);
        if (isRefusal(steps)) return steps;
        if (steps.length === 1)
          await this.#put(steps[0]!.path, steps[0]!.after); // one rename is whole by itself
        else if (steps.length > 1) await this.#carryOut(await this.#journal(steps));
        return steps.map(({ path, before, after }) =>
          changeOf(
            { path, before: before && sha256Hex(before), after: after && sha256Hex(after) },
            after?.length ?? null,
          ),
        );
      }),
    );
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.#root.close();
  }

  /** Either all of the journal, or, when the disk refuses in the middle, none of it. */
  async #carryOut(steps: readonly JournalStep[]): Promise<void> {
    const done: JournalStep[] = [];
    try {
      for (const step of steps) {
        done.push(step);
        await this.#put(step.path, await this.#kept(step.after));
      }
    } catch (fault) {
      for (const step of done.reverse()) await this.#put(step.path, await this.#kept(step.before));
      await this.#store.dropJournal();
      throw fault;
    }
    await this.#store.dropJournal();
    await this.#store.forget();
  }

  async #recover(): Promise<void> {
    await this.#dropTemporaries();
    const steps = await this.#store.readJournal();
    if (steps) await this.#carryOut(steps);
  }

  /** Both contents of every step, then the steps themselves: from here on a crash ends in all of them. */
  async #journal(steps: readonly PlannedStep[]): Promise<JournalStep[]> {
    const journal: JournalStep[] = [];
    for (const { path, before, after } of steps) {
      const kept = before && (await this.#store.keep(before));
      journal.push({ path, before: kept, after: after && (await this.#store.keep(after)) });
    }
    await this.#store.writeJournal(journal);
    return journal;
  }

  async #kept(sha256: string | null): Promise<Uint8Array | null> {
    return sha256 === null ? null : this.#store.content(sha256);
  }

  async #put(path: string, bytes: Uint8Array | null): Promise<void> {
    const names = path.split("/");
    const name = names.pop()!;
    const folder = await this.#enter(names, bytes !== null).catch((fault: unknown) => {
      if (bytes === null && fault instanceof FolderFault && fault.fault === "not-found") return null;
      throw fault;
    });
    if (!folder) return;
    try {
      if (bytes !== null) await replace(folder, name, bytes);
      else if (await folder.stat(name)) await folder.unlink(name);
      await folder.sync();
    } finally {
      await folder.close();
    }
    if (bytes === null) await this.#dropEmpty(names);
  }

  async #plan(changes: WorkspaceChanges, base?: ReadonlyMap<string, Uint8Array>): Promise<PlannedStep[] | Refusal> {
    const steps: PlannedStep[] = [];
    for (const [path, bytes] of changes) {
      const now = await this.#contentNow(path);
      if (bytes === null && now === null) return refuse("path-not-found", `${path} does not exist`);
      if (base && !sameBytes(base.get(path) ?? null, now))
        return refuse("workspace-changed", `${path} was changed by somebody else in the meantime`);
      if (!sameBytes(now, bytes)) steps.push({ path, before: now, after: bytes });
    }
    return steps;
  }

  async #checkChanges(changes: WorkspaceChanges): Promise<Refusal | null> {
    const { files, file_bytes, total_bytes } = this.#limits;
    const now = new Map((await this.#walk(this.#root, "")).map((entry) => [entry.path, entry]));
    let total = [...now.values()].reduce((sum, entry) => sum + (entry.kind === "file" ? entry.bytes : 0), 0);
    let count = now.size;
    for (const [path, bytes] of changes) {
      const refusal = checkPath(path) ?? checkName(path) ?? checkPlace(path, now, changes);
      if (refusal) return refusal;
      if (bytes && bytes.length > file_bytes)
        return refuse("file-too-large", `${path} has ${bytes.length} bytes; the limit is ${file_bytes}`);
      total += (bytes?.length ?? 0) - (now.get(path)?.bytes ?? 0);
      if (bytes && !now.has(path)) count++;
    }
    if (total > total_bytes) return refuse("workspace-full", `the workspace would hold more than ${total_bytes} bytes`);
    return count > files
      ? refuse("workspace-full", `the workspace would hold more than ${files} files and folders`)
      : null;
  }

  async #compare(mark: Mark | null, now: ReadonlyMap<string, string>): Promise<WorkspaceDiff> {
    const changes: FileChange[] = [];
    let text = "";
    for (const path of [...new Set([...Object.keys(mark?.files ?? {}), ...now.keys()])].sort()) {
      const before = mark?.files[path]?.sha256 ?? null;
      const after = now.get(path) ?? null;
      if (before === after) continue;
      const bytes = after === null ? null : await this.#read(path);
      changes.push(changeOf({ path, before, after }, bytes?.length ?? null));
      if (text.length < MAX_DIFF_BYTES)
        text += unifiedDiff(path, before === null ? null : await this.#store.content(before), bytes);
    }
    if (text.length > MAX_DIFF_BYTES) text = `${text.slice(0, MAX_DIFF_BYTES)}\n(the diff is cut here)\n`;
    return { since: mark?.id ?? null, changes, text };
  }

  async #regular(): Promise<WorkspaceEntry[]> {
    return (await this.#walk(this.#root, "")).filter((entry) => entry.kind === "file");
  }

  async #walk(folder: FolderHandle, prefix: string): Promise<WorkspaceEntry[]> {
    const found: WorkspaceEntry[] = [];
    for (const name of await folder.names()) {
      if (name.startsWith(TEMPORARY)) continue;
      const stat = await folder.stat(name);
      if (!stat) continue;
      const kind = stat.kind === "file" && stat.names > 1 ? "link" : stat.kind;
      found.push({ path: prefix + name, kind, bytes: kind === "file" ? stat.bytes : 0 });
      if (kind === "folder") found.push(...(await this.#walkInto(folder, name, prefix)));
      if (found.length > this.#limits.files)
        throw new FolderFault("full", `the workspace holds more than ${this.#limits.files} files`);
    }
    return found;
  }

  async #walkInto(folder: FolderHandle, name: string, prefix: string): Promise<WorkspaceEntry[]> {
    const inner = await folder.enter(name, false);
    try {
      return await this.#walk(inner, `${prefix}${name}/`);
    } finally {
      await inner.close();
    }
  }

  async #read(path: string): Promise<Uint8Array> {
    const names = path.split("/");
    const name = names.pop()!;
    const folder = await this.#enter(names, false);
    try {
      const file = await folder.openFile(name, fs.O_RDONLY);
      try {
        return await readAll(file, path, this.#limits.file_bytes);
      } finally {
        await file.close();
      }
    } finally {
      await folder.close();
    }
  }

  async #contentNow(path: string): Promise<Uint8Array | null> {
    return this.#read(path).catch((fault: unknown) => {
      if (fault instanceof FolderFault && fault.fault === "not-found") return null;
      throw fault;
    });
  }

  async #digest(path: string): Promise<string> {
    const names = path.split("/");
    const name = names.pop()!;
    const folder = await this.#enter(names, false);
    const version = (await folder.stat(name).finally(() => folder.close()))?.version ?? "";
    const known = this.#digests.get(path);
    if (known?.version === version) return known.sha256;
    const sha256 = sha256Hex(await this.#read(path));
    this.#digests.set(path, { version, sha256 });
    return sha256;
  }

  /** A handle of its own on the folder; the caller closes it. */
  async #enter(names: readonly string[], make: boolean): Promise<FolderHandle> {
    let folder = await this.#root.enter(".", false);
    for (const name of names) {
      const inner = await folder.enter(name, make).finally(() => folder.close());
      folder = inner;
    }
    return folder;
  }

  async #dropEmpty(names: string[]): Promise<void> {
    for (let depth = names.length; depth > 0; depth--) {
      const parent = await this.#enter(names.slice(0, depth - 1), false);
      const removed = await parent.removeFolder(names[depth - 1]!).finally(() => parent.close());
      if (!removed) return;
    }
  }

  async #dropTemporaries(): Promise<void> {
    const visit = async (folder: FolderHandle): Promise<void> => {
      for (const name of await folder.names()) {
        const stat = await folder.stat(name);
        if (stat?.kind === "file" && name.startsWith(TEMPORARY)) await folder.unlink(name);
        if (stat?.kind !== "folder") continue;
        const inner = await folder.enter(name, false);
        await visit(inner).finally(() => inner.close());
      }
    };
    await visit(this.#root);
  }

  /** One change or mark at a time. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work, work);
    this.#turn = mine.catch(() => {});
    return mine;
  }
}

interface PlannedStep {
  readonly path: string;
  /** Content before and after; null when there is no file. */
  readonly before: Uint8Array | null;
  readonly after: Uint8Array | null;
}

function changeOf({ path, before, after }: JournalStep, bytes: number | null): FileChange {
  if (after === null) return { path, change: "removed", sha256: null, bytes: null };
  return { path, change: before === null ? "added" : "changed", sha256: after, bytes };
}

/** The new content under a temporary name, synced, then renamed over the old: a reader sees one or the other. */
async function replace(folder: FolderHandle, name: string, bytes: Uint8Array): Promise<void> {
  const old = await folder.stat(name);
  if (old && old.kind !== "file") throw new FolderFault("not-a-file", `${name} is not a regular file`);
  const temporary = TEMPORARY + randomBytes(8).toString("hex");
  const file = await folder.create(temporary, old?.mode ?? 0o644);
  try {
    await file.writeFile(bytes);
    await file.datasync();
    await folder.rename(temporary, name);
  } catch (fault) {
    await folder.unlink(temporary);
    throw fault;
  } finally {
    await file.close();
  }
}

async function readAll(file: FileHandle, path: string, most_bytes: number): Promise<Uint8Array> {
  const { size } = await file.stat();
  if (size > most_bytes) throw new FolderFault("too-large", `${path} has ${size} bytes; the limit is ${most_bytes}`);
  // One byte more than it should have: a file that grows while it is read is not taken in part.
  const bytes = new Uint8Array(size + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length, length);
    length += bytesRead;
    if (bytesRead === 0 || length === bytes.length) break;
  }
  if (length !== size) throw new FolderFault("changed", `${path} changed while it was read`);
  return bytes.subarray(0, size);
}
