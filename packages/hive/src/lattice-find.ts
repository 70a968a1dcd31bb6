/** lattice.find: phrases become a query, the query an answer that says what was understood, and with nothing found, why. */
import {
  type Capability,
  type Constraint,
  distance_m,
  HoursGlance,
  isFault,
  type LatticeAnswer,
  type Point,
  type Spot,
  type Wanted,
  type Window,
} from "lattice";
import { nodeInZone } from "lattice/node";
import { isRefusal, type JsonObject, type Refusal, refuse } from "lop";
import type { OpenLattice } from "./lattice-port.ts";
import { heard } from "./lattice-refusal.ts";
import { readTime, type SpokenTime } from "./spoken-time.ts";

export const DEFAULT_LIMIT = 10;
/** How far "near" is when nobody says, by what it is near to. */
export const NEAR_M: Readonly<Record<Spot["kind"], number>> = {
  home: 5000,
  point: 2000,
  city: 15_000,
  quarter: 2000,
  street: 2000,
  record: 2000,
};
/** Hits that are looked at one by one, for units and for names. */
export const MAX_LOOKED_AT = 1000;
const SLOT_MS = 15 * 60_000;
const DAY_MS = 86_400_000;

export interface FindAsked {
  readonly what?: string | undefined;
  readonly near?: string | undefined;
  readonly radius_km?: number | undefined;
  readonly require?: readonly string[] | undefined;
  readonly at?: string | undefined;
  readonly units?: number | undefined;
  readonly limit?: number | undefined;
}

/** What was asked, understood. */
export interface Understood {
  readonly from: Point;
  readonly near: Spot | null;
  readonly radius_m: number | null;
  readonly wanted: Wanted;
  readonly things: readonly Constraint[];
  readonly require: readonly { readonly phrase: string; readonly means: Constraint }[];
}

/** Refusals: `place-…`, `home-unset`, `what-unknown`, `attribute-unknown`. */
export async function understand(open: OpenLattice, asked: FindAsked, fallback?: Point): Promise<Understood | Refusal> {
  const words = await open.words();
  if (isRefusal(words)) return words;
  const near = asked.near === undefined ? null : heard(words.gazetteer.resolve(asked.near, open.settings.home));
  if (isRefusal(near)) return near;
  const from = near?.at ?? fallback ?? open.settings.home ?? words.middle;
  if (from === null)
    return refuse(
      "what-unknown",
      "The lattice is empty.",
      "Fill it: `axiom lattice import FILE`, or `axiom lattice demo`.",
    );
  const wanted = asked.what === undefined ? null : heard(words.lexicon.wanted(asked.what));
  if (isRefusal(wanted)) return wanted;
  const require: { phrase: string; means: Constraint }[] = [];
  for (const phrase of asked.require ?? []) {
    const means = heard(words.lexicon.requirement(phrase));
    if (isRefusal(means)) return means;
    require.push({ phrase, means });
  }
  const said_m = asked.radius_km === undefined ? null : asked.radius_km * 1000;
  const radius_m = said_m ?? (near === null ? null : NEAR_M[near.kind]);
  const { things } = words;
  return { from, near, radius_m, wanted: wanted ?? { where: { all: [] }, ids: null }, things, require };
}

export const whereOf = ({ wanted, things, require }: Understood, count = require.length): Constraint => ({
  all: [...(wanted.ids === null ? things : []), wanted.where, ...require.slice(0, count).map(({ means }) => means)],
});

export const placeOf = ({ from, radius_m }: Understood): JsonObject => ({
  from: { ...from },
  ...(radius_m === null ? {} : { radius_m }),
});

interface Hit {
  readonly record: Capability;
  readonly distance_m: number;
  readonly free: Readonly<Record<string, number>> | null;
}

/** The answer of the tool; see FIND in tools-lattice.ts. */
export async function findFor(open: OpenLattice, asked: FindAsked): Promise<JsonObject | Refusal> {
  const understood = await understand(open, asked);
  if (isRefusal(understood)) return understood;
  const now_ms = open.clock.now_ms();
  const time = asked.at === undefined ? null : timeOf(open, asked.at);
  if (isRefusal(time)) return time;
  const at_ms = time?.from_ms ?? now_ms;
  const window = time === null ? null : windowAt(at_ms, time.until_ms);
  const limit = asked.limit ?? DEFAULT_LIMIT;
  const hits = await collect(open, understood, { window, units: asked.units ?? null, at_ms, most: limit + 1 });
  if (isRefusal(hits)) return hits;
  const glance = new HoursGlance(at_ms, nodeInZone, open.settings.region);
  return {
    understood: shown(understood, time),
    found: hits.slice(0, limit).map((hit) => rowOf(hit, glance)),
    more: hits.length > limit,
    why: hits.length > 0 ? null : await reasonFor(open, understood, { window, units: asked.units ?? null, at_ms }),
  };
}

