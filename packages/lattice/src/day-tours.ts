/**
 * Tours with time windows that points are taken out of and put into. For each point on a tour it is known when it is begun, how long was waited
 * before it and by how much it may shift before some later point is late; so whether another fits between two is told in one step.
 */

export interface OrienteeringProblem {
  readonly nodes: number;
  readonly tours: number;
  /** Time from point i to point j, stays not included: i · nodes + j. Point 0 is the depot. */
  readonly times: ArrayLike<number>;
  /** Time spent at each point. */
  readonly stays: ArrayLike<number>;
  readonly scores: ArrayLike<number>;
  /** Within which a stay begins on tour t: t · nodes + point. A window that ends before it begins is closed all day. */
  readonly opens: ArrayLike<number>;
  readonly closes: ArrayLike<number>;
}

export interface ToursPlan {
  readonly tours: readonly (readonly number[])[];
  readonly score: number;
  /** Times of return, added up. */
  readonly time: number;
}

const NONE = -1;
const NEAR = 1e-9;
/** Points moved together when a tour is shortened. */
const LONGEST_RUN = 3;

export class DayTours {
  readonly #problem: OrienteeringProblem;
  readonly #n: number;
  readonly #tours: number[][];
  readonly #begin: Float64Array;
  readonly #wait: Float64Array;
  readonly #shift: Float64Array;
  readonly #back: Float64Array;
  readonly #on: Int16Array;
  /** Least time that putting a point into a tour takes, and where: point · tours + tour. */
  readonly #takes: Float64Array;
  readonly #where: Int16Array;

  constructor(problem: OrienteeringProblem) {
    this.#problem = problem;
    this.#n = problem.nodes;
    this.#tours = Array.from({ length: problem.tours }, () => []);
    this.#begin = new Float64Array(this.#n);
    this.#wait = new Float64Array(this.#n);
    this.#shift = new Float64Array(this.#n);
    this.#back = new Float64Array(problem.tours);
    this.#on = new Int16Array(this.#n).fill(NONE);
    this.#takes = new Float64Array(this.#n * problem.tours);
    this.#where = new Int16Array(this.#n * problem.tours);
    for (let t = 0; t < problem.tours; t++) this.#time(t);
  }

