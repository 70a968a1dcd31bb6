import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLattice } from "../src/embedded-node.ts";
import { describeLattice } from "./lattice.contract.ts";
import { sure } from "./lattice-world.ts";

describeLattice("embedded", async () => {
  const root = await mkdtemp(join(tmpdir(), "lattice-"));
  return {
    open: async (name, clock, limits) => sure(await openLattice({ folder: join(root, name), clock, limits })),
    end: () => rm(root, { recursive: true }),
  };
});
