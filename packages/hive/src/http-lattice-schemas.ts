/**
 * Shapes of the lattice's HTTP API. Requests are told here for readers and generators; what they must hold is checked by the lattice
 * itself, which names the field at fault.
 */
import { z } from "zod";

const Text = z.string();
const Unix_ms = z.int();
const PointShape = z.looseObject({ lat: z.number(), lng: z.number() });
const WindowShape = z.looseObject({ from_ms: Unix_ms, until_ms: Unix_ms });
const PlaceShape = z.union([
  z.looseObject({ polygon: z.array(PointShape), from: PointShape.optional() }),
  z.looseObject({ from: PointShape, radius_m: z.number().optional() }),
]);
const Hours = z.union([
  z.looseObject({ kind: z.literal("osm"), text: Text }),
  z.looseObject({ kind: z.literal("rrule"), text: Text, minutes: z.int() }),
  z.looseObject({ kind: z.literal("intervals"), intervals: z.array(z.array(Unix_ms)) }),
]);

export const LatticeCapability = z.looseObject({
  id: Text,
  name: Text,
  category: Text.nullable(),
  at: PointShape,
  tz: Text,
  attributes: z.record(z.string(), z.json()),
  hours: Hours.nullable(),
  capacity: z.record(z.string(), z.int()),
});
export const LatticeStatusBody = z.object({
  engine: z.enum(["embedded", "postgres", "none"]),
  ready: z.boolean(),
  why: Text.nullable(),
  capabilities: z.int(),
  dimensions: z.array(Text),
  attributes: z.array(z.object({ key: Text, kind: Text, capabilities: z.int() })),
  horizon: WindowShape.nullable(),
  home: PointShape.nullable(),
  middle: PointShape.nullable(),
  tz: Text,
});
export const LatticePut = z.strictObject({ records: z.array(z.json()).max(100_000) });
export const LatticePutDone = z.object({ added: z.int(), replaced: z.int() });
export const LatticeRemoved = z.object({ removed: z.int() });
export const CAPABILITIES_MAX = 10_000;
export const LatticePage = z.strictObject({
  after: Text.max(128).optional(),
  limit: z.coerce.number().int().min(1).max(CAPABILITIES_MAX).default(1000),
});
export const LatticeCapabilities = z.object({ capabilities: z.array(LatticeCapability), after: Text.nullable() });

export const LatticeQuery = z.looseObject({
  place: PlaceShape,
  where: z.json().optional(),
  unknown: z.enum(["exclude", "include"]).optional(),
  open: WindowShape.optional(),
  free: z.record(z.string(), z.int()).optional(),
  limit: z.int().optional(),
  cursor: Text.optional(),
  explain: z.boolean().optional(),
  /** Whether each hit brings its whole record. */
  records: z.boolean().optional(),
});
export type LatticeQuery = z.infer<typeof LatticeQuery>;
const Match = z.looseObject({ id: Text, distance_m: z.number(), capability: LatticeCapability.optional() });
export const LatticeFound = z.looseObject({ found: z.array(Match), cursor: Text.nullable(), epoch: z.int() });
export const PlaceName = z.strictObject({ name: Text.min(1).max(256) });
export const LatticeSpot = z.object({
  name: Text,
  kind: z.enum(["home", "point", "city", "quarter", "street", "record"]),
  at: PointShape,
});

const Change = z.looseObject({
  id: Text,
  dimension: Text.optional(),
  from_ms: Unix_ms,
  until_ms: Unix_ms,
  units: z.int(),
});
export const LatticeChanges = z.strictObject({ changes: z.array(Change).max(100_000) });
export const LatticeEpoch = z.object({ epoch: z.int() });
const degree = z.coerce.number();
export const SurfaceQuery = z.strictObject({
  lat: degree.optional(),
  lng: degree.optional(),
  radius_m: degree.optional(),
  /** `west,south,east,north`, instead of a point and a radius. */
  bbox: Text.regex(/^-?\d+(?:\.\d+)?(?:,-?\d+(?:\.\d+)?){3}$/).optional(),
  from_ms: z.coerce.number().int(),
  until_ms: z.coerce.number().int(),
  dimension: Text.max(128),
  limit: z.coerce.number().int().min(1).max(CAPABILITIES_MAX).optional(),
});
export type SurfaceQuery = z.infer<typeof SurfaceQuery>;
export const LatticeSurface = z.looseObject({
  slots_ms: z.array(Unix_ms),
  places: z.array(
    z.looseObject({
      id: Text,
      at: PointShape,
      free: z.array(z.int()),
      price_s: z.array(z.number()),
      open: z.array(z.enum(["open", "closed", "unknown"])),
    }),
  ),
  priced: WindowShape.nullable(),
  epoch: z.int(),
});

export const LatticeHoldRequest = z.looseObject({
  items: z.array(Change).max(256),
  ttl_ms: z.int(),
  key: Text.optional(),
});
export const LatticeHoldBody = z.looseObject({
  fence: z.int(),
  state: z.enum(["held", "confirmed", "released", "expired"]),
  items: z.array(Change),
  key: Text.nullable(),
  expires_at_ms: Unix_ms,
});
export const HoldsQuery = z.strictObject({ limit: z.coerce.number().int().min(1).max(1000).default(100) });
export const LatticeHolds = z.object({ holds: z.array(LatticeHoldBody) });

const Leg = z.looseObject({ name: Text, find: z.json(), from_ms: Unix_ms, until_ms: Unix_ms, minutes: z.number() });
export const LatticePlanTask = z.looseObject({ from: PointShape, depart_ms: Unix_ms, legs: z.array(Leg) });
export const LatticePlanReply = z.looseObject({ planned: z.boolean(), epoch: z.int() });
export const LatticeCoordinateTask = z.looseObject({ tasks: z.array(LatticePlanTask) });
export type LatticeCoordinateTask = z.infer<typeof LatticeCoordinateTask>;
export const LatticeCoordinateReply = z.looseObject({
  plans: z.array(z.json()),
  certificate: z.looseObject({ primal: z.number(), bound: z.number(), gap: z.number(), input_hash: Text }),
});
export const LatticeWhyQuestion = z.looseObject({
  task: LatticePlanTask,
  leg: z.int(),
  id: Text,
  from_ms: Unix_ms.nullable(),
});
export const LatticeWhyReply = z.looseObject({ reason: Text, why: Text });

/** Names in the OpenAPI document. */
export const LATTICE_SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  LatticeCapability,
  LatticeStatus: LatticeStatusBody,
  LatticePut,
  LatticePutDone,
  LatticeRemoved,
  LatticeCapabilities,
  LatticeQuery,
  LatticeFound,
  LatticeSpot,
  LatticeChanges,
  LatticeEpoch,
  LatticeSurface,
  LatticeHoldRequest,
  LatticeHold: LatticeHoldBody,
  LatticeHolds,
  LatticePlanTask,
  LatticePlanReply,
  LatticeCoordinateTask,
  LatticeCoordinateReply,
  LatticeWhyQuestion,
  LatticeWhyReply,
};
