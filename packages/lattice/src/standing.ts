/**
 * Queries that stand: after every change they tell what came into their answer and what left it. Only the capabilities that a change touched
 * are tested again; the search runs anew when something left a full answer, since only then a capability may come in that nobody touched.
 */
import { type Fault, fault, isFault } from "./fault.ts";
import { type Found, find, type Ground, matcher, type ReadQuery } from "./find.ts";

export const MAX_STANDING = 10_000;
/** Changes of one answer that wait to be taken. */
export const MAX_WAITING = 64;

/** `lagged`: more changes came than were taken; single ones are lost, what they come to is not. */
export interface StandingNews {
  readonly kind: "news" | "lagged";
  /** Version after which the answer was so. */
  readonly epoch: number;
  /** In the order of the answer. What moved is among both. */
  readonly added: readonly Found[];
  readonly removed: readonly Found[];
}

export class StandingQueries {
  readonly #ground: () => Ground;
  readonly #standing = new Set<StandingQuery>();

  /** @param ground the newest one, whenever it is asked for. */
  constructor(ground: () => Ground) {
    this.#ground = ground;
  }

  /** Faults: those of `find`, and `standing-full`. @param wake is called when news wait after none did. */
  add(read: ReadQuery, wake: () => void): StandingQuery | Fault {
    if (this.#standing.size >= MAX_STANDING)
      return fault("standing-full", `At most ${MAX_STANDING} queries stand at a time.`);
    if (read.after !== null) return fault("cursor-malformed", "A standing query begins at the beginning.", "cursor");
    const ground = this.#ground();
    const answer = find(ground, read);
    if (isFault(answer)) return answer;
    const standing = new StandingQuery(read, wake, answer.found, ground.index.epoch);
    this.#standing.add(standing);
    return standing;
  }

  remove(standing: StandingQuery): void {
    this.#standing.delete(standing);
  }

  /** To be called after every change, with the handles of all that was put, removed, reserved or got other hours. */
  touch(handles: readonly number[]): void {
    if (this.#standing.size === 0) return;
    const ground = this.#ground();
    for (const standing of this.#standing) standing.touch(ground, handles);
  }
}

export class StandingQuery {
  readonly #read: ReadQuery;
  readonly #wake: () => void;
  /** In order. */
  #answer: readonly Found[];
  #waiting: StandingNews[] = [];
  /** What the taker knows. */
  #told: readonly Found[];
  #epoch: number;

  constructor(read: ReadQuery, wake: () => void, answer: readonly Found[], epoch: number) {
    this.#read = read;
    this.#wake = wake;
    this.#answer = answer;
    this.#told = answer;
    this.#epoch = epoch;
  }

  /** The answer as it is now. */
  get answer(): readonly Found[] {
    return this.#answer;
  }

  /** Version that the answer is of. */
  get epoch(): number {
    return this.#epoch;
  }

  /** The oldest news that wait; null when none do. */
  take(): StandingNews | null {
    const news = this.#waiting.shift() ?? null;
    if (news !== null) this.#told = applied(this.#told, news);
    return news;
  }

  touch(ground: Ground, handles: readonly number[]): void {
    this.#epoch = ground.index.epoch;
    const answer = this.#after(ground, handles);
    const { added, removed } = difference(this.#answer, answer);
    if (added.length === 0 && removed.length === 0) return;
    this.#answer = answer;
    this.#tell({ kind: "news", epoch: this.#epoch, added, removed });
  }

  #tell(news: StandingNews): void {
    if (this.#waiting.length < MAX_WAITING && this.#waiting[0]?.kind !== "lagged") {
      if (this.#waiting.push(news) === 1) this.#wake();
      return;
    }
    this.#waiting = [{ ...news, kind: "lagged", ...difference(this.#told, this.#answer) }];
  }

  /** The answer after a change that touched these. */
  #after(ground: Ground, handles: readonly number[]): readonly Found[] {
    const { query, limit } = this.#read;
    const touched = new Set(handles);
    const matches = matcher(ground, this.#read);
    const come = [...touched].flatMap((handle) => matches(handle) ?? []);
    const stay = this.#answer.filter(({ handle }) => !touched.has(handle));
    if (come.length === 0 && stay.length === this.#answer.length) return this.#answer;
    const byDistance = query.order === undefined || query.order === "distance";
    if (byDistance && (this.#answer.length < limit || !this.#isShort(touched, come)))
      return [...stay, ...come].sort(inOrder).slice(0, limit);
    const answer = find(ground, this.#read);
    // An attribute that nobody has any more is no fault of a query that stands.
    return isFault(answer) ? [] : answer.found;
  }

  /** Whether somebody left a full answer, so that one who was not touched may follow. */
  #isShort(touched: ReadonlySet<number>, come: readonly Found[]): boolean {
    const last = this.#answer.at(-1)!;
    const back = new Set(come.filter((found) => inOrder(found, last) <= 0).map(({ handle }) => handle));
    return this.#answer.some(({ handle }) => touched.has(handle) && !back.has(handle));
  }
}

const inOrder = (a: Found, b: Found): number => a.distance_m - b.distance_m || (a.id < b.id ? -1 : 1);

const isSame = (a: Found, b: Found): boolean =>
  a.id === b.id && a.distance_m === b.distance_m && a.travel_s === b.travel_s && a.price === b.price;

function difference(before: readonly Found[], after: readonly Found[]): Pick<StandingNews, "added" | "removed"> {
  const was = new Map(before.map((found) => [found.handle, found]));
  const is = new Map(after.map((found) => [found.handle, found]));
  const without = (all: readonly Found[], others: ReadonlyMap<number, Found>) =>
    all.filter((found) => {
      const other = others.get(found.handle);
      return other === undefined || !isSame(found, other);
    });
  return { added: without(after, was), removed: without(before, is) };
}

function applied(told: readonly Found[], { added, removed }: StandingNews): readonly Found[] {
  const gone = new Set(removed.map(({ handle }) => handle));
  return [...told.filter(({ handle }) => !gone.has(handle)), ...added];
}
