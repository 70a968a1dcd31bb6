/** `npm run bench -w hive -- kill [--kills 200] [--seed N]`: a real hive on a real disk, killed again and again (SIGKILL). */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { KillTrial } from "../test/kill-trial.ts";

export const name = "kill";

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kills: { type: "string", default: "200" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
    },
  });
  const home = mkdtempSync(join(tmpdir(), "axiom-bench-kill-"));
  try {
    const report = await new KillTrial(home, Number(values.seed)).run(Number(values.kills), (kills, faults) => {
      if (kills % 10 === 0) process.stderr.write(`kill: ${kills} kills, ${faults} faults\n`);
    });
    console.log(JSON.stringify({ seed: Number(values.seed), ...report }));
    process.exitCode = report.faults.length === 0 ? 0 : 1;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
