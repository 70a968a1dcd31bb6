/** The map room's state and everything that changes it. Runs without a screen: the API, the clock and the check are handed in. */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { PlanCheck } from "./map-check.ts";
import {
  type FindForm,
  findCard,
  isRead,
  kindsOf,
  type LegForm,
  MAX_LEGS,
  NO_FAULTS,
  type PlanForm,
  planCard,
  queryOf,
  type ReadFind,
  readFind,
  readPlan,
  stepsOf,
  type Words,
} from "./map-form.ts";
import { type MapView, type Point, toPoint } from "./map-projection.ts";
import { freeText, readFound, readRoute } from "./map-read.ts";
import {
  EMPTY_MAP,
  type FindShown,
  type Heat,
  heatSpan,
  isArea,
  type MapState,
  type PlanShown,
  POINTS_MAX,
  pointOf,
  type WhyStep,
} from "./map-state.ts";
import type { Answer, Capability, LatticeApi, LatticeStatus, PlanReply, Surface } from "./map-wire.ts";
import { type DirectiveView, isRefused, type JsonObject, type Refused } from "./wire.ts";

export interface MapPorts {
  readonly api: LatticeApi;
  /** Wall clock, Unix ms. */
  now_ms(): number;
  check(certificate: object): Promise<PlanCheck>;
}

/** Metres around the middle of what is shown for which heat is asked. */
const HEAT_RADIUS_M = 20_000;
const SLOT_MS = 15 * 60_000;

interface Start {
  readonly at: Point;
  readonly name: string;
}

export class MapDesk {
  readonly store: StoreApi<MapState>;
  readonly #ports: MapPorts;
  #shown: string | null = null;

  constructor(ports: MapPorts, start: Partial<MapState> = {}) {
    this.#ports = ports;
    this.store = createStore<MapState>(() => ({ ...EMPTY_MAP, ...start }));
  }

  get state(): MapState {
    return this.store.getState();
  }

  get now_ms(): number {
    return this.#ports.now_ms();
  }

