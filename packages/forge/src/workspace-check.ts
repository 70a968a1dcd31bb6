/** What a workspace refuses, and in which words. */
import { type Refusal, type RefusalCode, refuse } from "lop";
import { FolderFault, type FolderFaultKind } from "./folder-handle.ts";

/** Names of files that are being written; nobody else may use them. */
export const TEMPORARY = ".axiom-write-";

const CODES: Record<FolderFaultKind, RefusalCode> = {
  outside: "path-outside-workspace",
  "not-found": "path-not-found",
  "not-a-file": "path-not-a-file",
  "too-large": "file-too-large",
  full: "workspace-full",
  changed: "workspace-changed",
};

/** Turns what the disk says into a refusal; our own faults go on as exceptions. */
export async function refusing<T>(work: () => Promise<T | Refusal>): Promise<T | Refusal> {
  try {
    return await work();
  } catch (fault) {
    if (fault instanceof FolderFault) return refuse(CODES[fault.fault], fault.message);
    const code = (fault as NodeJS.ErrnoException).code;
    if (code === "ENOSPC" || code === "EDQUOT") return refuse("disk-full", "the disk of the workspace is full");
    throw fault;
  }
}

export function checkName(path: string): Refusal | null {
  const own = path.split("/").some((name) => name.startsWith(TEMPORARY));
  return own ? refuse("path-outside-workspace", `names that begin with ${TEMPORARY} are the workspace's own`) : null;
}

type Kinds = ReadonlyMap<string, { kind: string }>;

/** A file can stand only under folders, and not where something else stands, before the change and after it. */
export function checkPlace(path: string, now: Kinds, changes: ReadonlyMap<string, unknown>): Refusal | null {
  const there = now.get(path)?.kind;
  if (there === "link") return refuse("path-outside-workspace", `${path} is a link`);
  if (there !== undefined && there !== "file") return refuse("path-not-a-file", `${path} is not a regular file`);
  const names = path.split("/");
  for (let depth = 1; depth < names.length; depth++) {
    const above = names.slice(0, depth).join("/");
    const kind = now.get(above)?.kind;
    if (kind === "link") return refuse("path-outside-workspace", `${above} is a link`);
    if ((kind !== undefined && kind !== "folder") || changes.get(above))
      return refuse("path-not-a-file", `${above} is a file, not a folder`);
  }
  return null;
}

export const sameBytes = (a: Uint8Array | null, b: Uint8Array | null): boolean =>
  a === null || b === null ? a === b : Buffer.compare(a, b) === 0;
