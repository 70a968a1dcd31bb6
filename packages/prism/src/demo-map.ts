/** An invented small town and what a lattice that holds it would answer, for the map's demo states. Nothing here reaches the real room. */
import { DEMO_NOW_MS } from "./demo-data.ts";
import { EMPTY_FIND, EMPTY_PLAN } from "./map-form.ts";
import { type MapState, pointOf } from "./map-state.ts";
import type { Answer, Ask, Capability, LatticeStatus, PlanReply, Spot, Surface } from "./map-wire.ts";
import type { Json, Refused } from "./wire.ts";

const MIDDLE = { lat: 54.72, lng: 2.77 };
const TZ = "Europe/London";
const HOUR_MS = 3_600_000;
const KINDS = [
  ["cafe", "seats"],
  ["restaurant", "seats"],
  ["court", "units"],
  ["desk", "desks"],
  ["doctors", "appointments"],
  ["charging_station", "spaces"],
  ["compute_node", "units"],
  ["supermarket", "units"],
  ["hotel", "rooms"],
] as const;
const STREETS = ["Fish Street", "Sail Lane", "Queen Street", "Castle Lane", "Corn Street", "Baker Street"];
const QUARTERS = ["Old Town", "Harbour", "University"];
const PLACES = 240;

/** In [0, 1), the same in every run. */
const share = (n: number): number => ((Math.imul(n + 1, 0x9e3779b1) ^ Math.imul(n + 7, 0x85ebca6b)) >>> 0) / 2 ** 32;

function place(n: number): Capability {
  const [category, dimension] = KINDS[n % KINDS.length]!;
  const street = n % STREETS.length;
  const [angle, away] = [(street / STREETS.length) * Math.PI * 2, 0.002 + share(n) * 0.012];
  const at = {
    lat: MIDDLE.lat + Math.sin(angle) * away + (share(n + 500) - 0.5) * 0.001,
    lng: MIDDLE.lng + (Math.cos(angle) * away + (share(n + 900) - 0.5) * 0.001) * 1.7,
  };
  return {
    ...{
      id: `${category}-${n}`,
      name: `${STREETS[street]!.split(" ")[0]} ${category.replaceAll("_", " ")} ${n}`,
      category,
      at,
    },
    ...{ tz: TZ, hours: { kind: "osm", text: "Mo-Su 07:00-19:00" }, capacity: { [dimension]: 4 + (n % 9) } },
    attributes: { street: STREETS[street]!, wifi: n % 3 !== 0, quiet: n % 4 === 1 },
  };
}

const area = (name: string, n: number): Capability => ({
  ...{ id: `area-${n}`, name, category: "place", tz: TZ, hours: null, capacity: {}, attributes: { area: "quarter" } },
  at: { lat: MIDDLE.lat + (n === 0 ? 0.001 : -0.006), lng: MIDDLE.lng + (n - 1) * 0.014 },
});

const TOWN: readonly Capability[] = [...QUARTERS.map(area), ...Array.from({ length: PLACES }, (_, n) => place(n))];
const CAFES = TOWN.filter(({ category }) => category === "cafe");

export const DEMO_LATTICE: LatticeStatus = {
  ...{ ready: true, why: null, capabilities: TOWN.length, home: null, middle: MIDDLE, tz: TZ },
  dimensions: ["appointments", "desks", "rooms", "seats", "spaces", "units"],
  attributes: [
    { key: "category", kind: "word", capabilities: TOWN.length },
    { key: "wifi", kind: "boolean", capabilities: PLACES },
    { key: "quiet", kind: "boolean", capabilities: PLACES },
  ],
  horizon: { from_ms: DEMO_NOW_MS, until_ms: DEMO_NOW_MS + 60 * 24 * HOUR_MS },
};

const UNKNOWN_PLACE: Refused = {
  refused: "place-unknown",
  why: 'No place here is called "Nowhere"; the nearest names are Old Town, Harbour.',
  fix: "Name a quarter, a street or a place that the lattice has.",
};

function answerOf(query: { where?: Json }): Answer {
  const asked = JSON.stringify(query.where ?? {});
  // Nobody's compute is quiet here.
  const places = asked.includes("compute_node") ? TOWN.filter(({ category }) => category === "compute_node") : CAFES;
  const found = asked.includes("compute_node") && asked.includes("quiet") ? [] : places.slice(0, 9);
  return {
    found: found.map((capability, i) => ({ id: capability.id, distance_m: 75 + i * 61.5, capability })),
    cursor: null,
  };
}

function surfaceOf(params: URLSearchParams): Surface {
  const from_ms = Number(params.get("from_ms"));
  const dimension = params.get("dimension") ?? "";
  const slots_ms = [0, 1, 2, 3].map((slot) => from_ms + (slot * HOUR_MS) / 4);
  return {
    slots_ms,
    places: TOWN.filter(({ capacity }) => capacity[dimension] !== undefined).map(({ id, at, capacity }, n) => ({
      ...{ id, at, open: slots_ms.map(() => "open" as const) },
      free: slots_ms.map(() => Math.floor(capacity[dimension]! * share(n + 40))),
      price_s: slots_ms.map(() => Math.max(0, Math.round(900 * share(n + 90) - 300))),
    })),
    priced: { from_ms, until_ms: from_ms + HOUR_MS },
  };
}

const VISITS = [TOWN[3]!, TOWN[41]!, TOWN[22]!];

