/** `npm run bench -w hive -- kill [--kills 200] [--seed N] [--rung wasm-js|os|vm]`: a real hive on a real disk, killed again and again (SIGKILL). */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type KillRung, KillTrial } from "../test/kill-trial.ts";

export const name = "kill";

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kills: { type: "string", default: "200" },
      rung: { type: "string", default: "wasm-js" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
    },
  });
  const home = mkdtempSync(join(tmpdir(), "axiom-bench-kill-"));
  try {
    const report = await new KillTrial(home, Number(values.seed), values.rung as KillRung).run(
      Number(values.kills),
      (kills, faults) => {
        if (kills % 10 === 0) process.stderr.write(`kill: ${kills} kills, ${faults} faults\n`);
      },
    );
    console.log(JSON.stringify({ rung: values.rung, seed: Number(values.seed), ...report }));
    process.exitCode = report.faults.length === 0 ? 0 : 1;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
