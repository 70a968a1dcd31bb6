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
  isFault,
  readQuery,
  type Searchable,
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

/** Random queries over a made-up city: every answer equals the sort of all capabilities by distance. */
export function runBruteForce(count: number, seed: number): { queries: number; different: number } {
  const random = chance(seed);
  let different = 0;
  let city: Capability[] = [];
  let index = buildIndex([]);
  for (let i = 0; i < count; i++) {
    if (i % 5000 === 0) {
      city = makeCity({ count: 200 + Math.floor(random() * 1500), seed: seed + i });
      index = buildIndex(city.map((capability, handle) => ({ handle, capability })));
    }
    if (!sameAsBruteForce(city, index, random)) different++;
  }
  return { queries: count, different };
}

const FLAGS = ["wifi", "quiet", "step_free", "printing"] as const;

function sameAsBruteForce(city: readonly Capability[], index: Searchable, random: () => number): boolean {
  const from = { lat: 52.2 + 0.6 * random(), lng: 12.9 + random() };
  const flags = FLAGS.filter(() => random() < 0.3);
  const radius_m = 10 ** (2.5 + 2 * random());
  const limit = 1 + Math.floor(random() * 30);
  const where: Constraint = { all: flags.map((attribute) => ({ attribute, is: true })) };
  const read = readQuery({ place: { from, radius_m }, where, limit }, 0);
  if (isFault(read)) throw new Error(read.why);
  const answer = find({ index, counts: null, openness: null, room: null }, read);
  if (isFault(answer)) return answer.refused === "attribute-unknown";
  const expected = city
    .filter(({ attributes }) => flags.every((flag) => attributes[flag] === true))
    .map(({ id, at }) => ({ id, metres: distance_m(from, at) }))
    .filter(({ metres }) => metres <= radius_m)
    .sort((a, b) => a.metres - b.metres || (a.id < b.id ? -1 : 1))
    .slice(0, limit);
  return expected.length === answer.found.length && expected.every(({ id }, i) => id === answer.found[i]!.id);
}
