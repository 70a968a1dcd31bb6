/** What checks a plan and needs nothing else of the lattice: for whoever has a proof card, and for a page in a browser. */
export { type CoordinationFile, checkCoordinationFile } from "./coordination-file.ts";
export { type Fault, isFault } from "./fault.ts";
export { checkPlanFile, type PlanFile } from "./plan-file.ts";
export { SLOT_MS } from "./slot.ts";
