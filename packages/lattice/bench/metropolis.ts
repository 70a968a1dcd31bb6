/**
 * A city of a million for the speed bench: 60 × 45 km, 400 clusters of power-law size, 24 flags, 6 words, a category, free seats, weekly hours.
 * It is made in columns: a million objects would be work for the garbage collector in everything that is timed.
 */
import {
  type AttributeColumn,
  columnsOf,
  type FindQuery,
  type HoursRule,
  IdColumn,
  type IndexColumns,
  type Indexed,
  type Point,
} from "../src/index.ts";
import { chance } from "../test/city.ts";

const CLUSTERS = 400;
const CATEGORIES = 40;
const WORD_VALUES = 5;
const PATTERNS = 5000;
const FLAGS = Array.from({ length: 24 }, (_, i) => `flag_${i}`);
const WORDS = Array.from({ length: 6 }, (_, i) => `word_${i}`);
const MINUTE_MS = 60_000;
const WEEK_MINUTES = 10_080;
export const WEEK_MS = WEEK_MINUTES * MINUTE_MS;
/** The first Monday of UTC: minutes of the week count from here. */
export const MONDAY_MS = 4 * 1440 * MINUTE_MS;

export interface WeeklyPattern {
  readonly rule: HoursRule;
  /** Minutes of the week, [from, until) pairs. */
  readonly intervals: readonly (readonly [number, number])[];
}

export interface Metropolis {
  readonly columns: IndexColumns;
  readonly free: Uint16Array;
  readonly pattern: Uint16Array;
  readonly patterns: readonly WeeklyPattern[];
}

export function makeMetropolis(count: number, seed: number): Metropolis {
  const random = chance(seed);
  const { lat, lng } = makePoints(count, random);
  const attributes = new Map<string, AttributeColumn>();
  const below = (share: number) => () => (random() < share ? 1 : 0);
  const flags = FLAGS.map((flag, i) => [flag, "boolean", [true], below(0.1 + i / 40)] as const);
  const values = Array.from({ length: WORD_VALUES }, (_, i) => `value_${i}`);
  const words = WORDS.map((word) => [word, "word", values, () => 1 + Math.floor(random() * WORD_VALUES)] as const);
  const kinds = Array.from({ length: CATEGORIES }, (_, i) => `kind_${i}`);
  const category = ["category", "word", kinds, () => 1 + Math.floor(CATEGORIES * random() ** 2)] as const;
  for (const [key, kind, names, code] of [...flags, ...words, category])
    attributes.set(key, {
      kinds: new Set([kind]),
      words: names,
      codes: new Uint8Array(count).map(code),
      numbers: null,
      members: null,
    });
  const ids = IdColumn.of(Array.from({ length: count }, (_, i) => `c${i}`));
  const handles = new Uint32Array(count).map((_, i) => i);
  return {
    columns: { count, handles, lat, lng, ids, attributes },
    free: new Uint16Array(count).map(() => Math.floor(random() * 8)),
    pattern: new Uint16Array(count).map(() => Math.floor(random() * PATTERNS)),
    patterns: Array.from({ length: PATTERNS }, () => makePattern(random)),
  };
}

function makePoints(count: number, random: () => number): { lat: Float64Array; lng: Float64Array } {
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const clusters = Array.from({ length: CLUSTERS }, (_, i) => ({
    lat: 52.3 + 0.4 * random(),
    lng: 12.95 + 0.88 * random(),
    wide: 0.002 + 0.012 * random(),
    weight: 1 / (i + 1) ** 0.8,
  }));
  const reach = cumulate(clusters.map(({ weight }) => weight));
  const [lat, lng] = [new Float64Array(count), new Float64Array(count)];
  for (let i = 0; i < count; i++) {
    const cluster = clusters[pick(reach, random())]!;
    lat[i] = cluster.lat + cluster.wide * normal();
    lng[i] = cluster.lng + 1.6 * cluster.wide * normal();
  }
  return { lat, lng };
}

function makePattern(random: () => number): WeeklyPattern {
  const opens = 6 * 60 + Math.floor(random() * 20) * 15;
  const closes = opens + 240 + Math.floor(random() * 32) * 15;
  const days = random() < 0.3 ? 5 : random() < 0.6 ? 6 : 7;
  const text = `Mo-${["Fr", "Sa", "Su"][days - 5]!} ${clock(opens)}-${clock(closes)}`;
  const intervals = Array.from({ length: days }, (_, day) => [day * 1440 + opens, day * 1440 + closes] as const);
  return { rule: { kind: "osm", text }, intervals };
}

const clock = (minutes: number): string =>
  [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0")).join(":");

const cumulate = (weights: readonly number[]): number[] => {
  const total = weights.reduce((a, b) => a + b);
  let sum = 0;
  return weights.map((weight) => {
    sum += weight / total;
    return sum;
  });
};
const pick = (reach: readonly number[], at: number): number =>
  Math.max(
    0,
    reach.findIndex((edge) => at <= edge),
  );

/** One row as the record that it would be imported from. */
export function recordOf({ columns }: Metropolis, row: number): Indexed {
  const { handles, ids, lat, lng } = columns;
  const attributes: Record<string, boolean | string> = {};
  for (const [key, { codes, words }] of columns.attributes)
    if (codes[row] !== 0) attributes[key] = words[codes[row]! - 1]!;
  const { category, ...others } = attributes;
  const at = { lat: lat[row]!, lng: lng[row]! };
  return { handle: handles[row]!, capability: { id: ids.at(row), at, category: String(category), attributes: others } };
}

/** The first rows as they would come from records. */
export const columnsFromRecords = (city: Metropolis, rows: number): (() => IndexColumns) => {
  const records = Array.from({ length: rows }, (_, row) => recordOf(city, row));
  return () => columnsOf(records);
};

export interface Asked {
  readonly query: FindQuery & { readonly place: { readonly from: Point; readonly radius_m: number } };
  readonly least_free: number;
}

/** Queries as the anchor has them: 0.5 to 10 km, 1–4 flags, perhaps a word, a category, free seats, and open for 15 to 120 minutes. */
export function makeQueries({ columns }: Metropolis, count: number, seed: number): Asked[] {
  const random = chance(seed);
  const some = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  return Array.from({ length: count }, () => {
    const row = Math.floor(random() * columns.count);
    const flags = Array.from({ length: 1 + Math.floor(random() * 4) }, () => ({ attribute: some(FLAGS), is: true }));
    const words = random() < 0.5 ? [{ attribute: some(WORDS), is: `value_${Math.floor(random() * WORD_VALUES)}` }] : [];
    const categories =
      random() < 0.5 ? [{ attribute: "category", is: `kind_${Math.floor(CATEGORIES * random() ** 2)}` }] : [];
    const from = Math.floor(random() * (WEEK_MINUTES - 120));
    const minutes = 15 * (1 + Math.floor(random() * 8));
    const from_ms = MONDAY_MS + from * MINUTE_MS;
    const open = { from_ms, until_ms: from_ms + minutes * MINUTE_MS };
    const place = {
      from: {
        lat: columns.lat[row]! + 0.004 * (random() - 0.5),
        lng: columns.lng[row]! + 0.004 * (random() - 0.5),
      },
      radius_m: some([500, 1000, 2000, 5000, 10_000]),
    };
    return {
      query: { place, where: { all: [...flags, ...words, ...categories] }, open },
      least_free: 1 + Math.floor(random() * 3),
    };
  });
}
