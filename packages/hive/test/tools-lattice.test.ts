/** The tools of the lattice, on whole trips through a real hive. */
import { type Json, type JsonObject, nodeCrypto } from "lop";
import { verifyProof } from "lop/verify";
import { describe, expect, it } from "vitest";
import { type DirectiveView, type Hive, openHive } from "../src/index.ts";
import { LatticeDesk } from "../src/lattice-desk.ts";
import { checkPlanResult } from "../src/lattice-plan-check.ts";
import { must, openTestHive, run, settings, simHome, start } from "./hive-home.ts";
import { cityLattice, DEMO_CENTER, found, SETTINGS, saturdayClock } from "./lattice-world.ts";

const card = (tool: string, parameters: JsonObject) => ({ card: { tool, parameters } });
const FIND = card("lattice.find", { what: "café", near: "Old Town", require: ["wifi", "quiet"], at: "tomorrow 9am" });

async function cityHive(lattice: Parameters<typeof cityLattice>[0] = {}) {
  const city = await cityLattice(lattice);
  const home = await simHome({ clock: city.clock });
  const hive = await openTestHive({ ...home, ports: { ...home.ports, lattice: city.desk } });
  return { ...city, hive };
}

const resultOf = (view: DirectiveView): JsonObject => {
  if (view.outcome === null) throw new Error(`${view.refusal?.refused}: ${view.refusal?.why}`);
  return view.outcome.result as JsonObject;
};
const ask = async (hive: Hive, tool: string, parameters: JsonObject): Promise<JsonObject> =>
  resultOf(await run(hive, card(tool, parameters)));
const refusalOf = async (hive: Hive, tool: string, parameters: JsonObject) =>
  (await run(hive, card(tool, parameters))).refusal;

async function approved(hive: Hive, tool: string, parameters: JsonObject): Promise<DirectiveView> {
  const id = await start(hive, card(tool, parameters));
  for await (const event of hive.events(id, 0, new AbortController().signal)) {
    if (event.step === "approve" && event.phase === "waiting") must((await hive.approve(id)) ?? undefined);
    if (event.phase === "refused" || event.step === "prove") break;
  }
  return must(await hive.ended(id));
}

