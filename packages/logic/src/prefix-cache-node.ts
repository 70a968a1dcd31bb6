/** A folder as the prefix cache's shelf: one file an entry, the owner's alone; the time of last use is the file's own. */
import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Shelf } from "./prefix-cache.ts";

const HALF_WRITTEN = ".half";

/** Makes the folder, and clears away what a killed process left half-written. @throws where the folder cannot be made. */
export async function folderShelf(folder: string): Promise<Shelf> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const left = (await readdir(folder)).filter((name) => name.endsWith(HALF_WRITTEN));
  await Promise.all(left.map((name) => rm(join(folder, name), { force: true })));
  return {
    list: () => listByUse(folder),
    read: (name) => readUsed(join(folder, name)),
    write: (name, bytes) => writeWhole(folder, name, bytes),
    remove: (name) => rm(join(folder, name), { force: true }).catch(() => undefined),
  };
}

async function listByUse(folder: string): Promise<{ name: string; bytes: number }[]> {
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    names.map(async (name) => {
      const about = await stat(join(folder, name)).catch(() => null);
      return about?.isFile() ? [{ name, bytes: about.size, used: about.mtimeMs }] : [];
    }),
  );
  return found.flat().sort((a, b) => a.used - b.used || (a.name < b.name ? -1 : 1));
}

async function readUsed(path: string): Promise<Uint8Array | null> {
  const bytes = await readFile(path).catch(() => null);
  if (bytes === null) return null;
  const now = new Date(Date.now());
  await utimes(path, now, now).catch(() => undefined);
  return bytes;
}

/** Not synced: an entry torn by a power cut does not open, and is a miss. */
async function writeWhole(folder: string, name: string, bytes: Uint8Array): Promise<boolean> {
  const half = join(folder, `${randomUUID()}${HALF_WRITTEN}`);
  try {
    await writeFile(half, bytes, { mode: 0o600, flag: "wx" });
    await rename(half, join(folder, name));
    return true;
  } catch {
    await rm(half, { force: true }).catch(() => undefined);
    return false;
  }
}
