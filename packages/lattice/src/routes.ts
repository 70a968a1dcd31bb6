/**
 * Routes of vehicles with one capacity, from a depot and back, that serve each cluster of places at exactly one of them (generalised vehicle
 * routing; with one place a cluster, plain vehicle routing), within windows where there are any. Slack induction by string removals
 * (Christiaens and Vanden Berghe, Transportation Science 54, 2020): strings of neighbouring clusters are taken out of some routes and put back
 * greedily with blinks, under simulated annealing.
 */
export const MAX_ROUTE_PLACES = 4096;

export interface RoutesProblem {
  /** Place 0 is the depot. */
  readonly places: number;
  /** Cost of the way from i to j: i · places + j. */
  readonly costs: ArrayLike<number>;
  /** The places of each cluster. */
  readonly clusters: readonly (readonly number[])[];
  /** What each cluster takes of a vehicle's capacity. */
  readonly demands: ArrayLike<number>;
  readonly capacity: number;
  readonly vehicles: number;
  /** When a stay begins at each place, how long it is; ways take as long as they cost. Null without windows. */
  readonly windows: {
    readonly opens: ArrayLike<number>;
    readonly closes: ArrayLike<number>;
    readonly stays: ArrayLike<number>;
  } | null;
}

export interface RoutesAnswer {
  /** Places in turn, without the depot; empty routes left out. Null when no routes that serve every cluster were found. */
  readonly routes: readonly (readonly number[])[] | null;
  readonly cost: number;
}

export interface RoutesStop {
  /** How much of the time is spent, 0…1; the search cools down by it and ends at 1. */
  progress(): number;
  random(): number;
}

/** Clusters taken out of the routes in one round, on average, and of one route at most. */
const MEAN_REMOVED = 10;
const LONGEST_STRING = 10;
/** Share of places passed over when a cluster is put back. */
const BLINK = 0.01;
/** Temperatures as shares of the mean cost of a way in the first routes. */
const HOT = 0.5;
const COLD = 0.003;
/** Clusters that a string may begin with: those nearest to the one picked. */
const NEIGHBOURS = 40;
const LOOK_EVERY = 64;
const NEAR = 1e-9;

interface Plan {
  readonly routes: readonly (readonly number[])[];
  readonly missing: readonly number[];
  readonly cost: number;
}

/** @throws RangeError when the problem is malformed. */
export function solveRoutes(problem: RoutesProblem, { progress, random }: RoutesStop): RoutesAnswer {
  checkRoutes(problem);
  const search = new RouteSearch(problem, random);
  let now = search.first();
  let best = now;
  const step = now.cost / Math.max(1, problem.clusters.length + now.routes.length);
  let temperature = HOT * step;
  for (let round = 1; ; round++) {
    if (round % LOOK_EVERY === 0) {
      const done = progress();
      if (done >= 1) break;
      temperature = HOT * step * (COLD / HOT) ** done;
    }
    const next = search.choosePlaces(search.change(now), now.cost + MEAN_REMOVED * temperature);
    if (next.missing.length > now.missing.length) continue;
    const bar = now.cost - temperature * Math.log(Math.max(random(), 1e-12));
    if (next.missing.length === now.missing.length && next.cost >= bar) continue;
    now = next;
    const fewer = next.missing.length < best.missing.length;
    if (fewer || (next.missing.length === best.missing.length && next.cost < best.cost - NEAR)) best = next;
  }
  return best.missing.length > 0
    ? { routes: null, cost: Number.POSITIVE_INFINITY }
    : { routes: best.routes, cost: best.cost };
}

class RouteSearch {
  readonly #problem: RoutesProblem;
  readonly #random: () => number;
  readonly #clusterOf: Int32Array;
  readonly #neighbours: readonly Int32Array[];
  /** How far the farthest place of a cluster lies from the depot, there and back. */
  readonly #far: Float64Array;
  /** Whether any cluster has more than one place. */
  readonly #choice: boolean;

