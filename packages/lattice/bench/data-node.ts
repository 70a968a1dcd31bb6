/** Data sets: beside the repository at ../shared/data/lattice, under AXIOM_DATA, or in the folder given by --data. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** The folder of one set, or null when it is not there. */
export function setFolder(name: string, data: string | undefined): string | null {
  const lattice = process.env.AXIOM_DATA && join(process.env.AXIOM_DATA, "lattice");
  const folders = data === undefined ? [lattice, join(ROOT, "../shared/data/lattice")] : [data];
  for (const folder of folders) {
    if (folder && existsSync(join(folder, name))) return join(folder, name);
  }
  return null;
}

export function readText(path: string): string {
  const bytes = readFileSync(path);
  return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
}

export const readLines = <T>(path: string): T[] =>
  readText(path)
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T);