/** Refusals: `time-unknown`, `time-past`, `window-beyond`. */
export function timeOf({ clock, settings }: OpenLattice, phrase: string, after_ms?: number): SpokenTime | Refusal {
  const now_ms = clock.now_ms();
  const plain = readTime(phrase, now_ms, settings.tz);
  const early = !isRefusal(plain) && after_ms !== undefined && !plain.dated && plain.from_ms < after_ms;
  const time = early ? readTime(phrase, after_ms, settings.tz) : plain;
  if (isRefusal(time) || time.from_ms <= now_ms + settings.horizon_days * DAY_MS) return time;
  return refuse("window-beyond", `${time.read_as} is more than ${settings.horizon_days} days ahead.`);
}

const windowAt = (from_ms: number, until_ms: number | null): Window => ({
  from_ms,
  until_ms: until_ms ?? from_ms + SLOT_MS,
});

interface Needs {
  readonly window: Window | null;
  readonly units: number | null;
  readonly at_ms: number;
}

async function collect(
  open: OpenLattice,
  understood: Understood,
  needs: Needs & { most: number },
): Promise<Hit[] | Refusal> {
  const { ids } = understood.wanted;
  return ids === null ? search(open, understood, needs) : named(open, understood, ids, needs);
}

async function search(
  open: OpenLattice,
  understood: Understood,
  needs: Needs & { most: number },
): Promise<Hit[] | Refusal> {
  const query = {
    place: placeOf(understood),
    where: whereOf(understood),
    ...(needs.window === null ? {} : { open: { ...needs.window } }),
  };
  const hits: Hit[] = [];
  let cursor: string | null = null;
  for (let looked = 0; looked < MAX_LOOKED_AT && hits.length < needs.most; ) {
    const page: LatticeAnswer | Refusal = heard(
      await open.lattice.find({ ...query, limit: Math.max(needs.most, 50), ...(cursor === null ? {} : { cursor }) }),
    );
    if (isRefusal(page)) return page;
    for (const { id, distance_m } of page.found) {
      if (hits.length === needs.most) break;
      const record = heard(await open.lattice.get(id));
      if (isRefusal(record)) return record;
      const hit = record === null ? null : await hitOf(open, record, distance_m, needs);
      if (hit !== null) hits.push(hit);
    }
    looked += page.found.length;
    cursor = page.cursor;
    if (cursor === null) break;
  }
  return hits;
}

/** Called by name: each is looked at by itself. */
async function named(
  open: OpenLattice,
  understood: Understood,
  ids: readonly string[],
  needs: Needs & { most: number },
): Promise<Hit[] | Refusal> {
  const hits: Hit[] = [];
  const glance = new HoursGlance(needs.at_ms, nodeInZone, open.settings.region);
  for (const id of ids.slice(0, MAX_LOOKED_AT)) {
    const record = heard(await open.lattice.get(id));
    if (isRefusal(record)) return record;
    if (record === null) continue;
    const metres = distance_m(understood.from, record.at);
    if (understood.near !== null && metres > (understood.radius_m ?? Number.POSITIVE_INFINITY)) continue;
    if (needs.window !== null && glance.of(record).state === "closed") continue;
    const hit = await hitOf(open, record, metres, needs);
    if (hit !== null) hits.push(hit);
  }
  return hits.sort((a, b) => a.distance_m - b.distance_m).slice(0, needs.most);
}

/** Null when too few units are free. */
async function hitOf(
  { lattice }: OpenLattice,
  record: Capability,
  distance_m: number,
  { window, units, at_ms }: Needs,
): Promise<Hit | null> {
  const dimensions = Object.keys(record.capacity);
  const free: Record<string, number> = {};
  for (const dimension of dimensions) {
    const left = await lattice.free(record.id, dimension, window ?? windowAt(at_ms, null));
    if (!isFault(left)) free[dimension] = left;
  }
  const enough = units === null || Object.values(free).some((left) => left >= units);
  return enough ? { record, distance_m, free: dimensions.length === 0 ? null : free } : null;
}

function rowOf({ record, distance_m, free }: Hit, glance: HoursGlance): JsonObject {
  const { id, name, category, at, attributes } = record;
  const { state, changes_ms } = glance.of(record);
  const changes = changes_ms === null ? null : new Date(changes_ms).toISOString();
  const address = [attributes.street, attributes.quarter, attributes.city].filter((part) => typeof part === "string");
  return {
    ...{ id, name, category, lat: at.lat, lng: at.lng },
    distance_m: Math.round(distance_m * 10) / 10,
    address: address.length === 0 ? null : address.join(", "),
    open: state,
    open_until: state === "open" ? changes : null,
    opens_at: state === "closed" ? changes : null,
    free: free === null ? null : { ...free },
  };
}

