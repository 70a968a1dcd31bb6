/** The table of sets that `instances` runs, in the order of printing. A set of its own file is one line here. */
import type { InstanceSet } from "./set.ts";
import { assignSet, legsSet } from "./set-coord.ts";
import { gapSets } from "./set-gap.ts";
import { gvrpSet } from "./set-gvrp.ts";
import { intervalsSet, placesSet, refusalsSet } from "./set-hours.ts";
import { rivalsSet } from "./set-rivals.ts";
import { spatialSet } from "./set-spatial.ts";
import { toptwSet } from "./set-toptw.ts";
import { tsptwSet } from "./set-tsptw.ts";
import { ttdpSet } from "./set-ttdp.ts";
import { homberger1000Set, solomonSet } from "./set-vrptw.ts";

export const SETS: readonly InstanceSet[] = [
  assignSet,
  legsSet,
  rivalsSet,
  ...gapSets,
  tsptwSet,
  toptwSet,
  ttdpSet,
  gvrpSet,
  solomonSet,
  homberger1000Set,
  intervalsSet,
  refusalsSet,
  placesSet,
  spatialSet,
];
