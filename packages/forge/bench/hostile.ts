/** `npm run hostile -w forge -- --set DIR --rung wasm [--only PATTERN] [--settle-s N]`: a hostile set against a rung. */
import { parseArgs } from "node:util";
import { type Chamber, wasmJs, wasmPy } from "../src/index.ts";
import { HostOracles } from "./hostile-oracles.ts";
import { runProgram, type Verdict, warmUp } from "./hostile-run.ts";
import { readSet, type SetProgram, type Strength } from "./hostile-set.ts";

/** Something that a run left behind may show up late. */
const SETTLE_S = 25;

const { values } = parseArgs({
  options: {
    set: { type: "string", default: new URL("../test/hostile", import.meta.url).pathname },
    rung: { type: "string", default: "wasm" },
    only: { type: "string" },
    "settle-s": { type: "string", default: String(SETTLE_S) },
  },
});

function chambersOf(strength: string): Partial<Record<SetProgram["language"], Chamber>> {
  if (strength === "wasm") return { javascript: wasmJs(), python: wasmPy() };
  console.error(`hostile: the rung ${strength} is not built yet; there is wasm`);
  process.exit(2);
}

const line = ({ id, rung, verdict, why }: Verdict): string => `${id} ${rung} ${verdict} ${why}`;

async function main(): Promise<number> {
  if (process.getuid?.() === 0) console.error("hostile: running as root; a user without rights is the safer host");
  const chambers = chambersOf(values.rung);
  const set = readSet(values.set, values.rung as Strength);
  const only = values.only === undefined ? null : new RegExp(values.only);
  const counts = { pass: 0, FAIL: 0, skip: 0 };
  const oracles = await HostOracles.set();
  for (const chamber of Object.values(chambers)) {
    const probe = await chamber.probe();
    if (!probe.ready) throw new Error(`${chamber.rung} is not ready: ${probe.why}`);
    await warmUp(chamber, set);
  }
  oracles.faults();
  for (const program of set.programs.filter((one) => only === null || only.test(one.file))) {
    const chamber = chambers[program.language]!;
    const verdict: Verdict = program.skip
      ? { id: program.id, rung: chamber.rung, verdict: "skip", why: program.skip, exit: null }
      : await runProgram(chamber, set, program, oracles);
    counts[verdict.verdict]++;
    console.log(line(verdict));
  }
  await Promise.all(Object.values(chambers).map((chamber) => chamber.close()));
  await new Promise((done) => setTimeout(done, Number(values["settle-s"]) * 1000));
  const late = oracles.faults();
  if (late.length > 0) {
    counts.FAIL++;
    console.log(`afterwards ${values.rung} FAIL ${late.join("; ")}`);
  }
  await oracles.close();
  console.log(`${counts.pass} passed, ${counts.FAIL} failed, ${counts.skip} skipped`);
  return counts.FAIL === 0 ? 0 : 1;
}

process.exitCode = await main();
