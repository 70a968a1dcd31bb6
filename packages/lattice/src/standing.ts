/**
 * Queries that stand: after every change they know what came into their answer and what left it. Only the capabilities that a change touched
 * are tested again; the search runs anew when something left a full answer, since only then a capability may come in that nobody touched.
 * A query keeps two answers, the newest and the one that its reader knows, and tells the difference when it is asked: however slow a reader is,
 * and however much changes meanwhile, that is all it costs.
 */
import { type Fault, fault, isFault } from "./fault.ts";
import { type Found, find, matcher } from "./find.ts";
import type { ReadQuery } from "./find-query.ts";
import type { Ground } from "./ground.ts";

export const MAX_STANDING = 10_000;
/** Rows that the answers of all standing queries may have together, by their limits. */
export const MAX_STANDING_ROWS = 1_000_000;
/** With more touched capabilities than this, a query is asked anew instead of testing them one by one. */
export const MOST_TESTED = 4096;

export interface StandingNews {
  /** In the order of the answer; what moved too. */
  readonly added: readonly Found[];
  /** What is no longer in the answer. */
  readonly removed: readonly Found[];
}

/** Handles of what a change touched. */
export interface Touched {
  /** Put, removed, or got other hours. */
  readonly records: ReadonlySet<number>;
  /** Got other free units. */
  readonly units: ReadonlySet<number>;
}

export class StandingQueries {
  readonly #ground: () => Ground;
  readonly #standing = new Set<StandingQuery>();
  #rows = 0;

  /** @param ground the newest one, whenever it is asked for. */
  constructor(ground: () => Ground) {
    this.#ground = ground;
  }

  get count(): number {
    return this.#standing.size;
  }

