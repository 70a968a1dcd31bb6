import { describe, expect, it } from "vitest";
import { allTiles, parseTile, readTile, tilePath } from "../src/tiles.ts";
import { FakeHive } from "./fake-hive.ts";
import { freshBench } from "./http-world.ts";

describe("paths of tiles (C2SP tlog-tiles)", () => {
  it.each<[string, string, number, number, number]>([
    ["an example of the specification", "0/x001/x234/067", 0, 1234067, 256],
    ["the first tile", "0/000", 0, 0, 256],
    ["a partial tile", "1/x001/000.p/7", 1, 1000, 7],
  ])("%s: %s", (_, path, level, index, width) => {
    expect(parseTile(path)).toEqual({ level, index, width });
    expect(tilePath({ level, index, width })).toBe(path);
  });

  it("a bundle of entries", () => {
    expect(parseTile("entries/000.p/12")).toEqual({ level: "entries", index: 0, width: 12 });
  });

  it.each([
    "",
    "0",
    "0/",
    "0/0",
    "0/x000/001",
    "00/001",
    "0/001.p/0",
    "0/001.p/256",
    "0/001.p/257",
    "0/001.p/01",
    "6/000",
    "0/../../keys/api",
    "entries/x001",
    "0/000\n",
  ])("refuses %j", (path) => {
    expect(parseTile(path)).toBeNull();
  });

  it("lists every tile of a tree once", () => {
    expect([...allTiles(0)]).toEqual([]);
    expect([...allTiles(7)]).toEqual(["0/000.p/7", "entries/000.p/7"]);
    expect([...allTiles(600)]).toEqual([
      "0/000",
      "0/001",
      "0/002.p/88",
      "entries/000",
      "entries/001",
      "entries/002.p/88",
      "1/000.p/2",
    ]);
  });

  it("gives nothing beyond the ledger's end", async () => {
    const { ledger } = new FakeHive();
    expect((await readTile(ledger, "0/000.p/7"))?.length).toBe(7 * 32);
    expect(await readTile(ledger, "0/000.p/8")).toBeNull();
    expect(await readTile(ledger, "1/000.p/1")).toBeNull();
    const bundle = (await readTile(ledger, "entries/000.p/2"))!;
    const first = (bundle[0]! << 8) | bundle[1]!;
    expect(JSON.parse(new TextDecoder().decode(bundle.subarray(2, 2 + first)))).toHaveProperty("payload");
  });
});

describe("the ledger and permits over HTTP", () => {
  it("pages entries, from an index or from the end", async () => {
    const { ask } = await freshBench();
    const indexes = async (query: string) => {
      const page = (await (await ask("GET", `/v1/ledger/entries${query}`)).json()) as { entries: { index: number }[] };
      return page.entries.map(({ index }) => index);
    };
    expect(await indexes("?limit=3")).toEqual([4, 5, 6]);
    expect(await indexes("?from=2&limit=2")).toEqual([2, 3]);
    expect(await indexes("?from=99")).toEqual([]);
    expect((await ask("GET", "/v1/ledger/entries?limit=257")).status).toBe(400);
  });

  it("grants by stating a directive, and revokes by id", async () => {
    const { ask, hive } = await freshBench();
    const granted = await ask("POST", "/v1/permits", { host: "example.org", minutes: 5 }, { Prefer: "wait=5" });
    expect([granted.status, hive.submitted.length]).toEqual([200, 1]);
    const { body } = JSON.parse(Buffer.from(hive.submitted[0]!.payload, "base64").toString()) as { body: object };
    expect(body).toEqual({ card: { tool: "permit.grant", parameters: { host: "example.org", minutes: 5 } } });
    expect((await ask("POST", "/v1/permits", { host: "example.org", minutes: 0 })).status).toBe(400);
    expect((await ask("DELETE", "/v1/permits/x")).status).toBe(403);
    expect((await ask("DELETE", `/v1/permits/${"0".repeat(32)}`)).status).toBe(403);
  });
});
