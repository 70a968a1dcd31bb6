/** `npm run bench -w forge [-- NAME [--count N] [--rung RUNG] [--seed N] [--state DIR]]`: what chambers cost; all of them without a name. */
import { createHash } from "node:crypto";
import { availableParallelism, loadavg } from "node:os";
import { parseArgs } from "node:util";
import {
  type Chamber,
  type ChamberResult,
  type ChamberRun,
  DEFAULT_LIMITS,
  type Language,
  type Limits,
  osChamber,
  runInChamber,
  vm,
  type WasmOptions,
  wasmJs,
  wasmPy,
} from "../src/index.ts";
import { freezeTrials } from "./freeze-trials.ts";
import { benchVm } from "./vm.ts";
import { benchCycles, benchWipe } from "./vm-held.ts";

const MIB = 1024 * 1024;
/** Time for the pool to boot the next interpreter before the next single request. */
const REFILL_MS = 400;
const BURST = 20;
const WALL_MS = 200;
const ONE_LINER = "print(6*7)";
const PROGRESS_TRIALS = 500;
/** Of the first piece; another `--seed` makes another piece of a long trial. */
const FREEZE_SEED = 20_260_101;

interface Subject {
  make(options?: WasmOptions): Chamber;
  language: Language;
  loop: string;
  /** null where chance and clock are real ones. */
  chance: string | null;
  /** `print(6*7)` where that is no program of the language. */
  oneLiner?: string;
  /** Interpreters of wasm are watched from 0 to 3 waiting ones. */
  pools?: readonly number[];
  /** A freeze holds a run, and it can go on. */
  pauses: boolean;
  /** Most milliseconds from call to result of a one-liner: what is asked, and what we aim at. */
  whole_ms: { bound: number; goal: number };
}

const SUBJECTS: readonly Subject[] = [
  {
    make: wasmJs,
    language: "javascript",
    loop: "for (;;);",
    chance: "print(Math.random(), Date.now())",
    pauses: false,
    whole_ms: { bound: 10, goal: 2 },
  },
  {
    make: wasmPy,
    language: "python",
    loop: "while True: pass",
    chance: 'import os, random, time\nprint(random.random(), os.urandom(4).hex(), time.time(), hash("a"), {"b", "a"})',
    pauses: false,
    whole_ms: { bound: 150, goal: 10 },
  },
  ...(
    [
      { language: "javascript", loop: "for (;;);" },
      { language: "python", loop: "while True: pass" },
      { language: "shell", loop: "while :; do :; done", oneLiner: "echo 42" },
    ] as const
  ).map((one) => ({
    ...one,
    make: (options: WasmOptions = {}) => osChamber(options),
    chance: null,
    pools: [0, 1],
    pauses: true,
    whole_ms: { bound: 60, goal: 60 },
  })),
];

const oneLiner = ({ oneLiner: code = ONE_LINER, language }: Subject) => ({ code, language });
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

const percentile = (values: readonly number[], part: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))]!;

function tell(name: string, values: readonly number[], bounds: readonly [string, number][] = []): void {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((part) => percentile(values, part));
  const verdicts = bounds.map(([what, most]) => `${what} ${most}: ${p50! <= most ? "met" : "missed"}`);
  const figures = `p50 ${p50!.toFixed(1)}, p95 ${p95!.toFixed(1)}, p99 ${p99!.toFixed(1)} ms (n=${values.length})`;
  console.log([`${name}: ${figures}`, ...verdicts].join("; "));
}

async function once(
  chamber: Chamber,
  run: ChamberRun & { language?: Language },
  limits: Partial<Limits> = {},
): Promise<ChamberResult & { whole_ms: number }> {
  const start_ms = performance.now();
  const spec = { language: run.language ?? chamber.languages[0]!, limits: { ...DEFAULT_LIMITS, ...limits } };
  const result = await runInChamber(chamber, { ...run, ...spec, files: new Map() });
  if ("refused" in result) throw new Error(result.why);
  return { ...result, whole_ms: performance.now() - start_ms };
}

async function warmed(subject: Subject, options: WasmOptions = {}): Promise<Chamber> {
  const chamber = subject.make(options);
  const probe = await chamber.probe();
  if (!probe.ready) throw new Error(probe.why);
  await pause(REFILL_MS * 2 * Math.max(1, options.pool ?? 1));
  return chamber;
}

/** Single requests with time between them: what an operator feels. */
async function latency(subject: Subject, runs = 50): Promise<void> {
  const chamber = await warmed(subject);
  const whole: number[] = [];
  for (let i = 0; i < runs; i++) {
    whole.push((await once(chamber, oneLiner(subject))).whole_ms);
    await pause(REFILL_MS);
  }
  await chamber.close();
  const { bound, goal } = subject.whole_ms;
  tell(`${chamber.rung} ${subject.language} one-liner, call to result`, whole, [
    ["p50 at most", bound],
    ["goal", goal],
  ]);
}

/** Requests that follow each other at once, for pools of several sizes: most of them find no waiting interpreter. */
async function burst(subject: Subject, runs = BURST): Promise<void> {
  for (const pool of subject.pools ?? [0, 1, 2, 3]) {
    const chamber = await warmed(subject, { pool });
    const whole: number[] = [];
    const start = { ms: performance.now(), cpu: process.cpuUsage() };
    for (let i = 0; i < runs; i++) whole.push((await once(chamber, oneLiner(subject))).whole_ms);
    const [took_ms, used] = [performance.now() - start.ms, process.cpuUsage(start.cpu)];
    await chamber.close();
    tell(`${chamber.rung} ${subject.language} ${runs} back to back, pool ${pool}`, whole);
    const cpu_ms = (used.user + used.system) / 1000;
    console.log(`  all ${took_ms.toFixed(0)} ms, ${(cpu_ms / runs).toFixed(0)} CPU-ms each`);
  }
}

