/** L1: the rows that PostGIS gave for ST_DWithin and ST_Distance on the spheroid, against ours; and random queries against brute force. */
import { join } from "node:path";
import {
  buildIndex,
  type Capability,
  type Constraint,
  distance_m,
  type FoundAll,
  find,
  findAll,
  type Ground,
  HoursCompiler,
  HoursIndex,
  isFault,
  type Room,
  readQuery,
  Surface,
  slotsOf,
  type Window,
} from "../src/index.ts";
import { chance, makeCity } from "../test/city.ts";
import { readLines } from "./data-node.ts";

interface OracleCapability {
  readonly id: string;
  readonly lat: number;
  readonly lng: number;
  readonly category: string;
  readonly attrs: Record<string, boolean | string>;
  readonly free: number;
  readonly week_minutes_open: readonly (readonly [number, number])[];
}
export interface OracleRow {
  readonly query: {
    readonly lat: number;
    readonly lng: number;
    readonly radius_m: number;
    readonly attrs?: Record<string, boolean | string>;
    readonly category?: string;
    readonly min_free?: number;
    readonly open_from?: number;
    readonly open_until?: number;
  };
  readonly count: number;
  readonly top20: readonly (readonly [id: string, metres: number])[];
}

const MINUTE_MS = 60_000;
/** Distances printed by the oracle have four decimals. */
const ALLOWED_M = 0.001;

export interface Oracle {
  readonly ground: Ground;
  readonly rows: readonly OracleRow[];
}

export const readOracle = (folder: string): Oracle => ({
  ground: oracleGround(readLines<OracleCapability>(join(folder, "capabilities.jsonl.gz"))),
  rows: readLines<OracleRow>(join(folder, "queries.jsonl")),
});

/** Whether we answer a row as the oracle did: as many found, the same 20 nearest in its order, each as far; and how many, and how far apart. */
export function compareRow(ground: Ground, row: OracleRow): { same: boolean; found: number; worst_m: number } {
  const found = runRow(ground, row);
  const apart = row.top20.map(([, metres], k) => Math.abs(metres - (found.distances_m[k] ?? Number.POSITIVE_INFINITY)));
  const worst_m = Math.max(0, ...apart);
  const same = found.count === row.count && row.top20.every(([id], k) => found.id(k) === id) && worst_m <= ALLOWED_M;
  return { same, found: found.count, worst_m };
}

export function runOracle(folder: string): { rows: number; equal: number; worst_m: number; first: string | null } {
  const { ground, rows } = readOracle(folder);
  const compared = rows.map((row) => compareRow(ground, row));
  const other = compared.findIndex(({ same }) => !same);
  return {
    rows: rows.length,
    equal: compared.filter(({ same }) => same).length,
    worst_m: compared.reduce((most, { worst_m }) => Math.max(most, worst_m), 0),
    first: other < 0 ? null : `row ${other + 1}: ${compared[other]!.found} found, ${rows[other]!.count} expected`,
  };
}

function oracleGround(records: readonly OracleCapability[]): Ground {
  const indexed = records.map(({ id, lat, lng, category, attrs }, handle) => ({
    handle,
    capability: { id, at: { lat, lng }, category, attributes: attrs },
  }));
  return {
    index: buildIndex(indexed),
    counts: null,
    openness: {
      isOpen: (handle, { from_ms, until_ms }) =>
        records[handle]!.week_minutes_open.some(
          ([from, until]) => from * MINUTE_MS <= from_ms && until_ms <= until * MINUTE_MS,
        )
          ? "open"
          : "closed",
    },
    room: { free: (handle) => records[handle]!.free },
  };
}

function runRow(ground: Ground, { query }: OracleRow): FoundAll {
  const where: Constraint[] = Object.entries(query.attrs ?? {}).map(([attribute, is]) => ({ attribute, is }));
  if (query.category !== undefined) where.push({ attribute: "category", is: query.category });
  // The oracle asks for free units without a window; a week's window then stands for "now".
  const open =
    query.open_from === undefined
      ? undefined
      : { from_ms: query.open_from * MINUTE_MS, until_ms: query.open_until! * MINUTE_MS };
  const read = readQuery(
    {
      place: { from: { lat: query.lat, lng: query.lng }, radius_m: query.radius_m },
      where: { all: where },
      open,
      limit: 10_000,
    },
    0,
  );
  if (isFault(read)) throw new Error(read.why);
  const least = query.min_free ?? 0;
  const roomy: Ground = {
    ...ground,
    counts: (handle) => (ground.room?.free(handle, "", { from_ms: 0, until_ms: 0 }) ?? 0) >= least,
  };
  const answer = findAll(roomy, read);
  if (isFault(answer)) throw new Error(`${answer.why} (${answer.at})`);
  return answer;
}

