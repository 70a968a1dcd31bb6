import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openLattice } from "../src/embedded-node.ts";
import { type HoldLimits, isFault, type Lattice, type LatticeAnswer, type LatticeHold } from "../src/index.ts";
import { openPostgresLattice } from "../src/postgres-node.ts";
import { chance } from "./city.ts";
import { describeLattice } from "./lattice.contract.ts";
import { HOUR_MS, makeOpenCity, NOW_MS, place, randomQuery, sure } from "./lattice-world.ts";
import { SimClock } from "./live-world.ts";
import { type Cluster, findPostgres, NEEDED, startCluster } from "./postgres-cluster.ts";

const bin = findPostgres();
let cluster: Cluster;
beforeAll(async () => {
  if (bin !== null) cluster = await startCluster(bin);
});
afterAll(() => cluster?.end());

const open = async (schema: string, clock: SimClock, limits?: Partial<HoldLimits>): Promise<Lattice> =>
  sure(await openPostgresLattice({ connection: cluster.connection, schema, clock, limits }));

if (bin === null) {
  it("lattice: postgres", (ctx) => ctx.skip(NEEDED));
} else {
  describeLattice("postgres", async () => ({ open, end: async () => undefined }));
  describe("both engines", sideBySide);
  describe("a database that goes away", gone);
}

