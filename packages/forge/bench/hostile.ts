/**
 * `npm run hostile -w forge -- --set DIR --rung wasm|os|vm [--only PATTERN] [--settle-s N] [--mutations N [--seed S]]`: a hostile set
 * against a rung; with `--mutations` so many changed copies of each hostile program instead of the programs themselves.
 */
import { parseArgs } from "node:util";
import { type Chamber, osChamber, vm, wasmJs, wasmPy } from "../src/index.ts";
import { mutate } from "./hostile-mutate.ts";
import { HostOracles } from "./hostile-oracles.ts";
import { runProgram, type Verdict, warmUp } from "./hostile-run.ts";
import { type HostileSet, readSet, type SetProgram, type Strength } from "./hostile-set.ts";

/** Something that a run left behind may show up late. */
const SETTLE_S = 25;

const { values } = parseArgs({
  options: {
    set: { type: "string" },
    rung: { type: "string", default: "wasm" },
    only: { type: "string" },
    mutations: { type: "string", default: "0" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    "settle-s": { type: "string", default: String(SETTLE_S) },
  },
});

/** Processes of the chamber's own that stand beside the program: bubblewrap outside and inside, the listener. */
const OWN_PIDS = 3;

const OWN_SETS: Readonly<Record<Strength, string>> = { wasm: "hostile", os: "hostile-os", vm: "hostile-os" };

function chambersOf(strength: string, { manifest }: HostileSet): Partial<Record<SetProgram["language"], Chamber>> {
  if (strength === "wasm") return { javascript: wasmJs(), python: wasmPy() };
  const { pids } = manifest.limits_for_the_set;
  // No box is started ahead: the oracles count processes between the programs.
  if (strength === "os") return all(osChamber({ pool: 0, pids: pids + OWN_PIDS }));
  if (strength === "vm") return all(vm());
  console.error(`hostile: there is no rung ${strength}; there are wasm, os and vm`);
  process.exit(2);
}

const all = (chamber: Chamber): Partial<Record<SetProgram["language"], Chamber>> =>
  Object.fromEntries(chamber.languages.map((language) => [language, chamber]));

const line = ({ id, rung, verdict, why }: Verdict): string => `${id} ${rung} ${verdict} ${why}`;

function programsOf({ programs }: HostileSet, only: RegExp | null): SetProgram[] {
  const chosen = programs.filter((one) => only === null || only.test(one.file));
  const copies = Number(values.mutations);
  if (copies === 0) return chosen;
  console.log(`seed ${values.seed}`);
  const numbers = Array.from({ length: copies }, (_, n) => n);
  const hostile = chosen.filter(({ kind }) => kind === "hostile");
  return hostile.flatMap((program) => numbers.map((n) => mutate(program, n, Number(values.seed), programs)));
}

async function main(): Promise<number> {
  if (process.getuid?.() === 0) console.error("hostile: running as root; a user without rights is the safer host");
  const strength = values.rung as Strength;
  const own = new URL(`../test/${OWN_SETS[strength] ?? ""}`, import.meta.url).pathname;
  const set = readSet(values.set ?? own, strength);
  const chambers = chambersOf(strength, set);
  const only = values.only === undefined ? null : new RegExp(values.only);
  const counts = { pass: 0, FAIL: 0, skip: 0 };
  const oracles = await HostOracles.set();
  for (const chamber of new Set(Object.values(chambers))) {
    const probe = await chamber.probe();
    if (!probe.ready) throw new Error(`${chamber.rung} is not ready: ${probe.why}`);
    await warmUp(chamber, set);
  }
  oracles.faults();
  for (const program of programsOf(set, only)) {
    const chamber = chambers[program.language];
    const skip = program.skip ?? (chamber === undefined ? `${strength} does not run ${program.language}` : null);
    const verdict: Verdict =
      skip !== null || chamber === undefined
        ? { id: program.id, rung: strength, verdict: "skip", why: skip ?? "", exit: null }
        : await runProgram(chamber, set, program, oracles, strength);
    counts[verdict.verdict]++;
    console.log(line(verdict));
  }
  await Promise.all([...new Set(Object.values(chambers))].map((chamber) => chamber.close()));
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
