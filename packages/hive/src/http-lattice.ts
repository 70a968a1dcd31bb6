/**
 * The lattice over HTTP: records, queries, the surface, holds, plans. A thin layer: it opens the lattice, hands on, and turns faults into
 * answers `{refused, why, fix, at}`. What changes something wants the scope `operate`, and is refused while the hive is frozen.
 */
import type { Fault } from "lattice";
import { isRefusal, type Refusal, refuse } from "lop";
import type { z } from "zod";
import { covers, type Scope } from "./api-keys.ts";
import {
  CAPABILITIES_MAX,
  HoldsQuery,
  LatticeCapabilities,
  LatticeCapability,
  LatticeChanges,
  LatticeCoordinateReply,
  LatticeCoordinateTask,
  LatticeEpoch,
  LatticeFound,
  LatticeHoldBody,
  LatticeHoldRequest,
  LatticeHolds,
  LatticePage,
  LatticePlanReply,
  LatticePlanTask,
  LatticePut,
  LatticePutDone,
  LatticeQuery,
  LatticeRemoved,
  LatticeSpot,
  LatticeStatusBody,
  LatticeSurface,
  LatticeWhyQuestion,
  LatticeWhyReply,
  PlaceName,
  SurfaceQuery,
} from "./http-lattice-schemas.ts";
import { type Call, json, type Route, route, type World } from "./http-route.ts";
import { NoQuery } from "./http-schemas.ts";
import { streamOf } from "./http-stream.ts";
import type { OpenLattice } from "./lattice-port.ts";
import { heard, isFault, statusOf } from "./lattice-refusal.ts";

/** Bodies with many records, changes or tasks. */
export const LATTICE_BODY_MAX_BYTES = 16 * 1024 * 1024;

const faultBody = (fault: Fault): Response =>
  json({ refused: fault.refused, why: fault.why, fix: fault.fix, at: fault.at }, statusOf(fault));

/** A value as JSON, a fault as its answer. */
const told = (answer: unknown): Response => (isFault(answer) ? faultBody(answer) : json(answer));

type Answer = Promise<Response | Refusal> | Response | Refusal;

async function opened(world: World, work: (open: OpenLattice) => Answer): Promise<Response | Refusal> {
  const open = await world.lattice.open();
  return isRefusal(open) ? open : work(open);
}

/** The same for what changes something. */
async function changing(world: World, work: (open: OpenLattice) => Answer): Promise<Response | Refusal> {
  const { frozen } = world.hive.status();
  return frozen === null ? opened(world, work) : refuse("hive-frozen", `Frozen since ${frozen.since}: ${frozen.why}`);
}

const status = route<undefined, object>({
  method: "get",
  path: "/v1/lattice",
  name: "lattice",
  about: "The lattice: its engine, how much it holds, which attributes and dimensions there are.",
  scope: "read",
  query: NoQuery,
  answers: { 200: { about: "Its state; not ready with the reason.", schema: LatticeStatusBody } },
  handle: async ({ world }) => json(await latticeBody(world)),
});

async function latticeBody({ lattice }: World): Promise<z.infer<typeof LatticeStatusBody>> {
  const open = await lattice.open();
  const { engine } = lattice.status();
  const state = isRefusal(open) ? open : await stateOf(open);
  return isRefusal(state) ? { engine, ready: false, why: state.why, ...NOTHING } : { engine, ...state };
}

const NOTHING = {
  ...{ capabilities: 0, dimensions: [], attributes: [] },
  ...{ horizon: null, home: null, middle: null, tz: "UTC" },
};

