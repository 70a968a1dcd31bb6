/**
 * `npm run bench -w logic -- exactness [--tokens 10000] [--models 4M,20M,130M] [--modes exact,row] [--places NAME,…]
 * [--tools yes|FOLDER] [--results FILE] [--report FILE]`: the same hash on every JavaScript engine, compiler, instruction set and
 * thread count, however tokens are fed. Every run is one line of the results file, written when it is done; what stands there
 * for this kernel is not run again, so the command goes on where it was stopped. `--places` takes parts of names, such as
 * "qemu"; places whose tools are missing are named, and `--tools yes` fetches the npm ones into a temporary folder. `--report`
 * only says what a results file holds.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readKernelFile } from "../src/index.ts";
import { MODEL_FORMS, makeModel } from "../test/make-model.ts";
import { hashInChromium } from "./exactness-browser.ts";
import { WAYS, type Way } from "./exactness-hash.ts";
import { fetchTools, type Place, placesOf } from "./exactness-places.ts";
import { addResult, type ExactnessRun, isDone, readResults, reportLines, unequal } from "./exactness-results.ts";

const PROGRAM = fileURLToPath(new URL("exactness-program.ts", import.meta.url));
const KERNEL = fileURLToPath(new URL("../dist/kernel.wasm", import.meta.url));
const RESULTS = fileURLToPath(new URL("results/exactness.jsonl", import.meta.url));

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      tokens: { type: "string", default: "10000" },
      models: { type: "string", default: "4M,20M,130M" },
      modes: { type: "string", default: "exact,row" },
      places: { type: "string", default: "" },
      tools: { type: "string", default: "no" },
      results: { type: "string", default: RESULTS },
      report: { type: "string" },
    },
  });
  if (values.report !== undefined) return tell(values.report);
  const folder = mkdtempSync(join(tmpdir(), "logic-exactness-"));
  try {
    const tools = values.tools === "no" ? null : values.tools === "yes" ? fetchTools(folder) : values.tools;
    const wanted = values.places.split(",");
    const places = placesOf(tools).filter(({ name }) => wanted.some((part) => name.includes(part)));
    for (const { name, missing } of places) if (missing !== null) console.log(`not run: ${name}: needs ${missing}`);
    const ready = places.filter(({ missing }) => missing === null);
    const plan = values.models.split(",").flatMap((model) => planOf(model, values.modes, Number(values.tokens), ready));
    await runAll(plan, values.results, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
  tell(values.results);
}

interface Planned {
  readonly what: ExactnessRun;
  readonly place: Place;
}

const planOf = (model: string, modes: string, tokens: number, places: readonly Place[]): Planned[] =>
  modes.split(",").flatMap((mode) =>
    places.flatMap((place) =>
      waysOf(place).map((way) => {
        const kernel = readKernelFile().sha256;
        return { place, what: { kernel, model, mode, tokens, place: place.name, way } };
      }),
    ),
  );

/** How tokens are fed matters to the kernel alone, not to the engine under it: told apart in one place. */
const waysOf = ({ name }: Place): readonly Way[] => (name === "V8" ? WAYS : ["steps"]);

async function runAll(plan: readonly Planned[], results: string, folder: string): Promise<void> {
  for (const { what, place } of plan) {
    if (isDone(readResults(results), what)) continue;
    const path = modelFile(folder, what.model);
    const began = performance.now();
    const hash = await hashAt(place, what, path);
    const took_s = Math.round((performance.now() - began) / 100) / 10;
    addResult(results, { ...what, hash, took_s });
    console.log(
      `${what.model} ${what.mode} ${what.tokens} ${place.name}, ${what.way}: ${hash.slice(0, 16)} in ${took_s} s`,
    );
  }
}

function modelFile(folder: string, model: string): string {
  const path = join(folder, `${model}.gguf`);
  if (!existsSync(path)) writeFileSync(path, makeModel(MODEL_FORMS[model as keyof typeof MODEL_FORMS]));
  return path;
}

function tell(results: string): void {
  const all = readResults(results);
  console.log(reportLines(all).join("\n"));
  if (unequal(all)) process.exitCode = 1;
}

export async function hashAt(
  place: Place,
  { mode, tokens, way }: Pick<ExactnessRun, "mode" | "tokens" | "way">,
  path: string,
): Promise<string> {
  if (place.command === undefined) return hashInChromium({ wasm: KERNEL, model: path, mode, tokens });
  const [program, ...flags] = place.command;
  const args = [
    ...flags,
    PROGRAM,
    KERNEL,
    path,
    mode,
    String(tokens),
    way,
    String(place.threads ?? 1),
    place.shipped ? "shipped" : "plain",
  ];
  return execFileSync(program!, args, { encoding: "utf8" }).trim();
}
