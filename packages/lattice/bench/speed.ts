/**
 * L2 to L5: build, memory and opening of an index over a metropolis, and the race with PostGIS over the same queries, by turns. Our times are
 * the least wall times of several rounds (mean CPU times where a query takes longer than 3 ms), theirs the least CPU times, on a warm cache and
 * with planning: what a backend spends on a query. Said beside them: ours with the reading of the query, which theirs have as parsing; theirs
 * prepared, so without parsing and planning; and both over the queries that find something, since hours alone tell us when none can.
 */
import {
  buildSlices,
  type FindIndex,
  type Found,
  type FoundAll,
  find,
  findAll,
  type Ground,
  HoursCompiler,
  HoursIndex,
  isFault,
  type ReadQuery,
  readIndex,
  readQuery,
  type Searchable,
  Surface,
  slotsOf,
  toEnd,
  writeIndex,
} from "../src/index.ts";
import { nodeSha256 } from "../src/journal-node.ts";
import {
  type Asked,
  columnsFromRecords,
  type Metropolis,
  MONDAY_MS,
  makeMetropolis,
  makeQueries,
  WEEK_MS,
} from "./metropolis.ts";
import { type Peer, type PeerQuery, startPeer } from "./postgis-node.ts";

const ROUNDS = 9;
/** As many are turned from records into columns, to say what that takes. */
const ROWS_FROM_RECORDS = 100_000;
const PEER_ROUNDS = 4;
const TRIES_A_ROUND = 8;

export function groundOf(city: Metropolis, index: Searchable): Ground {
  const seats = new Surface(city.free);
  return {
    index,
    counts: null,
    openness: weeklyHours(city),
    room: { free: (handle, _, window) => seats.least(handle, slotsOf(window)), steady: () => seats },
  };
}

/** Two weeks, so that no window of the queries leaves them. */
const HORIZON = { from_ms: MONDAY_MS, until_ms: MONDAY_MS + 2 * WEEK_MS };

function weeklyHours({ pattern, patterns }: Metropolis): HoursIndex {
  const hours = new HoursIndex(new HoursCompiler(HORIZON), null);
  for (let handle = 0; handle < pattern.length; handle++) {
    const wrong = hours.set(handle, patterns[pattern[handle]!]!.rule, "UTC");
    if (wrong !== null) throw new Error(wrong.why);
  }
  return hours;
}

export function read({ query, least_free }: Asked): ReadQuery {
  const made = readQuery({ ...query, free: { seats: least_free } }, -1);
  if (isFault(made)) throw new Error(made.why);
  return made;
}

export const cpu_ms = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

/** Share of the queries, and what it is called. */
const SHARES = { p50: 0.5, p95: 0.95, p99: 0.99 } as const;
type Figures = Readonly<Record<keyof typeof SHARES | "mean", number>>;

export function figuresOf(times: readonly number[]): Figures {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  const mean = times.reduce((a, b) => a + b, 0) / times.length;
  return { p50: at(SHARES.p50), p95: at(SHARES.p95), p99: at(SHARES.p99), mean };
}

export const line = (name: string, figures: Figures, digits: number): string =>
  `${name}: ${Object.entries(figures)
    .map(([key, value]) => `${key} ${value.toFixed(digits)}`)
    .join(", ")}`;

const ratios = (ours: Figures, theirs: Figures): Figures => ({
  p50: theirs.p50 / ours.p50,
  p95: theirs.p95 / ours.p95,
  p99: theirs.p99 / ours.p99,
  mean: theirs.mean / ours.mean,
});

/** Longer work is cut into by other processes in every try, so that its CPU time is taken, over as many tries. */
const LONG_MS = 3;
const LONG_TRIES = 10;

