/**
 * The sets of opening_hours/ and places/: rules of the OSM grammar with the intervals, refusals and states that they ought to give. A gap is the share of
 * answers that differ: of one vector 0 or 1, of one place's rule the share of its instants.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import {
  type Fault,
  HoursCompiler,
  HoursIndex,
  type HoursRule,
  isFault,
  MAX_HORIZON_DAYS,
  type Region,
  readCapability,
  type Stretch,
} from "../src/index.ts";
import { WallClock } from "../src/wall-clock.ts";
import { nodeInZone } from "../src/zone-node.ts";
import { readLines } from "./data-node.ts";
import type { Instance, InstanceSet, Outcome } from "./set.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** The vectors' times are wall time of this zone (their SOURCE.md). */
const VECTOR_ZONE = "Europe/Berlin";

interface Vector {
  readonly kind: string;
  readonly name: string;
  readonly value: string;
  readonly from: string;
  readonly to: string;
  readonly expected: readonly { readonly from: string; readonly to: string; readonly unknown: boolean }[];
  readonly location: Region | null;
  readonly mode: { readonly mode?: number } | number | null;
}

const PLACE = {
  id: "1",
  name: "",
  category: null,
  at: { lat: 0, lng: 0 },
  tz: "UTC",
  attributes: {},
  hours: null,
  capacity: {},
};

interface Oracle {
  readonly tz: string;
  readonly address: Region["address"];
  readonly instants: readonly string[];
}

const osm = (text: string): HoursRule => ({ kind: "osm", text });
const wallOf = (text: string): number => Date.parse(`${text}Z`);
const outcome = (gap: number): Outcome => ({ gap, bound_gap: null, proven: false });

function solveIntervals({ value, from, to, expected, location }: Vector): Outcome {
  const [wall_from, wall_to] = [wallOf(from), wallOf(to)];
  const clock = new WallClock(VECTOR_ZONE, wall_from - DAY_MS, wall_to + DAY_MS);
  const found = stretchesOf(value, clock.toUtc(wall_from), clock.toUtc(wall_to), location);
  if (isFault(found)) return outcome(1);
  const given = found.map(({ from_ms, until_ms, unknown }) => ({
    from: clock.toWall(from_ms),
    to: clock.toWall(until_ms),
    unknown,
  }));
  const wanted = expected.map(({ from, to, unknown }) => ({ from: wallOf(from), to: wallOf(to), unknown }));
  return outcome(JSON.stringify(given) === JSON.stringify(joined(wanted)) ? 0 : 1);
}

interface Interval {
  readonly from: number;
  readonly to: number;
  readonly unknown: boolean;
}

/** The library keeps stretches apart that differ in their comments only. Hours know no comments: what touches and is equally known is one. */
function joined(intervals: readonly Interval[]): readonly Interval[] {
  const out: Interval[] = [];
  for (const interval of intervals) {
    const last = out.at(-1);
    if (last !== undefined && last.to === interval.from && last.unknown === interval.unknown)
      out[out.length - 1] = { ...last, to: interval.to };
    else out.push(interval);
  }
  return out;
}

/** Some vectors are longer than a horizon may be: they are compiled in parts. */
function stretchesOf(value: string, from_ms: number, to_ms: number, location: Region | null): Stretch[] | Fault {
  const all: Stretch[] = [];
  for (let part_ms = from_ms; part_ms < to_ms; part_ms += MAX_HORIZON_DAYS * DAY_MS) {
    const until_ms = Math.min(part_ms + MAX_HORIZON_DAYS * DAY_MS, to_ms);
    const part = new HoursCompiler({ from_ms: part_ms, until_ms }, nodeInZone).stretches(
      osm(value),
      VECTOR_ZONE,
      location,
    );
    if (isFault(part)) return part;
    const [last, first] = [all.at(-1), part[0]];
    const goesOn = last?.until_ms === first?.from_ms && last?.unknown === first?.unknown;
    if (last !== undefined && first !== undefined && goesOn)
      all[all.length - 1] = { ...last, until_ms: first.until_ms };
    all.push(...(goesOn ? part.slice(1) : part));
  }
  return all;
}

function solveRefusal({ value, location }: Vector): Outcome {
  if (typeof value !== "string")
    return outcome(isFault(readCapability({ ...PLACE, hours: { kind: "osm", text: value } })) ? 0 : 1);
  const compiler = new HoursCompiler({ from_ms: Date.UTC(2026, 0, 1), until_ms: Date.UTC(2026, 1, 1) });
  return outcome(isFault(compiler.stretches(osm(value), VECTOR_ZONE, location)) ? 0 : 1);
}

/**
 * Hours of capabilities are times in which something is open: vectors of points in time (modes 1 and 2) are of another grammar, and those of the
 * library's constructor ask about options that hours do not have.
 */
const isOfHours = ({ mode, name }: Vector): boolean =>
  ((typeof mode === "number" ? mode : mode?.mode) ?? 0) === 0 && !name.startsWith("Wrong constructor call");

function vectorSet(kind: string, solve: (vector: Vector) => Outcome): InstanceSet {
  return {
    name: `opening_hours/${kind}`,
    seconds: 10,
    instances: (data) =>
      linesOf<Vector>(join(data, "opening_hours", "vectors.jsonl"))
        .filter((vector) => vector.kind === kind && isOfHours(vector))
        .map((vector) => ({ name: `${vector.name}: ${vector.value}`, solve: () => solve(vector) })),
  };
}

const linesOf = <T>(file: string): T[] => (existsSync(file) ? readLines<T>(file) : []);

export const intervalsSet = vectorSet("intervals", solveIntervals);
export const refusalsSet = vectorSet("must_fail", solveRefusal);

/** Rules of real places, asked at instants of one year. */
export const placesSet: InstanceSet = {
  name: "places",
  seconds: 10,
  instances: (data) => {
    const folder = join(data, "places");
    const towns = existsSync(folder) ? readdirSync(folder).sort() : [];
    return towns.flatMap((town) => placesOf(join(folder, town, "opening_oracle.jsonl")));
  },
};

function placesOf(file: string): Instance[] {
  const [head, ...rows] = linesOf<Oracle & { readonly value: string; readonly states: string | null }>(file);
  if (head === undefined) return [];
  const walls = head.instants.map(wallOf);
  const [first, last] = [Math.min(...walls), Math.max(...walls)];
  const clock = new WallClock(head.tz, first - DAY_MS, last + DAY_MS);
  const compiler = new HoursCompiler(
    { from_ms: clock.toUtc(first) - DAY_MS, until_ms: clock.toUtc(last) + DAY_MS },
    nodeInZone,
  );
  const instants = walls.map((wall) => clock.toUtc(wall));
  const region = { lat: "", lon: "", address: head.address } as unknown as Region;
  return rows.map(({ value, states }) => ({
    name: value,
    solve: () => outcome(differing(new HoursIndex(compiler, region), value, head.tz, instants, states)),
  }));
}

const LETTER = { open: "1", closed: "0", unknown: "?" } as const;

function differing(
  index: HoursIndex,
  value: string,
  tz: string,
  instants: readonly number[],
  states: string | null,
): number {
  const refused = index.set(0, osm(value), tz) !== null;
  if (refused || states === null) return refused === (states === null) ? 0 : 1;
  const given = instants.map((at) => LETTER[index.isOpen(0, { from_ms: at, until_ms: at + MINUTE_MS })]);
  return given.filter((letter, i) => letter !== states[i]).length / instants.length;
}
