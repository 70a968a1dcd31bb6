import { describe, expect, it } from "vitest";
import {
  buildIndex,
  type FoundAll,
  find,
  findAll,
  isFault,
  type Room,
  readQuery,
  Surface,
  slotsOf,
} from "../src/index.ts";
import { chance, makeCity } from "./city.ts";

const SEED = 20261121;
const COUNT = 3000;
const HOUR_MS = 3_600_000;
const DIMENSIONS = ["seats", "power"] as const;

describe("free units asked 32 positions at a time", () => {
  const random = chance(SEED);
  const below = (n: number): number => Math.floor(random() * n);
  const city = makeCity({ count: COUNT, seed: SEED });
  const index = buildIndex(city.map((capability, handle) => ({ handle, capability })));
  const surfaces = new Map(DIMENSIONS.map((name) => [name as string, new Surface(city.map(() => below(6)))]));
  const free: Room["free"] = (handle, dimension, window) =>
    surfaces.get(dimension)?.least(handle, slotsOf(window)) ?? 0;
  const oneByOne: Room = { free };
  const together: Room = { free, steady: (dimension) => surfaces.get(dimension) };

  const answers = (room: Room) => {
    const open = { from_ms: HOUR_MS * asked.hour, until_ms: HOUR_MS * (asked.hour + 2) };
    const read = readQuery({ place: asked.place, open, unknown: "include", free: asked.free, limit: 25 }, 0);
    if (isFault(read)) throw new Error(read.why);
    const ground = { index, counts: null, openness: null, room };
    const all = findAll(ground, read) as FoundAll;
    return { all: [...all.handles], distances: [...all.distances_m], nearest: find(ground, read) };
  };
  let asked = ask();
  function ask() {
    const from = { lat: 52.2 + 0.6 * random(), lng: 12.9 + random() };
    const needs = { seats: 1 + below(9), ...(random() < 0.5 ? { power: 1 + below(5) } : {}) };
    return { place: { from, radius_m: 10 ** (3 + 2 * random()) }, hour: 1 + below(40), free: needs };
  }

  function change(): void {
    const surface = surfaces.get(DIMENSIONS[below(2)]!)!;
    const handle = below(COUNT);
    if (random() < 0.5) surface.setBase(handle, below(random() < 0.1 ? 300 : 9));
    else {
      const from = below(160);
      surface.change(handle, { from, until: from + 1 + below(12) }, random() < 0.5 ? -1 : 2);
    }
  }

  it(`finds the same as asking one by one, while units change (seed ${SEED})`, () => {
    let hits = 0;
    for (let round = 0; round < 200; round++) {
      for (let i = 0; i < 40; i++) change();
      asked = ask();
      const expected = answers(oneByOne);
      expect(answers(together)).toEqual(expected);
      hits += expected.all.length;
    }
    expect(hits).toBeGreaterThan(10_000);
  });

  it("begins anew when more changed than is remembered", () => {
    const surface = surfaces.get("seats")!;
    const before = surface.mark;
    for (let i = 0; i < 70_000; i++) surface.setBase(i % COUNT, i % 7);
    expect(surface.changedSince(before)).toBeNull();
    expect(answers(together)).toEqual(answers(oneByOne));
  });

  it("finds nothing where a dimension is not known", () => {
    const read = readQuery(
      { place: asked.place, open: { from_ms: HOUR_MS, until_ms: 2 * HOUR_MS }, unknown: "include", free: { beds: 1 } },
      0,
    );
    if (isFault(read)) throw new Error(read.why);
    expect(findAll({ index, counts: null, openness: null, room: together }, read)).toMatchObject({ count: 0 });
  });
});
