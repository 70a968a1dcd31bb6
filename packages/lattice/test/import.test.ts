import { createReadStream } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import { importCsv } from "../src/import-csv-node.ts";
import {
  type Capability,
  type Fault,
  type ImportBatch,
  importJson,
  importJsonLines,
  readCapability,
} from "../src/index.ts";

const options = { tz: "Europe/London" };
const seed = inject("seed");
const PLACES = join(
  process.env.AXIOM_DATA ?? join(import.meta.dirname, "../../../../shared/data"),
  "lattice/places/edinburgh/places.jsonl",
);

interface Imported {
  readonly records: Capability[];
  readonly faults: Fault[];
  readonly last: ImportBatch;
}

async function all(batches: AsyncIterable<ImportBatch>): Promise<Imported> {
  const [records, faults]: [Capability[], Fault[]] = [[], []];
  let last: ImportBatch | null = null;
  for await (const batch of batches) {
    records.push(...batch.records);
    faults.push(...batch.faults);
    last = batch;
  }
  return { records, faults, last: last! };
}

/** In pieces of a few bytes, so that every border between pieces is met. */
function* pieces(text: string, size = 7): Generator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const CAFE = {
  type: "node",
  id: 7,
  lat: 55.95,
  lon: -3.19,
  tags: {
    amenity: "cafe",
    name: "Café Zoë",
    cuisine: "coffee_shop;cake",
    internet_access: "wlan",
    wheelchair: "limited",
    outdoor_seating: "sidewalk",
    "diet:vegan": "yes",
    "diet:meat": "no",
    smoking: "no",
    stars: "3",
    capacity: "24",
    "addr:street": "Queen Street",
    opening_hours: "Mo-Fr 08:00-18:00",
    phone: "+44 1",
  },
};

