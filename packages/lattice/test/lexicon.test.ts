import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import {
  buildIndex,
  type Capability,
  type Constraint,
  demoCity,
  find,
  isFault,
  Lexicon,
  readQuery,
} from "../src/index.ts";

const seed = inject("seed");
const city = demoCity();
if (isFault(city)) throw new Error(city.why);
const lexicon = new Lexicon();
for (const record of city) lexicon.add(record);
const index = buildIndex(city.map((capability, handle) => ({ handle, capability })));

const is = (attribute: string, value: boolean | string | readonly string[]): Constraint => ({ attribute, is: value });
const kinds = (...categories: string[]): Constraint => is("category", categories);

describe("kinds", () => {
  it.each<[string, readonly string[]]>([
    ["café", ["cafe"]],
    ["Coffee Shops", ["cafe"]],
    ["cofee shop", ["cafe"]],
    ["charging posts", ["charging_station"]],
    ["electric car charger", ["charging_station"]],
    ["GPU node", ["compute_node"]],
    ["a doctor", ["doctors"]],
    ["vets", ["veterinary"]],
    ["barber", ["hairdresser"]],
    ["groceries", ["supermarket"]],
    ["coworking spaces", ["coworking_space"]],
    ["swimming pool", ["swimming_pool"]],
  ])("%j is %j", (phrase, categories) =>
    expect(lexicon.wanted(phrase)).toEqual({ where: { all: [{ all: [kinds(...categories)] }] }, ids: null }),
  );

  it.each<[string, readonly Constraint[]]>([
    ["quiet café", [kinds("cafe"), is("quiet", true)]],
    ["tennis court", [kinds("court"), is("sport", ["tennis"])]],
    ["24h charging post", [kinds("charging_station"), is("always_open", true)]],
    ["quiet vegan cafe", [kinds("cafe"), is("quiet", true), is("diet", ["vegan"])]],
    ["wheelchair accessible hotel", [kinds("hotel"), is("wheelchair", true)]],
  ])("%j: what stands before the kind is required of it", (phrase, all) =>
    expect(lexicon.wanted(phrase)).toEqual({ where: { all: [{ all }] }, ids: null }),
  );

  it("takes what stands behind `with` as required, names as names, and refuses the rest with the nearest kinds", () => {
    expect(lexicon.wanted("pool with sauna and showers")).toMatchObject({
      where: { all: [{}, is("sauna", true), is("showers", true)] },
    });
    const room = city.find(({ category }) => category === "meeting_room")!;
    expect(lexicon.wanted(room.name)).toMatchObject({ ids: expect.arrayContaining([room.id]) });
    const house = city.find(({ name }) => name.endsWith("Coffee House"))!;
    expect(lexicon.wanted(house.name)).toMatchObject({ ids: expect.arrayContaining([house.id]) });
    expect(lexicon.wanted("unicorn paddock")).toMatchObject({
      refused: "what-unknown",
      why: expect.stringContaining("nearest kinds"),
    });
    expect(lexicon.wanted("purple café")).toMatchObject({ refused: "attribute-unknown" });
    expect(new Lexicon().wanted("café")).toMatchObject({
      refused: "what-unknown",
      why: expect.stringContaining("empty"),
    });
  });
});

describe("requirements", () => {
  it.each<[string, Constraint]>([
    ["wifi", is("wifi", true)],
    ["Wi-Fi", is("wifi", true)],
    ["free wifi", is("wifi", true)],
    ["power sockets", is("outlets", true)],
    ["wheelchair accessible", is("wheelchair", true)],
    ["step-free", is("wheelchair", true)],
    ["not quiet", is("quiet", false)],
    ["loud", is("quiet", false)],
    ["dog friendly", is("dogs", true)],
    ["vegan options", is("diet", ["vegan"])],
    ["organic food", is("organic_food", true)],
    ["no vegan food", { not: is("diet", ["vegan"]) }],
    ["laser cutter", is("machine", ["laser_cutter"])],
    ["80GB", { attribute: "memory_gb", atLeast: 80 }],
    ["at least 22 kW", { attribute: "power_kw", atLeast: 22 }],
    ["4 stars", { attribute: "stars", atLeast: 4 }],
    ["outdoor seatng", is("outdoor_seating", true)],
    ["open", { all: [] }],
  ])("%j", (phrase, constraint) => expect(lexicon.requirement(phrase)).toEqual(constraint));

  it("names the nearest attributes when nobody knows", () =>
    expect(lexicon.requirement("fireplace")).toMatchObject({
      refused: "attribute-unknown",
      why: expect.stringMatching(/nearest attributes are \w/),
    }));
});

describe("names", () => {
  it("finds one capability by name or tells which there are", () => {
    const court = city.find(({ id }) => id.startsWith("court-"))!;
    expect(lexicon.idOf(court.name.toLowerCase())).toSatisfy((id) => id === court.id || isFault(id));
    expect(lexicon.idOf("the nonexistent thing")).toMatchObject({ refused: "capability-unknown" });
    const twice = new Lexicon();
    const two = city.slice(-2).map((record): Capability => ({ ...record, name: "Rowan Room" }));
    for (const record of two) twice.add(record);
    expect(twice.idOf("the Rowan Room")).toMatchObject({
      refused: "capability-ambiguous",
      why: expect.stringContaining(two[0]!.id),
    });
    expect(twice.idOf("x".repeat(500))).toMatchObject({ refused: "capability-unknown" });
  });
});

it(`what it understands, find takes; and no phrase throws (seed ${seed})`, () => {
  const words = ["quiet", "café", "with", "wifi", "no", "80gb", "and", "open", "the", "vegan", "court", "xyzzy"];
  const phrase = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.constantFrom(...words), { maxLength: 6 }).map((all) => all.join(" ")),
  );
  const property = fc.property(phrase, (text) => {
    const wanted = lexicon.wanted(text);
    const required = lexicon.requirement(text);
    for (const where of [isFault(wanted) ? null : wanted.where, isFault(required) ? null : required]) {
      if (where === null) continue;
      const query = readQuery({ place: { from: { lat: 54.72, lng: 2.77 } }, where }, 0);
      const answer = isFault(query) ? query : find({ index, counts: null, openness: null, room: null }, query);
      expect(isFault(answer) ? answer.why : "found").toBe("found");
    }
  });
  fc.assert(property, { seed, numRuns: 120 });
});

describe("the made-up city", () => {
  it("is the same for the same seed and another for another, every record sound", () => {
    expect(demoCity({ seed: 7, capabilities: 300 })).toEqual(demoCity({ seed: 7, capabilities: 300 }));
    expect(demoCity({ seed: 8, capabilities: 300 })).not.toEqual(demoCity({ seed: 7, capabilities: 300 }));
    expect(city.filter(({ category }) => category !== "place")).toHaveLength(5000);
    expect(new Set(city.map(({ id }) => id)).size).toBe(city.length);
    expect(demoCity({ seed: -1 })).toMatchObject({ refused: "city-malformed" });
    expect(demoCity({ capabilities: 1e9 })).toMatchObject({ refused: "city-malformed" });
  });
});
