import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openLattice } from "../src/embedded-node.ts";
import { isFault } from "../src/index.ts";
import { killAgainAndAgain } from "./kill-world.ts";
import { sure } from "./lattice-world.ts";

const KILLS = 5;

it(`an embedded lattice is whole after ${KILLS} kills at random moments (seed 21; the bench "kills" has more)`, async () => {
  const folder = await mkdtemp(join(tmpdir(), "lattice-"));
  const { orders } = await killAgainAndAgain(folder, KILLS, 21);
  expect(orders).toBeGreaterThan(KILLS);
  await rm(folder, { recursive: true });
});

it("one process at a time has an embedded lattice", async () => {
  const folder = await mkdtemp(join(tmpdir(), "lattice-"));
  const lattice = sure(await openLattice({ folder }));
  const second = await openLattice({ folder });
  expect(isFault(second) && second.refused).toBe("store-busy");
  await lattice.close();
  await sure(await openLattice({ folder })).close();
  await rm(folder, { recursive: true });
});
