/**
 * Slack induction by string removals (Christiaens and Vanden Berghe, Transportation Science 54, 2020): strings of neighbouring clusters are taken
 * out of some routes and put back greedily with blinks. Plans share the routes that a round leaves as they were.
 */
import { Blink, Route, RouteGround } from "./route.ts";
import type { RoutesProblem } from "./routes-problem.ts";

/** Clusters taken out of the routes in one round, on average, and of one route at most. */
const MEAN_REMOVED = 10;
const LONGEST_STRING = 10;
/** Clusters that strings may begin with, and a cluster is put back beside: those nearest to it. */
const NEIGHBOURS = 40;

export interface RoutePlan {
  readonly routes: readonly Route[];
  /** Index of the route of each cluster; −1 for those missing. */
  readonly routeOf: Int32Array;
  readonly missing: readonly number[];
  readonly cost: number;
}

export class RouteSearch {
  readonly #ground: RouteGround;
  readonly #random: () => number;
  readonly #blink: Blink;
  /** What clusters are put back by; of the second key, chance. */
  readonly #key: Float64Array;
  readonly #shuffled: Float64Array;
  readonly #neighbours: readonly Int32Array[];
  /** How far the farthest place of a cluster lies from the depot, there and back. */
  readonly #far: Float64Array;
  /** Whether any cluster has more than one place. */
  readonly #choice: boolean;
  /** The routes that this round has made: only these may be changed. */
  #open = new Set<Route>();