const shown = ({ near, from, radius_m, require }: Understood, time: SpokenTime | null): JsonObject => ({
  near: near === null ? null : { name: near.name, kind: near.kind },
  from: { lat: from.lat, lng: from.lng },
  radius_km: radius_m === null ? null : radius_m / 1000,
  require: require.map(({ phrase, means }) => ({ phrase, means: constraintText(means) })),
  at:
    time === null ? null : { from: new Date(time.from_ms).toISOString(), read_as: time.read_as, assumed: time.assumed },
});

/** A condition as a person reads it: "wifi", "not quiet", "power_kw ≥ 22". */
export function constraintText(constraint: Constraint): string {
  if ("not" in constraint) return `not ${constraintText(constraint.not)}`;
  if ("all" in constraint) return constraint.all.map(constraintText).join(" and ") || "anything";
  if ("any" in constraint) return constraint.any.map(constraintText).join(" or ");
  const { attribute } = constraint;
  if ("known" in constraint) return constraint.known ? attribute : `nothing known of ${attribute}`;
  if ("is" in constraint) {
    if (typeof constraint.is === "boolean") return constraint.is ? attribute : `not ${attribute}`;
    return `${attribute} ${[constraint.is].flat().join(" or ")}`;
  }
  const { atLeast, atMost } = constraint;
  return [
    ...(atLeast === undefined ? [] : [`${attribute} ≥ ${atLeast}`]),
    ...(atMost === undefined ? [] : [`${attribute} ≤ ${atMost}`]),
  ].join(" and ");
}

/** Why nothing was found: how many are left after each thing that was asked, up to the one that leaves none. */
async function reasonFor(open: OpenLattice, understood: Understood, { window, units, at_ms }: Needs): Promise<string> {
  if (understood.wanted.ids !== null)
    return "What bears that name is too far away, closed then, or has too few units free.";
  const { near, radius_m, require } = understood;
  const within = radius_m === null ? "" : ` within ${radius_m / 1000} km of ${near?.name ?? "there"}`;
  const matching = await count(open, understood, 0);
  if (matching === "0")
    return `Nothing of that kind lies${within || " anywhere in the lattice"}.${await beyond(open, understood)}`;
  const steps = [`${matching} of that kind${within}`];
  for (let i = 1; i <= require.length; i++) {
    const left = await count(open, understood, i);
    const asked = require
      .slice(0, i)
      .map(({ phrase }) => phrase)
      .join(" and ");
    if (left === "0") return `${steps.join("; ")}; of none is it known that it has ${asked}.`;
    steps.push(`${left} with ${asked}`);
  }
  const opening = window === null ? null : await nextOpening(open, understood, at_ms);
  const open_then = window === null ? 1 : await countOpen(open, understood, window);
  if (open_then === 0)
    return `${steps.join("; ")}; none is known to be open then${opening === null ? "" : `; the first opens at ${opening}`}.`;
  return `${steps.join("; ")}; none has ${units ?? 1} units free then.`;
}

async function count(open: OpenLattice, understood: Understood, requirements: number): Promise<string> {
  const answer = await open.lattice.find({
    place: placeOf(understood),
    where: whereOf(understood, requirements),
    limit: MAX_LOOKED_AT,
  });
  if (isFault(answer)) return "0";
  return answer.cursor === null ? String(answer.found.length) : `${MAX_LOOKED_AT} and more`;
}

async function countOpen(open: OpenLattice, understood: Understood, window: Window): Promise<number> {
  const answer = await open.lattice.find({
    place: placeOf(understood),
    where: whereOf(understood),
    open: { ...window },
    limit: 1,
  });
  return isFault(answer) ? 0 : answer.found.length;
}

const awayText = (metres: number): string =>
  metres < 1000 ? `${Math.round(metres)} m` : `${(metres / 1000).toFixed(1)} km`;

async function beyond(open: OpenLattice, understood: Understood): Promise<string> {
  const place = { from: { ...understood.from } };
  const answer = await open.lattice.find({ place, where: whereOf(understood), limit: 1 });
  const nearest = isFault(answer) ? undefined : answer.found[0];
  return nearest === undefined ? "" : ` The nearest is ${awayText(nearest.distance_m)} away.`;
}

async function nextOpening(open: OpenLattice, understood: Understood, at_ms: number): Promise<string | null> {
  const answer = await open.lattice.find({ place: placeOf(understood), where: whereOf(understood), limit: 50 });
  if (isFault(answer)) return null;
  const glance = new HoursGlance(at_ms, nodeInZone, open.settings.region);
  const openings: number[] = [];
  for (const { id } of answer.found) {
    const record = await open.lattice.get(id);
    const { state, changes_ms } =
      record === null || isFault(record) ? { state: "unknown", changes_ms: null } : glance.of(record);
    if (state === "closed" && changes_ms !== null) openings.push(changes_ms);
  }
  return openings.length === 0 ? null : new Date(Math.min(...openings)).toISOString();
}
