/** Made-up cities for tests and benches: everything follows from a seed. */
import type { AttributeValue, Capability } from "../src/index.ts";

/** Mulberry32: small, and the same everywhere. Numbers in [0, 1). */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const CATEGORIES = ["café", "pharmacy", "locker", "room", "garage", "studio", "kitchen", "charger"];
const FLAGS = ["wifi", "quiet", "step_free", "printing", "parking", "outdoor", "heated", "staffed"];
const CUISINES = ["thai", "turkish", "german", "vegan"];
const STREETS = 5000;

export interface CitySpec {
  readonly count: number;
  readonly seed: number;
  readonly center?: { lat: number; lng: number };
  /** Half the city's side in degrees. */
  readonly spread?: number;
}

export function makeCity({ count, seed, center = { lat: 52.5, lng: 13.4 }, spread = 0.3 }: CitySpec): Capability[] {
  const random = chance(seed);
  return Array.from({ length: count }, (_, i) => ({
    id: `c${i}`,
    name: `Place ${i}`,
    category: random() < 0.9 ? CATEGORIES[Math.floor(random() * CATEGORIES.length)]! : null,
    at: { lat: center.lat + (random() * 2 - 1) * spread, lng: center.lng + (random() * 2 - 1) * spread * 1.6 },
    tz: "Europe/Berlin",
    attributes: makeAttributes(random),
    hours: null,
    capacity: { seats: Math.floor(random() * 8) },
  }));
}

function makeAttributes(random: () => number): Record<string, AttributeValue> {
  const attributes: Record<string, AttributeValue> = {};
  for (const flag of FLAGS) if (random() < 0.4) attributes[flag] = random() < 0.7;
  if (random() < 0.5) attributes.cuisine = CUISINES.filter(() => random() < 0.5);
  if (random() < 0.6) attributes.power_kw = Math.floor(random() * 150);
  if (random() < 0.1) attributes.street = `Street ${Math.floor(random() * STREETS)}`;
  return attributes;
}