/** Least of several rounds for each query, in milliseconds of wall time: the noise of a shared machine only ever adds. */
export class Stopwatch {
  readonly least: number[];
  constructor(queries: number) {
    this.least = new Array<number>(queries).fill(Number.POSITIVE_INFINITY);
  }
  run(i: number, work: () => unknown): void {
    const from = performance.now();
    work();
    this.least[i] = Math.min(this.least[i]!, performance.now() - from);
  }
  /** At the end. */
  runLong(work: (i: number) => unknown): void {
    for (const [i, least_ms] of this.least.entries()) {
      if (least_ms < LONG_MS) continue;
      const from = cpu_ms();
      for (let time = 0; time < LONG_TRIES; time++) work(i);
      this.least[i] = Math.min(least_ms, (cpu_ms() - from) / LONG_TRIES);
    }
  }
}

function makeIndex(city: Metropolis): FindIndex {
  const { count } = city.columns;
  const some = Math.min(count, ROWS_FROM_RECORDS);
  const fromRecords = columnsFromRecords(city, some);
  const reading = cpu_ms();
  fromRecords();
  const read = cpu_ms();
  const index = toEnd(buildSlices(city.columns));
  const built = cpu_ms();
  const bytes = writeIndex(index, "", nodeSha256);
  const opening = cpu_ms();
  const opened = readIndex(bytes, nodeSha256);
  if (isFault(opened)) throw new Error(opened.why);
  const opened_ms = cpu_ms() - opening;
  console.log(
    `build of ${count}: ${((built - read) / 1000).toFixed(2)} CPU s from columns; ` +
      `columns of ${some} records: ${((read - reading) / 1000).toFixed(2)} CPU s; ` +
      `${(index.size_bytes / count).toFixed(1)} B a capability; opened from its file in ${(opened_ms / 1000).toFixed(2)} CPU s`,
  );
  return opened.index;
}

export async function runSpeed(count: number, seed: number): Promise<void> {
  const city = makeMetropolis(count, seed);
  const ground = groundOf(city, makeIndex(city));
  const asked = makeQueries(city, 200, seed + 1);
  const queries = asked.map(read);
  const contests = {
    "top 20": { kind: "nearest", prepared: "preparedNearest", run: (query) => find(ground, query) },
    "all in radius": { kind: "all", prepared: "preparedAll", run: (query) => findAll(ground, query) },
  } as const satisfies Record<string, Contest>;
  const peer = await startPeer(city);
  if ("absent" in peer) {
    for (const [name, { run }] of Object.entries(contests)) {
      const watch = new Stopwatch(queries.length);
      for (let round = 0; round < ROUNDS; round++)
        for (const [i, query] of queries.entries()) watch.run(i, () => run(query));
      console.log(line(`${name}, ms`, figuresOf(watch.least), 4));
    }
    console.log(`race: skipped: PostGIS absent: needs ${peer.absent}`);
    return;
  }
  try {
    await race(peer, asked, contests, ground);
  } finally {
    await peer.stop();
  }
}

interface Contest {
  readonly kind: "nearest" | "all";
  readonly prepared: "preparedNearest" | "preparedAll";
  readonly run: (query: ReadQuery) => unknown;
}

type Contests = Readonly<Record<"top 20" | "all in radius", Contest>>;

async function race(peer: Peer, asked: readonly Asked[], contests: Contests, ground: Ground): Promise<void> {
  const theirs: PeerQuery[] = [];
  for (const one of asked) theirs.push(await peer.read(one));
  console.log(await equality(peer, theirs, asked, ground));
  const hits = asked.map((one) => (findAll(ground, read(one)) as FoundAll).count);
  const some = [...hits.keys()].filter((i) => hits[i]! > 0);
  for (const [name, contest] of Object.entries(contests))
    tell(name, await interleave(peer, theirs, asked, contest, PEER_ROUNDS), some);
  await peer.makeOrdinary();
  const { ours, theirs: ordinary } = await interleave(peer, theirs, asked, contests["top 20"], 2);
  const figures = figuresOf(ordinary);
  console.log(line("top 20, PostGIS with an ordinary GiST, CPU ms", figures, 2));
  console.log(line("top 20, ratio to an ordinary GiST", ratios(figuresOf(ours), figures), 0));
}

