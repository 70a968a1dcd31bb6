/**
 * `npm run hostile -w forge -- [--set DIR] --rung wasm|wasm-js|wasm-py|os|vm [--only PATTERN] [--part K/N] [--settle-s N]
 * [--mutations N [--seed S]]`: a hostile set against a rung; with `--part` one piece of it, with `--mutations` so many changed
 * copies of each hostile program instead of the programs themselves. Exit code 0 when everything passed, 1 when not, 2 when
 * nothing could be run.
 */
import { parseArgs } from "node:util";
import { type Chamber, osChamber, vm, wasmJs, wasmPy } from "../src/index.ts";
import { mutate } from "./hostile-mutate.ts";
import { HostOracles } from "./hostile-oracles.ts";
import { runProgram, type Verdict, warmUp } from "./hostile-run.ts";
import { type HostileSet, pieceOf, readSet, SetFault, type SetProgram, type Strength } from "./hostile-set.ts";

/** Something that a run left behind may show up late. */
const SETTLE_S = 25;

const OPTIONS = {
  set: { type: "string" },
  rung: { type: "string", default: "wasm" },
  only: { type: "string" },
  part: { type: "string", default: "1/1" },
  mutations: { type: "string", default: "0" },
  seed: { type: "string", default: String(Date.now() % 2 ** 31) },
  "settle-s": { type: "string", default: String(SETTLE_S) },
} as const;

const values = readOptions();

function readOptions() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (fault) {
    console.error(`hostile: ${(fault as Error).message}`);
    process.exit(2);
  }
}

/** Processes of the chamber's own that stand beside the program: bubblewrap outside and inside, the listener. */
const OWN_PIDS = 3;

type Chambers = Partial<Record<SetProgram["language"], Chamber>>;

const all = (chamber: Chamber): Chambers =>
  Object.fromEntries(chamber.languages.map((language) => [language, chamber]));

interface Rung {
  readonly strength: Strength;
  readonly own: string;
  chambers(set: HostileSet): Chambers;
}

const RUNGS: Readonly<Record<string, Rung>> = {
  wasm: { strength: "wasm", own: "hostile", chambers: () => ({ javascript: wasmJs(), python: wasmPy() }) },
  "wasm-js": { strength: "wasm", own: "hostile", chambers: () => ({ javascript: wasmJs() }) },
  "wasm-py": { strength: "wasm", own: "hostile", chambers: () => ({ python: wasmPy() }) },
  os: {
    strength: "os",
    own: "hostile-os",
    // No box is started ahead: the oracles count processes between the programs.
    chambers: ({ manifest }) => all(osChamber({ pool: 0, pids: manifest.limits_for_the_set.pids + OWN_PIDS })),
  },
  vm: { strength: "vm", own: "hostile-os", chambers: () => all(vm()) },
};

function rungOf(name: string): Rung {
  const rung = RUNGS[name];
  if (rung === undefined) throw new SetFault(`there is no rung ${name}; there are ${Object.keys(RUNGS).join(", ")}`);
  return rung;
}

const line = ({ id, rung, verdict, why }: Verdict): string => `${id} ${rung} ${verdict} ${why}`;

function programsOf({ programs }: HostileSet): SetProgram[] {
  const only = patternOf(values.only);
  const [, k, n] = /^(\d+)\/(\d+)$/.exec(values.part)?.map(Number) ?? [];
  if (!k || !n || k > n) throw new SetFault(`--part is K/N with K from 1 to N, not ${values.part}`);
  const chosen = programs.filter((one) => only === null || only.test(one.file));
  const copies = Number(values.mutations);
  if (copies === 0) return pieceOf(chosen, k, n);
  console.log(`seed ${values.seed}`);
  const numbers = Array.from({ length: copies }, (_, index) => index);
  const hostile = chosen.filter(({ kind }) => kind === "hostile");
  return pieceOf(
    hostile.flatMap((program) => numbers.map((copy) => mutate(program, copy, Number(values.seed), programs))),
    k,
    n,
  );
}

function patternOf(only: string | undefined): RegExp | null {
  try {
    return only === undefined ? null : new RegExp(only);
  } catch (fault) {
    throw new SetFault(`--only is a regular expression: ${(fault as Error).message}`);
  }
}

async function ready(chambers: Chambers, set: HostileSet): Promise<void> {
  for (const chamber of new Set(Object.values(chambers))) {
    const probe = await chamber.probe();
    if (!probe.ready) throw new SetFault(`${chamber.rung} is not ready: ${probe.why}; ${probe.fix}`);
    await warmUp(chamber, set);
  }
}

async function main(): Promise<number> {
  if (process.getuid?.() === 0) console.error("hostile: running as root; a user without rights is the safer host");
  const { strength, own, chambers: chambersFor } = rungOf(values.rung);
  const set = readSet(values.set ?? new URL(`../test/${own}`, import.meta.url).pathname, strength);
  for (const doubt of set.doubts) console.error(`hostile: ${doubt}`);
  const programs = programsOf(set);
  const chambers = chambersFor(set);
  const counts = { pass: 0, FAIL: 0, skip: 0 };
  const oracles = await HostOracles.set();
  try {
    await ready(chambers, set);
    oracles.faults();
    for (const program of programs) {
      const verdict = await judge(chambers[program.language], set, program, oracles, strength);
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
  } finally {
    await Promise.all([...new Set(Object.values(chambers))].map((chamber) => chamber.close()));
    await oracles.close();
  }
  console.log(`${counts.pass} passed, ${counts.FAIL} failed, ${counts.skip} skipped`);
  if (counts.pass + counts.FAIL === 0) throw new SetFault("nothing was run: no program fits the rung and the options");
  return counts.FAIL === 0 ? 0 : 1;
}

async function judge(
  chamber: Chamber | undefined,
  set: HostileSet,
  program: SetProgram,
  oracles: HostOracles,
  strength: Strength,
): Promise<Verdict> {
  const skip = program.skip ?? (chamber === undefined ? `${values.rung} does not run ${program.language}` : null);
  if (skip !== null || chamber === undefined)
    return { id: program.id, rung: values.rung, verdict: "skip", why: skip ?? "", exit: null };
  return runProgram(chamber, set, program, oracles, strength);
}

try {
  process.exitCode = await main();
} catch (fault) {
  if (!(fault instanceof SetFault)) throw fault;
  console.error(`hostile: ${fault.message}`);
  process.exitCode = 2;
}