describe("OSM", () => {
  it("reads an Overpass answer: kinds, typed attributes, hours, capacity; what is no capability passes", async () => {
    const text = JSON.stringify({ version: 0.6, elements: [CAFE, { type: "node", id: 8, lat: 1, lon: 2 }] });
    const { records, faults, last } = await all(importJson(pieces(text), options));
    expect(faults).toEqual([]);
    expect(last).toMatchObject({ read: 2, passed_over: 1, bad: 0, bytes: new TextEncoder().encode(text).length });
    expect(records).toEqual([
      {
        id: "node/7",
        name: "Café Zoë",
        category: "cafe",
        at: { lat: 55.95, lng: -3.19 },
        tz: "Europe/London",
        attributes: {
          cuisine: ["coffee_shop", "cake"],
          wifi: true,
          wheelchair_limited: true,
          outdoor_seating: true,
          diet: ["vegan"],
          smoking: false,
          stars: 3,
          street: "Queen Street",
        },
        hours: { kind: "osm", text: "Mo-Fr 08:00-18:00" },
        capacity: { seats: 24 },
      },
    ]);
  });

  it("reads GeoJSON, takes the middle of an area, and keeps streets and quarters as places", async () => {
    const square = {
      type: "Polygon",
      coordinates: [
        [
          [0, 0],
          [2, 0],
          [2, 2],
          [0, 2],
          [0, 0],
        ],
      ],
    };
    const features = [
      { type: "Feature", id: "way/1", geometry: square, properties: { shop: "yes", name: "Corner" } },
      { type: "Feature", id: "way/2", geometry: square, properties: { place: "quarter", name: "Old Town" } },
      {
        type: "Feature",
        geometry: {
          type: "LineString",
          coordinates: [
            [0, 0],
            [0, 4],
          ],
        },
        properties: { highway: "residential", name: "Mill Lane" },
      },
      {
        type: "Feature",
        geometry: { type: "Point", coordinates: [3, 4] },
        properties: { name: "Desk 1", category: "desk", quiet: true, capacity: 2 },
      },
    ];
    const { records, faults } = await all(
      importJson(pieces(JSON.stringify({ type: "FeatureCollection", features })), options),
    );
    expect(faults).toEqual([]);
    expect(
      records.map(({ id, category, at, attributes, capacity }) => ({ id, category, at, attributes, capacity })),
    ).toEqual([
      { id: "way/1", category: "shop", at: { lat: 1, lng: 1 }, attributes: {}, capacity: {} },
      { id: "way/2", category: "place", at: { lat: 1, lng: 1 }, attributes: { area: "quarter" }, capacity: {} },
      { id: "feature/3", category: "place", at: { lat: 2, lng: 0 }, attributes: { area: "street" }, capacity: {} },
      {
        id: "feature/4",
        category: "desk",
        at: { lat: 4, lng: 3 },
        attributes: { quiet: true },
        capacity: { units: 2 },
      },
    ]);
  });

  it("tells every bad feature by its number and goes on", async () => {
    const elements = [
      { ...CAFE, id: 1, lat: 91 },
      CAFE,
      { ...CAFE, id: 2, tags: { ...CAFE.tags, opening_hours: "Mo 25:99-xx" } },
      { type: "way", id: 3, tags: CAFE.tags },
      CAFE,
      17,
    ];
    const { records, faults, last } = await all(importJson(pieces(JSON.stringify({ elements })), options));
    expect(records.map(({ id }) => id)).toEqual(["node/7"]);
    expect(last.bad).toBe(5);
    expect(faults.map(({ refused, at }) => [refused, at])).toEqual([
      ["capability-malformed", "feature 1: at.lat"],
      ["hours-malformed", "feature 3: hours.text"],
      ["import-malformed", "feature 4: 3"],
      ["capability-duplicate", "feature 5: id"],
      ["import-malformed", "feature 6"],
    ]);
  });

  it("says where a document breaks off", async () => {
    const whole = JSON.stringify({ elements: [CAFE, { ...CAFE, id: 8 }] });
    const { records, faults } = await all(importJson(pieces(whole.slice(0, -40)), options));
    expect(records).toHaveLength(1);
    expect(faults).toMatchObject([{ refused: "import-malformed", at: "after feature 1" }]);
    for (const nothing of ["", "{}", '{"features":[]}', "[]", "null"]) {
      const empty = await all(importJson(pieces(nothing), options));
      expect(empty.faults, nothing).toHaveLength(1);
      expect(empty.records).toEqual([]);
    }
  });

  it("reads lines of JSON, each fault with its line", async () => {
    const lines = [JSON.stringify(CAFE), "", "{oops", "[1]", JSON.stringify({ ...CAFE, id: 9 })].join("\r\n");
    const { records, faults } = await all(importJsonLines(pieces(lines), options));
    expect(records.map(({ id }) => id)).toEqual(["node/7", "node/9"]);
    expect(faults.map(({ at }) => at)).toEqual(["line 3", "line 4"]);
  });

  it("reads 735 real places", async (ctx) => {
    const read = all(importJsonLines(createReadStream(PLACES), options));
    const imported = await read.catch(() => null);
    if (imported === null) return ctx.skip(`needs the places of the data set (${PLACES})`);
    expect(imported.records.length + imported.last.bad).toBe(735);
    expect(imported.last.bad).toBeLessThanOrEqual(10);
    expect(imported.faults.every(({ refused }) => refused === "hours-malformed")).toBe(true);
    for (const record of imported.records) expect(readCapability(record)).toEqual(record);
  });
});

