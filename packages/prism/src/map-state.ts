/** What the map room knows. What the lattice said is kept as it said it. */

import type { PlanCheck } from "./map-check.ts";
import { EMPTY_FIND, EMPTY_PLAN, type Faults, type FindForm, NO_FAULTS, type PlanForm } from "./map-form.ts";
import { familyOf } from "./map-kinds.ts";
import { type MapView, type Point, toWorld, type World } from "./map-projection.ts";
import type { Capability, LatticeStatus, Span, Surface } from "./map-wire.ts";
import type { Refused } from "./wire.ts";

export interface MapPoint extends World {
  readonly capability: Capability;
  /** Number in `FAMILIES`. */
  readonly family: number;
}

export interface Hit {
  readonly id: string;
  readonly name: string;
  readonly category: string | null;
  readonly at: Point;
  readonly distance_m: number;
  readonly open: "open" | "closed" | "unknown";
  /** `12 seats`; empty when nothing is counted there. */
  readonly free: string;
}

/** Whose answer it is: asked here, or the outcome of a directive, which has a proof. */
export type Source = "asked" | "directive";

export interface FindShown {
  readonly source: Source;
  readonly from: Point;
  readonly near: string;
  readonly radius_m: number | null;
  readonly hits: readonly Hit[];
  readonly more: boolean;
  /** With nothing found: a sentence, or how many each condition let through. */
  readonly why: string | null;
  readonly steps: readonly WhyStep[];
}

/** How many were left after a condition; null when they were too many to count. */
export interface WhyStep {
  readonly text: string;
  readonly left: number | null;
}

export interface Visit extends Span {
  readonly what: string;
  readonly id: string;
  readonly name: string;
  readonly at: Point;
  readonly travel_s: number;
}

export type PlanShown =
  | {
      readonly planned: true;
      readonly source: Source;
      readonly from: Point;
      readonly visits: readonly Visit[];
      readonly cost_s: number;
      readonly bound_s: number;
      readonly gap: number;
      /** What the check in this page said; null where there is nothing to check it by. */
      readonly check: PlanCheck | null;
    }
  | { readonly planned: false; readonly source: Source; readonly why: string };

/** What the heat shows: what a unit is worth, or how much is taken. */
export type HeatKind = "none" | "price" | "taken";

export interface Heat {
  readonly kind: HeatKind;
  readonly dimension: string;
  /** Hours after the present one. */
  readonly hours: number;
  readonly surface: Surface | null;
}

export interface MapState {
  readonly phase: "loading" | "ready" | "empty" | "absent";
  readonly lattice: LatticeStatus | null;
  readonly points: readonly MapPoint[];
  /** Quarters, streets and towns. */
  readonly areas: readonly MapPoint[];
  readonly mode: "find" | "plan";
  /** The form lies open; else a line says what was asked, and the answer has the room. */
  readonly asking: boolean;
  readonly find: FindForm;
  readonly plan: PlanForm;
  readonly faults: Faults;
  readonly found: FindShown | null;
  readonly route: PlanShown | null;
  readonly heat: Heat;
  readonly hidden: ReadonlySet<number>;
  readonly chosen: string | null;
  readonly refusal: Refused | null;
  readonly busy: boolean;
  /** Null until the window's size is known. */
  readonly view: MapView | null;
  /** Grows when the view is to be fitted to what is shown. */
  readonly fits: number;
}

export const EMPTY_MAP: MapState = {
  phase: "loading",
  lattice: null,
  points: [],
  areas: [],
  mode: "find",
  asking: true,
  find: EMPTY_FIND,
  plan: EMPTY_PLAN,
  faults: NO_FAULTS,
  found: null,
  route: null,
  heat: { kind: "none", dimension: "", hours: 0, surface: null },
  hidden: new Set(),
  chosen: null,
  refusal: null,
  busy: false,
  view: null,
  fits: 0,
};

/** Points drawn at most; more are told of, and found all the same. */
export const POINTS_MAX = 20_000;
const HOUR_MS = 3_600_000;

export function pointOf(capability: Capability): MapPoint {
  return { ...toWorld(capability.at), capability, family: familyOf(capability.category) };
}

export const isArea = ({ category }: Capability): boolean => category === "place";

/** The hour that the heat shows. */
export function heatSpan({ hours }: Pick<Heat, "hours">, now_ms: number): Span {
  const from_ms = Math.floor(now_ms / HOUR_MS) * HOUR_MS + hours * HOUR_MS;
  return { from_ms, until_ms: from_ms + HOUR_MS };
}

/** Which of those hours a moment lies in. */
export const hoursUntil = (at_ms: number, now_ms: number): number =>
  Math.floor(at_ms / HOUR_MS) - Math.floor(now_ms / HOUR_MS);

/** Heat of each place, 0 and more: seconds a unit is worth, or the share that is taken. The hour's worst slot counts. */
export function heatOf(state: Pick<MapState, "heat" | "points">): { readonly at: World; readonly heat: number }[] {
  const { kind, dimension, surface } = state.heat;
  if (kind === "none" || surface === null) return [];
  const capacity = new Map(state.points.map(({ capability }) => [capability.id, capability.capacity[dimension] ?? 0]));
  return surface.places.flatMap(({ id, at, free, price_s }) => {
    const most = capacity.get(id) ?? 0;
    const heat = kind === "price" ? Math.max(0, ...price_s) : most === 0 ? 0 : 1 - Math.min(most, ...free) / most;
    return heat > 0 ? [{ at: toWorld(at), heat }] : [];
  });
}

/** What the eye is to be led to, in the order of interest. */
export function focusOf(state: MapState): readonly World[] {
  const { route, found, mode } = state;
  if (mode === "plan" && route?.planned) return [route.from, ...route.visits.map(({ at }) => at)].map(toWorld);
  if (mode === "find" && found !== null && found.hits.length > 0)
    return [found.from, ...found.hits.map(({ at }) => at)].map(toWorld);
  return [];
}
