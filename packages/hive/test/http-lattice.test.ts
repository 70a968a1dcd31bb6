/** The lattice's routes, over the application itself. */
import { type Capability, DEMO_CENTER } from "lattice";
import { refuse } from "lop";
import { describe, expect, it } from "vitest";
import { LATTICE_BODY_MAX_BYTES } from "../src/http-lattice.ts";
import { LatticeDesk } from "../src/lattice-desk.ts";
import { FakeHive } from "./fake-hive.ts";
import { type Bench, freshBench, must } from "./http-world.ts";
import { cityLattice, SATURDAY_MS, SETTINGS, saturdayClock } from "./lattice-world.ts";

const HOUR_MS = 3_600_000;
/** Sunday, 10:00 in London. */
const SUNDAY_MS = SATURDAY_MS + 20 * HOUR_MS;
const HERE = { from: DEMO_CENTER, radius_m: 3000 };
const CAFES = { place: HERE, where: { all: [{ attribute: "category", is: "cafe" }] } };

async function cityBench(): Promise<Bench> {
  const { desk } = await cityLattice({}, 400);
  return freshBench({ lattice: desk });
}

const json = async (response: Promise<Response>): Promise<Record<string, unknown>> => (await response).json();

describe("records", () => {
  it("are put, read by id and by page, and removed", async () => {
    const { ask } = await cityBench();
    const record: Capability = {
      ...{ id: "node/7", name: "Café Zoë", category: "cafe", at: DEMO_CENTER, tz: "Europe/London" },
      ...{ attributes: { wifi: true }, hours: null, capacity: { seats: 4 } },
    };
    expect(await json(ask("POST", "/v1/lattice/capabilities", { records: [record] }))).toEqual({
      added: 1,
      replaced: 0,
    });
    expect(await json(ask("GET", "/v1/lattice/capabilities/node/7"))).toEqual(record);
    expect(await json(ask("GET", "/v1/lattice/capabilities/node%2F7"))).toEqual(record);
    expect(await json(ask("GET", "/v1/lattice/place?name=cafe%20zoe"))).toMatchObject({
      kind: "record",
      at: DEMO_CENTER,
    });
    const page = (await json(ask("GET", "/v1/lattice/capabilities?limit=2"))) as unknown as {
      capabilities: Capability[];
      after: string;
    };
    expect(page.capabilities).toHaveLength(2);
    const next = await json(ask("GET", `/v1/lattice/capabilities?limit=2&after=${encodeURIComponent(page.after)}`));
    expect((next.capabilities as Capability[])[0]!.id > page.after).toBe(true);
    expect(await json(ask("DELETE", "/v1/lattice/capabilities/node/7"))).toEqual({ removed: 1 });
    const gone = await ask("GET", "/v1/lattice/capabilities/node/7");
    expect([gone.status, await gone.json()]).toMatchObject([404, { refused: "capability-unknown" }]);
    expect(await json(ask("GET", "/v1/lattice/place?name=cafe%20zoe"))).toMatchObject({ refused: "place-unknown" });
  });

  it("are refused all together, with the field at fault", async () => {
    const { ask } = await cityBench();
    const before = await json(ask("GET", "/v1/lattice"));
    const good = {
      id: "x",
      name: "",
      category: null,
      at: DEMO_CENTER,
      tz: "UTC",
      attributes: {},
      hours: null,
      capacity: {},
    };
    const answer = await ask("POST", "/v1/lattice/capabilities", {
      records: [good, { ...good, id: "y", at: { lat: 91, lng: 0 } }],
    });
    expect([answer.status, await answer.json()]).toMatchObject([
      422,
      { refused: "capability-malformed", why: expect.stringContaining("records.1") },
    ]);
    expect(await json(ask("GET", "/v1/lattice"))).toEqual(before);
    const large = await ask("POST", "/v1/lattice/capabilities", "x".repeat(LATTICE_BODY_MAX_BYTES + 1));
    expect([large.status, await large.json()]).toMatchObject([413, { refused: "request-too-large" }]);
  });
});

