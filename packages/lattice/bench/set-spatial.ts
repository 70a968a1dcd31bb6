/** The set of spatial/: queries with the answers of PostGIS. A gap is 0 or 1: answered as it did, or not. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { InstanceSet } from "./set.ts";
import { compareRow, readOracle } from "./spatial.ts";

export const spatialSet: InstanceSet = {
  name: "spatial",
  seconds: 10,
  instances: (data) => {
    const folder = join(data, "spatial");
    if (!existsSync(folder)) return [];
    const { ground, rows } = readOracle(folder);
    return rows.map((row, i) => ({
      name: `row ${i + 1}`,
      solve: () => ({ gap: compareRow(ground, row).same ? 0 : 1, bound_gap: null, proven: false }),
    }));
  },
};
