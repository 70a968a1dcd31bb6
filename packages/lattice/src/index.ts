export { type Assignment, type AssignmentProblem, assign, assignmentProblem, MAX_EDGES, UNASSIGNED } from "./assign.ts";
export { type AssignmentCertificate, checkAssignment, dualBound } from "./assign-certificate.ts";
export { assignLazily, type Candidate, type Competition, type Coordination } from "./assign-lazily.ts";
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
export type { Base, Change } from "./changes.ts";
export { type Constraint, MAX_CONSTRAINT_DEPTH, MAX_CONSTRAINTS } from "./constraint.ts";
export { coordinateLegs, type LegsAnswer, type LegsOptions } from "./coordinate-legs.ts";
export type { OrienteeringProblem } from "./day-tours.ts";
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
export {
  type Hold,
  type HoldItem,
  type HoldRequest,
  type HoldState,
  MAX_HOLD_ITEMS,
  MAX_TTL_MS,
  readHoldRequest,
} from "./hold.ts";
export { MAX_OPEN_HOLDS } from "./hold-book.ts";
export { GRAIN_MS, HoursCompiler, HoursIndex, MAX_HORIZON_DAYS, type Pattern, type Region } from "./hours.ts";
export {
  type Itinerary,
  type ItineraryGround,
  type ItineraryLeg,
  type ItineraryTask,
  MAX_LEG_CANDIDATES,
  MAX_LEGS,
  MAX_WINDOW_SLOTS,
  type Offers,
  planItinerary,
  type Visit,
} from "./itinerary.ts";
export {
  type CheckedItinerary,
  checkItinerary,
  type ItineraryClaim,
} from "./itinerary-certificate.ts";
export type { JournalFile, Sha256 } from "./journal.ts";
export type { LegDuals } from "./leg-duals.ts";
export { type LegsFile, type LegsProblem, legsProblem, MAX_LEGS_TASKS, type Plan } from "./legs.ts";
export { branchLegs, MAX_BRANCH_COLUMNS, MAX_BRANCH_NODES, type ProvenPlan } from "./legs-branch.ts";
export { checkLegs, costOfPlan, type LegsCertificate, legsBound } from "./legs-certificate.ts";
export { type LiveClock, type LivePorts, LiveSurface, MAX_DIMENSIONS } from "./live.ts";
export { LOOK_AHEAD_SLOTS, type NoItinerary, type NoItineraryReason, type TellTime, tellUtc } from "./no-itinerary.ts";
export { MAX_LOOSE_LEGS } from "./order-graph.ts";
export {
  MAX_ORIENTEERING_NODES,
  MAX_TOURS,
  type OrienteeringAnswer,
  type OrienteeringStop,
  orienteeringScore,
  solveOrienteering,
} from "./orienteering.ts";
export { orienteeringBound } from "./orienteering-bound.ts";
export { MAX_POLYGON_CORNERS, type Place } from "./place.ts";
export {
  isPlanned,
  MAX_ALTERNATIVES,
  type PlanAnswer,
  type PlannedItinerary,
  type PlanOptions,
  planTask,
} from "./plan.ts";
export {
  costOfRoutes,
  MAX_ROUTE_PLACES,
  type RoutesAnswer,
  type RoutesProblem,
  type RoutesStop,
  solveRoutes,
} from "./routes.ts";
export { SLOT_MS, type Slots, slotsOf } from "./slot.ts";
export { MOST_UNITS } from "./surface.ts";
export { GeodesicTravel, MAX_MATRIX_PLACES, MAX_TRAVEL_S, MatrixTravel, TimedTravel, type Travel } from "./travel.ts";
export { MAX_TSPTW_NODES, solveTsptw, type TsptwAnswer, type TsptwStop, tsptwReturn } from "./tsptw.ts";
export type { TsptwProblem } from "./tsptw-windows.ts";
