import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import {
  type FindQuery,
  type Found,
  find,
  type Ground,
  isFault,
  LivingIndex,
  MAX_STANDING,
  MAX_STANDING_ROWS,
  readQuery,
  StandingQueries,
  type StandingQuery,
} from "../src/index.ts";
import { makeCity } from "./city.ts";

const SEED = inject("seed");
const FROM = { lat: 52.5, lng: 13.4 };
const OPEN = { from_ms: 1000, until_ms: 2000 };
const HANDLES = 120;

const QUERIES: readonly FindQuery[] = [
  { place: { from: FROM }, limit: 10 },
  { place: { from: FROM, radius_m: 8000 }, where: { attribute: "wifi", is: true }, limit: 1000 },
  { place: { from: FROM, radius_m: 20_000 }, open: OPEN, free: { seats: 3 }, limit: 5 },
  { place: { from: FROM }, where: { attribute: "power_kw", atLeast: 20 }, order: "price", price: "power_kw", limit: 6 },
];

const reading = (query: FindQuery) => {
  const read = readQuery(query, 0);
  if (isFault(read)) throw new Error(read.why);
  return read;
};

/** A world that changes: places, attributes, free seats. */
class World {
  readonly living = new LivingIndex();
  readonly free = new Map<number, number>();
  readonly ground = (): Ground => ({
    index: this.living.version,
    counts: null,
    openness: { isOpen: () => "open" },
    room: { free: (handle) => this.free.get(handle) ?? 0 },
  });
  readonly standing = new StandingQueries(this.ground);

  answer(query: FindQuery): readonly Found[] {
    const answer = find(this.ground(), reading(query));
    return isFault(answer) ? [] : answer.found;
  }
}

function touch(world: World, records: readonly number[], units: readonly number[] = []): void {
  for (const _ of world.standing.touch({ records: new Set(records), units: new Set(units) }));
}

function stand(world: World, query: FindQuery, wake = (): void => {}): StandingQuery {
  const standing = world.standing.add(reading(query), wake);
  if (isFault(standing)) throw new Error(standing.why);
  return standing;
}

const pool = makeCity({ count: 5000, seed: SEED }).map((capability) => ({
  ...capability,
  attributes: { power_kw: 1, wifi: false, ...capability.attributes },
}));
const record = (handle: number, form: number) => ({ handle, capability: { ...pool[form]!, id: `h${handle}` } });
const handle = fc.nat(HANDLES - 1);
type Step = { put: [number, number][]; remove: number[]; seats: [number, number][]; take: boolean };
const step: fc.Arbitrary<Step> = fc.record({
  put: fc.array(fc.tuple(handle, fc.nat(pool.length - 1)), { maxLength: 4 }),
  remove: fc.array(handle, { maxLength: 3 }),
  seats: fc.array(fc.tuple(handle, fc.nat(8)), { maxLength: 4 }),
  take: fc.boolean(),
});

describe("a standing query", () => {
  it(`tells exactly what comes and goes (seed ${SEED})`, () => {
    const check = (steps: readonly Step[]): void => {
      const world = new World();
      world.living.apply({ put: Array.from({ length: HANDLES / 2 }, (_, i) => record(2 * i, i)) });
      const all = QUERIES.map((query) => {
        const standing = stand(world, query);
        return { query, standing, told: new Map<string, Found>() };
      });
      const takeAll = ({ standing, told }: (typeof all)[number]): void => {
        const news = standing.take();
        for (const { id } of news?.removed ?? []) expect(told.delete(id)).toBe(true);
        for (const found of news?.added ?? []) {
          expect(told.get(found.id)).not.toEqual(found);
          told.set(found.id, found);
        }
        expect(standing.take()).toBeNull();
      };
      for (const { put, remove, seats, take } of steps) {
        world.living.apply({ put: put.map(([at, form]) => record(at, form)), remove });
        for (const [at, units] of seats) world.free.set(at, units);
        const records = [...put.map(([at]) => at), ...remove];
        touch(
          world,
          records,
          seats.map(([at]) => at),
        );
        for (const one of all) {
          expect(one.standing.answer).toEqual(world.answer(one.query));
          if (take) takeAll(one);
        }
      }
      for (const one of all) {
        takeAll(one);
        expect([...one.told.keys()].toSorted()).toEqual(one.standing.answer.map(({ id }) => id).toSorted());
      }
    };
    fc.assert(fc.property(fc.array(step, { maxLength: 25 }), check), { seed: SEED, numRuns: 60 });
  });

  it("keeps two answers for a slow reader, and tells what lies between them", () => {
    const world = new World();
    let woken = 0;
    const standing = stand(world, { place: { from: FROM }, limit: 500 }, () => woken++);
    expect(standing.take()).toBeNull();
    for (let i = 0; i < 100; i++) {
      world.living.apply({ put: [record(i, i)], remove: [i - 3] });
      touch(world, [i, i - 3]);
    }
    expect(woken).toBe(100);
    expect(standing.take()).toEqual({ added: standing.answer, removed: [] });
    world.living.apply({ remove: [99] });
    touch(world, [99]);
    expect(standing.take()).toMatchObject({ added: [], removed: [{ id: "h99" }] });
    touch(world, [1, 2], [98]);
    expect(standing.take()).toBeNull();
  });

  it("is refused with a cursor, with an attribute that nobody has, and when too many stand", () => {
    const world = new World();
    world.living.apply({ put: [record(0, 0), record(1, 1)] });
    const faultOf = (query: FindQuery) => {
      const standing = world.standing.add(reading(query), () => {});
      return isFault(standing) ? standing.refused : null;
    };
    const first = find(world.ground(), reading({ place: { from: FROM }, limit: 1 }));
    if (isFault(first)) throw new Error(first.why);
    expect(faultOf({ place: { from: FROM }, limit: 1, cursor: first.cursor! })).toBe("cursor-malformed");
    expect(faultOf({ place: { from: FROM }, where: { attribute: "nothing", is: true } })).toBe("attribute-unknown");
    const some = stand(world, { place: { from: FROM } });
    for (let i = 1; i < MAX_STANDING; i++) stand(world, { place: { from: FROM } });
    expect(faultOf({ place: { from: FROM } })).toBe("standing-full");
    world.standing.remove(some);
    world.standing.remove(some);
    expect(faultOf({ place: { from: FROM } })).toBeNull();
    expect(faultOf({ place: { from: FROM } })).toBe("standing-full");
  });

  it("is refused when the answers of all would be too large", () => {
    const world = new World();
    for (let rows = 0; rows < MAX_STANDING_ROWS; rows += 10_000) stand(world, { place: { from: FROM }, limit: 10_000 });
    const more = world.standing.add(reading({ place: { from: FROM }, limit: 1 }), () => {});
    expect(isFault(more) && [more.refused, more.at, more.why]).toEqual([
      "standing-full",
      "limit",
      "The queries that stand leave room for 0 rows, not 1.",
    ]);
  });
});
