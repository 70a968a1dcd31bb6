import { describe, expect, inject, it } from "vitest";
import {
  buildIndex,
  distance_m,
  type FindAnswer,
  type FindQuery,
  find,
  type Ground,
  HoursCompiler,
  HoursIndex,
  isFault,
  LivingIndex,
  MatrixTravel,
  readQuery,
  waysBy,
} from "../src/index.ts";
import { chance, makeCity } from "./city.ts";

const FROM = { lat: 52.5, lng: 13.4 };
const HOUR_MS = 3_600_000;
const MONDAY_MS = Date.UTC(2026, 10, 23);
const SEED = inject("seed");
/** Always this one: what the tests expect of it, a place of every kind near by, not every city has. */
const city = makeCity({ count: 3000, seed: 20_261_121 });

function hoursOf(rules: readonly (string | null)[]): HoursIndex {
  const hours = new HoursIndex(new HoursCompiler({ from_ms: MONDAY_MS, until_ms: MONDAY_MS + 7 * 24 * HOUR_MS }), null);
  rules.forEach((text, handle) => {
    const wrong = hours.set(handle, text === null ? null : { kind: "osm", text }, "UTC");
    if (wrong !== null) throw new Error(wrong.why);
  });
  return hours;
}

const RULES = ["Mo-Su 08:00-18:00", "Mo-Fr 09:00-17:00", "Mo-Su 19:30-23:00", null];
const rules = city.map((_, i) => RULES[i % RULES.length]!);

/** Two parts, one with deaths, as a living index has them. */
function ground(): Ground {
  const living = new LivingIndex(buildIndex(city.slice(0, 2500).map((capability, handle) => ({ handle, capability }))));
  living.apply({ put: city.slice(2500).map((capability, i) => ({ handle: 2500 + i, capability })), remove: [7, 8, 9] });
  expect(living.version.parts.length).toBe(2);
  const room = { free: (handle: number) => city[handle]!.capacity.seats! };
  return { index: living.version, counts: null, openness: hoursOf(rules), room };
}
const alive = city
  .map((capability, handle) => ({ capability, handle }))
  .filter(({ handle }) => handle < 7 || handle > 9);

function ask(over: Ground, query: FindQuery): FindAnswer {
  const read = readQuery(query, MONDAY_MS);
  if (isFault(read)) throw new Error(read.why);
  const answer = find(over, read);
  if (isFault(answer)) throw new Error(`${answer.refused} ${answer.at}`);
  return answer;
}

describe("an explanation", () => {
  const radius_m = 9000;
  const query: FindQuery = {
    place: { from: FROM, radius_m },
    where: { all: [{ attribute: "wifi", is: true }, { not: { attribute: "quiet", is: true } }] },
    open: { from_ms: MONDAY_MS + 10 * HOUR_MS, until_ms: MONDAY_MS + 12 * HOUR_MS },
    free: { seats: 2 },
    explain: true,
    limit: 10_000,
  };

  it("counts what each condition let through, as counting by hand does", () => {
    const answer = ask(ground(), query);
    const here = alive.filter(({ capability }) => distance_m(FROM, capability.at) <= radius_m);
    const wifi = here.filter(({ capability }) => capability.attributes.wifi === true);
    const loud = wifi.filter(({ capability }) => capability.attributes.quiet === false);
    const open = loud.filter(({ handle }) => handle % 4 < 2);
    const roomy = open.filter(({ capability }) => capability.capacity.seats! >= 2);
    const passed = [here, wifi, loud, open, roomy].map((those) => those.length);
    const { steps, nextOpening } = answer.explanation!;
    expect(steps.map(({ condition }) => condition)).toEqual([
      "place",
      "where.all[0]",
      "where.all[1]",
      "open",
      "free.seats",
    ]);
    expect(steps.map((step) => step.passed)).toEqual(passed);
    expect(steps[0]!.refused).toBe(alive.length - here.length);
    for (const [i, step] of steps.entries())
      if (i > 0) expect(step.passed + step.refused + step.unknown).toBe(passed[i - 1]);
    expect(steps[3]!.unknown).toBe(loud.filter(({ handle }) => handle % 4 === 3).length);
    expect(answer.found.length).toBe(roomy.length);
    expect(nextOpening).toBeNull();
  });

  it("names the opening that comes first when all are closed", () => {
    const open = { from_ms: MONDAY_MS + 18 * HOUR_MS, until_ms: MONDAY_MS + 19 * HOUR_MS };
    const answer = ask(ground(), { ...query, open });
    expect(answer.found).toEqual([]);
    const next = answer.explanation!.nextOpening!;
    expect(next.opens_ms).toBe(MONDAY_MS + 19.5 * HOUR_MS);
    expect(next.handle % 4).toBe(2);
    const others = alive.filter(
      ({ handle, capability: { attributes } }) =>
        handle % 4 === 2 && attributes.wifi === true && attributes.quiet === false,
    );
    expect(next.distance_m).toBe(Math.min(...others.map(({ capability }) => distance_m(FROM, capability.at))));
  });

  it("lets the unknown go on when the query lets it in", () => {
    const answer = ask(ground(), { ...query, unknown: "include" });
    const last = answer.explanation!.steps.at(-1)!;
    expect(answer.found.length).toBe(last.passed);
  });
});

