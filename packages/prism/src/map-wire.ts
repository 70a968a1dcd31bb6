/** The lattice's HTTP API, as far as the map reads it. Unknown fields pass. Times are Unix milliseconds, distances metres. */
import type { Point } from "./map-projection.ts";
import type { Json, Refused } from "./wire.ts";

export interface LatticeStatus {
  readonly ready: boolean;
  readonly why: string | null;
  readonly capabilities: number;
  readonly dimensions: readonly string[];
  readonly attributes: readonly { readonly key: string; readonly kind: string; readonly capabilities: number }[];
  readonly horizon: Span | null;
  readonly home: Point | null;
  readonly middle: Point | null;
  readonly tz: string;
}

export interface Span {
  readonly from_ms: number;
  readonly until_ms: number;
}

export interface Capability {
  readonly id: string;
  readonly name: string;
  readonly category: string | null;
  readonly at: Point;
  readonly tz: string;
  readonly attributes: { readonly [key: string]: Json };
  readonly hours: { readonly kind: string; readonly text?: string } | null;
  readonly capacity: { readonly [dimension: string]: number };
}

export interface Spot {
  readonly name: string;
  readonly kind: string;
  readonly at: Point;
}

export interface Query {
  readonly place: { readonly from: Point; readonly radius_m?: number };
  readonly where?: Json;
  readonly open?: Span;
  readonly limit?: number;
  readonly records?: boolean;
}

export interface Answer {
  /** With `records`, each with its record. */
  readonly found: readonly { readonly id: string; readonly distance_m: number; readonly capability: Capability }[];
  readonly cursor: string | null;
}

export interface Surface {
  readonly slots_ms: readonly number[];
  readonly places: readonly {
    readonly id: string;
    readonly at: Point;
    readonly free: readonly number[];
    readonly price_s: readonly number[];
    readonly open: readonly ("open" | "closed" | "unknown")[];
  }[];
  /** When anything of the dimension has a price; null when nothing ever has. */
  readonly priced: Span | null;
}

export interface SurfaceAsked extends Span {
  readonly from: Point;
  readonly radius_m: number;
  readonly dimension: string;
}

export interface PlanTask {
  readonly from: Point;
  readonly depart_ms: number;
  readonly order: "fixed" | "free";
  readonly legs: readonly ({ readonly name: string; readonly find: Query; readonly minutes: number } & Span)[];
}

export type PlanReply =
  | {
      readonly planned: true;
      readonly visits: readonly ({
        readonly leg: number;
        readonly id: string;
        readonly at: Point;
        readonly travel_s: number;
      } & Span)[];
      readonly primal: number;
      readonly bound: number;
      readonly gap: number;
    }
  | { readonly planned: false; readonly why: string; readonly leg: number; readonly next_ms: number | null };

/** One request of the daemon's API: its answer, or a refusal. */
export type Ask = (method: "GET" | "POST", path: string, body?: Json) => Promise<unknown>;

/** Rows of one answer. */
export const SURFACE_LIMIT = 10_000;
export const COUNT_LIMIT = 10_000;
export const PAGE_LIMIT = 2500;

export interface LatticeApi {
  status(): Promise<LatticeStatus | Refused>;
  page(after: string | null): Promise<{ capabilities: Capability[]; after: string | null } | Refused>;
  place(name: string): Promise<Spot | Refused>;
  query(query: Query): Promise<Answer | Refused>;
  surface(asked: SurfaceAsked): Promise<Surface | Refused>;
  plan(task: PlanTask): Promise<PlanReply | Refused>;
}

export function latticeApi(ask: Ask): LatticeApi {
  const get = <T>(path: string, params: { [name: string]: string | number } = {}): Promise<T | Refused> => {
    const text = new URLSearchParams(Object.entries(params).map(([name, value]) => [name, String(value)])).toString();
    return ask("GET", `/v1/lattice${path}${text === "" ? "" : `?${text}`}`) as Promise<T | Refused>;
  };
  const post = <T>(path: string, body: object): Promise<T | Refused> =>
    ask("POST", `/v1/lattice${path}`, body as Json) as Promise<T | Refused>;
  return {
    status: () => get(""),
    page: (after) => get("/capabilities", { limit: PAGE_LIMIT, ...(after === null ? {} : { after }) }),
    place: (name) => get("/place", { name }),
    query: (query) => post("/query", query),
    surface: ({ from, ...rest }) => get("/surface", { ...from, ...rest, limit: SURFACE_LIMIT }),
    plan: (task) => post("/plan", task),
  };
}