/** An endless loop against a wall limit: from the call to the result, less the limit. */
async function overshoot(subject: Subject, runs = 20): Promise<void> {
  const chamber = await warmed(subject);
  const [whole, inside]: [number[], number[]] = [[], []];
  for (let i = 0; i < runs; i++) {
    await pause(REFILL_MS);
    const result = await once(chamber, { code: subject.loop, language: subject.language }, { wall_ms: WALL_MS });
    whole.push(result.whole_ms - WALL_MS);
    inside.push(result.took_ms - WALL_MS);
  }
  await chamber.close();
  tell(`${chamber.rung} past the wall limit, call to result`, whole, [["p50 at most", 50]]);
  tell(`${chamber.rung} past the wall limit, guest's thread`, inside, [["p50 at most", 50]]);
}

/** Resident size of this process while it runs one program after the other. */
async function memory(subject: Subject, runs = 500): Promise<void> {
  const chamber = await warmed(subject);
  const sizes: number[] = [];
  for (let i = 0; i <= runs; i++) {
    await once(chamber, oneLiner(subject));
    if (i % Math.ceil(runs / 10) === 0) sizes.push(Math.round(process.memoryUsage.rss() / MIB));
  }
  await pause(1000);
  sizes.push(Math.round(process.memoryUsage.rss() / MIB));
  await chamber.close();
  const early = Math.max(...sizes.slice(0, 4));
  const growth = sizes.at(-1)! - early;
  console.log(`${chamber.rung} resident size over ${runs} runs: ${sizes.join(" ")} MiB`);
  console.log(`  last against the first third's peak: ${growth} MiB; at most 64: ${growth <= 64 ? "met" : "missed"}`);
}

/** Same code, seed and clock. */
async function seeds(subject: Subject, runs = 200): Promise<void> {
  if (subject.chance === null) return;
  const chamber = await warmed(subject);
  const seen = new Set<string>();
  const run = { code: subject.chance, seed: Buffer.from("seed"), time_ms: 1_700_000_000_000 };
  for (let i = 0; i < runs; i++) {
    const result = await once(chamber, run);
    seen.add(createHash("sha256").update(`${result.status} `).update(result.stdout).digest("hex"));
  }
  await chamber.close();
  console.log(
    `${chamber.rung} same seed ${runs} times: ${seen.size} results; 1: ${seen.size === 1 ? "met" : "missed"}`,
  );
}

/** Freezes at random moments of runs that talk without pause: bytes that come afterwards, and how long the freeze takes. */
async function freeze(subject: Subject, runs = 200): Promise<void> {
  // Languages of one rung are held by the same means.
  if (subject.pauses && subject.language !== "shell") return;
  const chamber = await warmed(subject);
  const report = await freezeTrials(chamber, subject.language, {
    trials: runs,
    seed: Number(values.seed),
    pauses: subject.pauses,
    progress: ({ trials, after_bytes }) => {
      if (trials % PROGRESS_TRIALS === 0)
        process.stderr.write(`freeze: ${trials} trials, ${after_bytes} bytes after\n`);
    },
  });
  await chamber.close();
  const { trials, before_bytes, after_bytes, held_ms } = report;
  tell(`${chamber.rung} ${trials} freezes, call to standstill`, held_ms);
  console.log(
    `  seed ${values.seed}: ${before_bytes} bytes before, ${after_bytes} after; 0: ${after_bytes === 0 ? "met" : "missed"}`,
  );
}

const BENCHES: Record<string, (subject: Subject, runs?: number) => Promise<void>> = {
  latency,
  burst,
  overshoot,
  memory,
  seeds,
  freeze,
};

/** Of these, a freeze is tried on machines too. */
const MACHINES: Subject = {
  make: () => vm(),
  language: "shell",
  loop: "while :; do :; done",
  chance: null,
  pauses: true,
  whole_ms: { bound: 60, goal: 60 },
};
/** Benches of machines alone; each takes a count. */
const VM_BENCHES: Record<string, (count?: number) => Promise<void>> = {
  vm: benchVm,
  cycles: benchCycles,
  wipe: (count) => benchWipe(count, values.state),
};

const { values, positionals } = parseArgs({
  options: {
    count: { type: "string" },
    rung: { type: "string" },
    seed: { type: "string", default: String(FREEZE_SEED) },
    state: { type: "string", multiple: true, default: [] },
  },
  allowPositionals: true,
});
const [name, ...more] = positionals;
const count = values.count ?? more[0];
const [runs, only] = [count === undefined ? undefined : Number(count), values.rung ?? more[1]];
if (name !== undefined && !(name in BENCHES) && !(name in VM_BENCHES)) {
  console.error(
    `bench: there is no ${name}; there are ${[...Object.keys(BENCHES), ...Object.keys(VM_BENCHES)].join(", ")}`,
  );
  process.exit(2);
}
const loads = loadavg().map((one) => one.toFixed(1));
console.log(`Node ${process.version}, ${availableParallelism()} cores, load average ${loads.join(" ")}`);
for (const [title, bench] of Object.entries(BENCHES))
  if (name === undefined || name === title)
    for (const subject of [...SUBJECTS, ...(bench === freeze ? [MACHINES] : [])])
      if (only === undefined || subject.make({ pool: 0 }).rung === only) await bench(subject, runs);
for (const [title, bench] of Object.entries(VM_BENCHES)) if (name === undefined || name === title) await bench(runs);
