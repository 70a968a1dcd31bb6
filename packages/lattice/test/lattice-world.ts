/** What the suites of both engines share: places, times and random workloads. */
import { type Capability, type HoursRule, isFault } from "../src/index.ts";
import { chance, makeCity } from "./city.ts";

/** Monday, 12 January 2026, 09:00 UTC. */
export const NOW_MS = Date.UTC(2026, 0, 12, 9);
export const HOUR_MS = 3_600_000;
export const CENTER = { lat: 52.5, lng: 13.4 };

export function sure<T>(value: T): Exclude<T, { refused: string }> {
  if (isFault(value)) throw new Error(`${value.refused} ${value.why} (${value.at})`);
  return value as Exclude<T, { refused: string }>;
}

const HOURS: readonly (string | null)[] = [
  "Mo-Fr 08:00-18:00",
  "24/7",
  "Mo-Su 10:00-22:00",
  "Tu-Sa 09:00-17:00",
  "Mo,We,Fr 12:00-20:00; Th off",
  null,
];

/** A city with hours; everything follows from the seed. */
export function makeOpenCity(count: number, seed: number): Capability[] {
  const random = chance(seed + 1);
  return makeCity({ count, seed, spread: 0.05 }).map((capability) => {
    const text = HOURS[Math.floor(random() * HOURS.length)]!;
    const hours: HoursRule | null = text === null ? null : { kind: "osm", text };
    return { ...capability, hours };
  });
}

export function place(id: string, more: Partial<Capability> = {}): Capability {
  return {
    id,
    name: id,
    category: "café",
    at: CENTER,
    tz: "Europe/Berlin",
    attributes: {},
    hours: null,
    capacity: { seats: 4 },
    ...more,
  };
}

export const north = (metres: number) => ({ lat: CENTER.lat + metres / 111_268, lng: CENTER.lng });

const WORDS = ["café", "pharmacy", "room", "garage"];
const FLAGS = ["wifi", "quiet", "parking"];

function randomCondition(random: () => number, depth: number): object {
  const pick = random();
  if (depth > 0 && pick < 0.15) return { not: randomCondition(random, depth - 1) };
  if (depth > 0 && pick < 0.45) {
    const parts = Array.from({ length: 1 + Math.floor(random() * 3) }, () => randomCondition(random, depth - 1));
    return pick < 0.3 ? { all: parts } : { any: parts };
  }
  if (pick < 0.6) return { attribute: FLAGS[Math.floor(random() * FLAGS.length)], is: random() < 0.7 };
  if (pick < 0.7) return { attribute: "category", is: WORDS[Math.floor(random() * WORDS.length)] };
  if (pick < 0.78) return { attribute: "cuisine", is: random() < 0.5 ? "thai" : ["german", "vegan"] };
  if (pick < 0.9) return { attribute: "power_kw", atLeast: Math.floor(random() * 100) };
  return { attribute: "street", known: random() < 0.5 };
}

export function randomQuery(random: () => number): object {
  const from = { lat: CENTER.lat + (random() - 0.5) * 0.1, lng: CENTER.lng + (random() - 0.5) * 0.16 };
  const start = NOW_MS + Math.floor(random() * 96) * 900_000;
  const open = random() < 0.4 ? { open: { from_ms: start, until_ms: start + 1_800_000 } } : {};
  const polygon = [
    { lat: from.lat - 0.02, lng: from.lng - 0.03 },
    { lat: from.lat + 0.03, lng: from.lng },
    { lat: from.lat - 0.01, lng: from.lng + 0.04 },
  ];
  return {
    place:
      random() < 0.2 ? { polygon, ...(random() < 0.5 ? { from } : {}) } : { from, radius_m: 200 + random() * 5000 },
    ...(random() < 0.7 ? { where: randomCondition(random, 2) } : {}),
    ...(random() < 0.3 ? { unknown: "include" } : {}),
    ...open,
    ...(random() < 0.15 ? { order: "price", price: "power_kw" } : random() < 0.1 ? { order: "travel" } : {}),
    ...("open" in open && random() < 0.6 ? { free: { seats: 1 + Math.floor(random() * 5) } } : {}),
    ...(random() < 0.2 ? { explain: true } : {}),
    limit: random() < 0.2 ? 10_000 : 1 + Math.floor(random() * 30),
  };
}
