/** Routes that serve clusters of places: the problem, and what routes cost, added up without the search. */
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

/** @throws RangeError when the problem is malformed. */
export function checkRoutes({ places, costs, clusters, demands, capacity, vehicles }: RoutesProblem): void {
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
