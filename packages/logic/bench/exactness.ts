/**
 * `npm run bench -w logic -- exactness [--tokens 10000] [--slow-tokens N] [--models small,4M,20M] [--modes exact,row]
 * [--tools yes] [--json OUT]`: the same hash on every JavaScript engine, compiler, instruction set and thread count, however
 * tokens are fed. Places whose tools are missing are named; `--tools yes` fetches the npm ones into a temporary folder.
 * `--slow-tokens` shortens the run where it is emulated or meets another thread at every layer.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readKernelFile } from "../src/index.ts";
import { MODEL_FORMS, makeModel } from "../test/make-model.ts";
import { hashInChromium } from "./exactness-browser.ts";
import { WAYS, type Way } from "./exactness-hash.ts";
import { fetchTools, type Place, placesOf } from "./exactness-places.ts";

const PROGRAM = fileURLToPath(new URL("exactness-program.ts", import.meta.url));
const KERNEL = fileURLToPath(new URL("../dist/kernel.wasm", import.meta.url));

export interface Run {
  readonly model: string;
  readonly mode: string;
  readonly tokens: number;
  readonly way: Way;
}

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      tokens: { type: "string", default: "10000" },
      models: { type: "string", default: "small,4M,20M" },
      modes: { type: "string", default: "exact,row" },
      tools: { type: "string", default: "no" },
      "slow-tokens": { type: "string" },
      json: { type: "string" },
    },
  });
  const folder = mkdtempSync(join(tmpdir(), "logic-exactness-"));
  try {
    const places = placesOf(values.tools === "no" ? null : values.tools === "yes" ? fetchTools(folder) : values.tools);
    const report = { kernel: readKernelFile().sha256, processor: cpus()[0]?.model ?? "unknown", runs: [] as object[] };
    const tokens = Number(values.tokens);
    const slow = Number(values["slow-tokens"] ?? values.tokens);
    for (const model of values.models.split(",")) {
      const path = join(folder, `${model}.gguf`);
      writeFileSync(path, makeModel(MODEL_FORMS[model as keyof typeof MODEL_FORMS]));
      for (const mode of values.modes.split(",")) {
        const quick = places.filter((place) => !place.slow || slow === tokens);
        report.runs.push(await compare({ model, mode, tokens }, path, quick));
        if (slow < tokens) {
          const others = places.filter((place) => place.slow || place === places[0]);
          report.runs.push(await compare({ model, mode, tokens: slow }, path, others));
        }
        if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 1)}\n`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function compare(what: Omit<Run, "way">, path: string, places: readonly Place[]) {
  console.log(`${what.model} ${what.mode}, ${what.tokens} tokens`);
  const results: Record<string, string> = {};
  for (const place of places)
    for (const way of place.name === "V8" ? WAYS : (["steps"] as const)) {
      const label = way === "steps" ? place.name : `${place.name}, ${way}`;
      results[label] = place.missing ?? (await hashAt(place, { ...what, way }, path));
      console.log(`  ${label.padEnd(32)}${place.missing === null ? results[label] : `not run: ${place.missing}`}`);
    }
  const hashes = new Set(Object.values(results).filter((result) => /^[0-9a-f]{64}$/.test(result)));
  if (hashes.size !== 1) process.exitCode = 1;
  console.log(`  ${hashes.size === 1 ? "all the same" : `${hashes.size} DIFFERENT HASHES`}`);
  return { ...what, results, same: hashes.size === 1 };
}

export async function hashAt(place: Place, { mode, tokens, way }: Omit<Run, "model">, path: string): Promise<string> {
  if (place.command === undefined) return hashInChromium({ wasm: KERNEL, model: path, mode, tokens });
  const [program, ...flags] = place.command;
  const args = [...flags, PROGRAM, KERNEL, path, mode, String(tokens), way, String(place.threads ?? 1)];
  return execFileSync(program!, args, { encoding: "utf8" }).trim();
}
