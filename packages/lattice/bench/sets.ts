/** The table of sets that `instances` runs, in the order of printing. A set of its own file is one line here. */
import type { InstanceSet } from "./set.ts";
import { assignSet, legsSet } from "./set-coord.ts";
import { intervalsSet, placesSet, refusalsSet } from "./set-hours.ts";
import { tsptwSet } from "./set-tsptw.ts";

export const SETS: readonly InstanceSet[] = [assignSet, legsSet, tsptwSet, intervalsSet, refusalsSet, placesSet];

/** Sets of the folder that nothing here solves yet; said, not passed over. */
export const NOT_BUILT: readonly string[] = ["gap", "toptw", "ttdp", "gvrp", "vrptw"];
