/** Test data: beside the repository at ../shared/data, or where AXIOM_DATA points. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import type { Row } from "./maskbench.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Path of a data file, or null when the data is not there. */
export function dataFile(name: string): string | null {
  const folders = [process.env.AXIOM_DATA, join(ROOT, "../shared/data"), join(ROOT, "shared/data")];
  for (const folder of folders) {
    const path = folder && join(folder, name);
    if (path && existsSync(path)) return path;
  }
  return null;
}

export function readRows(path: string): Row[] {
  const raw = readFileSync(path);
  const text = path.endsWith(".gz") ? gunzipSync(raw) : path.endsWith(".br") ? brotliDecompressSync(raw) : raw;
  return text
    .toString("utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Row);
}
