export * from "./chamber.ts";
export { ChamberJournal, type Leftover } from "./chamber-journal.ts";
export { type OsOptions, osChamber } from "./chamber-os.ts";
export { type BuildOptions, buildCrucible, buildTwice } from "./crucible-build.ts";
export {
  type CrucibleImage,
  type CrucibleManifest,
  crucibleFolder,
  openCrucible,
  verifyCrucible,
} from "./crucible-image.ts";
export { EgressDesk } from "./egress.ts";
export { nodeNet } from "./egress-node.ts";
export type { EgressBook, EgressDecision, EgressNet, EgressPermits, EgressRequest } from "./egress-port.ts";
export { connectGuest, Firecracker, type FirecrackerMachine, listenForGuest } from "./firecracker.ts";
export { configFault, FIRECRACKER_API_VERSION, requestFault } from "./firecracker-api.ts";
export { type CheckRow, checkDefinitions } from "./hypervisor-check.ts";
export { type HypervisorPlan, planOf, readPlan } from "./hypervisor-plan.ts";
export {
  BACKENDS,
  type Backend,
  type Definitions,
  type Drift,
  driftOf,
  renderDefinitions,
  writeDefinitions,
} from "./hypervisor-render.ts";
export { BEING_PROBED, Ladder, type RungReport } from "./ladder.ts";
export { checkPath } from "./path-check.ts";
export { MAX_MACHINES, MAX_WAITING_MACHINES, VmChamber, type VmOptions, vm } from "./vm-chamber.ts";
export { VmSession } from "./vm-session.ts";
export { openMachine } from "./vm-snapshot.ts";
export { MAX_POOL, MAX_SESSIONS, type WasmOptions, wasmJs, wasmPy } from "./wasm-chamber.ts";
export {
  MAX_DIFF_BYTES,
  WORKSPACE_LIMITS,
  Workspace,
  type WorkspaceChanges,
  type WorkspaceDiff,
  type WorkspaceEntry,
  type WorkspaceLimits,
} from "./workspace.ts";
export { MAX_MARKS, type Mark } from "./workspace-store.ts";
export { libvirtOfXl } from "./xl-domain.ts";
