// The simulation at full size: node scripts/boot.mjs exec sim/run.ts --states 100000 [--seed N]
import { parseArgs } from "node:util";
import { crashTrial } from "./crash-trial.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    states: { type: "string", default: "100000" },
  },
});
const began = performance.now();
let last = began;
const report = await crashTrial(Number(values.seed), Number(values.states), (so_far) => {
  if (performance.now() - last < 5000) return;
  last = performance.now();
  process.stderr.write(`sim: ${so_far.states} states, ${so_far.lives} lives\n`);
});
const { faults, ...figures } = report;
console.log(
  JSON.stringify({ ...figures, faults: faults.length, took_s: Math.round((performance.now() - began) / 1000) }),
);
for (const fault of faults) console.log(fault);
process.exitCode = faults.length === 0 ? 0 : 1;