  get score(): number {
    let score = 0;
    for (let node = 1; node < this.#n; node++) if (this.#on[node] !== NONE) score += this.#problem.scores[node]!;
    return score;
  }

  plan(): ToursPlan {
    const time = this.#back.reduce((sum, back) => sum + back, 0);
    return { tours: this.#tours.map((tour) => [...tour]), score: this.score, time };
  }

  taken(): number[] {
    return this.#tours.flat();
  }

  restore({ tours }: ToursPlan): void {
    this.#on.fill(NONE);
    for (const [t, tour] of tours.entries()) this.#set(t, [...tour]);
  }

  remove(points: ReadonlySet<number>): void {
    for (const [t, tour] of this.#tours.entries()) {
      if (!tour.some((node) => points.has(node))) continue;
      for (const node of tour) if (points.has(node)) this.#on[node] = NONE;
      this.#set(
        t,
        tour.filter((node) => !points.has(node)),
      );
    }
  }

  /** Takes a run out of each tour: up to this share of its points. */
  removeRuns(share: number, random: () => number): void {
    const out = new Set<number>();
    for (const tour of this.#tours) {
      const length = Math.ceil(tour.length * share * 2 * random());
      const from = Math.floor(random() * tour.length);
      for (let i = 0; i < length; i++) out.add(tour[(from + i) % tour.length]!);
    }
    this.remove(out);
  }

  /** Puts a point in where it takes least time, if it fits anywhere. */
  force(node: number): void {
    if (this.#on[node] !== NONE) return;
    let [best, on] = [Number.POSITIVE_INFINITY, NONE];
    for (let t = 0; t < this.#tours.length; t++) {
      this.#look(node, t);
      if (this.#takes[node * this.#tours.length + t]! < best)
        [best, on] = [this.#takes[node * this.#tours.length + t]!, t];
    }
    if (on !== NONE) this.#put(node, on);
  }

  /** Puts points in as long as any fits, each time the one with the most score^power × noise for the time it takes. */
  fill(power: number, noise: () => number): void {
    const width = this.#tours.length;
    const worth = Float64Array.from(this.#problem.scores, (score) => score ** power);
    for (let node = 1; node < this.#n; node++) worth[node]! *= noise();
    for (let node = 1; node < this.#n; node++)
      if (this.#on[node] === NONE) for (let t = 0; t < width; t++) this.#look(node, t);
    for (;;) {
      let [best, point, on] = [0, NONE, NONE];
      for (let node = 1; node < this.#n; node++) {
        if (this.#on[node] !== NONE) continue;
        for (let t = 0; t < width; t++) {
          const ratio = worth[node]! / (this.#takes[node * width + t]! + 1e-3);
          if (ratio > best) [best, point, on] = [ratio, node, t];
        }
      }
      if (point === NONE) return;
      this.#put(point, on);
      for (let node = 1; node < this.#n; node++) if (this.#on[node] === NONE) this.#look(node, on);
    }
  }

  #put(node: number, t: number): void {
    const tour = this.#tours[t]!;
    tour.splice(this.#where[node * this.#tours.length + t]!, 0, node);
    this.#set(t, tour);
  }

  /** Where on a tour a point takes least time. */
  #look(node: number, t: number): void {
    const { times, stays, opens, closes } = this.#problem;
    const n = this.#n;
    const tour = this.#tours[t]!;
    const [open, close, stay] = [opens[t * n + node]!, closes[t * n + node]!, stays[node]!];
    let [least, where, last, left] = [Number.POSITIVE_INFINITY, 0, 0, opens[t * n]!];
    for (let at = 0; at <= tour.length && close >= open; at++) {
      const next = at < tour.length ? tour[at]! : 0;
      const arrival = left + times[last * n + node]!;
      // Times keep the triangle inequality, so later places on the tour are reached no earlier.
      if (arrival > close + NEAR) break;
      const leave = Math.max(arrival, open) + stay;
      const takes = leave + times[node * n + next]! - left - times[last * n + next]!;
      const room = at < tour.length ? this.#wait[next]! + this.#shift[next]! : closes[t * n]! - this.#back[t]!;
      if (takes < least && takes <= room + NEAR) [least, where] = [takes, at];
      if (at === tour.length) break;
      [last, left] = [next, this.#begin[next]! + stays[next]!];
    }
    this.#takes[node * this.#tours.length + t] = least;
    this.#where[node * this.#tours.length + t] = where;
  }

  #set(t: number, tour: number[]): void {
    this.#tours[t] = tour;
    for (const node of tour) this.#on[node] = t;
    this.#time(t);
  }

  /** Begins, waits and shifts of one tour. */
  #time(t: number): void {
    const { times, stays, opens, closes } = this.#problem;
    const n = this.#n;
    const tour = this.#tours[t]!;
    let [last, left] = [0, opens[t * n]!];
    for (const node of tour) {
      const arrival = left + times[last * n + node]!;
      this.#begin[node] = Math.max(arrival, opens[t * n + node]!);
      this.#wait[node] = this.#begin[node]! - arrival;
      [last, left] = [node, this.#begin[node]! + stays[node]!];
    }
    this.#back[t] = left + times[last * n]!;
    let shift = closes[t * n]! - this.#back[t]!;
    for (let at = tour.length - 1; at >= 0; at--) {
      const node = tour[at]!;
      shift = Math.min(shift, closes[t * n + node]! - this.#begin[node]!);
      this.#shift[node] = shift;
      shift += this.#wait[node]!;
    }
  }

  /** Time of return of a tour in this order; +∞ when some point is late. */
  #returns(t: number, tour: readonly number[]): number {
    const { times, stays, opens, closes } = this.#problem;
    const n = this.#n;
    let [last, left] = [0, opens[t * n]!];
    for (let at = 0; at < tour.length; at++) {
      const node = tour[at]!;
      const begin = Math.max(left + times[last * n + node]!, opens[t * n + node]!);
      if (begin > closes[t * n + node]! + NEAR) return Number.POSITIVE_INFINITY;
      [last, left] = [node, begin + stays[node]!];
    }
    return left + times[last * n]!;
  }

  /** Moves and turns runs of points within each tour as long as it returns earlier; whether any did. */
  shorten(): boolean {
    let any = false;
    for (let t = 0; t < this.#tours.length; t++) while (this.#shortenOnce(t)) any = true;
    return any;
  }

  #shortenOnce(t: number): boolean {
    const tour = this.#tours[t]!;
    const { length } = tour;
    for (let from = 0; from < length - 1; from++) {
      for (let until = from + 2; until <= length; until++)
        if (this.#gains(t, from, until)) {
          const turned = tour.toSpliced(from, until - from, ...tour.slice(from, until).reverse());
          if (this.#better(t, turned)) return true;
        }
      for (let run = 1; run <= LONGEST_RUN && from + run <= length; run++) {
        const moved = tour.slice(from, from + run);
        const rest = tour.toSpliced(from, run);
        for (let to = 0; to <= rest.length; to++)
          if (to !== from && this.#saves(rest, moved, from, to) && this.#better(t, rest.toSpliced(to, 0, ...moved)))
            return true;
      }
    }
    return false;
  }

  /** Whether turning points from … until − 1 around shortens the way. */
  #gains(t: number, from: number, until: number): boolean {
    const tour = this.#tours[t]!;
    const { times } = this.#problem;
    const n = this.#n;
    const [before, after] = [from === 0 ? 0 : tour[from - 1]!, until === tour.length ? 0 : tour[until]!];
    const [first, last] = [tour[from]!, tour[until - 1]!];
    return (
      times[before * n + last]! + times[first * n + after]! <
      times[before * n + first]! + times[last * n + after]! - NEAR
    );
  }

  /** Whether a run taken out of its place costs less way at another. */
  #saves(rest: readonly number[], run: readonly number[], from: number, to: number): boolean {
    const { times } = this.#problem;
    const n = this.#n;
    const detour = (at: number): number => {
      const [before, after] = [at === 0 ? 0 : rest[at - 1]!, at === rest.length ? 0 : rest[at]!];
      return times[before * n + run[0]!]! + times[run.at(-1)! * n + after]! - times[before * n + after]!;
    };
    return detour(to) < detour(from) - NEAR;
  }

  #better(t: number, tour: number[]): boolean {
    if (!(this.#returns(t, tour) < this.#back[t]! - NEAR)) return false;
    this.#set(t, tour);
    return true;
  }
}