  #set(change: Partial<MapState>): void {
    this.store.setState(change);
  }

  /** Reads what the lattice holds; again when it was empty or out of reach. */
  async load(): Promise<void> {
    if (this.state.phase === "ready") return;
    const status = await this.#ports.api.status();
    if (isRefused(status)) return this.#set({ phase: "absent", refusal: status });
    if (!status.ready) return this.#set({ phase: "absent", refusal: notReady(status) });
    if (status.capabilities === 0) return this.#set({ phase: "empty", lattice: status, refusal: null });
    const all: Capability[] = [];
    for (let after: string | null = null; ; ) {
      const page = await this.#ports.api.page(after);
      if (isRefused(page)) return this.#set({ phase: "absent", refusal: page });
      all.push(...page.capabilities);
      after = page.after;
      if (after === null || all.length >= POINTS_MAX) break;
    }
    const points = all.map(pointOf);
    const dimension = mostHad(all) ?? status.dimensions[0] ?? "units";
    this.#set({
      ...{ phase: "ready", lattice: status, refusal: null, heat: { ...this.state.heat, dimension } },
      points: points.filter(({ capability }) => !isArea(capability)),
      areas: points.filter(({ capability }) => isArea(capability)),
      fits: this.state.fits + 1,
    });
  }

  // ── forms ───────────────────────────────────────────────────────────────────────────────────

  turn(mode: MapState["mode"]): void {
    const { found, route } = this.state;
    const answered = mode === "find" ? found !== null : route !== null;
    this.#set({ mode, asking: !answered, faults: NO_FAULTS, refusal: null, chosen: null });
  }

  /** Opens the form again. */
  ask(): void {
    this.#set({ asking: true });
  }

  fillFind(change: Partial<FindForm>): void {
    this.#set({ find: { ...this.state.find, ...change }, faults: NO_FAULTS });
  }

  fillPlan(change: Partial<PlanForm>): void {
    this.#set({ plan: { ...this.state.plan, ...change }, faults: NO_FAULTS });
  }

  fillLeg(key: number, change: Partial<LegForm>): void {
    const legs = this.state.plan.legs.map((leg) => (leg.key === key ? { ...leg, ...change } : leg));
    this.fillPlan({ legs });
  }

  addLeg(): void {
    const { legs } = this.state.plan;
    if (legs.length >= MAX_LEGS) return;
    const key = Math.max(0, ...legs.map((leg) => leg.key)) + 1;
    this.fillPlan({ legs: [...legs, { key, what: "", near: "", minutes: "60" }] });
  }

  dropLeg(key: number): void {
    const { legs } = this.state.plan;
    if (legs.length > 1) this.fillPlan({ legs: legs.filter((leg) => leg.key !== key) });
  }

  #words(): Words | null {
    const { lattice, points } = this.state;
    return lattice === null ? null : { status: lattice, kinds: kindsOf(points.map(({ capability }) => capability)) };
  }

  // ── asking ──────────────────────────────────────────────────────────────────────────────────

  /** True when there is an answer, if only that nothing was found. */
  async find(): Promise<boolean> {
    const words = this.#words();
    if (words === null || this.state.busy) return false;
    const read = readFind(this.state.find, words);
    if (!isRead(read)) return this.#faulty(read);
    return this.#while(async () => {
      const start = await this.#startAt(this.state.find.near);
      if (isRefused(start)) return start;
      const answer = await this.#ports.api.query(queryOf(read, start.at));
      if (isRefused(answer)) return answer;
      const found = await this.#foundOf(answer, start, read);
      this.#set({ found, asking: found.hits.length === 0, chosen: null, fits: this.state.fits + 1 });
      return null;
    });
  }

  /** The answer with what is free and open then, which the surface knows. */
  async #foundOf(answer: Answer, { at, name }: Start, read: ReadFind): Promise<FindShown> {
    const surface = await this.#surfaceOf(answer, at, read.open?.from_ms ?? this.now_ms);
    const places = new Map(surface?.surface.places.map((place) => [place.id, place]));
    return {
      ...{ source: "asked", from: at, near: name, radius_m: read.radius_m, why: null, more: answer.cursor !== null },
      hits: answer.found.map(({ id, distance_m, capability }) => {
        const free = places.get(id)?.free[0];
        const counted = surface !== null && capability.capacity[surface.dimension] !== undefined;
        return {
          ...{ id, distance_m, name: capability.name, category: capability.category, at: capability.at },
          open: places.get(id)?.open[0] ?? "unknown",
          free: counted && free !== undefined ? freeText({ [surface.dimension]: free }) : "",
        };
      }),
      steps: answer.found.length === 0 ? await this.#why(read, at) : [],
    };
  }

  /** How many each condition leaves, up to the one that leaves none. */
  async #why(read: ReadFind, from: Point): Promise<WhyStep[]> {
    const steps: WhyStep[] = [];
    for (const { text, query } of stepsOf(read, from)) {
      const answer = await this.#ports.api.query(query);
      if (isRefused(answer)) break;
      steps.push({ text, left: answer.cursor === null ? answer.found.length : null });
      if (answer.found.length === 0) break;
    }
    return steps;
  }

  async #surfaceOf(
    { found }: Answer,
    from: Point,
    from_ms: number,
  ): Promise<{ surface: Surface; dimension: string } | null> {
    const dimension = mostHad(found.map(({ capability }) => capability)) ?? this.state.lattice?.dimensions[0];
    if (found.length === 0 || dimension === undefined) return null;
    const radius_m = Math.max(1, ...found.map(({ distance_m }) => distance_m)) + 1;
    const slot_ms = Math.floor(from_ms / SLOT_MS) * SLOT_MS;
    const span = { from_ms: slot_ms, until_ms: slot_ms + SLOT_MS };
    const surface = await this.#ports.api.surface({ from, radius_m, dimension, ...span });
    return isRefused(surface) ? null : { surface, dimension };
  }

  async plan(): Promise<boolean> {
    const words = this.#words();
    if (words === null || this.state.busy) return false;
    return this.#while(async () => {
      const start = await this.#startAt(this.state.plan.near);
      if (isRefused(start)) return start;
      const nears: Point[] = [];
      for (const { near } of this.state.plan.legs) {
        const spot = near.trim() === "" ? start : await this.#startAt(near);
        if (isRefused(spot)) return spot;
        nears.push(spot.at);
      }
      const task = readPlan(this.state.plan, words, { from: start.at, nears, now_ms: this.now_ms });
      if (!isRead(task)) {
        this.#set({ faults: task });
        return null;
      }
      const reply = await this.#ports.api.plan(task);
      if (isRefused(reply)) return reply;
      const route = this.#routeOf(reply, start.at, task.legs);
      this.#set({ route, asking: !route.planned, chosen: null, fits: this.state.fits + 1 });
      return null;
    });
  }

  #routeOf(reply: PlanReply, from: Point, legs: readonly { readonly name: string }[]): PlanShown {
    if (!reply.planned) return { planned: false, source: "asked", why: reply.why };
    const names = new Map(this.state.points.map(({ capability }) => [capability.id, capability.name]));
    return {
      ...{
        planned: true,
        source: "asked",
        from,
        cost_s: reply.primal,
        bound_s: reply.bound,
        gap: reply.gap,
        check: null,
      },
      visits: reply.visits.map(({ leg, id, ...rest }) => ({
        ...rest,
        ...{ id, what: legs[leg]?.name ?? "", name: names.get(id) ?? id },
      })),
    };
  }

  /** Where a name is; the middle of the map without one. */
  async #startAt(name: string): Promise<Start | Refused> {
    const { view, lattice } = this.state;
    if (name.trim() !== "") return this.#ports.api.place(name.trim());
    const at = view === null ? (lattice?.home ?? lattice?.middle ?? { lat: 0, lng: 0 }) : toPoint(view);
    return { at, name: "the middle of the map" };
  }

  #faulty(faults: MapState["faults"]): false {
    this.#set({ faults });
    return false;
  }

  async #while(work: () => Promise<Refused | null>): Promise<boolean> {
    this.#set({ busy: true, refusal: null, faults: NO_FAULTS });
    try {
      const refusal = await work();
      this.#set({ refusal });
      return refusal === null && this.state.faults === NO_FAULTS;
    } finally {
      this.#set({ busy: false });
    }
  }

  /** The form as an action card; null when something is wrong with it. */
  card(): { readonly tool: string; readonly parameters: JsonObject } | null {
    const { mode, find, plan } = this.state;
    if (mode === "find") return { tool: "lattice.find", parameters: findCard(find) };
    const unsaid = plan.legs.filter(({ what }) => what.trim() === "");
    if (unsaid.length === 0) return { tool: "lattice.plan", parameters: planCard(plan) };
    this.#set({ faults: Object.fromEntries(unsaid.map(({ key }) => [`what-${key}`, "Say what."])) });
    return null;
  }

  /** Shows what came of a directive. Once. */
  async show(view: DirectiveView): Promise<void> {
    const result = view.outcome?.result;
    if (result == null || this.#shown === view.id) return;
    this.#shown = view.id;
    if (view.card?.tool === "lattice.plan") {
      const route = await readRoute(result, this.#ports.check);
      if (route !== null) this.#set({ mode: "plan", route, ...this.#fresh() });
    } else {
      const found = readFound(result);
      if (found !== null) this.#set({ mode: "find", found, ...this.#fresh() });
    }
  }

  #fresh(): Partial<MapState> {
    return { asking: false, chosen: null, refusal: null, faults: NO_FAULTS, fits: this.state.fits + 1 };
  }

  // ── looking ─────────────────────────────────────────────────────────────────────────────────

  look(view: MapView): void {
    this.#set({ view });
  }

  fit(): void {
    this.#set({ fits: this.state.fits + 1 });
  }

  choose(id: string | null): void {
    this.#set({ chosen: id });
  }

  toggle(family: number): void {
    const hidden = new Set(this.state.hidden);
    if (!hidden.delete(family)) hidden.add(family);
    this.#set({ hidden });
  }

  async warm(change: Partial<Omit<Heat, "surface">>): Promise<void> {
    const heat = { ...this.state.heat, ...change };
    this.#set({ heat });
    const { lattice } = this.state;
    if (heat.kind === "none" || lattice === null) return;
    const from = lattice.middle ?? (this.state.view === null ? { lat: 0, lng: 0 } : toPoint(this.state.view));
    const span = heatSpan(heat, this.now_ms);
    const surface = await this.#ports.api.surface({
      from,
      radius_m: HEAT_RADIUS_M,
      dimension: heat.dimension,
      ...span,
    });
    const { kind, dimension, hours } = this.state.heat;
    if (kind !== heat.kind || dimension !== heat.dimension || hours !== heat.hours) return;
    if (isRefused(surface)) this.#set({ refusal: surface, heat: { ...this.state.heat, surface: null } });
    else this.#set({ heat: { ...this.state.heat, surface } });
  }
}

const notReady = ({ why }: LatticeStatus): Refused => ({
  refused: "lattice-unopened",
  why: why ?? "The lattice is not open.",
  fix: "See `axiom doctor`, or set `lattice.engine` in axiom.json.",
});

/** The dimension that the most of them have. */
function mostHad(capabilities: readonly Capability[]): string | null {
  const counts = new Map<string, number>();
  for (const { capacity } of capabilities)
    for (const dimension of Object.keys(capacity)) counts.set(dimension, (counts.get(dimension) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
}
