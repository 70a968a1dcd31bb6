/** Sums of a MaskBench run, and the table that is printed. */
import type { RowResult } from "./maskbench.ts";

export interface Summary {
  readonly name: string;
  readonly schemas: number;
  readonly outcomes: Record<string, number>;
  readonly pass: number;
  readonly weightedPass: number;
  readonly testedRight: number;
  readonly valid: string;
  readonly invalid: string;
  readonly tokens: number;
  readonly mask_us: Record<string, number>;
  readonly compile_ms: Record<string, number>;
}

const POINTS: readonly (readonly [string, number])[] = [
  ["p25", 0.25],
  ["p50", 0.5],
  ["p75", 0.75],
  ["p90", 0.9],
  ["p95", 0.95],
  ["p99", 0.99],
  ["p99.9", 0.999],
  ["max", 1],
];

export function percentiles(values: readonly number[], scale = 1): Record<string, number> {
  const sorted = Float64Array.from(values).sort();
  const out: Record<string, number> = { avg: sorted.reduce((a, b) => a + b, 0) / Math.max(1, sorted.length) / scale };
  for (const [name, q] of POINTS)
    out[name] = (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0) / scale;
  return out;
}

export function summarize(name: string, results: readonly RowResult[], times_us: readonly number[]): Summary {
  const outcomes: Record<string, number> = {};
  for (const r of results) outcomes[r.outcome] = (outcomes[r.outcome] ?? 0) + 1;
  const weight = (list: readonly RowResult[]) => list.reduce((sum, r) => sum + r.weight, 0);
  const passed = results.filter((r) => r.outcome === "pass");
  const tested = results.filter((r) => r.tested);
  const sum = (key: "valid" | "validAccepted" | "invalid" | "invalidRejected") =>
    results.reduce((n, r) => n + r[key], 0);
  return {
    name,
    schemas: results.length,
    outcomes,
    pass: passed.length / results.length,
    weightedPass: weight(passed) / weight(results),
    testedRight: tested.filter((r) => r.outcome === "pass").length / Math.max(1, tested.length),
    valid: `${sum("validAccepted")}/${sum("valid")}`,
    invalid: `${sum("invalidRejected")}/${sum("invalid")}`,
    tokens: times_us.length,
    mask_us: percentiles(times_us),
    compile_ms: percentiles(
      results.filter((r) => r.outcome !== "refused").map((r) => r.compile_us),
      1000,
    ),
  };
}

export function printTable(summaries: readonly Summary[], yardstick_us: number): void {
  const rows: [string, (s: Summary) => string][] = [
    ["schemas", (s) => String(s.schemas)],
    [
      "outcomes",
      (s) =>
        Object.entries(s.outcomes)
          .map(([k, n]) => `${k} ${n}`)
          .join(", "),
    ],
    ["pass / weighted", (s) => `${percent(s.pass)} / ${percent(s.weightedPass)}`],
    ["tested schemas fully right", (s) => percent(s.testedRight)],
    ["valid accepted, invalid rejected", (s) => `${s.valid}, ${s.invalid}`],
    ["TBM µs avg p25 p50 p75", (s) => numbers(s.mask_us, ["avg", "p25", "p50", "p75"])],
    ["TBM µs p90 p95 p99 p99.9 max", (s) => numbers(s.mask_us, ["p90", "p95", "p99", "p99.9", "max"])],
    [
      "TBM in W avg p50 p99",
      (s) => ["avg", "p50", "p99"].map((k) => (s.mask_us[k]! / yardstick_us).toFixed(4)).join(" "),
    ],
    ["TTFM ms avg p50 p95 p99 max", (s) => numbers(s.compile_ms, ["avg", "p50", "p95", "p99", "max"])],
  ];
  for (const s of summaries) {
    console.log(`\n${s.name} (${s.tokens} tokens)`);
    for (const [label, show] of rows) console.log(`  ${label.padEnd(34)} ${show(s)}`);
  }
}

const percent = (x: number): string => `${(100 * x).toFixed(2)} %`;
const numbers = (of: Record<string, number>, keys: readonly string[]): string =>
  keys.map((k) => (of[k]! < 10 ? of[k]!.toFixed(2) : of[k]!.toFixed(0))).join("  ");
