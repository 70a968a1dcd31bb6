/** Data sets: beside the repository at ../shared/data/lattice, under AXIOM_DATA, or in the folder given by --data. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

const folders = (): string[] => {
  const lattice = process.env.AXIOM_DATA && join(process.env.AXIOM_DATA, "lattice");
  return [...(lattice ? [lattice] : []), join(ROOT, "../shared/data/lattice")];
};

/** The folder of all sets where --data names none; null when there is none. */
export const dataFolder = (): string | null => folders().find((folder) => existsSync(folder)) ?? null;

/** The folder of one set, or null when it is not there. */
export const setFolder = (name: string, data: string | undefined): string | null =>
  (data === undefined ? folders() : [data]).map((folder) => join(folder, name)).find((path) => existsSync(path)) ??
  null;

export function readText(path: string): string {
  const bytes = readFileSync(path);
  return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
}

/** @throws Error with the file's name when it is no JSON. */
export function readJson<T>(path: string): T {
  try {
    return JSON.parse(readText(path)) as T;
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`);
  }
}

/** One JSON value a line; none when the file is empty. @throws Error with the file's name and line where one is no JSON. */
export const readLines = <T>(path: string): T[] =>
  readText(path)
    .split("\n")
    .flatMap((line, i) => {
      if (line.trim() === "") return [];
      try {
        return [JSON.parse(line) as T];
      } catch (error) {
        throw new Error(`${path}, line ${i + 1}: ${(error as Error).message}`);
      }
    });