describe("questions", () => {
  it("the state, queries with and without records, faults with their place", async () => {
    const { ask } = await cityBench();
    expect(await json(ask("GET", "/v1/lattice"))).toMatchObject({
      engine: "embedded",
      ready: true,
      capabilities: 473,
      tz: "Europe/London",
    });
    const found = (await json(ask("POST", "/v1/lattice/query", { ...CAFES, limit: 3 }))) as unknown as {
      found: { id: string }[];
      cursor: string;
    };
    expect(found.found).toHaveLength(3);
    const whole = (await json(ask("POST", "/v1/lattice/query", { ...CAFES, limit: 3, records: true }))) as unknown as {
      found: { id: string; capability: Capability }[];
    };
    expect(whole.found.map(({ id, capability }) => [id, capability.id])).toEqual(found.found.map(({ id }) => [id, id]));
    const more = (await json(
      ask("POST", "/v1/lattice/query", { ...CAFES, limit: 3, cursor: found.cursor }),
    )) as unknown as typeof found;
    expect(more.found.map(({ id }) => id)).not.toContain(found.found[0]!.id);
    const wrong = await ask("POST", "/v1/lattice/query", { place: HERE, where: { attribute: "color", is: "red" } });
    expect([wrong.status, await wrong.json()]).toMatchObject([
      422,
      { refused: "attribute-unknown", at: expect.stringContaining("where") },
    ]);
    expect((await ask("POST", "/v1/lattice/query", { place: { from: { lat: 99, lng: 0 } } })).status).toBe(422);
    expect(await json(ask("GET", "/v1/lattice/place?name=me"))).toMatchObject({ refused: "home-unset" });
  });

  it("a standing query tells what is there, then what comes", async () => {
    const { ask } = await cityBench();
    const answer = await ask("POST", "/v1/lattice/subscribe", { ...CAFES, limit: 500 });
    expect(answer.headers.get("Content-Type")).toContain("text/event-stream");
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    const until = async (word: string): Promise<void> => {
      while (!text.includes(word)) text += (await reader.read()).value ?? "";
    };
    await until("event: news");
    const fresh = {
      id: "cafe-fresh",
      name: "Fresh",
      category: "cafe",
      at: DEMO_CENTER,
      tz: "UTC",
      attributes: {},
      hours: null,
      capacity: {},
    };
    await ask("POST", "/v1/lattice/capabilities", { records: [fresh] });
    await until("cafe-fresh");
    await reader.cancel();
  });

  it("plans, coordinates, explains", async () => {
    const { ask } = await cityBench();
    const leg = {
      name: "coffee",
      find: CAFES,
      from_ms: SUNDAY_MS,
      until_ms: SUNDAY_MS + 2 * HOUR_MS,
      minutes: 45,
      units: 1,
    };
    const task = { from: DEMO_CENTER, depart_ms: SUNDAY_MS, legs: [leg] };
    const plan = (await json(ask("POST", "/v1/lattice/plan", task))) as unknown as {
      planned: boolean;
      visits: { id: string }[];
    };
    expect(plan).toMatchObject({ planned: true, gap: 0 });
    const reply = await json(ask("POST", "/v1/lattice/coordinate", { tasks: [task, task] }));
    expect(reply.certificate).toMatchObject({ primal: expect.any(Number), bound: expect.any(Number) });
    const why = await json(ask("POST", "/v1/lattice/why", { task, leg: 0, id: plan.visits[0]!.id, from_ms: null }));
    expect(why).toMatchObject({ reason: expect.any(String), why: expect.any(String) });
    expect(await json(ask("POST", "/v1/lattice/plan", { ...task, legs: [] }))).toMatchObject({
      refused: "task-malformed",
    });
  });
});

