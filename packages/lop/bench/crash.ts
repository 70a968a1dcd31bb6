/** A4: power cuts. `--states 1000000 --seed 1`; stops at the first acknowledged entry lost or repair hidden. */
import { parseArgs } from "node:util";
import { nodeClock } from "../src/clock-node.ts";
import { tryCrashes } from "../test/ledger-crash.ts";
import { report } from "./goal.ts";

export const name = "crash";

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { states: { type: "string", default: "100000" }, seed: { type: "string", default: "1" } },
  });
  const states = Number(values.states);
  const start = nodeClock.monotonic_ms();
  let said = 0;
  const count = await tryCrashes({
    seed: Number(values.seed),
    states,
    progress: (done) => {
      if (done - said < states / 20) return;
      said = done;
      console.log(`${done} states`);
    },
  });
  const seconds = (nodeClock.monotonic_ms() - start) / 1000;
  report("A4 crash states without loss (goal 10^6)", String(count.states), states < 100_000 ? null : true);
  console.log(
    `${count.states} crash states from seed ${values.seed}: 0 acknowledged entries lost, 0 silent repairs; ` +
      `${count.torn} torn tails cut, ${count.rebuilt} rebuilt; ${seconds.toFixed(0)} s`,
  );
}

if (import.meta.main) await run(process.argv.slice(2));
