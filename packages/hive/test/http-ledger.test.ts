import { describe, expect, it } from "vitest";
import { freshBench } from "./http-world.ts";

describe("the ledger and permits over HTTP", () => {
  it("gives tiles as lop reads them, and nothing beyond the ledger's end", async () => {
    const { ask } = await freshBench();
    const tile = (path: string) => ask("GET", `/v1/ledger/tile/${path}`);
    expect((await (await tile("0/000.p/7")).arrayBuffer()).byteLength).toBe(7 * 32);
    const bundle = Buffer.from(await (await tile("entries/000.p/2")).arrayBuffer());
    const first = bundle.readUInt16BE();
    expect(JSON.parse(bundle.subarray(2, 2 + first).toString())).toHaveProperty("payload");
    for (const path of ["0/000.p/8", "1/000.p/1", "0/000", "00/000.p/7", "entries/x001"])
      expect(await (await tile(path)).json()).toMatchObject({ refused: "entry-unknown" });
  });

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