  constructor(problem: RoutesProblem, random: () => number) {
    const { places, clusters, costs } = problem;
    this.#problem = problem;
    this.#random = random;
    this.#clusterOf = new Int32Array(places).fill(-1);
    for (const [c, members] of clusters.entries()) for (const place of members) this.#clusterOf[place] = c;
    this.#choice = clusters.some((own) => own.length > 1);
    this.#neighbours = clusters.map((own, c) => nearestClusters(problem, own, c));
    this.#far = Float64Array.from(clusters, (own) => Math.max(...own.map((p) => costs[p]! + costs[p * places]!)));
  }

  first(): Plan {
    const missing = [...this.#problem.clusters.keys()];
    return this.#putBack([], missing);
  }

  /** Routes with some strings taken out and put back. */
  change({ routes, missing }: Plan): Plan {
    const { left, out } = this.#takeOut(routes);
    return this.#putBack(left, [...missing, ...out]);
  }

  /** The best place of each cluster along each route, all at once; only for plans that may be gone on from, and where there are no windows. */
  choosePlaces(plan: Plan, below: number): Plan {
    if (this.#problem.windows !== null || plan.cost > below || !this.#choice) return plan;
    const routes = plan.routes.map((route) => this.#chosen(route));
    return { ...plan, routes, cost: routes.reduce((sum, route) => sum + routeCost(this.#problem, route), 0) };
  }

  /** Shortest path from the depot and back through the clusters of a route in their order. */
  #chosen(route: readonly number[]): number[] {
    const { clusters, costs, places } = this.#problem;
    const layers = [[0], ...route.map((place) => clusters[this.#clusterOf[place]!]!), [0]];
    let costTo = [0];
    const from: number[][] = [[]];
    for (let l = 1; l < layers.length; l++) {
      const before = layers[l - 1]!;
      const best = new Array<number>(layers[l]!.length).fill(0);
      costTo = layers[l]!.map((place, j) => {
        let least = Number.POSITIVE_INFINITY;
        for (let i = 0; i < before.length; i++) {
          const cost = costTo[i]! + costs[before[i]! * places + place]!;
          if (cost < least) [least, best[j]] = [cost, i];
        }
        return least;
      });
      from.push(best);
    }
    const chosen: number[] = [];
    for (let l = layers.length - 1, j = 0; l > 1; l--) {
      j = from[l]![j]!;
      chosen.push(layers[l - 1]![j]!);
    }
    return chosen.reverse();
  }

  #takeOut(routes: readonly (readonly number[])[]): { left: (readonly number[])[]; out: number[] } {
    const left = [...routes];
    const routeOf = new Map<number, number>();
    for (const [r, route] of routes.entries()) for (const place of route) routeOf.set(this.#clusterOf[place]!, r);
    const mean = routes.length === 0 ? 1 : routeOf.size / routes.length;
    const longest = Math.min(LONGEST_STRING, mean);
    const strings = Math.floor(this.#random() * ((4 * MEAN_REMOVED) / (1 + longest))) + 1;
    const out: number[] = [];
    const touched = new Set<number>();
    const seed = Math.floor(this.#random() * this.#problem.clusters.length);
    for (const cluster of this.#neighbours[seed]!) {
      const r = routeOf.get(cluster);
      if (r === undefined || touched.has(r)) continue;
      if (touched.size >= strings) break;
      touched.add(r);
      const route = left[r]!;
      const length = 1 + Math.floor(this.#random() * Math.min(route.length, longest));
      const at = route.findIndex((place) => this.#clusterOf[place] === cluster);
      const from = Math.max(0, Math.min(route.length - length, at - Math.floor(this.#random() * length)));
      // Half of the strings keep a few of their places: what is taken out is longer then, with a gap inside.
      const keep = this.#random() < 0.5 && length > 1 ? from + Math.floor(this.#random() * length) : -1;
      for (let i = from; i < from + length; i++) if (i !== keep) out.push(this.#clusterOf[route[i]!]!);
      left[r] = route.filter((_, i) => i < from || i >= from + length || i === keep);
    }
    return { left: left.filter((route) => route.length > 0), out };
  }

  #putBack(kept: readonly (readonly number[])[], missing: number[]): Plan {
    const { demands, capacity, vehicles } = this.#problem;
    const routes = kept.map((route) => new Route(this.#problem, route, this.#clusterOf));
    this.#order(missing);
    const absent: number[] = [];
    for (const cluster of missing) {
      const demand = demands[cluster]!;
      let best: { route: Route; at: number; place: number } | null = null;
      let least = Number.POSITIVE_INFINITY;
      for (const route of routes) {
        if (route.load + demand > capacity + NEAR) continue;
        for (const place of this.#problem.clusters[cluster]!) {
          const found = route.cheapest(place, least, this.#random);
          if (found !== null) [best, least] = [{ route, at: found.at, place }, found.cost];
        }
      }
      if (best === null && routes.length < vehicles) {
        const route = new Route(this.#problem, [], this.#clusterOf);
        for (const place of this.#problem.clusters[cluster]!) {
          const found = demand > capacity ? null : route.cheapest(place, least, () => 1);
          if (found !== null) [best, least] = [{ route, at: 0, place }, found.cost];
        }
        if (best !== null) routes.push(route);
      }
      if (best === null) absent.push(cluster);
      else best.route.put(best.place, best.at);
    }
    const used = routes.map(({ places }) => places);
    return {
      routes: used,
      missing: absent,
      cost: used.reduce((sum, route) => sum + routeCost(this.#problem, route), 0),
    };
  }

  /** Clusters at random, those that take most first, or those farthest or nearest first; where windows are, also the narrowest first. */
  #order(clusters: number[]): void {
    const { demands, windows } = this.#problem;
    const kind = this.#random() * (windows === null ? 11 : 16);
    const shuffled = new Map(clusters.map((c) => [c, this.#random()]));
    const members = this.#problem.clusters;
    const keyOf = (c: number): number => {
      if (kind < 4) return shuffled.get(c)!;
      if (kind < 8) return -demands[c]!;
      if (kind < 10) return -this.#far[c]!;
      if (kind < 11) return this.#far[c]!;
      const place = members[c]![0]!;
      if (kind < 13) return windows!.closes[place]! - windows!.opens[place]!;
      return kind < 14.5 ? windows!.opens[place]! : -windows!.closes[place]!;
    };
    const key = new Map(clusters.map((c) => [c, keyOf(c)]));
    clusters.sort((a, b) => key.get(a)! - key.get(b)! || shuffled.get(a)! - shuffled.get(b)!);
  }
}

/** One route that is being added to. */
class Route {
  readonly places: number[];
  load = 0;
  readonly #problem: RoutesProblem;
  readonly #clusterOf: Int32Array;
  /** When each stay ends, and the latest at which each may begin. */
  #ends: number[] = [];
  #latest: number[] = [];

  constructor(problem: RoutesProblem, places: readonly number[], clusterOf: Int32Array) {
    this.#problem = problem;
    this.#clusterOf = clusterOf;
    this.places = [...places];
    for (const place of places) this.load += problem.demands[clusterOf[place]!]!;
    this.#time();
  }

  /** Where a place costs least, if less than `below`; some positions are passed over at random. */
  cheapest(place: number, below: number, random: () => number): { at: number; cost: number } | null {
    const { places: n, costs } = this.#problem;
    let [best, least, before] = [-1, below, 0];
    const { length } = this.places;
    for (let at = 0; at <= length; at++) {
      const after = at < length ? this.places[at]! : 0;
      const cost = costs[before * n + place]! + costs[place * n + after]! - costs[before * n + after]!;
      if (cost < least && random() >= BLINK && this.#fits(place, before, after, at)) [best, least] = [at, cost];
      before = after;
    }
    return best < 0 ? null : { at: best, cost: least };
  }

  put(place: number, at: number): void {
    this.places.splice(at, 0, place);
    this.load += this.#problem.demands[this.#clusterOf[place]!]!;
    this.#time();
  }

  #fits(place: number, before: number, after: number, at: number): boolean {
    const { windows, places: n, costs } = this.#problem;
    if (windows === null) return true;
    const left = at === 0 ? windows.opens[0]! : this.#ends[at - 1]!;
    const begin = Math.max(left + costs[before * n + place]!, windows.opens[place]!);
    if (begin > windows.closes[place]! + NEAR) return false;
    const latest = at < this.places.length ? this.#latest[at]! : windows.closes[0]!;
    return begin + windows.stays[place]! + costs[place * n + after]! <= latest + NEAR;
  }

  #time(): void {
    const { windows, places: n, costs } = this.#problem;
    if (windows === null) return;
    let [before, left] = [0, windows.opens[0]!];
    this.#ends = this.places.map((place) => {
      left = Math.max(left + costs[before * n + place]!, windows.opens[place]!) + windows.stays[place]!;
      before = place;
      return left;
    });
    this.#latest = new Array<number>(this.places.length);
    let [after, latest] = [0, windows.closes[0]!];
    for (let at = this.places.length - 1; at >= 0; at--) {
      const place = this.places[at]!;
      latest = Math.min(windows.closes[place]!, latest - costs[place * n + after]! - windows.stays[place]!);
      this.#latest[at] = latest;
      after = place;
    }
  }
}

function nearestClusters({ clusters, costs, places }: RoutesProblem, own: readonly number[], c: number): Int32Array {
  const far = clusters.map((other, o) => {
    let least = Number.POSITIVE_INFINITY;
    for (const a of own) for (const b of other) least = Math.min(least, costs[a * places + b]!);
    return { o, least: o === c ? -1 : least };
  });
  far.sort((a, b) => a.least - b.least || a.o - b.o);
  return Int32Array.from(far.slice(0, Math.max(NEIGHBOURS, clusters.length / 4)), ({ o }) => o);
}

function routeCost({ costs, places }: RoutesProblem, route: readonly number[]): number {
  let [cost, before] = [0, 0];
  for (const place of route) {
    cost += costs[before * places + place]!;
    before = place;
  }
  return cost + costs[before * places]!;
}

/** What routes cost; a sentence when they cannot be driven. Linear in the places. */
export function costOfRoutes(problem: RoutesProblem, routes: readonly (readonly number[])[]): number | string {
  const { places, clusters, demands, capacity, vehicles, windows, costs } = problem;
  if (routes.length > vehicles) return `There are ${vehicles} vehicles, not ${routes.length}.`;
  const clusterOf = new Map(clusters.flatMap((members, c) => members.map((place) => [place, c] as const)));
  const served = new Set<number>();
  let cost = 0;
  for (const [r, route] of routes.entries()) {
    let [load, before, now] = [0, 0, windows?.opens[0] ?? 0];
    for (const place of route) {
      const cluster = clusterOf.get(place);
      if (cluster === undefined || served.has(cluster)) return `Route ${r} serves a cluster twice, or none.`;
      served.add(cluster);
      load += demands[cluster]!;
      now = Math.max(now + costs[before * places + place]!, windows?.opens[place] ?? 0);
      if (windows !== null && now > windows.closes[place]! + 1e-6) return `Route ${r} comes late to place ${place}.`;
      now += windows?.stays[place] ?? 0;
      before = place;
    }
    if (load > capacity + 1e-6) return `Route ${r} carries more than its vehicle.`;
    if (windows !== null && now + costs[before * places]! > windows.closes[0]! + 1e-6)
      return `Route ${r} returns late.`;
    cost += routeCost(problem, route);
  }
  return served.size === clusters.length ? cost : "Not every cluster is served.";
}

function checkRoutes({ places, costs, clusters, demands, capacity, vehicles }: RoutesProblem): void {
  if (!(places >= 1 && places <= MAX_ROUTE_PLACES && costs.length === places * places))
    throw new RangeError(`there are 1 to ${MAX_ROUTE_PLACES} places, and places × places costs`);
  if (!(demands.length === clusters.length && capacity >= 0 && vehicles >= 1))
    throw new RangeError("there is a demand for each cluster, and at least one vehicle");
  const members = clusters.flat();
  if (clusters.some((own) => own.length === 0) || new Set(members).size !== members.length)
    throw new RangeError("a cluster has at least one place, and a place one cluster");
  if (members.some((place) => !(Number.isInteger(place) && place > 0 && place < places)))
    throw new RangeError("a cluster's places are numbers from 1 on");
}