function planOf(): PlanReply {
  const begin_ms = Math.ceil(DEMO_NOW_MS / HOUR_MS) * HOUR_MS + 18 * HOUR_MS;
  const visits = VISITS.map(({ id, at }, leg) => ({
    ...{ leg, id, at, travel_s: 240 + leg * 310 },
    ...{ from_ms: begin_ms + leg * 1.5 * HOUR_MS, until_ms: begin_ms + (leg * 1.5 + 1) * HOUR_MS },
  }));
  return { planned: true, visits, primal: 2010, bound: 1987.9, gap: 0.011 };
}

/** What the API would answer. */
export const demoLattice: Ask = async (method, path, body) => {
  const { pathname, searchParams } = new URL(path, "http://demo");
  switch (`${method} ${pathname.replace("/v1/lattice", "")}`) {
    case "GET ":
      return DEMO_LATTICE;
    case "GET /capabilities":
      return { capabilities: TOWN, after: null };
    case "GET /place":
      return searchParams.get("name") === "Nowhere" ? UNKNOWN_PLACE : spotOf(searchParams.get("name") ?? "");
    case "POST /query":
      return answerOf(body as { where?: Json });
    case "GET /surface":
      return surfaceOf(searchParams);
    case "POST /plan":
      return planOf();
    default:
      return UNKNOWN_PLACE;
  }
};

const spotOf = (name: string): Spot => ({ name, kind: "quarter", at: { lat: MIDDLE.lat + 0.001, lng: MIDDLE.lng } });

const LOADED: Partial<MapState> = {
  ...{ phase: "ready", lattice: DEMO_LATTICE, fits: 1 },
  points: TOWN.filter(({ category }) => category !== "place").map(pointOf),
  areas: TOWN.filter(({ category }) => category === "place").map(pointOf),
  heat: { kind: "none", dimension: "units", hours: 20, surface: null },
};
const asked: Partial<MapState> = {
  ...LOADED,
  find: { ...EMPTY_FIND, what: "café", near: "Old Town", require: "wifi, quiet", at: "2026-11-22T09:00" },
};
const found: Partial<MapState> = {
  ...asked,
  asking: false,
  found: {
    ...{ source: "asked", from: spotOf("").at, near: "Old Town", radius_m: 2000, more: false, why: null, steps: [] },
    hits: answerOf({}).found.map(({ id, distance_m, capability: { name, category, at } }, i) => ({
      ...{ id, name, category, at, distance_m, free: `${3 + i} seats` },
      open: (["open", "open", "closed", "unknown"] as const)[i % 4]!,
    })),
  },
};
const nothing: Partial<MapState> = {
  ...asked,
  found: {
    ...found.found!,
    hits: [],
    steps: [
      { text: "lie there", left: 214 },
      { text: "are café", left: 23 },
      { text: "are known for wifi", left: 4 },
      { text: "are known to be open then", left: 0 },
    ],
  },
};
const surface = surfaceOf(new URLSearchParams({ dimension: "units", from_ms: String(DEMO_NOW_MS) }));
const planForm = {
  ...{ ...EMPTY_PLAN, near: "Old Town", at: "2026-11-22T09:00" },
  legs: ["desk", "doctors", "hotel"].map((what, i) => ({ key: i + 1, what, near: "", minutes: "60" })),
};
const route = (): NonNullable<MapState["route"]> & { planned: true } => {
  const reply = planOf();
  if (!reply.planned) throw new Error("the demo's plan is one");
  const visits = reply.visits.map((visit, i) => ({ ...visit, what: planForm.legs[i]!.what, name: VISITS[i]!.name }));
  const { primal: cost_s, bound: bound_s, gap } = reply;
  return { planned: true, source: "asked", from: spotOf("").at, visits, cost_s, bound_s, gap, check: null };
};
const planned: Partial<MapState> = { ...LOADED, mode: "plan", asking: false, plan: planForm };

/** The map's states, by the name in the address without `map-`. */
export const DEMO_MAPS: { readonly [name: string]: () => Partial<MapState> } = {
  all: () => LOADED,
  loading: () => ({ phase: "loading" }),
  empty: () => ({ phase: "empty", lattice: { ...DEMO_LATTICE, capabilities: 0 } }),
  absent: () => ({
    phase: "absent",
    refusal: {
      refused: "lattice-unopened",
      why: "Another process holds the lattice.",
      fix: "Stop the other daemon of this home.",
    },
  }),
  form: () => ({ ...asked, faults: { what: "No kind here is called that. There is cafe." } }),
  found: () => found,
  chosen: () => ({ ...found, chosen: CAFES[1]!.id }),
  nothing: () => nothing,
  refused: () => ({ ...asked, refusal: UNKNOWN_PLACE }),
  heat: () => ({ ...LOADED, heat: { kind: "price", dimension: "units", hours: 20, surface } }),
  cold: () => ({
    ...LOADED,
    heat: { kind: "price", dimension: "units", hours: 20, surface: { ...surface, places: [], priced: null } },
  }),
  plan: () => ({ ...planned, route: route() }),
  checked: () => ({
    ...planned,
    route: { ...route(), source: "directive", check: { holds: true, cost_s: 2010, proven_s: 1987.9 } },
  }),
  broken: () => ({
    ...planned,
    route: {
      ...route(),
      source: "directive",
      check: { holds: false, at: "bound", why: "The graph proves 1987, not 2010." },
    },
  }),
  unplanned: () => ({
    ...planned,
    asking: true,
    route: {
      planned: false,
      source: "asked",
      why: "12 places match “doctors”, all closed at 18:00; nearest opening 19:30.",
    },
  }),
};