describe("lattice.find", () => {
  it("ends in a proof that strangers can check", async () => {
    const { hive } = await cityHive();
    const view = await run(hive, FIND);
    expect(view).toMatchObject({ state: "done", verified: true, quarantined: false });
    const proof = verifyProof(must(await hive.proof(view.id)), nodeCrypto);
    expect(proof.verified).toBe(true);
    const { found, understood, why } = resultOf(view) as unknown as {
      found: JsonObject[];
      understood: JsonObject;
      why: null;
    };
    expect(found.length).toBeGreaterThan(3);
    expect(why).toBeNull();
    expect(understood).toMatchObject({
      near: { name: "Old Town", kind: "quarter" },
      radius_km: 2,
      at: { read_as: "2026-11-22 09:00 Europe/London", from: "2026-11-22T09:00:00.000Z", assumed: null },
    });
    const metres = found.map(({ distance_m }) => Number(distance_m));
    expect(metres).toEqual(metres.toSorted((a, b) => a - b));
    for (const row of found) {
      expect(row).toMatchObject({ category: "cafe", open: "open", free: { seats: expect.any(Number) } });
      expect(Date.parse(String(row.open_until))).toBeGreaterThan(Date.UTC(2026, 10, 22, 9));
    }
    await hive.close();
  });

  it("asks for units, figures, names, and the one who asks", async () => {
    const { hive, open } = await cityHive({ home: DEMO_CENTER });
    const nodes = await ask(hive, "lattice.find", { what: "GPU node", require: ["80GB"], units: 2, limit: 3 });
    for (const { id, free } of nodes.found as JsonObject[]) {
      expect(Number((free as JsonObject).units)).toBeGreaterThanOrEqual(2);
      expect(found(await open.lattice.get(String(id))).attributes.memory_gb).toBeGreaterThanOrEqual(80);
    }
    expect(nodes).toMatchObject({ more: true });
    const near = await ask(hive, "lattice.find", { what: "charging post", near: "me", radius_km: 0.5 });
    expect(near.understood).toMatchObject({ near: { kind: "home" }, radius_km: 0.5 });
    const record = found(await open.lattice.records("cafe-1", 1))[0]!;
    const named = await ask(hive, "lattice.find", { what: record.name });
    expect((named.found as JsonObject[]).map(({ id }) => id)).toContain(record.id);
    await hive.close();
  });

  it("says why there is nothing", async () => {
    const { hive } = await cityHive();
    const why = async (parameters: JsonObject) => String((await ask(hive, "lattice.find", parameters)).why);
    const old = { near: "Old Town" };
    expect(await why({ ...old, what: "post office", at: "tomorrow 11pm" })).toMatch(
      /none is known to be open then; the first opens at 2026-11-23T09/,
    );
    expect(await why({ ...old, what: "post office", radius_km: 0.001 })).toMatch(
      /Nothing of that kind lies within 0\.001 km of Old Town\. The nearest is \d/,
    );
    expect(await why({ ...old, what: "court", units: 5, at: "tomorrow noon" })).toMatch(/none has 5 units free then/);
    expect(await why({ ...old, what: "bakery", require: ["organic food", "nvlink"] })).toMatch(
      /of none is it known that it has organic food and nvlink/,
    );
    await hive.close();
  });

  it("refuses what it cannot understand, and says what is near to it", async () => {
    const { hive } = await cityHive();
    const rows: readonly [JsonObject, string, RegExp][] = [
      [{ near: "Shoreditch" }, "place-unknown", /nearest names are/],
      [{ near: "me" }, "home-unset", /has not been set/],
      [{ what: "unicorn paddock" }, "what-unknown", /nearest kinds are/],
      [{ what: "café", require: ["fireplace"] }, "attribute-unknown", /nearest attributes are/],
      [{ what: "café", at: "gibberish" }, "time-unknown", /no time/],
      [{ what: "café", at: "yesterday" }, "time-past", /that is over/],
      [{ what: "café", at: "24 December 2027" }, "window-beyond", /60 days ahead/],
    ];
    for (const [parameters, refused, why] of rows)
      expect(await refusalOf(hive, "lattice.find", parameters)).toMatchObject({
        refused,
        why: expect.stringMatching(why),
      });
    await hive.close();
  });
});

