/** The table of sets that `instances` runs, in the order of printing. A set of its own file is one line here. */
import type { InstanceSet } from "./set.ts";
import { assignSet, legsSet } from "./set-coord.ts";
import { gapSets } from "./set-gap.ts";

export const SETS: readonly InstanceSet[] = [assignSet, legsSet, ...gapSets];

/** Sets of the folder that nothing here solves yet; said, not passed over. */
export const NOT_BUILT: readonly string[] = ["tsptw", "toptw", "ttdp", "gvrp", "vrptw", "opening_hours", "places"];