describe("an order", () => {
  /** Pages of seven, put together. */
  function paged(over: Ground, query: FindQuery): FindAnswer["found"] {
    const first = ask(over, { ...query, limit: 7 });
    const pages = [first];
    while (pages.at(-1)!.cursor !== null) pages.push(ask(over, { ...query, limit: 7, cursor: pages.at(-1)!.cursor! }));
    return pages.flatMap(({ found }) => found);
  }
  const place = { from: FROM, radius_m: 6000 };

  it("by price is total, and pages by cursor", () => {
    const query: FindQuery = { place, order: "price", price: "power_kw" };
    const expected = alive
      .map(({ capability }) => ({
        ...capability,
        metres: distance_m(FROM, capability.at),
        price: capability.attributes.power_kw as number,
      }))
      .filter(({ metres, price }) => metres <= 6000 && price !== undefined)
      .sort((a, b) => a.price - b.price || a.metres - b.metres || (a.id < b.id ? -1 : 1));
    const over = ground();
    expect(paged(over, query).map(({ id, price }) => [id, price])).toEqual(
      expected.map(({ id, price }) => [id, price]),
    );
    const all = paged(over, { ...query, unknown: "include" });
    expect(all.slice(expected.length).every(({ price }) => price === null)).toBe(true);
    expect(all.length).toBeGreaterThan(expected.length);
  });

  it("by travel follows the ways that are known, and straight ones without", () => {
    const over = ground();
    const walk = paged(over, { place, order: "travel" });
    expect(walk).toEqual(
      paged(over, { place }).map((found) => ({ ...found, travel_s: Math.ceil(found.distance_m / 1.4) })),
    );
    const random = chance(SEED);
    const places = 51;
    const seconds = Array.from({ length: places * places }, () =>
      random() < 0.1 ? Number.POSITIVE_INFINITY : Math.floor(random() * 9),
    );
    const travel = new MatrixTravel(seconds, places);
    const ways = waysBy(travel, 0, (handle) => 1 + (handle % 50));
    const found = paged({ ...over, ways }, { place, order: "travel" });
    const key = (one: (typeof found)[number]) => [one.travel_s!, one.distance_m] as const;
    for (let i = 1; i < found.length; i++) {
      const [a, b] = [key(found[i - 1]!), key(found[i]!)];
      expect(a[0] < b[0] || (a[0] === b[0] && a[1] <= b[1])).toBe(true);
    }
    const reachable = walk.filter(({ handle }) => Number.isFinite(seconds[1 + (handle % 50)]!));
    expect(found.map(({ id }) => id).toSorted()).toEqual(reachable.map(({ id }) => id).toSorted());
  });

  it.each<[string, FindQuery, string, string]>([
    ["a price that nobody has", { place, order: "price" }, "attribute-unknown", "price.attribute"],
    ["a price that is a word", { place, order: "price", price: "cuisine" }, "attribute-mismatch", "price"],
    [
      "a price that nothing found has",
      { place, where: { attribute: "power_kw", known: false }, order: "price", price: "power_kw" },
      "price-unknown",
      "order",
    ],
  ])("refuses %s", (_name, query, code, at) => {
    const read = readQuery(query, 0);
    if (isFault(read)) throw new Error(read.why);
    const answer = find(ground(), read);
    expect(isFault(answer) && [answer.refused, answer.at]).toEqual([code, at]);
  });

  it("refuses another order, and a cursor of another order", () => {
    const wrong = readQuery({ place, order: "beauty" }, 0);
    expect(isFault(wrong) && wrong.refused).toBe("order-unsupported");
    const { cursor } = ask(ground(), { place, limit: 3 });
    const other = readQuery({ place, order: "travel", cursor: cursor! }, 0);
    expect(isFault(other) && other.refused).toBe("cursor-malformed");
  });
});
