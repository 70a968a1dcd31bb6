/** `npm run bench -w forge [-- RUNS]`: latency from claim to result, overshoot of limits, memory of the host. */
import {
  type Chamber,
  DEFAULT_LIMITS,
  type Language,
  type Limits,
  runInChamber,
  wasmJs,
  wasmPy,
} from "../src/index.ts";

const RUNS = Number(process.argv[2] ?? 50);
/** Time for the pool to boot the next interpreter; a run that finds none is a cold start, not a claim. */
const REFILL_MS = 400;
const MIB = 1024 * 1024;

const percentile = (values: number[], part: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))]!;

function report(name: string, values: number[], unit: string, bound: number, goal: number | null = null): void {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((part) => percentile(values, part));
  const figures = `p50 ${p50!.toFixed(1)}, p95 ${p95!.toFixed(1)}, p99 ${p99!.toFixed(1)} ${unit} (n=${values.length})`;
  const verdict = (limit: number): string => (p50! <= limit ? "met" : "missed");
  const stretch = goal === null ? "" : `; goal ${goal}: ${verdict(goal)}`;
  console.log(`${name}: ${figures}; p50 at most ${bound}: ${verdict(bound)}${stretch}`);
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

async function once(
  chamber: Chamber,
  language: Language,
  code: string,
  limits: Partial<Limits>,
): Promise<[number, number]> {
  const start_ms = performance.now();
  const result = await runInChamber(chamber, {
    language,
    code,
    files: new Map(),
    limits: { ...DEFAULT_LIMITS, ...limits },
  });
  if ("refused" in result) throw new Error(result.why);
  return [performance.now() - start_ms, result.took_ms];
}

async function benchRung(chamber: Chamber, language: Language, bounds: { whole: number; goal: number }): Promise<void> {
  const loop = language === "python" ? "while True: pass" : "for (;;);";
  await once(chamber, language, "print(6*7)", {});
  await pause(REFILL_MS * 2);
  const before = process.memoryUsage.rss();
  const whole: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    whole.push((await once(chamber, language, "print(6*7)", {}))[0]);
    await pause(REFILL_MS);
  }
  report(`${chamber.rung} one-liner, call to result, pooled`, whole, "ms", bounds.whole, bounds.goal);
  const late: number[] = [];
  for (let i = 0; i < Math.ceil(RUNS / 5); i++)
    late.push((await once(chamber, language, loop, { wall_ms: 200 }))[0] - 200);
  report(`${chamber.rung} wall limit overshoot, call to result`, late, "ms", 50);
  await pause(1000);
  report(`${chamber.rung} host growth after all runs`, [(process.memoryUsage.rss() - before) / MIB], "MiB", 64);
  await chamber.close();
}

console.log(
  `load average ${(await import("node:os"))
    .loadavg()
    .map((one) => one.toFixed(1))
    .join(" ")}`,
);
await benchRung(wasmJs(), "javascript", { whole: 10, goal: 2 });
await benchRung(wasmPy(), "python", { whole: 150, goal: 10 });
