/** The hive's lattice in PostgreSQL: the same desk over the other engine. */
import { demoCity } from "lattice";
import { expect, it, onTestFinished } from "vitest";
import { findPostgres, NEEDED, startCluster } from "../../lattice/test/postgres-cluster.ts";
import { Config } from "../src/config.ts";
import { latticeDesk } from "../src/lattice-engine.ts";
import { findFor } from "../src/lattice-find.ts";
import { must } from "./hive-home.ts";

const settings = (postgres_url: string | null) =>
  Config.parse({ lattice: { engine: "postgres", postgres_url } }).lattice;

it("a demo city and a find", async (ctx) => {
  const bin = findPostgres();
  if (bin === null) return ctx.skip(NEEDED);
  const cluster = await startCluster(bin);
  onTestFinished(() => cluster.end());
  const { host, port, user, database } = cluster.connection;
  const query = new URLSearchParams({ host: String(host), ...(port === undefined ? {} : { port: String(port) }) });
  const desk = latticeDesk("/nowhere", settings(`postgres://${user}@/${database ?? "postgres"}?${query}`));
  const open = must(await desk.open());
  must(await open.put(demoCity({ capabilities: 200 }) as never));
  const answer = must(await findFor(open, { what: "café", near: "Old Town", radius_km: 20, units: 1, limit: 3 }));
  expect(answer).toMatchObject({
    found: [{ category: "cafe", free: { seats: expect.any(Number) } }, {}, {}],
    why: null,
  });
  expect(desk.status()).toEqual({ engine: "postgres", ready: true, why: null });
  await desk.close();
});

it("says what is missing", async () => {
  const desk = latticeDesk("/nowhere", settings(null));
  expect(await desk.open()).toMatchObject({
    refused: "lattice-unopened",
    why: expect.stringContaining("postgres_url"),
  });
  const shut = latticeDesk("/nowhere", settings("postgres://nobody@127.0.0.1:1/none"));
  expect(await shut.open()).toMatchObject({ refused: "lattice-unopened" });
  expect(shut.status()).toMatchObject({ ready: false, why: expect.any(String) });
});