function sideBySide(): void {
  let folder: string;
  let embedded: Lattice;
  let postgres: Lattice;
  const clock = new SimClock(NOW_MS);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "lattice-"));
    embedded = sure(await openLattice({ folder, clock }));
    postgres = await open("both", clock);
  });
  afterAll(async () => {
    await embedded.close();
    await postgres.close();
    await rm(folder, { recursive: true });
  });

  /** Asks both the same; epochs, cursors and fences are each engine's own. */
  async function same(ask: (lattice: Lattice) => Promise<unknown>): Promise<unknown> {
    const [one, other] = [await ask(embedded), await ask(postgres)];
    expect(strip(other)).toEqual(strip(one));
    return one;
  }

  it("give identical answers under a random workload (seed 11)", async () => {
    const seed = 11;
    const random = chance(seed);
    const city = makeOpenCity(600, seed);
    await same((lattice) => lattice.put(city));
    const fences: [number, number][] = [];
    let answers = 0;
    for (let step = 0; step < 180; step++) {
      const pick = random();
      const some = () => city[Math.floor(random() * city.length)]!;
      const from_ms = NOW_MS + Math.floor(random() * 96) * 900_000;
      const window = { from_ms, until_ms: from_ms + (1 + Math.floor(random() * 8)) * 900_000 };
      const part = () => ({ id: some().id, dimension: "seats", ...window, units: 1 + Math.floor(random() * 3) });
      if (pick < 0.5) {
        const query = randomQuery(random);
        const answer = await same((lattice) => lattice.find(query));
        if (!isFault(answer)) answers += (answer as { found: unknown[] }).found.length;
      } else if (pick < 0.6) {
        const changes = [part(), { ...part(), units: -2 }];
        await same((lattice) => lattice.change(changes));
      } else if (pick < 0.8) {
        const request = { items: [part(), part()], ttl_ms: 1000 + Math.floor(random() * 100_000) };
        const [one, other] = [await embedded.hold(request), await postgres.hold(request)];
        expect(strip(other)).toEqual(strip(one));
        if (!isFault(one) && !isFault(other)) fences.push([one.fence, other.fence]);
      } else if (pick < 0.9 && fences.length > 0) {
        const [one, other] = fences[Math.floor(random() * fences.length)]!;
        const how = random() < 0.5 ? "confirm" : "release";
        expect(strip(await postgres[how](other))).toEqual(strip(await embedded[how](one)));
      } else if (pick < 0.94) {
        const moved = { ...some(), at: some().at, capacity: { seats: Math.floor(random() * 8) } };
        await same((lattice) => lattice.put([moved]));
      } else if (pick < 0.97) {
        const { id } = some();
        await same((lattice) => lattice.remove([id]));
      } else clock.pass(Math.floor(random() * 20_000));
    }
    expect(answers).toBeGreaterThan(300);
    await same((lattice) => lattice.attributes());
    await same((lattice) => lattice.count());
    await same((lattice) => lattice.records(null, 10_000));
  });

  it("page through the same hits, and agree with PostGIS's spheroid to a millimetre", async () => {
    const query = { place: { from: { lat: 52.51, lng: 13.39 }, radius_m: 4000 }, limit: 37 };
    const all: { id: string; distance_m: number }[] = [];
    for (let cursor: string | null = null; ; ) {
      const page: LatticeAnswer = sure(await postgres.find(cursor === null ? query : { ...query, cursor }));
      all.push(...page.found);
      cursor = page.cursor;
      if (cursor === null) break;
    }
    expect(all).toEqual(sure(await embedded.find({ ...query, limit: 10_000 })).found);
    const client = new pg.Client(cluster.connection as pg.ClientConfig);
    await client.connect();
    const { rows } = await client.query(
      `SELECT id, ST_Distance(geog, ST_SetSRID(ST_MakePoint(13.39, 52.51), 4326)::geography, true) AS distance_m
       FROM "both".capability WHERE id = ANY($1)`,
      [all.map(({ id }) => id)],
    );
    await client.end();
    const spheroid = new Map((rows as { id: string; distance_m: number }[]).map((row) => [row.id, row.distance_m]));
    expect(Math.max(...all.map(({ id, distance_m }) => Math.abs(spheroid.get(id)! - distance_m)))).toBeLessThan(0.001);
  });

  it("never oversell, lose or doubly grant with 32 clients of several processes' worth of pools (seed 3)", async () => {
    const pools = await Promise.all(Array.from({ length: 4 }, () => open("rush", clock)));
    const [first] = pools;
    sure(await first!.put([place("hot", { capacity: { seats: 9 } }), place("warm", { capacity: { seats: 20 } })]));
    const window = { from_ms: NOW_MS, until_ms: NOW_MS + HOUR_MS };
    const kept: LatticeHold[] = [];
    const client = async (n: number): Promise<void> => {
      const random = chance(3 + n);
      const lattice = pools[n % pools.length]!;
      const mine: LatticeHold[] = [];
      for (let i = 0; i < 8; i++) {
        const items = (random() < 0.5 ? ["hot", "warm"] : ["warm", "hot"]).map((id) => ({ id, ...window, units: 1 }));
        const hold = await lattice.hold({ items, ttl_ms: 3_600_000 });
        if (!isFault(hold)) mine.push(sure(random() < 0.5 ? await lattice.confirm(hold.fence) : hold));
        else expect(hold.refused).toBe("hold-too-much");
        const gone = random() < 0.4 ? mine.shift() : undefined;
        if (gone !== undefined) sure(await lattice.release(gone.fence));
      }
      kept.push(...mine);
    };
    await Promise.all(Array.from({ length: 32 }, (_, n) => client(n)));
    expect(kept.length).toBeLessThanOrEqual(9);
    expect(new Set(kept.map(({ fence }) => fence)).size).toBe(kept.length);
    expect(await first!.free("hot", "seats", window)).toBe(9 - kept.length);
    expect(await first!.free("warm", "seats", window)).toBe(20 - kept.length);
    const standing = sure(await first!.holds({ limit: 10_000 })).filter(({ state }) => state !== "released");
    expect(standing.map(({ fence }) => fence).sort()).toEqual(kept.map(({ fence }) => fence).sort());
    for (const pool of pools) await pool.close();
  });

  it("refuses overselling in the tables themselves", async () => {
    const client = new pg.Client(cluster.connection as pg.ClientConfig);
    await client.connect();
    await expect(client.query(`UPDATE "both".slot_usage SET held = total + withdrawn - confirmed + 1`)).rejects.toThrow(
      "never_oversold",
    );
    await client.end();
  });

  it("tells subscribers of one process what another one changed", async () => {
    const other = await open("both", clock);
    const stop = new AbortController();
    const news = sure(
      await postgres.subscribe({ place: { from: { lat: -30, lng: 20 }, radius_m: 1000 } }, stop.signal),
    );
    const told = news[Symbol.asyncIterator]();
    expect((await told.next()).value.added).toEqual([]);
    sure(await other.put([place("lonely", { at: { lat: -30, lng: 20 } })]));
    expect((await told.next()).value).toMatchObject({ added: [{ id: "lonely", distance_m: 0 }] });
    stop.abort();
    await other.close();
  });

  it("brings a schema of an earlier format up to this one", async () => {
    const before = await open("older", clock);
    sure(await before.put([place("a")]));
    const window = { from_ms: NOW_MS + HOUR_MS, until_ms: NOW_MS + 2 * HOUR_MS };
    const take = () => before.hold({ items: [{ id: "a", ...window, units: 1 }], ttl_ms: 60_000 });
    const [released, held] = [sure(await take()), sure(await take())];
    sure(await before.release(released.fence));
    await before.close();
    const client = new pg.Client(cluster.connection as pg.ClientConfig);
    await client.connect();
    await client.query("ALTER TABLE older.hold DROP COLUMN ended_at_ms; UPDATE older.format SET version = 1");
    const after = await open("older", clock, { open_holds: 2, ended_holds: 1 });
    expect(sure(await after.holds({ limit: 9 })).map(({ state }) => state)).toEqual(["held", "released"]);
    sure(await after.release(held.fence));
    expect(isFault(await after.look(released.fence))).toBe(true);
    expect((await client.query("SELECT version FROM older.format")).rows).toEqual([{ version: 2 }]);
    await client.query("UPDATE older.format SET version = 3");
    await client.end();
    const newer = await openPostgresLattice({ connection: cluster.connection, schema: "older", clock });
    expect(isFault(newer) && newer.refused).toBe("store-newer");
    await after.close();
  });

  it("answers by a fault when the database is not there", async () => {
    const away = await openPostgresLattice({ connection: { host: folder, user: "nobody" } });
    expect(isFault(away) && [away.refused, away.why]).toEqual(["store-unreachable", expect.stringContaining(folder)]);
  });
}

