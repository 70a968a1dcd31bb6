import geodesic from "geographiclib-geodesic";
import { describe, expect, inject, it } from "vitest";
import {
  buildIndex,
  type Capability,
  type Constraint,
  distance_m,
  type FindAnswer,
  type FindQuery,
  find,
  type Ground,
  isFault,
  readQuery,
} from "../src/index.ts";
import { chance, makeCity } from "./city.ts";

const karney = geodesic.Geodesic;
const karney_m = (a: Capability["at"], b: Capability["at"]): number =>
  karney.WGS84.Inverse(a.lat, a.lng, b.lat, b.lng, karney.DISTANCE).s12 ?? Number.NaN;

const groundOf = (city: readonly Capability[], more: Partial<Ground> = {}): Ground => ({
  index: buildIndex(city.map((capability, handle) => ({ handle, capability }))),
  counts: null,
  openness: null,
  room: null,
  ...more,
});

function ask(ground: Ground, query: FindQuery): FindAnswer {
  const read = readQuery(query, 0);
  if (isFault(read)) throw new Error(read.why);
  const answer = find(ground, read);
  if (isFault(answer)) throw new Error(answer.why);
  return answer;
}

/** Three-valued truth by the book: true, false, or null for unknown. */
function truth(constraint: Constraint, { category, attributes }: Capability): boolean | null {
  if ("not" in constraint) {
    const inner = truth(constraint.not, { category, attributes } as Capability);
    return inner === null ? null : !inner;
  }
  if ("all" in constraint || "any" in constraint) {
    const all = "all" in constraint;
    const parts = (all ? constraint.all : constraint.any).map((part) =>
      truth(part, { category, attributes } as Capability),
    );
    if (parts.includes(!all)) return !all;
    return parts.includes(null) ? null : all;
  }
  const value = constraint.attribute === "category" ? (category ?? undefined) : attributes[constraint.attribute];
  if ("known" in constraint) return (value !== undefined) === constraint.known;
  if (value === undefined) return null;
  if ("is" in constraint) {
    const wanted = Array.isArray(constraint.is) ? constraint.is : [constraint.is];
    return wanted.some((word) => (Array.isArray(value) ? value.includes(word as string) : value === word));
  }
  const { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = constraint as {
    atLeast?: number;
    atMost?: number;
  };
  return typeof value === "number" && value >= atLeast && value <= atMost;
}

function byHand(
  city: readonly Capability[],
  query: FindQuery & { place: { from: Capability["at"]; radius_m?: number | undefined } },
): string[] {
  const { from, radius_m = Number.POSITIVE_INFINITY } = query.place;
  return city
    .map((capability) => ({ capability, metres: distance_m(from, capability.at) }))
    .filter(({ capability, metres }) => {
      const holds = query.where === undefined ? true : truth(query.where, capability);
      return metres <= radius_m && (holds ?? query.unknown === "include");
    })
    .sort((a, b) => a.metres - b.metres || (a.capability.id < b.capability.id ? -1 : 1))
    .slice(0, query.limit ?? 20)
    .map(({ capability }) => capability.id);
}

const LEAVES: readonly Constraint[] = [
  { attribute: "wifi", is: true },
  { attribute: "quiet", is: false },
  { attribute: "step_free", is: true },
  { attribute: "category", is: "pharmacy" },
  { attribute: "category", is: ["café", "room", "nowhere"] },
  { attribute: "cuisine", is: "thai" },
  { attribute: "power_kw", atLeast: 50 },
  { attribute: "power_kw", atLeast: 20, atMost: 60 },
  { attribute: "street", is: "Street 17" },
  { attribute: "parking", known: true },
  { attribute: "parking", known: false },
];

function randomConstraint(random: () => number, depth: number): Constraint {
  const kind = depth === 0 ? 0 : random();
  if (kind < 0.5) return LEAVES[Math.floor(random() * LEAVES.length)]!;
  if (kind < 0.6) return { not: randomConstraint(random, depth - 1) };
  const parts = Array.from({ length: 1 + Math.floor(random() * 3) }, () => randomConstraint(random, depth - 1));
  return kind < 0.85 ? { all: parts } : { any: parts };
}

describe("distances", () => {
  it("agree with Karney's geodesic to a thousandth of a millimetre up to 100 km, and to 0.1 mm beyond", () => {
    const random = chance(7);
    for (let i = 0; i < 4000; i++) {
      const from = { lat: 178 * random() - 89, lng: 360 * random() - 180 };
      const reach_m = 10 ** (7 * random());
      const to = karney.WGS84.Direct(from.lat, from.lng, 360 * random(), reach_m);
      const point = { lat: to.lat2!, lng: ((to.lon2! + 540) % 360) - 180 };
      const allowed = reach_m <= 100_000 ? 1e-6 : 1e-4;
      expect(Math.abs(distance_m(from, point) - karney_m(from, point))).toBeLessThan(allowed);
    }
  });
});

describe("find", () => {
  const seed = inject("seed");
  it.each([
    { name: "a city", count: 5000, center: { lat: 52.5, lng: 13.4 }, spread: 0.3 },
    { name: "a tiny set", count: 7, center: { lat: 0, lng: 0 }, spread: 0.1 },
    { name: "both sides of the antimeridian", count: 2000, center: { lat: -17, lng: 180 }, spread: 0.5 },
    { name: "around the pole", count: 2000, center: { lat: 89.7, lng: 0 }, spread: 0.29 },
  ])(`equals brute force over $name (seed ${seed})`, ({ count, center, spread }) => {
    const wrap = (lng: number): number => ((lng + 540) % 360) - 180;
    const city = makeCity({ count, seed, center, spread: spread }).map((capability) => ({
      ...capability,
      at: { lat: capability.at.lat, lng: center.lat > 80 ? wrap(capability.at.lng * 600) : wrap(capability.at.lng) },
    }));
    const ground = groundOf(city);
    const random = chance(seed + 1);
    for (let i = 0; i < 300; i++) {
      const from = city[Math.floor(random() * count)]!.at;
      const radius_m = random() < 0.2 ? undefined : 10 ** (2 + 3 * random());
      const where = random() < 0.1 ? undefined : randomConstraint(random, 3);
      const unknown = random() < 0.3 ? ("include" as const) : undefined;
      const query = { place: { from, radius_m }, where, unknown, limit: 1 + Math.floor(random() * 40) };
      const read = readQuery(query, 0);
      if (isFault(read)) throw new Error(read.why);
      const answer = find(ground, read);
      if (isFault(answer)) expect(answer.refused).toBe("attribute-unknown");
      else expect(answer.found.map(({ id }) => id)).toEqual(byHand(city, query));
    }
  });

  it("goes through all pages by cursor without loss or repeat", () => {
    const city = makeCity({ count: 3000, seed: 3 });
    const twins = city.map((capability, i) => ({ ...capability, at: city[i - (i % 3)]!.at })); // equal distances
    const ground = groundOf(twins);
    const query = { place: { from: { lat: 52.5, lng: 13.4 }, radius_m: 9000 } };
    const all = ask(ground, { ...query, limit: 10_000 }).found.map(({ id }) => id);
    const paged: string[] = [];
    let cursor: string | null = null;
    do {
      const page: FindAnswer = ask(ground, { ...query, limit: 7, ...(cursor === null ? {} : { cursor }) });
      paged.push(...page.found.map(({ id }) => id));
      cursor = page.cursor;
    } while (cursor !== null);
    expect(paged).toEqual(all);
  });

  it("keeps to a polygon", () => {
    const city = makeCity({ count: 4000, seed: 5 });
    const polygon = [
      { lat: 52.4, lng: 13.2 },
      { lat: 52.6, lng: 13.3 },
      { lat: 52.45, lng: 13.7 },
    ];
    const side = (a: Capability["at"], b: Capability["at"], p: Capability["at"]): boolean =>
      (b.lng - a.lng) * (p.lat - a.lat) - (b.lat - a.lat) * (p.lng - a.lng) > 0;
    const inside = city.filter(({ at }) => {
      const sides = polygon.map((corner, i) => side(corner, polygon[(i + 1) % 3]!, at));
      return sides.every(Boolean) || !sides.some(Boolean);
    });
    const found = ask(groundOf(city), { place: { polygon }, limit: 10_000 }).found.map(({ id }) => id);
    expect(found.toSorted()).toEqual(inside.map(({ id }) => id).toSorted());
    expect(found.length).toBeGreaterThan(100);
  });

  it("asks hours and room only of what place and attributes leave", () => {
    const city = makeCity({ count: 2000, seed: 9 });
    const asked: number[] = [];
    const ground = groundOf(city, {
      openness: {
        isOpen: (handle) => {
          asked.push(handle);
          return handle % 3 === 0 ? "open" : handle % 3 === 1 ? "closed" : "unknown";
        },
      },
      room: { free: (handle, dimension) => (dimension === "seats" ? city[handle]!.capacity.seats! : 0) },
    });
    const query: FindQuery = {
      place: { from: { lat: 52.5, lng: 13.4 }, radius_m: 3000 },
      open: { from_ms: 1000, until_ms: 2000 },
      free: { seats: 2 },
      limit: 1000,
    };
    const { found } = ask(ground, query);
    expect(found.length).toBeGreaterThan(3);
    expect(found.every(({ handle }) => handle % 3 === 0 && city[handle]!.capacity.seats! >= 2)).toBe(true);
    expect(asked.every((handle) => distance_m(city[handle]!.at, { lat: 52.5, lng: 13.4 }) <= 3000)).toBe(true);
    const lenient = ask(ground, { ...query, unknown: "include" }).found;
    expect(lenient.length).toBeGreaterThan(found.length);
  });

  it.each<[string, unknown, string, string]>([
    ["a latitude of 91", { place: { from: { lat: 91, lng: 0 } } }, "place-malformed", "place.from"],
    ["a radius of 0", { place: { from: { lat: 0, lng: 0 }, radius_m: 0 } }, "radius-empty", "place.radius_m"],
    [
      "a polygon of two corners",
      {
        place: {
          polygon: [
            { lat: 0, lng: 0 },
            { lat: 1, lng: 1 },
          ],
        },
      },
      "place-malformed",
      "place.polygon",
    ],
    [
      "a window backwards",
      { place: { from: { lat: 0, lng: 0 } }, open: { from_ms: 9e12, until_ms: 8e12 } },
      "window-malformed",
      "open",
    ],
    [
      "a window in the past",
      { place: { from: { lat: 0, lng: 0 } }, open: { from_ms: 1, until_ms: 2 } },
      "window-past",
      "open",
    ],
    ["units without a window", { place: { from: { lat: 0, lng: 0 } }, free: { seats: 1 } }, "window-malformed", "free"],
    ["a limit of 0", { place: { from: { lat: 0, lng: 0 } }, limit: 0 }, "limit-malformed", "limit"],
    ["a made-up cursor", { place: { from: { lat: 0, lng: 0 } }, cursor: "x~1~y" }, "cursor-malformed", "cursor"],
    ["an unknown key", { place: { from: { lat: 0, lng: 0 } }, near: 1 }, "place-malformed", ""],
  ])("refuses %s, naming the place", (_name, query, code, at) => {
    const read = readQuery(query, 1000);
    expect(isFault(read) && [read.refused, read.at]).toEqual([code, at]);
  });

  it.each<[string, Constraint, string]>([
    ["an unknown attribute", { all: [{ attribute: "wify", is: true }] }, "where.all[0].attribute"],
    ["a word where a number is", { attribute: "power_kw", is: "much" }, "where.is"],
    ["a range of words", { attribute: "category", atLeast: 3 }, "where"],
  ])("refuses %s", (_name, where, at) => {
    const read = readQuery({ place: { from: { lat: 52.5, lng: 13.4 } }, where }, 0);
    if (isFault(read)) throw new Error(read.why);
    const answer = find(groundOf(makeCity({ count: 500, seed: 1 })), read);
    expect(isFault(answer) && answer.at).toBe(at);
  });
});
