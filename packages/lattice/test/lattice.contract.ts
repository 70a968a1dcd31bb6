/** What every engine of the lattice owes. Each engine runs this suite (L20); lattice-postgres.test.ts then sets both side by side as well. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Fault, HoldLimits, Lattice, LatticeAnswer, LatticeHold } from "../src/index.ts";
import { distance_m, isFault, VERSION_KEPT_MS } from "../src/index.ts";
import { CENTER, HOUR_MS, makeOpenCity, NOW_MS, north, place, sure } from "./lattice-world.ts";
import { SimClock } from "./live-world.ts";

export interface EngineWorld {
  /** Opens a lattice of this name, with what it had before. */
  open(name: string, clock: SimClock, limits?: Partial<HoldLimits>): Promise<Lattice>;
  end(): Promise<void>;
}

const WINDOW = { from_ms: NOW_MS + HOUR_MS, until_ms: NOW_MS + 2 * HOUR_MS };
const refusal = (value: unknown): [string, string] | unknown => (isFault(value) ? [value.refused, value.at] : value);

/** @param begin null when the engine's world cannot be made here; the reason is told by the caller. */
export function describeLattice(name: string, begin: () => Promise<EngineWorld>): void {
  describe(`lattice: ${name}`, () => {
    let world: EngineWorld;
    beforeAll(async () => {
      world = await begin();
    });
    afterAll(() => world?.end());

    let made = 0;
    async function fresh(
      records: readonly unknown[] = [],
      limits?: Partial<HoldLimits>,
    ): Promise<{ lattice: Lattice; clock: SimClock; name: string }> {
      const clock = new SimClock(NOW_MS);
      const name = `lattice${++made}`;
      const lattice = await world.open(name, clock, limits);
      sure(await lattice.put(records));
      return { lattice, clock, name };
    }
    const seats = (id: string, units: number) => ({ id, dimension: "seats", ...WINDOW, units });

    it("puts, replaces, removes and hands back records, over a stop too", async () => {
      const { lattice, clock, name } = await fresh([place("b"), place("a", { attributes: { wifi: true } })]);
      expect(await lattice.put([place("b", { name: "B" }), place("c")])).toEqual({ added: 1, replaced: 1 });
      expect(await lattice.remove(["a", "nobody", "a"])).toEqual({ removed: 1 });
      await lattice.close();
      const again = await world.open(name, clock);
      expect(await again.count()).toBe(2);
      expect(sure(await again.get("b"))?.name).toBe("B");
      expect(await again.get("a")).toBeNull();
      expect(sure(await again.records(null, 10)).map(({ id }) => id)).toEqual(["b", "c"]);
      expect(sure(await again.records("b", 10)).map(({ id }) => id)).toEqual(["c"]);
      expect(await again.get("c")).toEqual(place("c"));
      await again.close();
    });

    it("keeps a typed dictionary, and forgets what nobody has any more", async () => {
      const { lattice } = await fresh([
        place("a", { attributes: { wifi: true, power_kw: 11, cuisine: ["thai"] } }),
        place("b", { category: null, attributes: { wifi: false, cuisine: "german" } }),
      ]);
      expect(await lattice.attributes()).toEqual([
        { key: "category", kind: "word", capabilities: 1 },
        { key: "cuisine", kind: "set", capabilities: 2 },
        { key: "power_kw", kind: "number", capabilities: 1 },
        { key: "wifi", kind: "boolean", capabilities: 2 },
      ]);
      const wrong = await lattice.put([place("c"), place("d", { attributes: { wifi: "fast" } })]);
      expect(refusal(wrong)).toEqual(["attribute-mismatch", "records.1.attributes.wifi"]);
      expect(await lattice.get("c")).toBeNull();
      sure(await lattice.remove(["a", "b"]));
      expect(await lattice.attributes()).toEqual([]);
      sure(await lattice.put([place("d", { attributes: { wifi: "fast" } })]));
      const gone = await lattice.find({ place: { from: CENTER }, where: { attribute: "power_kw", atLeast: 1 } });
      expect(refusal(gone)).toEqual(["attribute-unknown", "where.attribute"]);
      await lattice.close();
    });

    it("refuses what is wrong by code and place, and then does nothing", async () => {
      const { lattice } = await fresh([place("a")]);
      const at = { from: CENTER, radius_m: 1000 };
      const past = { from_ms: NOW_MS - HOUR_MS, until_ms: NOW_MS };
      const far = { from_ms: NOW_MS, until_ms: NOW_MS + 90 * 86_400_000 };
      const hold = (item: object, more: object = {}) =>
        lattice.hold({ items: [{ ...seats("a", 1), ...item }], ttl_ms: 1000, ...more });
      const asked: [Promise<unknown>, string, string][] = [
        [
          lattice.put([place("x"), { ...place("y"), at: { lat: 91, lng: 0 } }]),
          "capability-malformed",
          "records.1.at.lat",
        ],
        [lattice.put([place("x"), place("x")]), "capability-duplicate", "records.1.id"],
        [
          lattice.put([place("x", { hours: { kind: "osm", text: "Mo 25:00" } })]),
          "hours-malformed",
          "records.0.hours.text",
        ],
        [lattice.put([place("x\0")]), "capability-malformed", "records.0.id"],
        [hold({ id: "\0" }), "hold-malformed", "items.0.id"],
        [lattice.find({ place: at, where: { attribute: "\0", is: "x" } }), "attribute-unknown", "where.attribute"],
        [lattice.find({ place: { from: CENTER, radius_m: 0 } }), "radius-empty", "place.radius_m"],
        [lattice.find({ place: at, where: { attribute: "category", is: true } }), "attribute-mismatch", "where.is"],
        [lattice.find({ place: at, open: past }), "window-past", "open"],
        [lattice.find({ place: at, open: far }), "window-beyond", "open"],
        [lattice.find({ place: at, open: WINDOW, free: { beds: 1 } }), "dimension-unknown", "free.beds"],
        [lattice.find({ place: at, cursor: "x" }), "cursor-malformed", "cursor"],
        [lattice.find({ place: at, limit: 0 }), "limit-malformed", "limit"],
        [lattice.surface({ place: at, window: WINDOW, dimension: "beds" }), "dimension-unknown", "dimension"],
        [lattice.surface({ place: at, window: far, dimension: "seats" }), "window-malformed", "window"],
        [
          lattice.put([place("x"), place("y", { hours: { kind: "osm", text: "Mo-Fr 08:00-25:99" } })]),
          "hours-malformed",
          "records.1.hours.text",
        ],
        [lattice.change([seats("a", 1), seats("nobody", 1)]), "capability-unknown", "changes.1.id"],
        [lattice.change([{ ...seats("a", 1), dimension: "beds" }]), "dimension-unknown", "changes.0.dimension"],
        [lattice.change([seats("a", 1), seats("a", 32_767)]), "units-beyond", "changes.1"],
        [lattice.change([{ ...seats("a", 1), until_ms: 0 }]), "change-malformed", "changes.0"],
        [lattice.free("nobody", null, WINDOW), "capability-unknown", "id"],
        [lattice.free("a", "beds", WINDOW), "dimension-unknown", "dimension"],
        [hold({ from_ms: NOW_MS - HOUR_MS, until_ms: NOW_MS }), "window-past", "items.0"],
        [hold({ until_ms: NOW_MS + 90 * 86_400_000 }), "window-beyond", "items.0"],
        [hold({ units: 5 }), "hold-too-much", "items.0"],
        [hold({ units: 0 }), "hold-malformed", "items.0.units"],
        [hold({ id: "nobody" }), "capability-unknown", "items.0.id"],
        [hold({}, { ttl_ms: 0 }), "hold-malformed", "ttl_ms"],
        [lattice.look(99), "hold-unknown", "fence"],
        [lattice.confirm(99), "hold-unknown", "fence"],
      ];
      for (const [answer, code, where] of asked) expect(refusal(await answer)).toEqual([code, where]);
      expect(await lattice.count()).toBe(1);
      expect(await lattice.free("a", null, WINDOW)).toBe(4);
      await lattice.close();
    });

    it("finds by place, condition, hours and room, nearest first, page by page", async () => {
      const { lattice } = await fresh([
        place("far", { at: north(900), hours: { kind: "osm", text: "24/7" } }),
        place("near", { at: north(100), hours: { kind: "osm", text: "Mo-Su 20:00-22:00" } }),
        place("mid-b", { at: north(500), hours: { kind: "osm", text: "24/7" } }),
        place("mid-a", { at: north(500), hours: { kind: "osm", text: "24/7" }, capacity: { seats: 1 } }),
        place("dark", { at: north(300) }),
      ]);
      const query = { place: { from: CENTER, radius_m: 1000 }, open: WINDOW };
      const ids = async (more: object) => sure(await lattice.find({ ...query, ...more })).found.map(({ id }) => id);
      expect(await ids({})).toEqual(["mid-a", "mid-b", "far"]);
      expect(await ids({ unknown: "include" })).toEqual(["dark", "mid-a", "mid-b", "far"]);
      expect(await ids({ free: { seats: 2 } })).toEqual(["mid-b", "far"]);
      const first = sure(await lattice.find({ ...query, limit: 1 }));
      expect(first.found).toEqual([{ id: "mid-a", distance_m: distance_m(CENTER, north(500)) }]);
      const next = sure(await lattice.find({ ...query, limit: 2, cursor: first.cursor! }));
      expect(next.found.map(({ id }) => id)).toEqual(["mid-b", "far"]);
      expect(next.cursor).toBeNull();
      await lattice.close();
    });

    it("pages through one version, whatever changes meanwhile, and refuses a cursor that outlived it", async () => {
      const { lattice, clock } = await fresh(
        Array.from({ length: 9 }, (_, i) => place(`p${i}`, { at: north(100 * i) })),
      );
      const query = { place: { from: CENTER }, limit: 3 };
      const page = async (cursor: string): Promise<LatticeAnswer> => sure(await lattice.find({ ...query, cursor }));
      const first = sure(await lattice.find(query));
      sure(await lattice.remove(["p0", "p4"]));
      sure(await lattice.put([place("p3", { at: north(5000) }), place("new", { at: north(450) })]));
      const second = await page(first.cursor!);
      clock.pass(VERSION_KEPT_MS - 1);
      const third = await page(second.cursor!);
      const ids = [first, second, third].flatMap(({ found }) => found.map(({ id }) => id));
      expect(ids).toEqual(Array.from({ length: 9 }, (_, i) => `p${i}`));
      expect(third.cursor).toBeNull();
      expect((await page(second.cursor!)).found).toEqual(third.found);
      expect(sure(await lattice.find(query)).found.map(({ id }) => id)).toEqual(["p1", "p2", "new"]);
      clock.pass(VERSION_KEPT_MS);
      expect(refusal(await lattice.find({ ...query, cursor: second.cursor! }))).toEqual(["cursor-outlived", "cursor"]);
      await lattice.close();
    });

    it("explains an answer, condition by condition, and says what opens next", async () => {
      const evening = { kind: "osm", text: "Mo-Su 20:00-22:00" } as const;
      const { lattice } = await fresh([
        place("a", { attributes: { wifi: true, quiet: true }, hours: { kind: "osm", text: "24/7" } }),
        place("b", { at: north(100), attributes: { wifi: true }, hours: evening }),
        place("c", { at: north(200), attributes: { wifi: true, quiet: true }, hours: evening }),
        place("d", { at: north(300), attributes: { wifi: false, quiet: true } }),
        place("e", { at: north(900), attributes: { wifi: true, quiet: true } }),
      ]);
      const where = {
        all: [
          { attribute: "wifi", is: true },
          { attribute: "quiet", is: true },
        ],
      };
      const query = { place: { from: CENTER, radius_m: 500 }, where, open: WINDOW, free: { seats: 4 }, explain: true };
      const step = (condition: string, passed: number, refused: number, unknown: number) => ({
        ...{ condition, passed, refused, unknown },
      });
      const told = sure(await lattice.find(query));
      expect(told.found.map(({ id }) => id)).toEqual(["a"]);
      expect(told.explanation).toEqual({
        steps: [
          step("place", 4, 1, 0),
          step("where.all[0]", 3, 1, 0),
          step("where.all[1]", 2, 0, 1),
          step("open", 1, 1, 0),
          step("free.seats", 1, 0, 0),
        ],
        nextOpening: null,
      });
      sure(await lattice.remove(["a"]));
      const none = sure(await lattice.find(query));
      const opens_ms = NOW_MS + 10 * HOUR_MS;
      expect(none.explanation!.nextOpening).toEqual({ id: "c", distance_m: distance_m(CENTER, north(200)), opens_ms });
      const lenient = sure(await lattice.find({ ...query, unknown: "include" }));
      expect(lenient.explanation!.nextOpening).toMatchObject({ id: "b", opens_ms });
      await lattice.close();
    });

    it("goes by the sun where the place is", async () => {
      const sun = { kind: "osm", text: "sunrise-sunset" } as const;
      // In January: day from 08:14 to 16:20 in Berlin, from 06:50 to 19:05 in Singapore.
      const { lattice } = await fresh([
        place("berlin", { hours: sun }),
        place("singapore", { hours: sun, tz: "Asia/Singapore", at: { lat: 1.29, lng: 103.85 } }),
        place("pole", { hours: sun, tz: "UTC", at: { lat: 89, lng: 0 } }),
      ]);
      const openAt = async (from: { lat: number; lng: number }, hour: number) => {
        const from_ms = Date.UTC(2026, 0, 13, hour);
        const query = { place: { from, radius_m: 10_000 }, open: { from_ms, until_ms: from_ms + HOUR_MS / 4 } };
        return sure(await lattice.find(query)).found.length;
      };
      const at = [sure(await lattice.get("berlin"))!.at, sure(await lattice.get("singapore"))!.at];
      const hours = [1, 6, 8, 12, 16];
      expect(await Promise.all(hours.map((hour) => openAt(at[0]!, hour)))).toEqual([0, 0, 1, 1, 0]);
      expect(await Promise.all(hours.map((hour) => openAt(at[1]!, hour)))).toEqual([1, 1, 1, 0, 0]);
      expect(await openAt({ lat: 89, lng: 0 }, 12)).toBe(0);
      const window = { from_ms: NOW_MS, until_ms: NOW_MS + HOUR_MS };
      const polar = await lattice.surface({
        place: { from: { lat: 89, lng: 0 }, radius_m: 1 },
        window,
        dimension: "seats",
      });
      expect(sure(polar).places[0]!.open).toEqual(Array(4).fill("unknown"));
      await lattice.close();
    });

    it("sees every change at once, under epochs that grow", async () => {
      const { lattice } = await fresh([place("a")]);
      const query = { place: { from: CENTER }, open: WINDOW, free: { seats: 4 }, unknown: "include" };
      const before = sure(await lattice.find(query));
      expect(before.found).toHaveLength(1);
      const { epoch } = sure(await lattice.change([seats("a", -1)]));
      const after = sure(await lattice.find(query));
      expect(after.found).toHaveLength(0);
      expect(epoch).toBeGreaterThan(before.epoch);
      expect(after.epoch).toBeGreaterThanOrEqual(epoch);
      await lattice.close();
    });

    it("holds all or nothing, confirms with a fence, releases, and remembers keys", async () => {
      const { lattice, clock, name } = await fresh([place("a"), place("b")]);
      const request = { items: [seats("a", 3), seats("b", 4)], ttl_ms: 60_000, key: "order 1" };
      const hold = sure(await lattice.hold(request));
      expect(hold).toMatchObject({ state: "held", key: "order 1", expires_at_ms: NOW_MS + 60_000 });
      expect(hold.items[0]).toEqual({ id: "a", dimension: "seats", ...WINDOW, units: 3 });
      expect(await lattice.hold(request)).toEqual(hold);
      expect(refusal(await lattice.hold({ ...request, items: [seats("a", 1)] }))).toEqual(["key-reused", "key"]);
      const none = (await lattice.hold({ items: [seats("a", 1), seats("b", 1)], ttl_ms: 1000 })) as Fault;
      expect([none.refused, none.at]).toEqual(["hold-too-much", "items.1"]);
      expect(none.why).toBe("1 of seats asked for, 0 free in the worst slot.");
      expect(await lattice.free("a", "seats", WINDOW)).toBe(1);
      expect(sure(await lattice.confirm(hold.fence)).state).toBe("confirmed");
      expect(sure(await lattice.confirm(hold.fence)).state).toBe("confirmed");
      const later = sure(await lattice.hold({ items: [seats("a", 1)], ttl_ms: 60_000 }));
      expect(later.fence).toBeGreaterThan(hold.fence);
      await lattice.close();
      const again = await world.open(name, clock);
      expect(await again.look(hold.fence)).toEqual({ ...hold, state: "confirmed" });
      expect(sure(await again.holds({ limit: 10 })).map(({ fence }) => fence)).toEqual([later.fence, hold.fence]);
      expect(sure(await again.release(hold.fence)).state).toBe("released");
      expect(refusal(await again.confirm(hold.fence))).toEqual(["hold-over", "fence"]);
      expect(await again.free("b", "seats", WINDOW)).toBe(4);
      await again.close();
    });

    it("lets holds run out", async () => {
      const { lattice, clock } = await fresh([place("a")]);
      const hold = sure(await lattice.hold({ items: [seats("a", 4)], ttl_ms: 1000 }));
      clock.pass(999);
      expect(await lattice.free("a", "seats", WINDOW)).toBe(0);
      clock.pass(1);
      expect(await lattice.free("a", "seats", WINDOW)).toBe(4);
      expect(sure(await lattice.look(hold.fence)).state).toBe("expired");
      expect(refusal(await lattice.confirm(hold.fence))).toEqual(["hold-over", "fence"]);
      await lattice.close();
    });

    it("refuses more open holds than there may be, and forgets those that ended first", async () => {
      const { lattice, clock } = await fresh([place("a", { capacity: { seats: 90 } })], {
        open_holds: 3,
        ended_holds: 4,
      });
      const take = (key?: string) =>
        lattice.hold({ items: [seats("a", 1)], ttl_ms: 60_000, ...(key === undefined ? {} : { key }) });
      const [first, second] = [sure(await take("k")), sure(await take()), sure(await take())];
      expect(refusal(await take())).toEqual(["holds-full", ""]);
      expect(await take("k")).toEqual(first);
      sure(await lattice.confirm(second.fence));
      expect(refusal(await take())).toEqual(["holds-full", ""]);
      sure(await lattice.release(first.fence));
      const fences = [first.fence];
      for (let i = 0; i < 3; i++) {
        clock.pass(1);
        const { fence } = sure(await take());
        fences.push(sure(await lattice.release(fence)).fence);
      }
      expect(sure(await lattice.look(first.fence)).state).toBe("released");
      clock.pass(1);
      fences.push(sure(await lattice.release(second.fence)).fence);
      const kept = [];
      for (const fence of fences) kept.push(isFault(await lattice.look(fence)) ? null : fence);
      expect(kept).toEqual([null, null, ...fences.slice(2)]);
      expect(sure(await take("k")).fence).toBeGreaterThan(first.fence);
      clock.pass(60_000);
      expect(await lattice.free("a", null, WINDOW)).toBe(90);
      await lattice.close();
    });

    it("keeps what was sold when capacity is taken away, or a capability leaves and comes back", async () => {
      const { lattice } = await fresh([place("a")]);
      const hold = sure(await lattice.hold({ items: [seats("a", 3)], ttl_ms: 60_000 }));
      sure(await lattice.change([seats("a", -3)]));
      expect(await lattice.free("a", "seats", WINDOW)).toBe(-2);
      sure(await lattice.put([place("a", { capacity: { seats: 9 } })]));
      expect(await lattice.free("a", "seats", WINDOW)).toBe(3);
      sure(await lattice.remove(["a"]));
      expect(refusal(await lattice.free("a", "seats", WINDOW))).toEqual(["capability-unknown", "id"]);
      expect(sure(await lattice.look(hold.fence)).items[0]!.id).toBe("a");
      sure(await lattice.put([place("a", { capacity: { seats: 5 } })]));
      expect(await lattice.free("a", "seats", WINDOW)).toBe(-1);
      sure(await lattice.release(hold.fence));
      expect(await lattice.free("a", "seats", WINDOW)).toBe(2);
      await lattice.close();
    });

    it("means the capability's own dimension when none is named", async () => {
      const { lattice } = await fresh([place("a"), place("b", { capacity: { units: 2, desks: 7 } })]);
      expect(await lattice.free("a", null, WINDOW)).toBe(4);
      expect(await lattice.free("b", null, WINDOW)).toBe(2);
      const { items } = sure(await lattice.hold({ items: [{ id: "b", ...WINDOW, units: 1 }], ttl_ms: 1000 }));
      expect(items[0]!.dimension).toBe("units");
      expect(await lattice.dimensions()).toEqual(["desks", "seats", "units"]);
      await lattice.close();
    });

    it("never oversells to many at once", async () => {
      const { lattice } = await fresh([place("a"), place("b")]);
      const answers = await Promise.all(
        Array.from({ length: 24 }, (_, i) =>
          lattice.hold({
            items: i % 2 ? [seats("a", 1), seats("b", 1)] : [seats("b", 1), seats("a", 1)],
            ttl_ms: 60_000,
          }),
        ),
      );
      const granted = answers.filter((answer): answer is LatticeHold => !isFault(answer));
      expect(granted).toHaveLength(4);
      expect(new Set(granted.map(({ fence }) => fence)).size).toBe(4);
      expect(await lattice.free("a", null, WINDOW)).toBe(0);
      await lattice.close();
    });

    it("tells subscribers what comes and goes", async () => {
      const { lattice } = await fresh([place("a")]);
      const stop = new AbortController();
      const news = sure(await lattice.subscribe({ place: { from: CENTER, radius_m: 500 } }, stop.signal));
      const told = news[Symbol.asyncIterator]();
      expect((await told.next()).value).toMatchObject({ added: [{ id: "a" }], removed: [] });
      sure(await lattice.put([place("b", { at: north(100) }), place("z", { at: north(800) })]));
      expect((await told.next()).value).toMatchObject({ added: [{ id: "b" }], removed: [] });
      sure(await lattice.remove(["a"]));
      expect((await told.next()).value).toMatchObject({ added: [], removed: ["a"] });
      stop.abort();
      expect((await told.next()).done).toBe(true);
      await lattice.close();
    });

    it("tells subscribers of units too, also when a hold runs out", async () => {
      const { lattice, clock } = await fresh([place("a", { hours: { kind: "osm", text: "24/7" } })]);
      const stop = new AbortController();
      const query = { place: { from: CENTER }, open: WINDOW, free: { seats: 4 } };
      const news = sure(await lattice.subscribe(query, stop.signal));
      const told = news[Symbol.asyncIterator]();
      expect((await told.next()).value.added).toHaveLength(1);
      sure(await lattice.hold({ items: [seats("a", 1)], ttl_ms: 1000 }));
      expect((await told.next()).value).toMatchObject({ added: [], removed: ["a"] });
      clock.pass(1000);
      expect((await told.next()).value).toMatchObject({ added: [{ id: "a" }], removed: [] });
      sure(await lattice.change([seats("a", -1), seats("a", 1)]));
      sure(await lattice.change([seats("a", -1)]));
      expect((await told.next()).value).toMatchObject({ added: [], removed: ["a"] });
      expect(refusal(await lattice.subscribe({ ...query, cursor: "distance~1~1~1~a" }, stop.signal))).toEqual([
        "cursor-malformed",
        "cursor",
      ]);
      const end = told.next();
      await lattice.close();
      expect((await end).done).toBe(true);
    });

    it("plans a way through legs, and says why there is none", async () => {
      const { lattice } = await fresh(makeOpenCity(300, 5));
      const leg = (name: string, hour: number) => ({
        name,
        find: { place: { from: CENTER, radius_m: 4000 }, where: { attribute: "category", is: name } },
        from_ms: NOW_MS + hour * HOUR_MS,
        until_ms: NOW_MS + (hour + 2) * HOUR_MS,
        minutes: 30,
        units: 1,
      });
      const task = { from: CENTER, depart_ms: NOW_MS, legs: [leg("café", 1), leg("pharmacy", 3)] };
      const found = sure(await lattice.plan(task));
      if (!found.planned) throw new Error(found.why);
      expect(found.visits.map(({ leg }) => leg)).toEqual([0, 1]);
      expect(found.gap).toBe(0);
      const [first] = found.visits;
      expect(await lattice.why({ task, leg: 0, id: first!.id, from_ms: null })).toMatchObject({ reason: "best" });
      const night = { ...task, legs: [{ ...leg("room", 17), units: 0, find: { ...leg("room", 17).find } }] };
      sure(
        await lattice.put(
          [...makeOpenCity(300, 5)].map((one) => ({ ...one, hours: { kind: "osm", text: "Mo-Su 08:00-18:00" } })),
        ),
      );
      const none = sure(await lattice.plan(night));
      expect(none).toMatchObject({ planned: false, reason: "closed", leg: 0 });
      expect(!none.planned && none.why).toMatch(/places match "room".*closed.*08:00/);
      expect(refusal(await lattice.plan({ ...task, legs: [] }))).toEqual(["task-malformed", "legs"]);
      expect(refusal(await lattice.plan({ ...task, legs: [{ ...leg("café", 1), dimension: "beds" }] }))).toEqual([
        "dimension-unknown",
        "legs.0.dimension",
      ]);
      const past = { ...leg("café", 1), from_ms: NOW_MS - 2 * HOUR_MS, until_ms: NOW_MS };
      expect(refusal(await lattice.plan({ ...task, legs: [leg("café", 1), past] }))).toEqual(["window-past", "legs.1"]);
      const far = leg("café", 24 * 90);
      expect(refusal(await lattice.plan({ ...task, legs: [far] }))).toEqual(["window-beyond", "legs.0"]);
      expect(refusal(await lattice.coordinate({ tasks: [task, { ...task, legs: [far] }] }))).toEqual([
        "window-beyond",
        "tasks.1.legs.0",
      ]);
      await lattice.close();
    });

    it("coordinates tasks that compete, with a certificate, prices and holds", async () => {
      const always = { kind: "osm", text: "24/7" } as const;
      const { lattice } = await fresh([
        place("one", { at: north(200), hours: always, capacity: { seats: 1 } }),
        place("two", { at: north(1500), hours: always, capacity: { seats: 1 } }),
      ]);
      const task = {
        from: CENTER,
        depart_ms: NOW_MS,
        legs: [
          {
            name: "seat",
            find: { place: { from: CENTER, radius_m: 5000 } },
            from_ms: NOW_MS + HOUR_MS,
            until_ms: NOW_MS + HOUR_MS + 1,
            minutes: 60,
            units: 1,
          },
        ],
      };
      const reply = sure(await lattice.coordinate({ tasks: [task, task, task], commit: { ttl_ms: 60_000, key: "c" } }));
      expect(reply.plans.filter((plan) => plan !== null)).toHaveLength(2);
      expect(reply.reasons.filter((reason) => reason !== null)).toHaveLength(1);
      expect(reply.certificate.gap).toBeLessThan(0.01);
      expect(reply.holds).toHaveLength(2);
      expect(await lattice.free("one", null, WINDOW)).toBe(0);
      const shown = sure(await lattice.surface({ place: { from: CENTER }, window: WINDOW, dimension: "seats" }));
      expect(shown.places.map(({ id }) => id)).toEqual(["one", "two"]);
      expect(shown.places[0]!.free).toEqual([0, 0, 0, 0]);
      expect(Math.max(...shown.places[0]!.price_s)).toBeGreaterThan(0);
      await lattice.close();
    });
  });
}