/** A database that crashes under a lattice in use, and comes back. Runs last: everybody else's connections end too. */
function gone(): void {
  it("answers everything by a fault while the database is gone, and goes on when it is back", async () => {
    const clock = new SimClock(NOW_MS);
    const lattice = await open("gone", clock);
    sure(await lattice.put([place("a"), place("b")]));
    const window = { from_ms: NOW_MS + HOUR_MS, until_ms: NOW_MS + 2 * HOUR_MS };
    const query = { place: { from: place("a").at }, limit: 1 };
    const { cursor } = sure(await lattice.find(query));
    const hold = sure(await lattice.hold({ items: [{ id: "a", ...window, units: 1 }], ttl_ms: 600_000, key: "k" }));
    const stop = new AbortController();
    const told = sure(await lattice.subscribe({ place: query.place }, stop.signal))[Symbol.asyncIterator]();
    expect((await told.next()).value.added).toHaveLength(2);
    const leg = { name: "x", find: { place: query.place }, ...window, minutes: 15, units: 1 };
    const task = { from: place("a").at, depart_ms: NOW_MS, legs: [leg] };
    const calls: Record<string, () => Promise<unknown>> = {
      put: () => lattice.put([place("c")]),
      remove: () => lattice.remove(["c"]),
      get: () => lattice.get("a"),
      count: () => lattice.count(),
      attributes: () => lattice.attributes(),
      dimensions: () => lattice.dimensions(),
      records: () => lattice.records(null, 10),
      find: () => lattice.find(query),
      subscribe: () => lattice.subscribe(query, stop.signal),
      change: () => lattice.change([{ id: "a", ...window, units: -1 }]),
      free: () => lattice.free("a", null, window),
      hold: () => lattice.hold({ items: [{ id: "a", ...window, units: 1 }], ttl_ms: 1000 }),
      confirm: () => lattice.confirm(hold.fence),
      release: () => lattice.release(hold.fence),
      look: () => lattice.look(hold.fence),
      holds: () => lattice.holds({ limit: 10 }),
      plan: () => lattice.plan(task),
      coordinate: () => lattice.coordinate({ tasks: [task, task] }),
      why: () => lattice.why({ task, leg: 0, id: "a", from_ms: null }),
      surface: () => lattice.surface({ place: query.place, window, dimension: "seats" }),
    };
    await cluster.crash();
    for (const [name, call] of Object.entries(calls)) {
      const answer = await call();
      expect([name, isFault(answer) && answer.refused]).toEqual([name, "store-unreachable"]);
    }
    await cluster.start();
    expect(await lattice.count()).toBe(2);
    const paged = await lattice.find({ ...query, cursor });
    expect(isFault(paged) && paged.refused).toBe("cursor-outlived");
    expect(sure(await lattice.look(hold.fence)).state).toBe("held");
    sure(await lattice.put([place("c")]));
    expect((await told.next()).value).toMatchObject({ added: [{ id: "c" }], removed: [] });
    const other = await open("gone", clock);
    sure(await other.remove(["b"]));
    expect((await told.next()).value).toMatchObject({ added: [], removed: ["b"] });
    for (const [name, call] of Object.entries(calls)) expect([name, isFault(await call())]).toEqual([name, false]);
    stop.abort();
    await other.close();
    await lattice.close();
  }, 120_000);

  it("is lost while it writes: says that nobody knows, or that nothing happened, and never anything false", async () => {
    const clock = new SimClock(NOW_MS);
    const lattice = await open("torn", clock);
    const waiting = Array.from({ length: 40 }, (_, i) => lattice.put([place(`p${i}`)]));
    await waiting[3];
    await cluster.crash();
    const answers = await Promise.all(waiting);
    await cluster.start();
    for (const [i, answer] of answers.entries()) {
      const there = sure(await lattice.get(`p${i}`)) !== null;
      if (!isFault(answer)) expect([i, there]).toEqual([i, true]);
      else if (answer.refused === "store-unreachable") expect([i, there]).toEqual([i, false]);
      else expect(answer.refused).toBe("store-unsure");
    }
    await lattice.close();
  }, 120_000);
}

/** Without what is each engine's own. */
function strip(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const own = new Set(["epoch", "cursor", "fence"]);
  return Object.fromEntries(Object.entries(value).filter(([key]) => !own.has(key)));
}
