import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import { type Capability, demoCity, distance_m, Gazetteer, isFault, type Spot } from "../src/index.ts";

const seed = inject("seed");

const record = (name: string, lat: number, lng: number, more: Partial<Capability> = {}): Capability => ({
  id: `${name}/${lat}/${lng}`,
  name,
  category: "cafe",
  at: { lat, lng },
  tz: "UTC",
  attributes: {},
  hours: null,
  capacity: {},
  ...more,
});
const area = (name: string, kind: string, lat: number, lng: number): Capability =>
  record(name, lat, lng, { category: "place", attributes: { area: kind } });

function gazetteer(...records: readonly Capability[]): Gazetteer {
  const made = new Gazetteer();
  for (const each of records) made.add(each);
  return made;
}

const HERE = { lat: 55.9, lng: -3.1 };
const town = gazetteer(
  area("Old Town", "quarter", 55.95, -3.19),
  area("Leith", "suburb", 55.975, -3.17),
  record("Café Zoë", 55.951, -3.2, { attributes: { street: "Queen Street", quarter: "New Town" } }),
  record("Bar Nord", 55.953, -3.202, { attributes: { street: "Queen Street", quarter: "New Town" } }),
  record("Fish", 55.976, -3.171, { attributes: { street: "Mill Lane", quarter: "Leith" } }),
  record("Dean Books", 55.95, -3.22, { attributes: { street: "Mill Lane", quarter: "Dean" } }),
  record("Waverley Station", 55.952, -3.19),
  record("Nørrebro Cykler", 55.9, -3.3),
);
const at = (phrase: string, home = null as typeof HERE | null) => town.resolve(phrase, home);

describe("places by name", () => {
  it.each([
    ["Old Town", "Old Town", "quarter"],
    ["near the OLD  town.", "Old Town", "quarter"],
    ["Queen Street", "Queen Street", "street"],
    ["near Queen St", "Queen Street", "street"],
    ["cafe zoe", "Café Zoë", "record"],
    ["Old Tonw", "Old Town", "quarter"],
    ["Queen Sreet", "Queen Street", "street"],
    ["Waverley", "Waverley Station", "record"],
    ["norrebro cykler", "Nørrebro Cykler", "record"],
    ["Mill Lane in Leith", "Mill Lane", "street"],
    ["Mill Lane, Dean", "Mill Lane", "street"],
    ["55.9, -3.1", "55.9, -3.1", "point"],
  ])("%j is %s", (phrase, name, kind) => expect(at(phrase)).toMatchObject({ name, kind }));

  it("takes numbers that are on no globe for a position, not for the name of something", () =>
    expect(at("999,999")).toMatchObject({ refused: "place-malformed" }));

  it("takes the middle of a street from what stands in it, and the right one of two", () => {
    expect((at("Queen Street") as Spot).at.lat).toBeCloseTo(55.952, 6);
    expect((at("Mill Lane in Leith") as Spot).at.lat).toBe(55.976);
    expect((at("Mill Lane, Dean") as Spot).at.lat).toBe(55.95);
  });

  it("asks back when two places have the name", () =>
    expect(at("Mill Lane")).toMatchObject({
      refused: "place-ambiguous",
      why: '"Mill Lane" could be Mill Lane (Leith); Mill Lane (Dean).',
    }));

  it("says what is near to a name that nobody has", () => {
    expect(at("Shoreditch")).toMatchObject({
      refused: "place-unknown",
      why: expect.stringContaining("nearest names are"),
    });
    expect(new Gazetteer().resolve("x", null)).toMatchObject({
      refused: "place-unknown",
      why: expect.stringContaining("no names yet"),
    });
    expect(at("95.0, 1")).toMatchObject({ refused: "place-malformed" });
  });

  it("knows where `me` is once it was told", () => {
    expect(at("me")).toMatchObject({
      refused: "home-unset",
      fix: expect.stringContaining("axiom config set lattice.home"),
    });
    expect(at("near me", HERE)).toEqual({ name: "home", kind: "home", at: HERE });
  });
});

it(`finds every place of a made-up city, with a slip in each (seed ${seed})`, () => {
  const city = demoCity({ seed: 3, capabilities: 500 });
  if (isFault(city)) throw new Error(city.why);
  const names = gazetteer(...city);
  const areas = city.filter(({ category }) => category === "place");
  for (const { name, at: where } of areas) {
    const found = names.resolve(name.toUpperCase(), null);
    expect(isFault(found) ? found.why : distance_m(found.at, where), name).toBeLessThan(1);
  }
  const slip = fc.record({ area: fc.constantFrom(...areas), cut: fc.nat() });
  const property = fc.property(slip, ({ area: { name, at: where }, cut }) => {
    const short = name.slice(0, 1 + (cut % (name.length - 1))) + name.slice(2 + (cut % (name.length - 1)));
    const found = names.resolve(short, null);
    // A slip may make it another's name, or two names as near; it must never point elsewhere in silence.
    if (!isFault(found) && found.kind === "quarter") expect(distance_m(found.at, where)).toBeLessThan(1);
    if (isFault(found)) expect(["place-ambiguous", "place-unknown"]).toContain(found.refused);
  });
  fc.assert(property, { seed, numRuns: 300 });
});

it(`never throws at a phrase (seed ${seed})`, () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (phrase) => {
      const found = town.resolve(phrase, HERE);
      expect(isFault(found) || Number.isFinite(found.at.lat)).toBe(true);
    }),
    { seed, numRuns: 1000 },
  );
});