describe("CSV", () => {
  it("reads columns by name and types cells", async () => {
    const text = [
      "\ufeffid;Name;category;Latitude;lon;wifi;power_kw;cuisine;ref;opening_hours;capacity:seats",
      'a;"Café ""Zoë""; bar";cafe;55.95;-3.19;Yes;22.5;thai;007;Mo-Su 08:00-18:00;12',
      "b;;;1;2;no;;thai; vegan;x;;",
    ].join("\n");
    const { records, faults } = await all(importCsv(pieces(text), options));
    expect(records).toMatchObject([
      {
        id: "a",
        name: 'Café "Zoë"; bar',
        category: "cafe",
        at: { lat: 55.95, lng: -3.19 },
        attributes: { wifi: true, power_kw: 22.5, cuisine: "thai", ref: "007" },
        capacity: { seats: 12 },
      },
    ]);
    expect(faults).toMatchObject([{ refused: "import-malformed", at: "line 3" }]);
  });

  it("tells every bad line, quotes gone wrong included", async () => {
    const text = ["id,lat,lng", "a,1,2", "b,here,2", "c,1", 'd,"1"x,2', "a,1,2", "e,,3", "f,95,1", "g,5,1"].join("\n");
    const { records, faults, last } = await all(importCsv(pieces(text), options));
    expect(records.map(({ id }) => id)).toEqual(["a", "g"]);
    expect(faults.map(({ at }) => at)).toEqual([
      "line 3: at.lat",
      "line 4",
      "line 5: at.lat",
      "line 6: id",
      "line 7: at.lat",
      "line 8: at.lat",
    ]);
    expect(last).toMatchObject({ read: 8, bad: 6 });
  });

  it("tells a cell that is of another kind than the column was", async () => {
    const text = "id,lat,lng,floor,tag\na,1,2,3,x\nb,1,2,ground,x;y\nc,1,2,,no\n";
    const { records, faults } = await all(importCsv(pieces(text), options));
    expect(records.map(({ id }) => id)).toEqual(["a"]);
    expect(faults).toMatchObject([
      { refused: "attribute-mismatch", at: "line 3: attributes.floor" },
      { refused: "attribute-mismatch", at: "line 4: attributes.tag" },
    ]);
  });

  it.each([
    ["", "line 1"],
    ["name,lat\nx,1", "line 1"],
    ["lat,lng,lat\n1,2,3", "line 1"],
  ])("refuses a file without its columns: %j", async (text, at) => {
    const { records, faults } = await all(importCsv(pieces(text), options));
    expect(records).toEqual([]);
    expect(faults).toMatchObject([{ refused: "import-malformed", at }]);
  });
});

describe(`rubbish (seed ${seed})`, () => {
  const importers = { importJson, importJsonLines, importCsv };
  it.each(Object.entries(importers))("%s never throws, and what it lets through is sound", async (_, importer) => {
    const record = fc.record(
      {
        id: fc.anything(),
        type: fc.constantFrom("Feature", "node", 1),
        lat: fc.anything(),
        lon: fc.double(),
        tags: fc.object(),
        at: fc.object(),
        geometry: fc.object(),
        properties: fc.object(),
      },
      { requiredKeys: [] },
    );
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.json(),
      fc.array(record).map((features) => `${JSON.stringify({ features }) ?? ""}`),
      fc.array(record).map((rows) => rows.map((row) => JSON.stringify(row)).join("\n")),
      fc.array(fc.array(fc.string())).map((rows) => ["lat,lng", ...rows.map((row) => row.join(","))].join("\n")),
    );
    const property = fc.asyncProperty(text, fc.integer({ min: 1, max: 64 }), async (given, size) => {
      const { records, faults, last } = await all(importer(pieces(given, size), options));
      for (const each of records) expect(readCapability(each)).toEqual(each);
      for (const each of faults) expect(each.at).not.toBe("");
      expect(records.length + last.passed_over).toBeLessThanOrEqual(last.read);
    });
    await fc.assert(property, { seed, numRuns: 60 });
  });
});

it("holds one batch at a time, however long the file is", async () => {
  const line = `${JSON.stringify(CAFE)}\n`;
  async function* endless() {
    for (let i = 0; i < 4000; i++) yield new TextEncoder().encode(line.replace('"id":7', `"id":${i}`));
  }
  let batches = 0;
  for await (const { records } of importJsonLines(endless(), options)) {
    expect(records.length).toBeLessThanOrEqual(500);
    batches++;
  }
  expect(batches).toBe(9);
});
