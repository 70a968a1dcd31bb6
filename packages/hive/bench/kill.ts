/**
 * `npm run bench -w hive -- kill [--kills 200] [--seed N] [--rung wasm-js|os|vm] [--at DIR [--seconds N]]`: a real hive on a real
 * disk, killed again and again (SIGKILL). With `--at` its home is kept, and the next call goes on there: a long trial in pieces.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type KillRung, KillTrial } from "../test/kill-trial.ts";

export const name = "kill";

const PROGRESS_KILLS = 10;

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kills: { type: "string", default: "200" },
      rung: { type: "string", default: "wasm-js" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      at: { type: "string" },
      seconds: { type: "string", default: "Infinity" },
    },
  });
  const home = values.at === undefined ? mkdtempSync(join(tmpdir(), "axiom-bench-kill-")) : resolve(values.at);
  mkdirSync(home, { recursive: true });
  const begun_ms = performance.now();
  const spent_s = (): number => Math.round((performance.now() - begun_ms) / 1000);
  try {
    const report = await new KillTrial(home, Number(values.seed), values.rung as KillRung).run(
      Number(values.kills),
      (kills, faults) => {
        if (kills % PROGRESS_KILLS === 0)
          process.stderr.write(`kill: ${kills} kills, ${faults} faults, ${spent_s()} s\n`);
        return spent_s() < Number(values.seconds);
      },
    );
    console.log(JSON.stringify({ rung: values.rung, seed: Number(values.seed), seconds: spent_s(), ...report }));
    process.exitCode = report.faults.length === 0 ? 0 : 1;
  } finally {
    if (values.at === undefined) rmSync(home, { recursive: true, force: true });
  }
}