async function stateOf(open: OpenLattice): Promise<Omit<z.infer<typeof LatticeStatusBody>, "engine"> | Refusal> {
  const capabilities = heard(await open.lattice.count());
  if (isRefusal(capabilities)) return capabilities;
  const dimensions = heard(await open.lattice.dimensions());
  if (isRefusal(dimensions)) return dimensions;
  const attributes = heard(await open.lattice.attributes());
  if (isRefusal(attributes)) return attributes;
  const words = await open.words();
  if (isRefusal(words)) return words;
  const { home, tz } = open.settings;
  return {
    ...{ ready: true, why: null, capabilities, horizon: { ...open.lattice.horizon } },
    dimensions: [...dimensions],
    attributes: attributes.map((each) => ({ ...each })),
    home: home === null ? null : { ...home },
    middle: words.middle === null ? null : { ...words.middle },
    tz,
  };
}

const place = route<undefined, { name: string }>({
  method: "get",
  path: "/v1/lattice/place",
  name: "latticePlace",
  about: "Where a phrase is: a quarter, a street, a record, `me`, or `lat,lng`.",
  scope: "read",
  query: PlaceName,
  answers: { 200: { about: "The place.", schema: LatticeSpot } },
  handle: ({ world, query }) =>
    opened(world, async (open) => {
      const words = await open.words();
      return isRefusal(words) ? words : told(words.gazetteer.resolve(query.name, open.settings.home));
    }),
});

const put = route<z.infer<typeof LatticePut>, object>({
  method: "post",
  path: "/v1/lattice/capabilities",
  name: "putCapabilities",
  about: "Adds records or replaces those of the same id: all of them or none.",
  scope: "operate",
  body: LatticePut,
  body_max_bytes: LATTICE_BODY_MAX_BYTES,
  query: NoQuery,
  answers: { 200: { about: "They are durable.", schema: LatticePutDone } },
  handle: ({ world, body }) => changing(world, async (open) => heardBody(await open.put(body.records))),
});

const heardBody = (answer: object | Refusal): Response | Refusal => (isRefusal(answer) ? answer : json(answer));

const page = route<undefined, z.infer<typeof LatticePage>>({
  method: "get",
  path: "/v1/lattice/capabilities",
  name: "capabilities",
  about: `Records in the order of their ids, at most ${CAPABILITIES_MAX} at a time.`,
  scope: "read",
  query: LatticePage,
  answers: { 200: { about: "A page; `after` asks for the next one.", schema: LatticeCapabilities } },
  handle: ({ world, query: { after, limit } }) =>
    opened(world, async ({ lattice }) => {
      const capabilities = await lattice.records(after ?? null, limit);
      if (isFault(capabilities)) return faultBody(capabilities);
      return json({ capabilities, after: capabilities.length < limit ? null : capabilities.at(-1)!.id });
    }),
});

const one = route<undefined, object>({
  method: "get",
  path: "/v1/lattice/capabilities/{path}",
  name: "capability",
  about: "One record, by id.",
  scope: "read",
  query: NoQuery,
  answers: { 200: { about: "The record.", schema: LatticeCapability } },
  handle: ({ world, params }) =>
    opened(world, async ({ lattice }) => {
      const id = params.path!;
      const record = await lattice.get(id);
      return record === null
        ? refuse("capability-unknown", `There is no capability "${id.slice(0, 128)}".`)
        : told(record);
    }),
});

const remove = route<undefined, object>({
  method: "delete",
  path: "/v1/lattice/capabilities/{path}",
  name: "removeCapability",
  about: "Removes one record, by id.",
  scope: "operate",
  query: NoQuery,
  answers: { 200: { about: "How many were removed.", schema: LatticeRemoved } },
  handle: ({ world, params }) => changing(world, async (open) => heardBody(await open.remove([params.path!]))),
});

const query = route<LatticeQuery, object>({
  method: "post",
  path: "/v1/lattice/query",
  name: "queryLattice",
  about: "Finds capabilities: by place, conditions, hours and free units; nearest first.",
  scope: "read",
  body: LatticeQuery,
  query: NoQuery,
  answers: { 200: { about: "What was found, as of `epoch`.", schema: LatticeFound } },
  handle: ({ world, body: { records, ...asked } }) =>
    opened(world, async (open) => {
      const answer = await open.lattice.find(asked);
      if (isFault(answer) || records !== true) return told(answer);
      const found: object[] = [];
      for (const hit of answer.found) {
        const capability = await open.lattice.get(hit.id);
        if (isFault(capability)) return faultBody(capability);
        if (capability !== null) found.push({ ...hit, capability });
      }
      return json({ ...answer, found });
    }),
});

