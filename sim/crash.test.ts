import { expect, inject, test } from "vitest";
import { crashTrial } from "./crash-trial.ts";

// The full number: node scripts/boot.mjs exec sim/run.ts --states 100000
const STATES = 1000;

test(`the whole hive, crashed in ${STATES} ways: every promise holds`, { timeout: 240_000 }, async () => {
  const seed = inject("seed");
  console.log(`sim: seed ${seed}`);
  const report = await crashTrial(seed, STATES);
  console.log(`sim: ${JSON.stringify(report)}`);
  expect(report.faults).toEqual([]);
  expect(report.states).toBeGreaterThanOrEqual(STATES);
  expect(report.interrupted).toBeGreaterThan(0);
});
