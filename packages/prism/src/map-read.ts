/** Outcomes of `lattice.find` and `lattice.plan` as the map shows them. They come from the ledger's word, so each field is looked at. */
import type { PlanCheck } from "./map-check.ts";
import type { FindShown, Hit, PlanShown, Visit } from "./map-state.ts";
import type { Json, JsonObject } from "./wire.ts";

const object = (value: Json | undefined): JsonObject | null =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
const objects = (value: Json | undefined): JsonObject[] =>
  Array.isArray(value) ? value.map(object).filter((each) => each !== null) : [];
const text = (value: Json | undefined): string => (typeof value === "string" ? value : "");
const number = (value: Json | undefined): number => (typeof value === "number" && Number.isFinite(value) ? value : 0);
const pointAt = (row: JsonObject) => ({ lat: number(row.lat), lng: number(row.lng) });
const openWord = (value: Json | undefined): Hit["open"] => (value === "open" || value === "closed" ? value : "unknown");

export const freeText = (free: { readonly [dimension: string]: Json } | null): string =>
  Object.entries(free ?? {})
    .map(([dimension, units]) => `${String(units)} ${dimension}`)
    .join(", ");

/** Null of what is no such outcome. */
export function readFound(result: Json): FindShown | null {
  const read = object(result);
  const understood = object(read?.understood);
  const from = object(understood?.from);
  if (read === null || understood === null || from === null) return null;
  const radius_km = understood.radius_km;
  return {
    source: "directive",
    from: pointAt(from),
    near: text(object(understood.near)?.name),
    radius_m: typeof radius_km === "number" ? radius_km * 1000 : null,
    hits: objects(read.found).map((row) => ({
      ...{ id: text(row.id), name: text(row.name), category: text(row.category) || null, at: pointAt(row) },
      ...{ distance_m: number(row.distance_m), open: openWord(row.open), free: freeText(object(row.free)) },
    })),
    more: read.more === true,
    why: text(read.why) || null,
    steps: [],
  };
}

/** Null of what is no such outcome. `check` is asked of a plan's certificate. */
export async function readRoute(
  result: Json,
  check: (certificate: object) => Promise<PlanCheck>,
): Promise<PlanShown | null> {
  const read = object(result);
  if (read === null || typeof read.planned !== "boolean") return null;
  if (!read.planned) return { planned: false, source: "directive", why: text(read.why) };
  const certificate = object(read.certificate);
  const origin = object(object(certificate?.problem)?.origin);
  if (certificate === null || origin === null) return null;
  return {
    ...{ planned: true, source: "directive", from: pointAt(origin), visits: objects(read.legs).flatMap(visitOf) },
    ...{ cost_s: number(certificate.primal), bound_s: number(certificate.bound), gap: number(certificate.gap) },
    check: await check(certificate),
  };
}

function visitOf(row: JsonObject): Visit[] {
  const capability = object(row.capability);
  const [from_ms, until_ms] = [Date.parse(text(row.from)), Date.parse(text(row.until))];
  if (capability === null || Number.isNaN(from_ms) || Number.isNaN(until_ms)) return [];
  const { id, name } = capability;
  const what = text(row.what);
  return [
    {
      what,
      id: text(id),
      name: text(name),
      at: pointAt(capability),
      from_ms,
      until_ms,
      travel_s: number(row.travel_s),
    },
  ];
}