const subscribe = route<LatticeQuery, object>({
  method: "post",
  path: "/v1/lattice/subscribe",
  name: "subscribeLattice",
  about: "A standing query: what it finds now, then what comes and goes.",
  scope: "read",
  body: LatticeQuery,
  query: NoQuery,
  answers: {
    200: { about: "`event: news`, `id: epoch`, `data: {epoch, added, removed}`.", type: "text/event-stream" },
  },
  handle: ({ world, body: { records: _, ...asked }, signal }) =>
    opened(world, async (open) => {
      if (world.meters.streams() >= world.settings.event_streams)
        return refuse("too-many-streams", `${world.settings.event_streams} event streams are open.`);
      const end = new AbortController();
      const news = await open.lattice.subscribe(asked, AbortSignal.any([signal, end.signal]));
      if (isFault(news)) return faultBody(news);
      return streamOf(world.meters, { items: news, gone: signal, end, event: "news", idOf: ({ epoch }) => epoch });
    }),
});

const surface = route<undefined, SurfaceQuery>({
  method: "get",
  path: "/v1/lattice/surface",
  name: "latticeSurface",
  about: "Free units, hours and prices by place and slot: the layer of heat on a map.",
  scope: "read",
  query: SurfaceQuery,
  answers: { 200: { about: "By place and slot.", schema: LatticeSurface } },
  handle: ({ world, query: { from_ms, until_ms, dimension, limit, ...area } }) =>
    opened(world, async ({ lattice, words }) => {
      const place = areaOf(area);
      if (isRefusal(place)) return place;
      const known = await words();
      if (isRefusal(known)) return known;
      const where = { all: [...known.things] };
      return told(
        await lattice.surface({
          place,
          where,
          window: { from_ms, until_ms },
          dimension,
          ...(limit === undefined ? {} : { limit }),
        }),
      );
    }),
});

function areaOf({
  lat,
  lng,
  radius_m,
  bbox,
}: Pick<SurfaceQuery, "lat" | "lng" | "radius_m" | "bbox">): object | Refusal {
  if (bbox !== undefined) {
    const [west, south, east, north] = bbox.split(",").map(Number) as [number, number, number, number];
    const corner = (lat: number, lng: number) => ({ lat, lng });
    return { polygon: [corner(south, west), corner(south, east), corner(north, east), corner(north, west)] };
  }
  if (lat === undefined || lng === undefined)
    return refuse("request-malformed", "The query: give lat and lng, or bbox.");
  return { from: { lat, lng }, ...(radius_m === undefined ? {} : { radius_m }) };
}

const change = route<z.infer<typeof LatticeChanges>, object>({
  method: "post",
  path: "/v1/lattice/surface",
  name: "changeSurface",
  about: "Changes free units by place and window: all of the changes or none.",
  scope: "operate",
  body: LatticeChanges,
  body_max_bytes: LATTICE_BODY_MAX_BYTES,
  query: NoQuery,
  answers: { 200: { about: "They are durable.", schema: LatticeEpoch } },
  handle: ({ world, body }) =>
    changing(world, async ({ lattice }) =>
      told(await lattice.change(body.changes as Parameters<typeof lattice.change>[0])),
    ),
});

const holds = route<undefined, { limit: number }>({
  method: "get",
  path: "/v1/lattice/holds",
  name: "holds",
  about: "Holds, the newest first, ended ones too.",
  scope: "read",
  query: HoldsQuery,
  answers: { 200: { about: "The latest.", schema: LatticeHolds } },
  handle: ({ world, query: { limit } }) =>
    opened(world, async ({ lattice }) => {
      const holds = await lattice.holds({ limit });
      return isFault(holds) ? faultBody(holds) : json({ holds });
    }),
});

