export { type Assignment, type AssignmentProblem, assign, assignmentProblem, MAX_EDGES, UNASSIGNED } from "./assign.ts";
export { type AssignmentCertificate, checkAssignment, dualBound } from "./assign-certificate.ts";
export { assignLazily, type Candidate, type Competition, type Coordination } from "./assign-lazily.ts";
export { LivingAssignment } from "./assign-living.ts";
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
export {
  type Certificate,
  type Claim,
  certify,
  checkCertificate,
  type Digest,
  gapBetween,
  problemBytes,
} from "./certificate.ts";
export type { Base, Change } from "./changes.ts";
export { type Constraint, MAX_CONSTRAINT_DEPTH, MAX_CONSTRAINTS } from "./constraint.ts";
export { coordinateGap, type GapAnswer, type GapOptions } from "./coordinate-gap.ts";
export { coordinateLegs, type LegsAnswer, type LegsOptions } from "./coordinate-legs.ts";
export { MAX_COORDINATION_ENTRIES } from "./coordination.ts";
export {
  type CheckedCoordination,
  type CoordinationFile,
  type CoordinationGround,
  type CoordinationProblem,
  checkCoordinationFile,
  coordinationGround,
  toFile as toCoordinationFile,
} from "./coordination-file.ts";
export type { OrienteeringProblem } from "./day-tours.ts";
export { DEMO_CAPABILITIES, DEMO_CENTER, DEMO_CITY, DEMO_SEED, DEMO_TZ, type DemoCity, demoCity } from "./demo-city.ts";
export { DEMO_ERRANDS, demoMorning } from "./demo-morning.ts";
export type { ExplanationStep, FindExplanation, NextOpening } from "./explain.ts";
export { FAULTS, type Fault, type FaultCode, isFault } from "./fault.ts";
export { type FindAnswer, type Found, type FoundAll, find, findAll } from "./find.ts";
export { FindIndex, MAX_INDEXED, type Searchable } from "./find-index.ts";
export { DEFAULT_LIMIT, type FindQuery, MAX_LIMIT, type ReadQuery, readQuery } from "./find-query.ts";
export { checkGap, type GapCertificate, type GapProblem, gapBound, gapCost } from "./gap.ts";
export { Gazetteer, MAX_NAMES, MAX_NAMESAKES, type Spot, type SpotKind } from "./gazetteer.ts";
export { distance_m, type Point } from "./geodesy.ts";
export { goldenSteps } from "./golden-steps.ts";
export type { Ground, Openness, Room } from "./ground.ts";
export {
  type Hold,
  type HoldItem,
  type HoldRequest,
  type HoldState,
  MAX_HOLD_ITEMS,
  MAX_TTL_MS,
  readHoldRequest,
} from "./hold.ts";
export { ENDED_HOLDS_KEPT, HOLD_LIMITS, type HoldLimits, MAX_OPEN_HOLDS } from "./hold-book.ts";
export {
  GRAIN_MS,
  HoursCompiler,
  HoursIndex,
  type InZone,
  MAX_HORIZON_DAYS,
  type Pattern,
  type Stretch,
} from "./hours.ts";
export { HORIZON_DAYS } from "./hours-desk.ts";
export { GLANCE_DAYS, type Glance, HoursGlance } from "./hours-glance.ts";
export type { HoursByPattern, OpenState } from "./hours-sieve.ts";
export { IdColumn } from "./id-column.ts";
export {
  IMPORT_BATCH,
  type ImportBatch,
  type ImportOptions,
  type ImportSource,
  MAX_RECORD_BYTES,
  MAX_TOLD_FAULTS,
} from "./import.ts";
export { importJson, importJsonLines } from "./import-geojson.ts";
export { buildIndex, buildSlices, toEnd } from "./index-build.ts";
export { type AttributeColumn, columnsOf, type IndexColumns, type Indexed } from "./index-columns.ts";
export { MAX_STAMP_CHARACTERS, readIndex, writeIndex } from "./index-file.ts";
export type { IntegerAnswer, IntegerProgram, IntegerSolver, IntegerStop } from "./integer.ts";
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
export type {
  AttributeCount,
  CoordinateReply,
  CoordinateTask,
  Lattice,
  LatticeAnswer,
  LatticeChange,
  LatticeExplanation,
  LatticeHold,
  LatticeHoldRequest,
  LatticeItem,
  LatticeMatch,
  LatticeNews,
  PlanFound,
  PlanLeg,
  PlannedVisit,
  PlannedWay,
  PlanRefused,
  PlanReply,
  PlanTask,
  SlotPrice,
  SurfaceQuestion,
  SurfaceReply,
  WhyQuestion,
  WhyReply,
} from "./lattice.ts";
export { DEFAULT_DIMENSION, MAX_BATCH } from "./lattice.ts";
export type { LegDuals } from "./leg-duals.ts";
export { type LegsFile, type LegsProblem, legsProblem, MAX_LEGS_TASKS, type Plan } from "./legs.ts";
export { branchLegs, MAX_BRANCH_COLUMNS, type ProvenPlan } from "./legs-branch.ts";
export { checkLegs, costOfPlan, type LegsCertificate, legsBound } from "./legs-certificate.ts";
export { Lexicon, MAX_VALUES, type Wanted } from "./lexicon.ts";
export { type LiveClock, type LivePorts, LiveSurface, MAX_DIMENSIONS } from "./live.ts";
export {
  FAN_OUT,
  type IndexChange,
  LivingIndex,
  MAX_KEPT_VERSIONS,
  MAX_PARTS,
  MOST_MERGED_AT_ONCE,
  VERSION_KEPT_MS,
} from "./living-index.ts";
export { LOOK_AHEAD_SLOTS, type NoItinerary, type NoItineraryReason, type TellTime, tellUtc } from "./no-itinerary.ts";
export { type Order, type OrderQuery, WALK_M_PER_S, type Ways, waysBy } from "./order.ts";
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
export { AREA_CATEGORY } from "./osm-tags.ts";
export { MAX_POLYGON_CORNERS, type Place } from "./place.ts";
export {
  isPlanned,
  MAX_ALTERNATIVES,
  type PlanAnswer,
  type PlannedItinerary,
  type PlanOptions,
  planTask,
  shareBetween,
} from "./plan.ts";
export {
  checkPlanFile,
  type PlanFile,
  type PlanGround,
  type PlanProblem,
  planGround,
} from "./plan-file.ts";
export {
  DEFAULT_CANDIDATES,
  DEFAULT_PENALTY_S,
  DEFAULT_SPEED,
  DEFAULT_WAIT_COST,
  MAX_DEADLINE_MS,
  MAX_TASKS,
} from "./plan-request.ts";
export { MAX_PRICES } from "./price-book.ts";
export type { Region } from "./region.ts";
export { type RoutesAnswer, type RoutesStop, solveRoutes } from "./routes.ts";
export { costOfRoutes, MAX_ROUTE_PLACES, type RoutesProblem } from "./routes-problem.ts";
export { SLOT_MS, type Slots, slotsOf } from "./slot.ts";
export {
  MAX_STANDING,
  MAX_STANDING_ROWS,
  type StandingNews,
  StandingQueries,
  type StandingQuery,
  type Touched,
} from "./standing.ts";
export { MOST_UNITS, Surface } from "./surface.ts";
export { GeodesicTravel, MAX_MATRIX_PLACES, MAX_TRAVEL_S, MatrixTravel, TimedTravel, type Travel } from "./travel.ts";
export { MAX_TSPTW_NODES, solveTsptw, type TsptwAnswer, type TsptwStop, tsptwReturn } from "./tsptw.ts";
export type { TsptwProblem } from "./tsptw-windows.ts";
export { Version } from "./version.ts";
export { WallClock } from "./wall-clock.ts";
export type { Window } from "./window.ts";