  constructor(problem: RoutesProblem, random: () => number) {
    this.#ground = new RouteGround(problem);
    this.#random = random;
    this.#blink = new Blink(random);
    this.#key = new Float64Array(problem.clusters.length);
    this.#shuffled = new Float64Array(problem.clusters.length);
    const { clusters, costs, places } = this.#ground;
    this.#choice = clusters.some((own) => own.length > 1);
    this.#neighbours = clusters.map((own, c) => nearestClusters(this.#ground, own, c));
    this.#far = Float64Array.from(clusters, (own) =>
      own.reduce((most, p) => Math.max(most, costs[p]! + costs[p * places]!), 0),
    );
  }

  first(): RoutePlan {
    const clusters = this.#ground.clusters.length;
    this.#open = new Set();
    return this.#putBack([], new Int32Array(clusters).fill(-1), [...this.#ground.clusters.keys()]);
  }

  /** Routes with some strings taken out and put back. */
  change({ routes, routeOf, missing }: RoutePlan): RoutePlan {
    this.#open = new Set();
    const left = [...routes];
    const where = routeOf.slice();
    const out = this.#takeOut(left, where);
    return this.#putBack(left, where, [...missing, ...out]);
  }

  /** Strings out of the routes around one cluster, one of each route. */
  #takeOut(routes: Route[], routeOf: Int32Array): number[] {
    const mean = routes.length === 0 ? 1 : routeOf.length / routes.length;
    const longest = Math.min(LONGEST_STRING, mean);
    const strings = Math.floor(this.#random() * ((4 * MEAN_REMOVED) / (1 + longest))) + 1;
    const out: number[] = [];
    const seed = Math.floor(this.#random() * routeOf.length);
    for (const cluster of this.#neighbours[seed]!) {
      const r = routeOf[cluster]!;
      if (r < 0 || this.#open.has(routes[r]!)) continue;
      if (this.#open.size >= strings) break;
      this.#make(routes, r, this.#withoutString(routes[r]!.places, cluster, longest, routeOf, out));
    }
    return out;
  }

  #withoutString(
    places: readonly number[],
    cluster: number,
    longest: number,
    routeOf: Int32Array,
    out: number[],
  ): Route {
    const { clusterOf } = this.#ground;
    const length = 1 + Math.floor(this.#random() * Math.min(places.length, longest));
    const at = places.findIndex((place) => clusterOf[place] === cluster);
    const from = Math.max(0, Math.min(places.length - length, at - Math.floor(this.#random() * length)));
    // Half of the strings keep one of their places: what is taken out is then with a gap inside.
    const keep = this.#random() < 0.5 && length > 1 ? from + Math.floor(this.#random() * length) : -1;
    const left: number[] = [];
    for (let i = 0; i < places.length; i++) {
      if (i < from || i >= from + length || i === keep) left.push(places[i]!);
      else {
        out.push(clusterOf[places[i]!]!);
        routeOf[clusterOf[places[i]!]!] = -1;
      }
    }
    return new Route(this.#ground, left);
  }

  #putBack(routes: Route[], routeOf: Int32Array, missing: number[]): RoutePlan {
    this.#order(missing);
    const absent: number[] = [];
    for (const cluster of missing) {
      const r = this.#putCluster(routes, routeOf, cluster);
      routeOf[cluster] = r;
      if (r < 0) absent.push(cluster);
    }
    for (let r = routes.length - 1; r >= 0; r--) if (routes[r]!.places.length === 0) this.#drop(routes, routeOf, r);
    if (this.#choice && this.#ground.windows === null) for (const route of this.#open) this.#choosePlaces(route);
    return { routes, routeOf, missing: absent, cost: routes.reduce((sum, { cost }) => sum + cost, 0) };
  }

  /** Where it costs least: in a route that has a neighbour of it, that this round has changed, or a new one. The route's index; −1: nowhere. */
  #putCluster(routes: Route[], routeOf: Int32Array, cluster: number): number {
    const { clusters, demands, capacity, vehicles } = this.#ground;
    const room = capacity - demands[cluster]!;
    let [best, least, place, at] = [-1, Number.POSITIVE_INFINITY, -1, 0];
    for (const r of this.#near(routes, routeOf, cluster)) {
      const route = routes[r]!;
      if (route.load > room) continue;
      for (const each of clusters[cluster]!) {
        const cost = route.cheapest(each, least, this.#blink);
        if (cost < least) [best, least, place, at] = [r, cost, each, route.at];
      }
    }
    if (best < 0 && routes.length < vehicles && room >= 0) {
      const fresh = new Route(this.#ground, []);
      for (const each of clusters[cluster]!) {
        const cost = fresh.cheapest(each, least, null);
        if (cost < least) [best, least, place, at] = [routes.length, cost, each, 0];
      }
      if (best >= 0) this.#make(routes, best, fresh);
    }
    if (best >= 0) this.#own(routes, best).put(place, at);
    return best;
  }

  /** Few routes: all of them. Else those of the cluster's neighbours, and the ones that were changed. */
  #near(routes: readonly Route[], routeOf: Int32Array, cluster: number): Iterable<number> {
    if (routes.length <= NEIGHBOURS / 2) return routes.keys();
    const near = new Set<number>();
    const neighbours = this.#neighbours[cluster]!;
    for (let k = 0; k < Math.min(NEIGHBOURS, neighbours.length); k++) {
      const r = routeOf[neighbours[k]!]!;
      if (r >= 0) near.add(r);
    }
    for (let r = 0; r < routes.length; r++) if (this.#open.has(routes[r]!)) near.add(r);
    return near;
  }

  /** A route that may be changed: a copy, unless this round has made it. */
  #own(routes: Route[], r: number): Route {
    if (!this.#open.has(routes[r]!)) this.#make(routes, r, new Route(this.#ground, [...routes[r]!.places]));
    return routes[r]!;
  }

  #make(routes: Route[], r: number, route: Route): void {
    routes[r] = route;
    this.#open.add(route);
  }

  /** Takes an empty route away; the last one takes its index. */
  #drop(routes: Route[], routeOf: Int32Array, r: number): void {
    this.#open.delete(routes[r]!);
    const last = routes.pop()!;
    if (r === routes.length) return;
    routes[r] = last;
    for (const place of last.places) routeOf[this.#ground.clusterOf[place]!] = r;
  }

  /** The best place of each cluster along a route, all at once: a shortest path from the depot and back through the clusters in their order. */
  #choosePlaces(route: Route): void {
    const { clusters, costs, places: n, clusterOf } = this.#ground;
    const layers = route.places.map((place) => clusters[clusterOf[place]!]!);
    let before: ArrayLike<number> = [0];
    let costTo = [0];
    const from = layers.map((layer) => {
      const best: number[] = [];
      const reached: number[] = [];
      for (let j = 0; j < layer.length; j++) {
        let least = Number.POSITIVE_INFINITY;
        for (let i = 0; i < before.length; i++) {
          const cost = costTo[i]! + costs[before[i]! * n + layer[j]!]!;
          if (cost < least) [least, best[j]] = [cost, i];
        }
        reached.push(least);
      }
      [before, costTo] = [layer, reached];
      return best;
    });
    let end = 0;
    for (let j = 1; j < before.length; j++)
      if (costTo[j]! + costs[before[j]! * n]! < costTo[end]! + costs[before[end]! * n]!) end = j;
    const chosen: number[] = [];
    for (let l = layers.length - 1, j = end; l >= 0; l--) {
      chosen.push(layers[l]![j]!);
      j = from[l]![j]!;
    }
    route.replace(chosen.reverse());
  }

  /** Clusters at random, those that take most first, or those farthest or nearest first; where windows are, also the narrowest first. */
  #order(clusters: number[]): void {
    const { demands, windows, clusters: members } = this.#ground;
    const kind = this.#random() * (windows === null ? 11 : 16);
    const keyOf = (c: number): number => {
      if (kind < 4) return 0;
      if (kind < 8) return -demands[c]!;
      if (kind < 10) return -this.#far[c]!;
      if (kind < 11) return this.#far[c]!;
      const place = members[c]![0]!;
      if (kind < 13) return windows!.closes[place]! - windows!.opens[place]!;
      return kind < 14.5 ? windows!.opens[place]! : -windows!.closes[place]!;
    };
    const [key, shuffled] = [this.#key, this.#shuffled];
    for (const c of clusters) [key[c], shuffled[c]] = [keyOf(c), this.#random()];
    clusters.sort((a, b) => key[a]! - key[b]! || shuffled[a]! - shuffled[b]!);
  }
}

/** Itself first. */
function nearestClusters({ clusters, costs, places }: RouteGround, own: Int32Array, c: number): Int32Array {
  const far = clusters.map((other, o) => {
    let least = Number.POSITIVE_INFINITY;
    for (const a of own) for (const b of other) least = Math.min(least, costs[a * places + b]!);
    return { o, least: o === c ? -1 : least };
  });
  far.sort((a, b) => a.least - b.least || a.o - b.o);
  return Int32Array.from(far.slice(0, Math.max(NEIGHBOURS, clusters.length / 4)), ({ o }) => o);
}