  /** Faults: those of `find`, `cursor-malformed`, `standing-full`. @param wake is called when there may be news. */
  add(read: ReadQuery, wake: () => void): StandingQuery | Fault {
    if (read.after !== null) return fault("cursor-malformed", "A standing query begins at the beginning.", "cursor");
    if (this.#standing.size >= MAX_STANDING)
      return fault("standing-full", `${MAX_STANDING} queries stand already, and there can be no more.`);
    if (this.#rows + read.limit > MAX_STANDING_ROWS) {
      const left = MAX_STANDING_ROWS - this.#rows;
      return fault("standing-full", `The queries that stand leave room for ${left} rows, not ${read.limit}.`, "limit");
    }
    const answer = find(this.#ground(), read);
    if (isFault(answer)) return answer;
    const standing = new StandingQuery(read, wake, answer.found);
    this.#standing.add(standing);
    this.#rows += read.limit;
    return standing;
  }

  remove(standing: StandingQuery): void {
    if (this.#standing.delete(standing)) this.#rows -= standing.read.limit;
  }

  /** Tells every query of a change, one at each step, so that the owner can do other work between. */
  *touch({ records, units }: Touched): Generator<void> {
    const ground = this.#ground();
    const put = spotsOf(ground, records);
    const all = spotsOf(ground, new Set([...records, ...units]));
    for (const standing of this.#standing) {
      const spots = standing.read.query.free === undefined ? put : all;
      if (spots.handles.size > 0) standing.touch(this.#ground(), spots);
      yield;
    }
  }

  /** Those whose window has passed by now: they make no sense any more. */
  passed(now_ms: number): StandingQuery[] {
    return [...this.#standing].filter(
      ({ read: { query } }) => query.open !== undefined && query.open.until_ms <= now_ms,
    );
  }
}

/** What was touched, and where it is now. */
interface Spots {
  readonly handles: ReadonlySet<number>;
  /** Earth-centred, x y z after x y z; without those that are gone. */
  readonly at: Float64Array;
}

function spotsOf({ index }: Ground, handles: ReadonlySet<number>): Spots {
  const at = new Float64Array(3 * handles.size);
  let length = 0;
  for (const handle of handles) {
    const located = index.locate(handle);
    if (located === null) continue;
    const { part, position } = located;
    at.set(part.index.at.subarray(3 * position, 3 * position + 3), length);
    length += 3;
  }
  return { handles, at: at.subarray(0, length) };
}

export class StandingQuery {
  readonly read: ReadQuery;
  readonly #wake: () => void;
  /** In order. */
  #answer: readonly Found[];
  #handles: ReadonlySet<number>;
  /** What the reader knows. */
  #told: readonly Found[] = [];

  constructor(read: ReadQuery, wake: () => void, answer: readonly Found[]) {
    this.read = read;
    this.#wake = wake;
    this.#answer = answer;
    this.#handles = handlesOf(answer);
  }

  /** The answer as it is now. */
  get answer(): readonly Found[] {
    return this.#answer;
  }

  /** What the reader does not know yet; null when he knows all. */
  take(): StandingNews | null {
    if (this.#told === this.#answer) return null;
    const news = difference(this.#told, this.#answer);
    this.#told = this.#answer;
    return news.added.length === 0 && news.removed.length === 0 ? null : news;
  }

  touch(ground: Ground, spots: Spots): void {
    if (!this.#isConcerned(spots)) return;
    const { handles } = spots;
    const answer = handles.size > MOST_TESTED ? this.#anew(ground) : this.#after(ground, handles);
    if (answer === this.#answer) return;
    this.#answer = answer;
    this.#handles = handlesOf(answer);
    this.#wake();
  }

  /** Most changes are elsewhere: nothing of the answer is touched, and nothing near enough to come into it. Chords are never longer than geodesics. */
  #isConcerned({ handles, at }: Spots): boolean {
    for (const handle of handles) if (this.#handles.has(handle)) return true;
    const { area, limit } = this.read;
    const isFull = this.#byDistance && this.#answer.length === limit;
    const reach_m = isFull ? Math.min(area.radius_m, this.#answer.at(-1)!.distance_m) : area.radius_m;
    const [x, y, z] = area.center;
    for (let i = 0; i < at.length; i += 3) {
      const [dx, dy, dz] = [at[i]! - x, at[i + 1]! - y, at[i + 2]! - z];
      if (dx * dx + dy * dy + dz * dz <= reach_m * reach_m) return true;
    }
    return false;
  }

  get #byDistance(): boolean {
    const { order } = this.read.query;
    return order === undefined || order === "distance";
  }

  #anew(ground: Ground): readonly Found[] {
    const answer = find(ground, this.read);
    // An attribute that nobody has any more, or a price that nobody knows, is no fault of a query that stands.
    return isFault(answer) ? [] : answer.found;
  }

  /** The answer after a change that touched these. */
  #after(ground: Ground, handles: ReadonlySet<number>): readonly Found[] {
    const { limit } = this.read;
    const matches = matcher(ground, this.read);
    const come = [...handles].flatMap((handle) => matches(handle) ?? []);
    const stay = this.#answer.filter(({ handle }) => !handles.has(handle));
    if (come.length === 0 && stay.length === this.#answer.length) return this.#answer;
    if (this.#byDistance && (this.#answer.length < limit || !this.#isShort(handles, come)))
      return [...stay, ...come].sort(inOrder).slice(0, limit);
    return this.#anew(ground);
  }

  /** Whether somebody left a full answer, so that one who was not touched may follow. */
  #isShort(touched: ReadonlySet<number>, come: readonly Found[]): boolean {
    const last = this.#answer.at(-1)!;
    const back = new Set(come.filter((found) => inOrder(found, last) <= 0).map(({ handle }) => handle));
    return this.#answer.some(({ handle }) => touched.has(handle) && !back.has(handle));
  }
}

const handlesOf = (answer: readonly Found[]): ReadonlySet<number> => new Set(answer.map(({ handle }) => handle));

const inOrder = (a: Found, b: Found): number => a.distance_m - b.distance_m || (a.id < b.id ? -1 : 1);

const isSame = (a: Found, b: Found): boolean =>
  a.distance_m === b.distance_m && a.travel_s === b.travel_s && a.price === b.price;

function difference(before: readonly Found[], after: readonly Found[]): StandingNews {
  const was = new Map(before.map((found) => [found.handle, found]));
  const is = new Set(after.map(({ handle }) => handle));
  const added = after.filter((found) => {
    const known = was.get(found.handle);
    return known === undefined || !isSame(known, found);
  });
  return { added, removed: before.filter(({ handle }) => !is.has(handle)) };
}
