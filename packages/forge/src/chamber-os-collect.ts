/** Takes the files out of a chamber that has ended. Its folder is held by handle; nothing in it is followed. */
import { constants as fs } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { FolderFault, type FolderHandle } from "./folder-handle.ts";
import { pathFault } from "./guest-path.ts";

export interface Collected {
  files: Map<string, Uint8Array>;
  /** Names of the caps that kept something from being taken: `files`, `disk`, `path` (links, devices, names, unreadable). */
  limits: Set<"files" | "disk" | "path">;
}

/** Regular files with one name, up to `files` of them and `disk_bytes` together. */
export async function collectFolder(
  root: FolderHandle,
  caps: { files: number; disk_bytes: number },
): Promise<Collected> {
  const found: Collected = { files: new Map(), limits: new Set() };
  await walk(root, "", { ...caps, found });
  return found;
}

interface Walk {
  readonly files: number;
  disk_bytes: number;
  readonly found: Collected;
}

async function walk(folder: FolderHandle, prefix: string, state: Walk): Promise<void> {
  for (const name of await folder.names()) {
    const path = prefix + name;
    if (state.found.files.size >= state.files) {
      state.found.limits.add("files");
      return;
    }
    if (pathFault(path) !== null || !(await take(folder, name, path, state))) state.found.limits.add("path");
  }
}

/** @returns false for what is neither a folder nor a plain file that can be read. */
async function take(folder: FolderHandle, name: string, path: string, state: Walk): Promise<boolean> {
  const stat = await folder.stat(name);
  try {
    if (stat?.kind === "folder") {
      const inner = await folder.enter(name, false);
      await walk(inner, `${path}/`, state).finally(() => inner.close());
      return true;
    }
    if (stat?.kind !== "file") return false;
    const file = await folder.openFile(name, fs.O_RDONLY);
    await readFile(file, path, state).finally(() => file.close());
    return true;
  } catch (fault) {
    if (fault instanceof FolderFault || (fault as NodeJS.ErrnoException).code !== undefined) return false;
    throw fault;
  }
}

async function readFile(file: FileHandle, path: string, state: Walk): Promise<void> {
  const { size } = await file.stat();
  if (size > state.disk_bytes) {
    state.found.limits.add("disk");
    return;
  }
  state.found.files.set(path, await file.readFile());
  state.disk_bytes -= size;
}