describe("what changes something", () => {
  const item = { id: "cafe-1", from_ms: SUNDAY_MS, until_ms: SUNDAY_MS + HOUR_MS, units: 2 };
  const surfaceOf = (ask: Bench["ask"]) =>
    json(
      ask(
        "GET",
        `/v1/lattice/surface?lat=${DEMO_CENTER.lat}&lng=${DEMO_CENTER.lng}&radius_m=20000&from_ms=${SUNDAY_MS}&until_ms=${SUNDAY_MS + HOUR_MS}&dimension=seats`,
      ),
    ) as unknown as Promise<{ places: { id: string; free: number[] }[] }>;

  it("the surface shows holds and deltas", async () => {
    const { ask } = await cityBench();
    const seats = async () => (await surfaceOf(ask)).places.find(({ id }) => id === "cafe-1")!.free[0]!;
    const before = await seats();
    const hold = (await json(ask("POST", "/v1/lattice/holds", { items: [item], ttl_ms: 60_000 }))) as unknown as {
      fence: number;
    };
    expect(hold).toMatchObject({ state: "held", fence: 1 });
    expect(await seats()).toBe(before - 2);
    expect(await json(ask("POST", `/v1/lattice/holds/${hold.fence}/confirm`))).toMatchObject({ state: "confirmed" });
    expect(await json(ask("GET", `/v1/lattice/holds/${hold.fence}`))).toMatchObject({ state: "confirmed" });
    expect(await json(ask("GET", "/v1/lattice/holds"))).toMatchObject({ holds: [{ fence: 1 }] });
    expect(await json(ask("POST", `/v1/lattice/holds/${hold.fence}/release`))).toMatchObject({ state: "released" });
    const changed = await json(ask("POST", "/v1/lattice/surface", { changes: [{ ...item, units: -3 }] }));
    expect(changed).toEqual({ epoch: expect.any(Number) });
    expect(await seats()).toBe(before - 3);
    const box = `/v1/lattice/surface?bbox=2.7,54.7,2.8,54.74&from_ms=${SUNDAY_MS}&until_ms=${SUNDAY_MS + HOUR_MS}&dimension=seats`;
    expect(((await json(ask("GET", box))).places as unknown[]).length).toBeGreaterThan(0);
    expect(
      await json(ask("POST", "/v1/lattice/holds", { items: [{ ...item, units: 9999 }], ttl_ms: 60_000 })),
    ).toMatchObject({ refused: "hold-too-much" });
    expect(await json(ask("GET", "/v1/lattice/holds/abc"))).toMatchObject({ refused: "hold-unknown" });
  });

  it("wants a key that may operate, and a hive that is not frozen", async () => {
    const { desk } = await cityLattice({}, 100);
    const hive = new FakeHive();
    const { ask, world } = await freshBench({ lattice: desk, hive });
    const { key } = must(await world.keys.add("guest", "read", "2026-11-21T14:00:00.000Z"));
    const guest = { Authorization: `Bearer ${key}` };
    const hold = { items: [item], ttl_ms: 60_000 };
    for (const [method, path, body] of [
      ["POST", "/v1/lattice/capabilities", { records: [] }],
      ["DELETE", "/v1/lattice/capabilities/cafe-1", undefined],
      ["POST", "/v1/lattice/surface", { changes: [] }],
      ["POST", "/v1/lattice/holds", hold],
      ["POST", "/v1/lattice/holds/1/confirm", undefined],
      ["POST", "/v1/lattice/coordinate", { tasks: [], commit: { ttl_ms: 1000 } }],
    ] as const) {
      expect([path, (await ask(method, path, body, guest)).status]).toEqual([path, 403]);
      await hive.freeze("a test");
      expect([path, await json(ask(method, path, body))]).toMatchObject([path, { refused: "hive-frozen" }]);
      await hive.resume();
    }
    expect((await ask("POST", "/v1/lattice/query", CAFES, guest)).status).toBe(200);
    expect((await ask("POST", "/v1/lattice/query", CAFES, { Authorization: "Bearer nobody" })).status).toBe(401);
  });
});

it("says what it is when there is no lattice, or none that opens", async () => {
  const none = await freshBench();
  expect(await json(none.ask("GET", "/v1/lattice"))).toMatchObject({ engine: "none", ready: false });
  const answer = await none.ask("POST", "/v1/lattice/query", CAFES);
  expect([answer.status, await answer.json()]).toMatchObject([501, { refused: "lattice-none" }]);
  const shut = new LatticeDesk(SETTINGS, saturdayClock(), async () => refuse("lattice-unopened", "The disk is gone."));
  const broken = await freshBench({ lattice: shut });
  expect(await json(broken.ask("GET", "/v1/lattice"))).toMatchObject({ ready: false, why: "The disk is gone." });
  expect((await broken.ask("GET", "/v1/lattice/holds")).status).toBe(503);
});
