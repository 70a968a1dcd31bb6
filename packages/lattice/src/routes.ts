/**
 * Routes of vehicles with one capacity, from a depot and back, that serve each cluster of places at exactly one of them (generalised vehicle
 * routing; with one place a cluster, plain vehicle routing), within windows where there are any: string removals (route-search.ts) under
 * simulated annealing.
 */
import { type RoutePlan, RouteSearch } from "./route-search.ts";
import { checkRoutes, type RoutesProblem } from "./routes-problem.ts";

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

/** Temperatures as shares of the mean cost of a way in the first routes. */
const HOT = 0.5;
const COLD = 0.003;
const LOOK_EVERY = 64;
const NEAR = 1e-9;

/** @throws RangeError when the problem is malformed. */
export function solveRoutes(problem: RoutesProblem, { progress, random }: RoutesStop): RoutesAnswer {
  checkRoutes(problem);
  const search = new RouteSearch(problem, random);
  let now = search.first();
  let best: RoutePlan = now;
  const step = now.cost / Math.max(1, problem.clusters.length + now.routes.length);
  let temperature = HOT * step;
  for (let round = 1; ; round++) {
    if (round % LOOK_EVERY === 0) {
      const done = progress();
      if (done >= 1) break;
      temperature = HOT * step * (COLD / HOT) ** done;
    }
    const next = search.change(now);
    if (next.missing.length > now.missing.length) continue;
    const bar = now.cost - temperature * Math.log(Math.max(random(), 1e-12));
    if (next.missing.length === now.missing.length && next.cost >= bar) continue;
    now = next;
    const fewer = next.missing.length < best.missing.length;
    if (fewer || (next.missing.length === best.missing.length && next.cost < best.cost - NEAR)) best = next;
  }
  return best.missing.length > 0
    ? { routes: null, cost: Number.POSITIVE_INFINITY }
    : { routes: best.routes.map(({ places }) => places), cost: best.cost };
}