/** Queries asked of one city before another is made. */
const QUERIES_A_CITY = 5000;
const FLAGS = ["wifi", "quiet", "step_free", "printing"] as const;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Hours are known for so long from the beginning of time on. */
const HOURS_MS = 8 * DAY_MS;
const SEATS = 8;

/** Random queries over made-up cities: every answer equals the sort of all capabilities by distance. */
export function runBruteForce(count: number, seed: number): { queries: number; different: number } {
  const random = chance(seed);
  let different = 0;
  let town = makeTown(random, seed);
  for (let i = 0; i < count; i++) {
    if (i % QUERIES_A_CITY === 0 && i > 0) town = makeTown(random, seed + i);
    if (!sameAsBruteForce(town, random)) different++;
  }
  return { queries: count, different };
}

interface Town {
  readonly city: readonly Capability[];
  readonly hours: HoursIndex;
  readonly seats: Surface;
  readonly ground: Ground;
}

/** Of every third one the hours are not known, and every fifth has slots that differ. */
function makeTown(random: () => number, seed: number): Town {
  const below = (most: number): number => Math.floor(random() * most);
  const city = makeCity({ count: 200 + below(1500), seed });
  const hours = new HoursIndex(new HoursCompiler({ from_ms: 0, until_ms: HOURS_MS }), null);
  const seats = new Surface(city.map(() => below(SEATS)));
  for (const handle of city.keys()) {
    const opens = below(20);
    const text = `Mo-Su ${clock(opens)}-${clock(opens + 1 + below(23 - opens))}`;
    hours.set(handle, below(3) === 0 ? null : { kind: "osm", text }, "UTC");
    if (below(5) === 0) seats.change(handle, slotsOf(windowIn(below)), 1 - below(4));
  }
  const index = buildIndex(city.map((capability, handle) => ({ handle, capability })));
  const room: Room = { free: (handle, _, window) => seats.least(handle, slotsOf(window)), steady: () => seats };
  return { city, hours, seats, ground: { index, counts: null, openness: hours, room } };
}

const clock = (hour: number): string => `${String(hour).padStart(2, "0")}:00`;

function windowIn(below: (most: number) => number): Window {
  const from_ms = 15 * MINUTE_MS * below((HOURS_MS - DAY_MS) / (15 * MINUTE_MS));
  return { from_ms, until_ms: from_ms + 15 * MINUTE_MS * (1 + below(12)) };
}

function sameAsBruteForce(town: Town, random: () => number): boolean {
  const asked = makeQuery(random);
  const read = readQuery(asked, -1);
  if (isFault(read)) throw new Error(read.why);
  const answer = find(town.ground, read);
  const all = findAll(town.ground, read);
  if (isFault(answer) || isFault(all)) return isFault(answer) && answer.refused === "attribute-unknown";
  const expected = expectedOf(town, asked);
  return (
    all.count === expected.length &&
    expected.every(({ handle }, i) => handle === all.handles[i]) &&
    answer.found.length === Math.min(asked.limit, expected.length) &&
    answer.found.every(({ id }, i) => id === expected[i]!.id)
  );
}

function makeQuery(random: () => number) {
  const from = { lat: 52.2 + 0.6 * random(), lng: 12.9 + random() };
  const flags = FLAGS.filter(() => random() < 0.3);
  const radius_m = 10 ** (2.5 + 2 * random());
  const limit = 1 + Math.floor(random() * 30);
  const open = random() < 0.5 ? windowIn((most) => Math.floor(random() * most)) : undefined;
  const seats = open === undefined ? 0 : Math.floor(random() * (SEATS + 2));
  return {
    place: { from, radius_m },
    where: { all: flags.map((attribute) => ({ attribute, is: true })) },
    open,
    free: seats === 0 ? undefined : { seats },
    unknown: random() < 0.3 ? ("include" as const) : ("exclude" as const),
    limit,
  };
}

type MadeQuery = ReturnType<typeof makeQuery>;

function expectedOf({ city, hours, seats }: Town, { place, where, open, free, unknown }: MadeQuery) {
  const lenient = unknown === "include";
  const has = ({ attributes }: Capability): boolean =>
    where.all.every(
      ({ attribute }) => attributes[attribute] === true || (lenient && attributes[attribute] === undefined),
    );
  const isOpen = (handle: number, window: Window): boolean => {
    const state = hours.isOpen(handle, window);
    return state === "open" || (lenient && state === "unknown");
  };
  return city
    .map((capability, handle) => ({
      id: capability.id,
      handle,
      capability,
      metres: distance_m(place.from, capability.at),
    }))
    .filter(({ metres, capability }) => metres <= place.radius_m && has(capability))
    .filter(({ handle }) => open === undefined || isOpen(handle, open))
    .filter(({ handle }) => free === undefined || seats.least(handle, slotsOf(open!)) >= free.seats)
    .sort((a, b) => a.metres - b.metres || (a.id < b.id ? -1 : 1));
}
