/** A city of a million for the speed bench: 60 × 45 km, 400 clusters of power-law size, 24 flags, 6 words, a category, free seats, weekly hours. */
import type { FindQuery } from "../src/index.ts";
import { chance } from "../test/city.ts";

export const FLAGS = Array.from({ length: 24 }, (_, i) => `flag_${i}`);
export const WORDS = Array.from({ length: 6 }, (_, i) => `word_${i}`);
const CLUSTERS = 400;
const CATEGORIES = 40;
const PATTERNS = 5000;
export const WEEK_MINUTES = 10_080;

export interface Place {
  readonly id: string;
  readonly at: { readonly lat: number; readonly lng: number };
  readonly category: string;
  readonly attributes: Record<string, boolean | string>;
}

export interface Metropolis {
  readonly places: readonly Place[];
  readonly free: Uint16Array;
  readonly pattern: Uint16Array;
  /** Minutes of the week, [from, until) pairs, of each weekly pattern. */
  readonly patterns: readonly (readonly (readonly [number, number])[])[];
}

export function makeMetropolis(count: number, seed: number): Metropolis {
  const random = chance(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const clusters = Array.from({ length: CLUSTERS }, (_, i) => ({
    lat: 52.3 + 0.4 * random(),
    lng: 12.95 + 0.88 * random(),
    wide: 0.002 + 0.012 * random(),
    weight: 1 / (i + 1) ** 0.8,
  }));
  const reach = cumulate(clusters.map(({ weight }) => weight));
  const places = Array.from({ length: count }, (_, i): Place => {
    const { lat, lng, wide } = clusters[pick(reach, random())]!;
    return {
      id: `c${i}`,
      at: { lat: lat + wide * normal(), lng: lng + 1.6 * wide * normal() },
      category: `kind_${Math.floor(CATEGORIES * random() ** 2)}`,
      attributes: makeAttributes(random),
    };
  });
  return {
    places,
    free: Uint16Array.from({ length: count }, () => Math.floor(random() * 8)),
    pattern: Uint16Array.from({ length: count }, () => Math.floor(random() * PATTERNS)),
    patterns: Array.from({ length: PATTERNS }, () => makePattern(random)),
  };
}

function makeAttributes(random: () => number): Record<string, boolean | string> {
  const attributes: Record<string, boolean | string> = {};
  for (let i = 0; i < FLAGS.length; i++) if (random() < 0.1 + i / 40) attributes[FLAGS[i]!] = true;
  for (const word of WORDS) attributes[word] = `value_${Math.floor(random() * 5)}`;
  return attributes;
}

function makePattern(random: () => number): [number, number][] {
  const opens = 6 * 60 + Math.floor(random() * 20) * 15;
  const closes = opens + 240 + Math.floor(random() * 32) * 15;
  const days = random() < 0.3 ? 5 : random() < 0.6 ? 6 : 7;
  return Array.from({ length: days }, (_, day) => [day * 1440 + opens, Math.min(day * 1440 + closes, WEEK_MINUTES)]);
}

const cumulate = (weights: readonly number[]): number[] => {
  const total = weights.reduce((a, b) => a + b);
  let sum = 0;
  return weights.map((weight) => (sum += weight / total));
};
const pick = (reach: readonly number[], at: number): number =>
  Math.max(
    0,
    reach.findIndex((edge) => at <= edge),
  );

const MINUTE_MS = 60_000;
export interface Asked {
  readonly query: FindQuery;
  readonly least_free: number;
}

/** Queries as the anchor has them: 0.5 to 10 km, 1–4 flags, perhaps a word, a category, free seats, and open for 15 to 120 minutes. */
export function makeQueries(city: Metropolis, count: number, seed: number): Asked[] {
  const random = chance(seed);
  const some = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  return Array.from({ length: count }, () => {
    const { at } = some(city.places);
    const flags = Array.from({ length: 1 + Math.floor(random() * 4) }, () => ({ attribute: some(FLAGS), is: true }));
    const words = random() < 0.5 ? [{ attribute: some(WORDS), is: `value_${Math.floor(random() * 5)}` }] : [];
    const categories =
      random() < 0.5 ? [{ attribute: "category", is: `kind_${Math.floor(CATEGORIES * random() ** 2)}` }] : [];
    const from = Math.floor(random() * (WEEK_MINUTES - 120));
    const minutes = 15 * (1 + Math.floor(random() * 8));
    const open = { from_ms: from * MINUTE_MS, until_ms: (from + minutes) * MINUTE_MS };
    const place = {
      from: { lat: at.lat + 0.004 * (random() - 0.5), lng: at.lng + 0.004 * (random() - 0.5) },
      radius_m: some([500, 1000, 2000, 5000, 10_000]),
    };
    return {
      query: { place, where: { all: [...flags, ...words, ...categories] }, open },
      least_free: 1 + Math.floor(random() * 3),
    };
  });
}
