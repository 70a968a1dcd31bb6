/** The results of `exactness`: one JSON line a run, added to; and what they say together. */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import type { Way } from "./exactness-hash.ts";

/** One run: what was computed, where, and how the tokens got in. */
export interface ExactnessRun {
  /** Hex SHA-256 of the kernel's WebAssembly. */
  readonly kernel: string;
  readonly model: string;
  readonly mode: string;
  readonly tokens: number;
  readonly place: string;
  readonly way: Way;
}

export interface ExactnessResult extends ExactnessRun {
  readonly hash: string;
  readonly took_s: number;
  readonly processor: string;
}

/** A line that a crash cut off is passed over. */
export function readResults(path: string): ExactnessResult[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as ExactnessResult];
      } catch {
        return [];
      }
    });
}

export function addResult(path: string, result: Omit<ExactnessResult, "processor">): void {
  const torn = existsSync(path) && !/(?:^|\n)$/.test(readFileSync(path, "utf8"));
  const line = JSON.stringify({ ...result, processor: cpus()[0]?.model ?? "unknown" });
  appendFileSync(path, `${torn ? "\n" : ""}${line}\n`);
}

const FIELDS = ["kernel", "model", "mode", "tokens", "place", "way"] as const;

export const isDone = (results: readonly ExactnessResult[], run: ExactnessRun): boolean =>
  results.some((result) => FIELDS.every((field) => result[field] === run[field]));

/** Runs that must agree: the same model, mode and tokens, whatever kernel, place and way. */
const groupsOf = (results: readonly ExactnessResult[]): [string, ExactnessResult[]][] => [
  ...Map.groupBy(results, ({ model, mode, tokens }) => `${model} ${mode}, ${tokens} tokens`),
];

const hashesIn = (group: readonly ExactnessResult[]): Set<string> => new Set(group.map(({ hash }) => hash));

export const unequal = (results: readonly ExactnessResult[]): boolean =>
  groupsOf(results).some(([, group]) => hashesIn(group).size > 1);

export const reportLines = (results: readonly ExactnessResult[]): string[] =>
  groupsOf(results).flatMap(([name, group]) => {
    const hashes = hashesIn(group);
    const verdict =
      hashes.size === 1 ? `all ${group.length} the same: ${group[0]!.hash}` : `${hashes.size} DIFFERENT HASHES`;
    const rows = group.map(({ place, way, hash, took_s }) => `  ${place}, ${way}: ${hash.slice(0, 16)} (${took_s} s)`);
    return [`${name}: ${verdict}`, ...rows];
  });
