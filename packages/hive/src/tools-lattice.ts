/** lattice.*: capabilities found by place and time, plans with their certificates, reservations. */
import { type Crypto, isRefusal, type JsonObject, type Refusal } from "lop";
import type { BookAsked } from "./lattice-booking.ts";
import type { FindAsked } from "./lattice-find.ts";
import type { LegAsked } from "./lattice-plan.ts";
import type { checkPlanResult } from "./lattice-plan-check.ts";
import type { LatticePort, OpenLattice } from "./lattice-port.ts";
import type { TaskAsked } from "./lattice-tasks.ts";
import { done, type ToolDoer, type ToolYield } from "./tool.ts";

interface LatticeWorld {
  readonly lattice: LatticePort;
  readonly crypto: Crypto;
}

const object = (properties: JsonObject): JsonObject => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});
const list = (items: JsonObject): JsonObject => ({ type: "array", items });
const orNull = (schema: JsonObject): JsonObject => ({ anyOf: [schema, { type: "null" }] });
const TEXT: JsonObject = { type: "string" };
const TEXT_OR_NULL: JsonObject = { type: ["string", "null"] };
const NUMBER: JsonObject = { type: "number" };
const WHOLE: JsonObject = { type: "integer" };

const FIND = object({
  understood: object({
    near: orNull(object({ name: TEXT, kind: TEXT })),
    from: object({ lat: NUMBER, lng: NUMBER }),
    radius_km: { type: ["number", "null"] },
    require: list(object({ phrase: TEXT, means: TEXT })),
    at: orNull(object({ from: TEXT, read_as: TEXT, assumed: TEXT_OR_NULL })),
  }),
  found: list(
    object({
      ...{
        id: TEXT,
        name: TEXT,
        category: TEXT_OR_NULL,
        lat: NUMBER,
        lng: NUMBER,
        distance_m: NUMBER,
        address: TEXT_OR_NULL,
      },
      open: { enum: ["open", "closed", "unknown"] },
      open_until: TEXT_OR_NULL,
      opens_at: TEXT_OR_NULL,
      free: orNull({ type: "object", additionalProperties: WHOLE }),
    }),
  ),
  more: { type: "boolean" },
  why: TEXT_OR_NULL,
});
const PLACE = object({ id: TEXT, name: TEXT, category: TEXT_OR_NULL, lat: NUMBER, lng: NUMBER });
const LEG = object({
  what: TEXT,
  near: TEXT_OR_NULL,
  capability: PLACE,
  from: TEXT,
  until: TEXT,
  local: TEXT,
  travel_s: NUMBER,
});
const VISIT = object({ leg: WHOLE, place: WHOLE, start: WHOLE, until: WHOLE, travel_s: NUMBER });
/** SHA-256 of the problem as canonical JSON. */
const DIGEST: JsonObject = { type: "string", pattern: "^[0-9a-f]{64}$" };
const CLAIM = { digest: DIGEST, gap: NUMBER, problem: { type: "object" }, primal: NUMBER, bound: NUMBER };
const PLAN = object({
  planned: { type: "boolean" },
  why: TEXT_OR_NULL,
  /** Number of the leg that cannot be met, from 0. */
  leg: { type: ["integer", "null"] },
  legs: list(LEG),
  /** Of a card with tasks; their legs stand here then, and `legs` is empty. */
  tasks: orNull(list(object({ task: TEXT, planned: { type: "boolean" }, why: TEXT_OR_NULL, legs: list(LEG) }))),
  certificate: {
    anyOf: [
      object({ ...CLAIM, visits: list(VISIT) }),
      object({ ...CLAIM, plan: list(orNull(list(VISIT))), prices: list(list(NUMBER)) }),
      { type: "null" },
    ],
  },
});
const RESERVATION = object({
  reservation: TEXT,
  state: { enum: ["held", "confirmed", "released", "expired"] },
  read_as: TEXT_OR_NULL,
  items: list(object({ capability: TEXT, name: TEXT, dimension: TEXT, units: WHOLE, from: TEXT, until: TEXT })),
});

export const latticeTools = ({ lattice, crypto }: LatticeWorld): Record<string, ToolDoer> => {
  const quiet = { language: null, changes: "nothing" } as const;
  const opened = async (work: (open: OpenLattice) => Promise<JsonObject | Refusal>): Promise<ToolYield | Refusal> => {
    const open = await lattice.open();
    if (isRefusal(open)) return open;
    const result = await work(open);
    return isRefusal(result) ? result : done(result);
  };
  // The code of a tool is loaded when it first runs, the checker of plans with the planner.
  let checker: typeof checkPlanResult | null = null;
  return {
    "lattice.find": {
      ...quiet,
      result: FIND,
      run: ({ card }) =>
        opened(async (open) => (await import("./lattice-find.ts")).findFor(open, card.parameters as FindAsked)),
    },
    "lattice.plan": {
      ...quiet,
      result: PLAN,
      check: (result) => (checker === null ? "No plan was made here." : checker(crypto, result)),
      run: ({ card }) =>
        opened(async (open) => {
          checker = (await import("./lattice-plan-check.ts")).checkPlanResult;
          const { legs, tasks } = card.parameters as unknown as { legs: LegAsked[]; tasks?: TaskAsked[] };
          if (tasks === undefined) return (await import("./lattice-plan.ts")).planFor(open, crypto, legs);
          return (await import("./lattice-tasks.ts")).planTasks(open, crypto, tasks);
        }),
    },
    "lattice.reserve": {
      ...quiet,
      result: RESERVATION,
      run: ({ card, directive }) =>
        opened(async (open) => {
          const { reserveFor } = await import("./lattice-booking.ts");
          return reserveFor(open, card.parameters as unknown as BookAsked, directive);
        }),
    },
    "lattice.cancel": {
      ...quiet,
      result: RESERVATION,
      run: ({ card }) =>
        opened(async (open) =>
          (await import("./lattice-booking.ts")).cancelFor(open, String(card.parameters.reservation)),
        ),
    },
  };
};