describe("lattice.plan", () => {
  const LEGS = [
    { what: "café", near: "Old Town", from: "tomorrow 9am", minutes: 45 },
    { what: "tennis court", near: "Market", minutes: 60 },
    { what: "lunch", require: ["vegan"], until: "3pm" },
  ];

  it("answers with visits in order and a certificate that the separate checker takes", async () => {
    const { hive } = await cityHive();
    const view = await run(hive, card("lattice.plan", { legs: LEGS }));
    expect(view).toMatchObject({ state: "done", verified: true, quarantined: false });
    const { planned, legs, certificate } = resultOf(view) as unknown as {
      planned: boolean;
      legs: JsonObject[];
      certificate: JsonObject;
    };
    expect(planned).toBe(true);
    expect(legs.map(({ what }) => what)).toEqual(["café", "tennis court", "lunch"]);
    expect(legs[0]!.from).toBe("2026-11-22T09:00:00.000Z");
    const times = legs.flatMap(({ from, until }) => [Date.parse(String(from)), Date.parse(String(until))]);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times.at(-1)).toBeLessThanOrEqual(Date.UTC(2026, 10, 22, 15));
    expect(certificate).toMatchObject({ gap: 0, digest: expect.stringMatching(/^[0-9a-f]{64}$/) });
    await hive.close();
  });

  it("is withheld when a claim of the certificate does not hold", async () => {
    const { hive } = await cityHive();
    const result = await ask(hive, "lattice.plan", { legs: LEGS });
    expect(checkPlanResult(nodeCrypto, result)).toBeNull();
    const changed = (change: (copy: never) => void): string | null => {
      const copy = structuredClone(result);
      change(copy as never);
      return checkPlanResult(nodeCrypto, copy as Json);
    };
    type Copy = { legs: { capability: { id: string }; from: string }[]; certificate: Claim };
    type Claim = {
      digest: string;
      primal: number;
      bound: number;
      problem: { legs: { from: number }[] };
      visits: { start: number; until: number; place: number; travel_s: number }[];
    };
    const wrong: ((copy: Copy) => void)[] = [
      ({ certificate }) => (certificate.primal -= 1),
      ({ certificate }) => (certificate.bound += 1),
      ({ certificate }) => (certificate.digest = "0".repeat(64)),
      ({ certificate }) => (certificate.problem.legs[0]!.from -= 1),
      ({ certificate }) => (certificate.visits[1]!.start += 1),
      ({ certificate }) => (certificate.visits[1]!.place += 1),
      ({ certificate }) => (certificate.visits[0]!.travel_s += 60),
      ({ certificate }) => certificate.visits.pop(),
      ({ legs }) => (legs[0]!.capability.id = "cafe-0"),
      ({ legs }) => (legs[2]!.from = "2026-11-22T10:00:00.000Z"),
      ({ legs }) => legs.pop(),
      (copy) => ((copy as { certificate: Claim | null }).certificate = null),
    ];
    for (const [i, change] of wrong.entries()) expect(changed(change), `change ${i}`).toMatch(/\w/);
    await hive.close();
  });

  it("plans tasks that compete, with one certificate for all of them", async () => {
    const { hive, open } = await cityHive();
    // One chair at two barbers, and three who want it at ten.
    const barber = {
      ...found(await open.lattice.get("cafe-1")),
      category: "barber",
      attributes: {},
      capacity: { seats: 1 },
    };
    const at = { lat: barber.at.lat + 0.01, lng: barber.at.lng };
    must(
      await open.put([
        { ...barber, id: "barber-1", name: "A" },
        { ...barber, id: "barber-2", name: "B", at },
      ]),
    );
    const task = (name: string) => ({
      name,
      start: "Old Town",
      legs: [{ what: "barber", from: "tomorrow 10am", minutes: 30 }],
    });
    const view = await run(hive, card("lattice.plan", { tasks: [task("Ann"), task("Ben"), task("Cy")] }));
    expect(view).toMatchObject({ state: "done", verified: true, quarantined: false });
    const result = resultOf(view);
    type Row = { task: string; planned: boolean; legs: { capability: { id: string }; from: string }[] };
    const rows = result.tasks as unknown as Row[];
    expect(rows.map(({ task, planned }) => [task, planned])).toEqual([
      ["Ann", true],
      ["Ben", true],
      ["Cy", true],
    ]);
    const slots = rows.map(({ legs }) => `${legs[0]!.capability.id} ${legs[0]!.from}`);
    expect(new Set(slots).size).toBe(3);
    expect(result.certificate).toMatchObject({ gap: expect.any(Number), prices: expect.any(Array) });
    const bytes = must(await hive.proof(view.id));
    expect(verifyProof(bytes, nodeCrypto).verified).toBe(true);
    const changed = (change: (copy: never) => void): string | null => {
      const copy = structuredClone(result);
      change(copy as never);
      return checkPlanResult(nodeCrypto, copy as Json);
    };
    expect(changed(() => undefined)).toBeNull();
    type Claim = {
      digest: string;
      primal: number;
      bound: number;
      problem: { depart: number; places: { room: [number, number, number][] }[] };
      plan: ({ start: number; place: number; travel_s: number; until: number }[] | null)[];
      prices: [number, number, number][];
    };
    type Copy = { tasks: Row[]; certificate: Claim };
    const wrong: ((copy: Copy) => void)[] = [
      ({ certificate }) => (certificate.primal -= 1),
      ({ certificate }) => (certificate.bound += 1),
      ({ certificate }) => (certificate.digest = "0".repeat(64)),
      ({ certificate }) => (certificate.problem.places[0]!.room[0]![2] = 9),
      ({ certificate }) => (certificate.plan[0] = null),
      ({ certificate }) => (certificate.plan[1] = structuredClone(certificate.plan[0]!)),
      ({ certificate }) => (certificate.plan[0]![0]!.travel_s += 60),
      ({ certificate }) => (certificate.plan[0]![0]!.until += 1),
      ({ certificate }) => (certificate.plan[0]![0]!.place = 99),
      ({ certificate }) => certificate.plan.pop(),
      ({ certificate }) => certificate.prices.push([0, 5, 100]),
      ({ tasks }) => (tasks[0]!.legs[0]!.capability.id = "cafe-0"),
      ({ tasks }) => (tasks[0]!.task = "Bea"),
      ({ tasks }) => (tasks[1]!.planned = false),
      ({ tasks }) => tasks.pop(),
      (copy) => ((copy as { certificate: Claim | null }).certificate = null),
    ];
    for (const [i, change] of wrong.entries()) expect(changed(change), `change ${i}`).toMatch(/\w/);
    const both = await refusalOf(hive, "lattice.plan", { tasks: [task("Ann")], legs: LEGS });
    expect(both).toMatchObject({ refused: "parameters-invalid", why: expect.stringContaining("exclude each other") });
    expect(await refusalOf(hive, "lattice.plan", {})).toMatchObject({
      why: expect.stringContaining("tasks would do too"),
    });
    const nowhere = { name: "Dee", legs: [{ what: "dragon", from: "tomorrow 10am" }] };
    expect(await refusalOf(hive, "lattice.plan", { tasks: [task("Ann"), nowhere] })).toMatchObject({
      refused: "what-unknown",
      why: expect.stringContaining("tasks.1"),
    });
    await hive.close();
  });

  it("says which leg cannot be met, and when it could", async () => {
    const { hive } = await cityHive();
    const result = await ask(hive, "lattice.plan", {
      legs: [{ what: "post office", near: "Old Town", from: "tomorrow 11pm" }],
    });
    expect(result).toMatchObject({
      planned: false,
      leg: 0,
      legs: [],
      certificate: null,
      why: expect.stringMatching(/all closed at 2026-11-22 23:00; nearest opening 2026-11-23 /),
    });
    expect(
      await refusalOf(hive, "lattice.plan", { legs: [{ what: "café", from: "9am", until: "9:15am", minutes: 60 }] }),
    ).toMatchObject({
      refused: "parameters-invalid",
      why: expect.stringContaining("do not fit"),
    });
    await hive.close();
  });
});

