/** One route that is taken from and added to: its cost, its load, and what of its times says whether a place fits in between. */
import type { RoutesProblem } from "./routes-problem.ts";

/** Share of positions passed over when a place is put in. */
const BLINK = 0.01;
const NEAR = 1e-9;

/** Says now and then that a position is to be passed over; the steps between are drawn, not each step. */
export class Blink {
  #left: number;
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
    this.#left = this.#draw();
  }

  passes(): boolean {
    if (--this.#left > 0) return false;
    this.#left = this.#draw();
    return true;
  }

  #draw(): number {
    return 1 + Math.floor(Math.log(1 - this.#random()) / Math.log(1 - BLINK));
  }
}

/** A problem in the form that routes read it in. */
export class RouteGround {
  readonly places: number;
  /** From i to j: i · places + j; and the same to i from j. */
  readonly costs: Float64Array;
  readonly into: Float64Array;
  readonly clusters: readonly Int32Array[];
  /** −1 for the depot. */
  readonly clusterOf: Int32Array;
  readonly demands: Float64Array;
  readonly capacity: number;
  readonly vehicles: number;
  readonly windows: {
    readonly opens: Float64Array;
    readonly closes: Float64Array;
    readonly stays: Float64Array;
  } | null;

  constructor({ places, costs, clusters, demands, capacity, vehicles, windows }: RoutesProblem) {
    this.places = places;
    this.costs = Float64Array.from(costs);
    this.into = Float64Array.from(costs, (_, at) => costs[(at % places) * places + Math.floor(at / places)]!);
    this.clusters = clusters.map((own) => Int32Array.from(own));
    this.clusterOf = new Int32Array(places).fill(-1);
    for (const [c, own] of clusters.entries()) for (const place of own) this.clusterOf[place] = c;
    this.demands = Float64Array.from(demands);
    this.capacity = capacity + NEAR;
    this.vehicles = vehicles;
    this.windows = windows && {
      opens: Float64Array.from(windows.opens),
      closes: Float64Array.from(windows.closes, (close) => close + NEAR),
      stays: Float64Array.from(windows.stays),
    };
  }
}

export class Route {
  readonly places: number[];
  load = 0;
  cost = 0;
  /** Where the place last asked for costs least. */
  at = 0;
  readonly #ground: RouteGround;
  /** Cost of the way to each place, and back to the depot at the end. */
  readonly #ways: number[] = [];
  /** When each stay ends, and the latest at which each may begin. */
  readonly #ends: number[] = [];
  readonly #latest: number[] = [];

  constructor(ground: RouteGround, places: number[]) {
    this.#ground = ground;
    this.places = places;
    for (const place of places) this.load += ground.demands[ground.clusterOf[place]!]!;
    this.#time();
  }

  /** The least that a place adds to the cost, if less than `below`, and then `at` says where; +∞ otherwise. Some positions are passed over. */
  cheapest(place: number, below: number, blink: Blink | null): number {
    const { places: n, costs, into } = this.#ground;
    const { places } = this;
    const row = place * n;
    let [best, least, toPlace] = [-1, below, into[row]!];
    for (let at = 0, length = places.length; at <= length; at++) {
      const after = at < length ? places[at]! : 0;
      const cost = toPlace + costs[row + after]! - this.#ways[at]!;
      if (cost < least && !(blink?.passes() ?? false) && this.#fits(place, toPlace, after, at))
        [best, least] = [at, cost];
      toPlace = into[row + after]!;
    }
    if (best < 0) return Number.POSITIVE_INFINITY;
    this.at = best;
    return least;
  }

  put(place: number, at: number): void {
    this.places.splice(at, 0, place);
    this.load += this.#ground.demands[this.#ground.clusterOf[place]!]!;
    this.#time();
  }

  /** Another choice of places for the same clusters, in the same turn. */
  replace(places: readonly number[]): void {
    for (const [i, place] of places.entries()) this.places[i] = place;
    this.#time();
  }

  #fits(place: number, toPlace: number, after: number, at: number): boolean {
    const { windows, places: n, costs } = this.#ground;
    if (windows === null) return true;
    const left = at === 0 ? windows.opens[0]! : this.#ends[at - 1]!;
    const begin = Math.max(left + toPlace, windows.opens[place]!);
    if (begin > windows.closes[place]!) return false;
    const latest = at < this.places.length ? this.#latest[at]! : windows.closes[0]!;
    return begin + windows.stays[place]! + costs[place * n + after]! <= latest;
  }

  #time(): void {
    const { windows, places: n, costs } = this.#ground;
    const { places } = this;
    let [cost, before, left] = [0, 0, windows === null ? 0 : windows.opens[0]!];
    for (let i = 0; i < places.length; i++) {
      const place = places[i]!;
      const way = costs[before * n + place]!;
      cost += way;
      this.#ways[i] = way;
      before = place;
      if (windows === null) continue;
      left = Math.max(left + way, windows.opens[place]!) + windows.stays[place]!;
      this.#ends[i] = left;
    }
    this.#ways[places.length] = costs[before * n]!;
    this.cost = cost + costs[before * n]!;
    if (windows === null) return;
    let [after, latest] = [0, windows.closes[0]!];
    for (let i = places.length - 1; i >= 0; i--) {
      const place = places[i]!;
      latest = Math.min(windows.closes[place]!, latest - costs[place * n + after]! - windows.stays[place]!);
      this.#latest[i] = latest;
      after = place;
    }
  }
}
