/** P3: mutated frames; none may be accepted, none may crash the reader, and memory stays within two frames. */
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { SimChance } from "../src/chance-sim.ts";
import { FRAME_HEAD_BYTES, FRAME_MAX_BODY_BYTES } from "../src/frame.ts";
import { fuzzFrames, MUTATIONS } from "../test/mutations.ts";
import { report } from "./goal.ts";

export const name = "frames";

/** What is left after a collection: a leak shows here, lazy collection does not. */
function live_bytes(): number {
  setFlagsFromString("--expose_gc");
  (runInNewContext("gc") as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      count: { type: "string", default: "1000000" },
      seed: { type: "string", default: String(Date.now() >>> 0) },
    },
  });
  console.log(`${values.count} frames, seed ${values.seed}`);
  fuzzFrames(new SimChance(1), 2000); // what is compiled and kept once is no growth
  const before = live_bytes();
  const chance = new SimChance(Number(values.seed));
  let [accepted, crashes, held] = [0, 0, 0];
  for (const kind of MUTATIONS) {
    const result = fuzzFrames(chance, Math.ceil(Number(values.count) / MUTATIONS.length), [kind]);
    const { refused, unfinished, unchanged } = result;
    console.log(`${kind}: ${refused} refused, ${unfinished} cut short, ${unchanged} left whole good frames only`);
    for (const line of [...result.accepted, ...result.crashes].slice(0, 5)) console.log(line);
    accepted += result.accepted.length;
    crashes += result.crashes.length;
    held = Math.max(held, result.held_max_bytes);
  }
  report("P3 mutated frames accepted", String(accepted), accepted === 0);
  report("P3 crashes", String(crashes), crashes === 0);
  report("P3 most held for one stream", `${held} B`, held <= 2 * (FRAME_MAX_BODY_BYTES + FRAME_HEAD_BYTES));
  report("   growth of live memory", `${((live_bytes() - before) / 2 ** 20).toFixed(1)} MiB`, null);
}