describe("lattice.reserve and lattice.cancel", () => {
  it("books after an approval, never more than there is, and gives back", async () => {
    const { hive, open } = await cityHive();
    const cafe = found(await open.lattice.get("cafe-1"));
    const seats = cafe.capacity.seats!;
    const window = { from_ms: Date.UTC(2026, 10, 22, 10), until_ms: Date.UTC(2026, 10, 22, 11) };
    const free = () => open.lattice.free("cafe-1", "seats", window);
    const at = { at: "tomorrow 10am", capability: "cafe-1" };
    const waiting = await start(hive, card("lattice.reserve", { ...at, units: 2 }));
    expect((await hive.directive(waiting))?.state).toMatch(/running|awaiting-approval/);
    must((await hive.cancel(waiting)) ?? undefined);
    expect(await free()).toBe(seats);
    const booked = resultOf(await approved(hive, "lattice.reserve", { ...at, units: 2 }));
    expect(booked).toMatchObject({
      state: "confirmed",
      items: [{ capability: "cafe-1", units: 2, dimension: "seats", from: "2026-11-22T10:00:00.000Z" }],
    });
    expect(await free()).toBe(seats - 2);
    expect((await approved(hive, "lattice.reserve", { ...at, units: seats - 1 })).refusal).toMatchObject({
      refused: "hold-too-much",
    });
    const cancelled = resultOf(await approved(hive, "lattice.cancel", { reservation: String(booked.reservation) }));
    expect(cancelled).toMatchObject({ state: "released", reservation: booked.reservation });
    expect(await free()).toBe(seats);
    await hive.close();
  });

  it("refuses what is closed, what is not there, and what nobody booked", async () => {
    const { hive } = await cityHive();
    const refused = async (tool: string, parameters: JsonObject) =>
      (await approved(hive, tool, parameters)).refusal?.refused;
    const early = await approved(hive, "lattice.reserve", { capability: "cafe-1", at: "tomorrow 4am" });
    expect(early.refusal).toMatchObject({
      refused: "capability-closed",
      why: expect.stringMatching(/is closed at (\S+) 04:00 (\S+); it opens at \1 \d\d:\d\d \2\.$/),
    });
    expect(await refused("lattice.reserve", { capability: "no such thing anywhere", at: "tomorrow 4am" })).toBe(
      "capability-unknown",
    );
    expect(await refused("lattice.reserve", { capability: "cafe-1", at: "tomorrow 10am", minutes: 100_000 })).toBe(
      "parameters-invalid",
    );
    expect(await refused("lattice.cancel", { reservation: "R-77" })).toBe("hold-unknown");
    expect(await refused("lattice.cancel", { reservation: "the Thursday one" })).toBe("hold-unknown");
    await hive.close();
  });
});

