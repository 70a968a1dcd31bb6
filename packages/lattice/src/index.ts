export type { AttributeKind } from "./attribute.ts";
export {
  type AttributeValue,
  type Capability,
  type HoursRule,
  MAX_ATTRIBUTES,
  MAX_ID_BYTES,
  readCapability,
  SLOT_MINUTES,
} from "./capability.ts";
export { type Constraint, MAX_CONSTRAINT_DEPTH, MAX_CONSTRAINTS } from "./constraint.ts";
export { FAULTS, type Fault, type FaultCode, isFault } from "./fault.ts";
export {
  DEFAULT_LIMIT,
  type FindAnswer,
  type FindQuery,
  type Found,
  type FoundAll,
  find,
  findAll,
  type Ground,
  MAX_LIMIT,
  type Openness,
  type ReadQuery,
  type Room,
  readQuery,
  type Window,
} from "./find.ts";
export { FindIndex, type Indexed, MAX_INDEXED } from "./find-index.ts";
export { distance_m, type Point } from "./geodesy.ts";
export { MAX_POLYGON_CORNERS, type Place } from "./place.ts";
