/** L2, L3, L5: search speed over a metropolis, in CPU time of this thread. */
import {
  buildIndex,
  find,
  findAll,
  type Ground,
  isFault,
  type Openness,
  type ReadQuery,
  readQuery,
  type Searchable,
} from "../src/index.ts";
import { type Asked, type Metropolis, makeMetropolis, makeQueries, WEEK_MINUTES } from "./metropolis.ts";

const MINUTE_MS = 60_000;
const ROUNDS = 9;

export function groundOf(city: Metropolis, index: Searchable): Ground {
  return {
    index,
    counts: null,
    openness: weeklyHours(city),
    room: { free: (handle) => city.free[handle]! },
  };
}

/** Weekly patterns as bit sets of quarters of an hour: a window is open when all its quarters are. */
function weeklyHours({ pattern, patterns }: Metropolis): Openness {
  const QUARTERS = WEEK_MINUTES / 15;
  const closed = patterns.map((intervals) => {
    const before = new Uint16Array(QUARTERS + 1); // closed quarters up to here
    for (let i = 0; i < QUARTERS; i++)
      before[i + 1] = before[i]! + (intervals.some(([a, b]) => a <= i * 15 && i * 15 + 15 <= b) ? 0 : 1);
    return before;
  });
  return {
    isOpen: (handle, { from_ms, until_ms }) => {
      const before = closed[pattern[handle]!]!;
      const from = Math.floor(from_ms / (15 * MINUTE_MS));
      const until = Math.ceil(until_ms / (15 * MINUTE_MS));
      return before[until] === before[from] ? "open" : "closed";
    },
  };
}

export function read({ query, least_free }: Asked): ReadQuery {
  const made = readQuery({ ...query, free: { seats: least_free } }, -1);
  if (isFault(made)) throw new Error(made.why);
  return made;
}

const cpu_ms = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

/** Least of several rounds for each query, in milliseconds of wall time: the noise of a shared machine only ever adds. */
function times_ms(queries: readonly ReadQuery[], run: (query: ReadQuery) => unknown): number[] {
  const least = queries.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, query] of queries.entries()) {
      const from = performance.now();
      run(query);
      least[i] = Math.min(least[i]!, performance.now() - from);
    }
  }
  return least;
}

const line = (name: string, times: readonly number[]): string => {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): string =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!.toFixed(4);
  const mean = times.reduce((a, b) => a + b, 0) / times.length;
  return `${name}: p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}, mean ${mean.toFixed(4)} ms`;
};

export function runSpeed(count: number, seed: number): void {
  const city = makeMetropolis(count, seed);
  const records = city.places.map((capability, handle) => ({ handle, capability }));
  const before = cpu_ms();
  const index = buildIndex(records);
  console.log(
    `build of ${count}: ${((cpu_ms() - before) / 1000).toFixed(2)} CPU s, ${(index.size_bytes / count).toFixed(1)} B a capability`,
  );
  const ground = groundOf(city, index);
  const queries = makeQueries(city, 200, seed + 1).map(read);
  console.log(
    line(
      "top 20",
      times_ms(queries, (query) => find(ground, query)),
    ),
  );
  console.log(
    line(
      "all in radius",
      times_ms(queries, (query) => findAll(ground, query)),
    ),
  );
}
