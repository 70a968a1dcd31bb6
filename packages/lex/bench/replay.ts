/**
 * Proof cards' replay data made by one process and run again by others.
 * `npm run bench -w lex -- replay [--count 1000] [--made-with 1] [--threads 1,2] [--engine node,bun,arm64] [--tools yes|FOLDER] [--model FILE]`:
 * one other process for each engine and thread count. bun is JavaScriptCore; arm64 is Node under qemu-user. `--tools yes` fetches
 * both from npm into a temporary folder; an engine whose tools are missing is named, and fails the run.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fetchTools, placesOf } from "../../logic/bench/exactness-places.ts";
import { openWriter } from "./open-writer.ts";
import { type ReplayRecord, record } from "./replay-records.ts";

const PROGRAM = fileURLToPath(new URL("replay-program.ts", import.meta.url));

/** Names of `--engine`, and the places of the kernel's own bench that they are. */
const ENGINES: Readonly<Record<string, string>> = {
  node: "V8",
  bun: "JavaScriptCore (bun)",
  arm64: "arm64 (qemu)",
};

export interface ReplayBench {
  readonly count: number;
  readonly model: string;
  /** Threads of the process that makes the records. */
  readonly madeWith: 1 | 2;
  readonly threads: readonly number[];
  readonly engines: readonly string[];
  /** `no`, `yes`, or a folder that holds them. */
  readonly tools: string;
}

export async function replayBench(args: ReplayBench): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "axiom-replay-"));
  try {
    const tools = args.tools === "no" ? null : args.tools === "yes" ? fetchTools(folder) : args.tools;
    const began = performance.now();
    const records = await record(await openWriter(args.model, "exact", args.madeWith), args.count);
    console.log(`${records.length} cards made in ${seconds(began)}, threads ${args.madeWith}`);
    const file = join(folder, "records.json");
    writeFileSync(file, JSON.stringify(records satisfies ReplayRecord[]));
    for (const engine of args.engines)
      for (const threads of args.threads)
        tell(engine, threads, replayElsewhere(engine, tools, [file, args.model, `${threads}`]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const seconds = (began_ms: number): string => `${((performance.now() - began_ms) / 1000).toFixed(1)} s`;

function tell(engine: string, threads: number, { said, same, took }: Elsewhere): void {
  console.log(`${engine.padEnd(6)} threads ${threads}: ${said}${took === null ? "" : ` (${took})`}`);
  if (!same) process.exitCode = 1;
}

export interface Elsewhere {
  readonly said: string;
  readonly same: boolean;
  /** Null where it was not run. */
  readonly took: string | null;
}

/** @param args of replay-program.ts. */
export function replayElsewhere(engine: string, tools: string | null, args: readonly string[]): Elsewhere {
  const place = placesOf(tools).find(({ name }) => name === ENGINES[engine]);
  if (place?.command === undefined) return { said: `no engine ${engine}`, same: false, took: null };
  if (place.missing !== null) return { said: `not run: needs ${place.missing}`, same: false, took: null };
  const [program, ...flags] = place.command;
  const began = performance.now();
  const child = spawnSync(program!, [...flags, PROGRAM, ...args], { encoding: "utf8" });
  return { said: `${child.stdout.trim()}${child.stderr}`, same: child.status === 0, took: seconds(began) };
}
