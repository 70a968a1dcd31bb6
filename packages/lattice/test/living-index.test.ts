import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import {
  type Capability,
  distance_m,
  type FindQuery,
  find,
  isFault,
  LivingIndex,
  readQuery,
  type Searchable,
  VERSION_KEPT_MS,
} from "../src/index.ts";
import { chance, makeCity } from "./city.ts";

const around = { openness: null, room: null };

const reading = (query: FindQuery) => {
  const read = readQuery(query, 0);
  if (isFault(read)) throw new Error(read.why);
  return read;
};

function idsIn(index: Searchable, query: FindQuery): string[] {
  const answer = find({ ...around, index, counts: null }, reading(query));
  if (!isFault(answer)) return answer.found.map(({ id }) => id);
  if (answer.refused === "attribute-unknown") return [];
  throw new Error(answer.why);
}

/** The twin: an array, searched through. */
function byHand(
  world: ReadonlyMap<number, Capability>,
  from: Capability["at"],
  wifi: boolean,
  limit: number,
): string[] {
  return [...world.values()]
    .filter(({ attributes }) => !wifi || attributes.wifi === true)
    .map(({ id, at }) => ({ id, metres: distance_m(from, at) }))
    .sort((a, b) => a.metres - b.metres || (a.id < b.id ? -1 : 1))
    .slice(0, limit)
    .map(({ id }) => id);
}

const SEED = inject("seed");

type Step =
  | { readonly do: "put"; readonly handles: readonly number[] }
  | { readonly do: "remove"; readonly handles: readonly number[] }
  | { readonly do: "tend"; readonly slices: number }
  | { readonly do: "hold" };

const HANDLES = 600;
const handles = fc.oneof(
  { weight: 6, arbitrary: fc.array(fc.nat(HANDLES - 1), { maxLength: 6 }) },
  { weight: 1, arbitrary: fc.array(fc.nat(HANDLES - 1), { minLength: 100, maxLength: 400 }) },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: handles.map((all): Step => ({ do: "put", handles: all })) },
  { weight: 2, arbitrary: handles.map((all): Step => ({ do: "remove", handles: all })) },
  { weight: 3, arbitrary: fc.nat(200).map((slices): Step => ({ do: "tend", slices })) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "hold" }) },
);

describe("a living index", () => {
  it(`equals an array that is searched through, now and in every version held (seed ${SEED})`, () => {
    const pool = makeCity({ count: HANDLES * 40, seed: SEED });
    const check = (steps: readonly Step[]): void => {
      const living = new LivingIndex();
      const world = new Map<number, Capability>();
      const held: { index: Searchable; world: Map<number, Capability> }[] = [];
      let next = 0;
      for (const one of steps) {
        if (one.do === "put") {
          const put = one.handles.map((handle) => {
            // Moved and changed, the id stays.
            const capability = { ...pool[next++ % pool.length]!, id: `h${handle}` };
            world.set(handle, capability);
            return { handle, capability };
          });
          living.apply({ put });
        } else if (one.do === "remove") {
          for (const handle of one.handles) world.delete(handle);
          living.apply({ remove: one.handles });
        } else if (one.do === "tend") for (let i = 0; i < one.slices && living.tend(); i++);
        else held.push({ index: living.version, world: new Map(world) });
        expect(living.version.count).toBe(world.size);
      }
      held.push({ index: living.version, world });
      const random = chance(steps.length);
      for (const { index, world: then } of held) {
        const from = { lat: 52.2 + 0.6 * random(), lng: 12.9 + random() };
        for (const wifi of [false, true]) {
          const where = wifi ? { where: { attribute: "wifi", is: true } } : {};
          expect(idsIn(index, { place: { from }, limit: 25, ...where })).toEqual(byHand(then, from, wifi, 25));
        }
      }
    };
    fc.assert(fc.property(fc.array(step, { maxLength: 40 }), check), { seed: SEED, numRuns: 80 });
  });

  it("keeps few parts, and brings everything together when tended", () => {
    const living = new LivingIndex();
    const city = makeCity({ count: 3000, seed: 2 });
    for (const [handle, capability] of city.entries()) {
      living.apply({ put: [{ handle, capability }] });
      for (let i = 0; i < 40; i++) living.tend();
      expect(living.version.parts.length).toBeLessThanOrEqual(6);
    }
    while (living.tend());
    expect(living.version.parts.length).toBeLessThanOrEqual(3);
    expect(living.version.count).toBe(3000);
  });

  it("lets deaths during a merge count in what comes of it", () => {
    const city = makeCity({ count: 9000, seed: 4 }).map((capability, handle) => ({ handle, capability }));
    const living = new LivingIndex();
    living.apply({ put: city.slice(0, 5000) });
    living.apply({ put: city.slice(5000) });
    for (let i = 0; i < 5; i++) expect(living.tend()).toBe(true);
    const gone = city.filter((_, i) => i % 3 === 0).map(({ handle }) => handle);
    living.apply({ remove: gone });
    while (living.tend());
    expect(living.version.count).toBe(6000);
    for (const handle of gone) expect(living.version.locate(handle)).toBeNull();
    expect(living.version.locate(1)).not.toBeNull();
  });

  it("pages through the version that the first page saw, for as long as it is kept", () => {
    const city = makeCity({ count: 500, seed: 5 }).map((capability, handle) => ({ handle, capability }));
    const living = new LivingIndex();
    living.apply({ put: city });
    const query = { place: { from: { lat: 52.5, lng: 13.4 } }, limit: 40 };
    const expected = idsIn(living.version, { ...query, limit: 500 });
    const paged: string[] = [];
    let cursor: string | undefined;
    let now_ms = 0;
    do {
      const answer = living.find(reading({ ...query, cursor }), around, now_ms);
      now_ms += 1000;
      if (isFault(answer)) throw new Error(answer.why);
      paged.push(...answer.found.map(({ id }) => id));
      cursor = answer.cursor ?? undefined;
      living.apply({ remove: [paged.length % 500, 499 - paged.length / 2] });
      while (living.tend());
    } while (cursor !== undefined);
    expect(paged).toEqual(expected);
    const first = living.find(reading(query), around, now_ms);
    if (isFault(first)) throw new Error(first.why);
    living.apply({ remove: [7] });
    const late = living.find(reading({ ...query, cursor: first.cursor! }), around, now_ms + VERSION_KEPT_MS);
    expect(isFault(late) && late.refused).toBe("cursor-outlived");
  });
});
