/**
 * How long it takes from place to place, in whole seconds. Every metric keeps FIFO: whoever leaves later does not arrive earlier. Plans rest
 * on that: it makes the first arrival at a place the only one worth keeping.
 */
import { geodesic_m, type Point, toEcef } from "./geodesy.ts";

export const MAX_TRAVEL_S = 7 * 86_400;
/** Places of one matrix. */
export const MAX_MATRIX_PLACES = 4096;

/** Places are numbers; what they stand for is the metric's own. */
export interface Travel {
  /** Whole seconds from one place to another when leaving at `depart_s`; +∞ when there is no way. */
  seconds(from: number, to: number, depart_s: number): number;
  /** Whether the time of departure matters. */
  readonly timed: boolean;
}

/** Straight over the ellipsoid at one speed, rounded up. */
export class GeodesicTravel implements Travel {
  readonly timed = false;
  readonly #at: Float64Array;
  readonly #speed: number;

  /** @throws RangeError when the speed is not above 0. */
  constructor(points: readonly Point[], speed_m_per_s: number) {
    if (!(speed_m_per_s > 0)) throw new RangeError("a speed is above 0 m/s");
    this.#speed = speed_m_per_s;
    this.#at = Float64Array.from(points.flatMap((point) => [...toEcef(point)]));
  }

  seconds(from: number, to: number): number {
    const at = this.#at;
    const [a, b] = [3 * from, 3 * to];
    return Math.ceil(geodesic_m(at[a]!, at[a + 1]!, at[a + 2]!, at[b]!, at[b + 1]!, at[b + 2]!) / this.#speed);
  }
}

/** A table of seconds, row by row: `from` · places + `to`. */
export class MatrixTravel implements Travel {
  readonly timed = false;
  readonly #seconds: ArrayLike<number>;
  readonly #places: number;

  /** @throws RangeError when the table is not square, or an entry is no whole number in 0…MAX_TRAVEL_S nor +∞. */
  constructor(seconds: ArrayLike<number>, places: number) {
    checkMatrix(seconds, places);
    this.#seconds = seconds;
    this.#places = places;
  }

  seconds(from: number, to: number): number {
    return this.#seconds[from * this.#places + to]!;
  }
}

/**
 * Tables that hold at given times, with straight lines between them; before the first and after the last they stay. FIFO holds as long as
 * no line falls faster than time passes, which is checked (Ichoua, Gendreau and Potvin, EJOR 144, 2003).
 */
export class TimedTravel implements Travel {
  readonly timed = true;
  readonly #at_s: readonly number[];
  readonly #tables: readonly ArrayLike<number>[];
  readonly #places: number;

  /** @throws RangeError when times do not ascend, a table is malformed, or FIFO would break. */
  constructor(at_s: readonly number[], tables: readonly ArrayLike<number>[], places: number) {
    if (at_s.length === 0 || at_s.length !== tables.length)
      throw new RangeError("as many tables as times, at least one");
    for (const table of tables) checkMatrix(table, places);
    for (let i = 1; i < at_s.length; i++) checkFifo(at_s[i]! - at_s[i - 1]!, tables[i - 1]!, tables[i]!);
    this.#at_s = at_s;
    this.#tables = tables;
    this.#places = places;
  }

  seconds(from: number, to: number, depart_s: number): number {
    const cell = from * this.#places + to;
    const at = this.#at_s;
    let i = 0;
    while (i < at.length && at[i]! <= depart_s) i++;
    if (i === 0 || i === at.length) return this.#tables[Math.max(0, i - 1)]![cell]!;
    const [early, late] = [this.#tables[i - 1]![cell]!, this.#tables[i]![cell]!];
    if (early === late) return early;
    const share = (depart_s - at[i - 1]!) / (at[i]! - at[i - 1]!);
    return Math.ceil(early + (late - early) * share);
  }
}

function checkMatrix(seconds: ArrayLike<number>, places: number): void {
  if (!(places >= 1 && places <= MAX_MATRIX_PLACES && seconds.length === places * places))
    throw new RangeError(`a table has places × places entries, for at most ${MAX_MATRIX_PLACES} places`);
  for (let i = 0; i < seconds.length; i++) {
    const entry = seconds[i]!;
    if (entry !== Number.POSITIVE_INFINITY && !(Number.isInteger(entry) && entry >= 0 && entry <= MAX_TRAVEL_S))
      throw new RangeError(`entry ${i} is no whole number of seconds in 0…${MAX_TRAVEL_S}`);
  }
}

function checkFifo(span_s: number, early: ArrayLike<number>, late: ArrayLike<number>): void {
  if (!(span_s > 0)) throw new RangeError("the times of tables ascend");
  for (let i = 0; i < early.length; i++) {
    const [before, after] = [early[i]!, late[i]!];
    const both = Number.isFinite(before) === Number.isFinite(after);
    if (!both || before - after > span_s) throw new RangeError(`entry ${i} lets the later traveller arrive earlier`);
  }
}
