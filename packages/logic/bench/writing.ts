/**
 * `npm run bench -w logic -- writing [--tokens 250] [--tools FOLDER]`: the same text, choices, log-probabilities and memory wherever the engine
 * runs. FOLDER holds the npm packages of `exactness --tools`; without it the places that need them are named as missing.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { placesOf } from "./exactness-places.ts";

const PROGRAM = fileURLToPath(new URL("writing-program.ts", import.meta.url));

export async function run(args: readonly string[]): Promise<void> {
  const options = { tokens: { type: "string", default: "250" }, tools: { type: "string" } } as const;
  const { values } = parseArgs({ args: [...args], options });
  const hashes = new Set<string>();
  for (const { name, command, missing, threads } of placesOf(values.tools ?? null)) {
    if (command === undefined || threads !== undefined) continue;
    if (missing !== null) {
      console.log(`${name.padEnd(34)} missing: ${missing}`);
      continue;
    }
    const [program, ...flags] = command;
    const hash = execFileSync(program!, [...flags, PROGRAM, values.tokens], { encoding: "utf8" }).trim();
    hashes.add(hash);
    console.log(`${name.padEnd(34)} ${hash}`);
  }
  console.log(hashes.size === 1 ? "the same everywhere" : `${hashes.size} DIFFERENT hashes`);
  if (hashes.size !== 1) process.exitCode = 1;
}