const hold = route<z.infer<typeof LatticeHoldRequest>, object>({
  method: "post",
  path: "/v1/lattice/holds",
  name: "hold",
  about: "Puts units aside, all or nothing, until they are confirmed, released, or the time runs out.",
  scope: "operate",
  body: LatticeHoldRequest,
  query: NoQuery,
  answers: { 200: { about: "Held, and durable.", schema: LatticeHoldBody } },
  handle: ({ world, body }) =>
    changing(world, async ({ lattice }) => told(await lattice.hold(body as Parameters<typeof lattice.hold>[0]))),
});

/** GET a hold, or POST its end: by its fence. */
function holdRoute(verb: "look" | "confirm" | "release", about: string, scope: Scope): Route {
  return route<undefined, object>({
    method: verb === "look" ? "get" : "post",
    path: verb === "look" ? "/v1/lattice/holds/{fence}" : `/v1/lattice/holds/{fence}/${verb}`,
    name: `${verb}Hold`,
    about,
    scope,
    query: NoQuery,
    answers: { 200: { about: "The hold as it is now.", schema: LatticeHoldBody } },
    handle: ({ world, params }) => {
      const fence = /^\d{1,15}$/.test(params.fence!) ? Number(params.fence) : null;
      if (fence === null) return refuse("hold-unknown", `There is no hold "${params.fence!.slice(0, 40)}".`);
      const enter = verb === "look" ? opened : changing;
      return enter(world, async ({ lattice }) => told(await lattice[verb](fence)));
    },
  });
}

const plan = route<z.infer<typeof LatticePlanTask>, object>({
  method: "post",
  path: "/v1/lattice/plan",
  name: "planTask",
  about: "Plans the legs of one task; says why when there is no way.",
  scope: "read",
  body: LatticePlanTask,
  query: NoQuery,
  answers: { 200: { about: "The plan with its bound, or the reason.", schema: LatticePlanReply } },
  handle: ({ world, body }) => opened(world, async ({ lattice }) => told(await lattice.plan(body))),
});

const coordinate = route<LatticeCoordinateTask, object>({
  method: "post",
  path: "/v1/lattice/coordinate",
  name: "coordinateTasks",
  about: "Plans many tasks that compete; with `commit` it holds what they take.",
  scope: "read",
  body: LatticeCoordinateTask,
  body_max_bytes: LATTICE_BODY_MAX_BYTES,
  query: NoQuery,
  answers: { 200: { about: "Plans, certificate and prices.", schema: LatticeCoordinateReply } },
  handle: (call) => (call.body.commit === undefined ? opened(call.world, coordinated(call)) : committed(call)),
});

const coordinated =
  ({ body }: Call<LatticeCoordinateTask, object>) =>
  async ({ lattice }: OpenLattice): Promise<Response> =>
    told(await lattice.coordinate(body));

function committed(call: Call<LatticeCoordinateTask, object>): Answer {
  const { caller, world } = call;
  if (covers(caller.scope, "operate")) return changing(world, coordinated(call));
  return refuse("scope-missing", `The key ${caller.name} has the scope ${caller.scope}; a commit needs operate.`);
}

const why = route<z.infer<typeof LatticeWhyQuestion>, object>({
  method: "post",
  path: "/v1/lattice/why",
  name: "whyNot",
  about: "Why a task does not use a capability at a time.",
  scope: "read",
  body: LatticeWhyQuestion,
  query: NoQuery,
  answers: { 200: { about: "The reason, with prices.", schema: LatticeWhyReply } },
  handle: ({ world, body }) => opened(world, async ({ lattice }) => told(await lattice.why(body))),
});

export const LATTICE_ROUTES: readonly Route[] = [
  ...[status, place, put, page, one, remove, query, subscribe, surface, change, holds, hold],
  holdRoute("look", "One hold.", "read"),
  holdRoute("confirm", "Makes a hold stand; twice is no fault.", "operate"),
  holdRoute("release", "Gives the units back; twice is no fault.", "operate"),
  ...[plan, coordinate, why],
];