describe("what stands above the lattice", () => {
  it("a frozen hive answers nothing", async () => {
    const { hive } = await cityHive();
    must((await hive.freeze("a test")) ?? undefined);
    expect(await hive.submit(must(await hive.sign(FIND)))).toMatchObject({ refused: "hive-frozen" });
    await hive.close();
  });

  it("policy may deny it", async () => {
    const { desk, clock } = await cityLattice();
    const { ports } = await simHome({ clock });
    const shipped = settings();
    const own = {
      ...shipped.policies.policies,
      "90-own.cedar":
        '@id("no-finding") @reason("Not here.") forbid (principal, action == Action::"lattice.find", resource);',
    };
    const hive = must(
      await openHive(
        { ...ports, lattice: desk },
        { ...shipped, policies: { ...shipped.policies, policies: own } },
        { passphrase: null },
      ),
    );
    expect((await run(hive, FIND)).refusal).toMatchObject({ refused: "policy-denied", why: "Not here." });
    await hive.close();
  });

  it("a hive without a lattice says so, and one that cannot be opened is tried again", async () => {
    const clock = saturdayClock();
    const none = new LatticeDesk({ ...SETTINGS, engine: "none" }, clock, () => Promise.reject(new Error("never")));
    expect(none.status()).toEqual({ engine: "none", ready: false, why: "The engine is none." });
    const home = await simHome({ clock });
    const without = await openTestHive({ ...home, ports: { ...home.ports, lattice: none } });
    expect((await run(without, FIND)).refusal).toMatchObject({ refused: "lattice-none" });
    await without.close();

    let tries = 0;
    const failing = new LatticeDesk(SETTINGS, clock, async () => {
      tries++;
      return { refused: "lattice-unopened", why: "The disk is gone.", fix: "Mend it." };
    });
    expect(await failing.open()).toMatchObject({ refused: "lattice-unopened" });
    expect(await failing.open()).toMatchObject({ why: "The disk is gone." });
    expect([tries, failing.status()]).toEqual([2, { engine: "embedded", ready: false, why: "The disk is gone." }]);
    await failing.close();
  });
});
