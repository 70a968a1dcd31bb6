import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { KillTrial } from "./kill-trial.ts";

// The full number is a bench: npm run bench -w hive -- kill --kills 200
const KILLS = 8;

test(`a real hive, killed ${KILLS} times in the middle of its work: nothing lost, nothing twice`, {
  timeout: 600_000,
}, async () => {
  const seed = inject("seed");
  console.log(`kill: seed ${seed}`);
  const home = mkdtempSync(join(tmpdir(), "axiom-kill-"));
  try {
    const report = await new KillTrial(home, seed).run(KILLS);
    console.log(`kill: ${JSON.stringify(report)}`);
    expect(report.faults).toEqual([]);
    expect(report.acknowledged).toBeGreaterThan(KILLS);
  } finally {
    rmSync(home, { recursive: true });
  }
});
