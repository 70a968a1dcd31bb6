/** Small runs of the soundness benches; `npm run bench -w raptor -- NAME --count N` makes them as large as one likes. */
import { describe, expect, it } from "vitest";
import { SOUNDNESS } from "../bench/soundness.ts";

const RUNS: [string, number][] = [
  ["suite", 0],
  ["generated", 3_000],
  ["mutated", 1_000],
  ["counted", 60],
  ["fuzz", 600],
];

describe("soundness", () => {
  for (const [name, count] of RUNS) {
    it(`${name}: nothing wrong`, (ctx) => {
      const seed = 20_261_121;
      const report = SOUNDNESS[name]!({ count, seed });
      if (report.skipped) return ctx.skip("data absent");
      console.log(report.lines.filter((line) => !line.startsWith("  ")).join("\n"));
      expect(report.lines.slice(0, report.wrong)).toEqual([]);
    });
  }
});