/** Milliseconds by query. */
interface Times {
  readonly ours: readonly number[];
  /** With the reading of the query. */
  readonly read: readonly number[];
  readonly theirs: readonly number[];
  readonly prepared: readonly number[];
}

function tell(name: string, { ours, read, theirs, prepared }: Times, some: readonly number[]): void {
  const [our, reading, their, ready] = [figuresOf(ours), figuresOf(read), figuresOf(theirs), figuresOf(prepared)];
  console.log(line(`${name}, ms`, our, 4));
  console.log(line(`${name}, PostGIS with its best index, CPU ms`, their, 2));
  console.log(line(`${name}, ratio`, ratios(our, their), 0));
  console.log(line(`${name}, with the reading of the query, ms`, reading, 4));
  console.log(line(`${name}, ratio with the reading of the query`, ratios(reading, their), 0));
  console.log(line(`${name}, PostGIS prepared, CPU ms`, ready, 2));
  console.log(line(`${name}, ratio to PostGIS prepared`, ratios(our, ready), 0));
  const of = (times: readonly number[]): Figures => figuresOf(some.map((i) => times[i]!));
  console.log(line(`${name}, the ${some.length} queries that find something, ms`, of(ours), 4));
  console.log(line(`${name}, ratio over these`, ratios(of(ours), of(theirs)), 0));
}

/** Both by turns, all queries each: ours in wall time, which CPU time cannot exceed, theirs in CPU time of the backend. */
async function interleave(
  { session }: Peer,
  queries: readonly PeerQuery[],
  asked: readonly Asked[],
  { kind, prepared, run }: Contest,
  rounds: number,
): Promise<Times> {
  const reads = asked.map(read);
  const [ours, reading] = [new Stopwatch(queries.length), new Stopwatch(queries.length)];
  const least = (): number[] => new Array<number>(queries.length).fill(Number.POSITIVE_INFINITY);
  const [theirs, ready] = [least(), least()];
  const spend = async (sql: string): Promise<number> => {
    const before = session.cpu_ms();
    await session.ask(sql);
    return session.cpu_ms() - before;
  };
  for (let round = 0; round < rounds; round++) {
    for (const [i, query] of queries.entries()) theirs[i] = Math.min(theirs[i]!, await spend(query[kind]));
    for (const [i, query] of queries.entries()) ready[i] = Math.min(ready[i]!, await spend(query[prepared]));
    // A query of ours is over in microseconds: a switch to another process weighs more than the query, so each has more tries.
    for (let time = 0; time < TRIES_A_ROUND; time++) {
      for (const [i, query] of reads.entries()) ours.run(i, () => run(query));
      for (const [i, one] of asked.entries()) reading.run(i, () => run(read(one)));
    }
  }
  ours.runLong((i) => run(reads[i]!));
  reading.runLong((i) => run(read(asked[i]!)));
  return { ours: ours.least, read: reading.least, theirs, prepared: ready };
}

/** The nearest 20 as PostGIS has them on the spheroid, on every eighth query. */
async function equality(
  { session }: Peer,
  theirs: readonly PeerQuery[],
  asked: readonly Asked[],
  ground: Ground,
): Promise<string> {
  let equal = 0;
  let looked = 0;
  for (let i = 0; i < asked.length; i += 8) {
    const rows = (await session.ask(theirs[i]!.exact)).map((row) => row.split("|"));
    const answer = find(ground, read(asked[i]!));
    if (isFault(answer)) throw new Error(answer.why);
    const same = ({ id, distance_m }: Found, k: number): boolean =>
      rows[k]![0] === id && Math.abs(Number(rows[k]![1]) - distance_m) <= 0.001;
    if (answer.found.length === rows.length && answer.found.every(same)) equal++;
    looked++;
  }
  return `answers: ${equal} of ${looked} equal to PostGIS on the spheroid, ids, order and distances to 1 mm`;
}
