/** L8 over whole processes: an embedded lattice is killed at random moments, and must come back with what it acknowledged. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { killAgainAndAgain } from "../test/kill-world.ts";

export async function runKills(count: number, seed: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "lattice-kills-"));
  const { orders, landed } = await killAgainAndAgain(folder, count, seed);
  await rm(folder, { recursive: true });
  console.log(
    `kills: ${count} kills (seed ${seed}), ${orders} acknowledged orders, 0 lost, 0 halved; ${landed} orders had landed unacknowledged`,
  );
}
