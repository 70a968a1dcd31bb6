/** P4: restarts after simulated power cuts with torn writes; no packet acted on twice, no counter used twice. */
import { parseArgs } from "node:util";
import { tryRestarts } from "../test/protocol-crash.ts";
import { report } from "./goal.ts";

export const name = "replay";

const PROGRESS_EVERY = 10_000;

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      count: { type: "string", default: "100000" },
      seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    },
  });
  console.log(`seed ${values.seed}`);
  let told = 0;
  const count = await tryRestarts({
    seed: Number(values.seed),
    restarts: Number(values.count),
    progress: ({ restarts }) => {
      if (restarts - told < PROGRESS_EVERY) return;
      told = restarts;
      console.log(`${restarts} restarts`);
    },
  });
  for (const line of [...count.reaccepted, ...count.reused, ...count.permits].slice(0, 10)) console.log(line);
  report(
    `P4 ${count.restarts} restarts: packets acted on twice`,
    String(count.reaccepted.length),
    count.reaccepted.length === 0,
  );
  report("P4 counters used twice", String(count.reused.length), count.reused.length === 0);
  report("   permits whose uses or revocation came back", String(count.permits.length), count.permits.length === 0);
}
