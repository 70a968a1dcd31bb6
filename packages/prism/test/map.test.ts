/** The map without a screen: the projection, wall times, what forms become, and the check of certificates. */
import { isPlanned, type PlanProblem, planGround, planTask } from "lattice";
import { describe, expect, it } from "vitest";
import { DEMO_LATTICE } from "../src/demo-map.ts";
import { checkPlanHere } from "../src/map-check.ts";
import { EMPTY_FIND, isRead, kindOf, readFind } from "../src/map-form.ts";
import { FAMILIES, familyOf, shapePath } from "../src/map-kinds.ts";
import { fitted, fromScreen, scaleBar, toPoint, toScreen, toWorld, zoomed } from "../src/map-projection.ts";
import { wallInstant, wallText } from "../src/map-time.ts";

const SIZE = { width: 800, height: 600 };
const VIEW = { ...toWorld({ lat: 54.72, lng: 2.77 }), zoom: 13.4 };
const words = { status: DEMO_LATTICE, kinds: ["cafe", "charging_station"] };

describe("the projection", () => {
  it("is the spherical Mercator of EPSG:3857", () => {
    expect(toWorld({ lat: 0, lng: 0 })).toEqual({ x: 0.5, y: 0.5 });
    const half_m = 20_037_508.342789244;
    const { x, y } = toWorld({ lat: 54.72, lng: 2.77 });
    expect((x - 0.5) * 2 * half_m).toBeCloseTo((2.77 / 180) * half_m, 3);
    const mercator_m = 6_378_137 * Math.log(Math.tan(Math.PI / 4 + (54.72 * Math.PI) / 360));
    expect((0.5 - y) * 2 * half_m).toBeCloseTo(mercator_m, 3);
  });

  it.each([
    [54.72, 2.77],
    [-85, 179.9],
    [0, -180],
    [89.9, 12],
  ])("goes there and back: %f, %f", (lat, lng) => {
    const back = toPoint(toWorld({ lat, lng }));
    expect(back.lat).toBeCloseTo(Math.min(lat, 85.0511287798), 7);
    expect(back.lng).toBeCloseTo(lng, 7);
  });

  it("keeps what is under the pointer there while it zooms", () => {
    const about = { x: 123, y: 456 };
    const before = fromScreen(VIEW, SIZE, about);
    const after = toScreen(zoomed(VIEW, SIZE, 1.7, about), SIZE, before);
    expect(after.x).toBeCloseTo(about.x, 4);
    expect(after.y).toBeCloseTo(about.y, 4);
  });

  it("fits places into the free part of the window, and says a round length", () => {
    const places = [toWorld({ lat: 54.7, lng: 2.7 }), toWorld({ lat: 54.8, lng: 2.8 })];
    const view = fitted(places, SIZE, { top: 10, right: 20, bottom: 30, left: 300 })!;
    for (const { x, y } of places.map((place) => toScreen(view, SIZE, place))) {
      expect(x).toBeGreaterThanOrEqual(299.99);
      expect(x).toBeLessThanOrEqual(780.01);
      expect(y).toBeGreaterThanOrEqual(9.99);
      expect(y).toBeLessThanOrEqual(570.01);
    }
    expect(fitted([], SIZE, { top: 0, right: 0, bottom: 0, left: 0 })).toBeNull();
    expect([100, 200, 500, 1000]).toContain(scaleBar(VIEW, 120).metres);
  });
});

describe("wall times", () => {
  it.each([
    ["2026-11-22T09:00", "Europe/London", "2026-11-22T09:00:00.000Z"],
    ["2026-07-01T09:00", "Europe/London", "2026-07-01T08:00:00.000Z"],
    ["2026-10-25T01:30", "Europe/London", "2026-10-25T00:30:00.000Z"],
    ["2026-07-01T00:15", "Asia/Kathmandu", "2026-06-30T18:30:00.000Z"],
  ])("%s in %s", (text, zone, instant) => {
    expect(new Date(wallInstant(text, zone)!).toISOString()).toBe(instant);
    expect(wallText(Date.parse(instant), zone)).toBe(text);
  });

  it("takes an hour that is left out for the one after it, and rubbish for none", () => {
    expect(new Date(wallInstant("2026-03-29T01:30", "Europe/London")!).toISOString()).toBe("2026-03-29T01:30:00.000Z");
    for (const text of ["", "tomorrow", "2026-13-01T00:00", "2026-01-01"]) expect(wallInstant(text, "UTC")).toBeNull();
  });
});

describe("the form", () => {
  it("knows a kind by its name, with accents, in the plural, with blanks", () => {
    expect(["Café", "cafés", " CAFE "].map((text) => kindOf(text, words.kinds))).toEqual(["cafe", "cafe", "cafe"]);
    expect(kindOf("charging stations", words.kinds)).toBe("charging_station");
    expect(kindOf("ca", words.kinds)).toBeNull();
  });

  it("asks for no mere places when no kind is said", () => {
    const read = readFind({ ...EMPTY_FIND, require: "wifi, no quiet" }, words);
    expect(isRead(read) && read.where.map(({ is }) => is)).toEqual([
      { not: { attribute: "category", is: "place" } },
      { attribute: "wifi", is: true },
      { attribute: "quiet", is: false },
    ]);
  });

  it("names every field that is wrong", () => {
    const faults = readFind({ ...EMPTY_FIND, what: "moon", require: "gravity", at: "noon" }, words);
    expect(Object.keys(faults)).toEqual(["what", "require", "at"]);
  });
});

it("every family has a shape and a colour of its own", () => {
  expect(new Set(FAMILIES.map(({ shape }) => shapePath(shape))).size).toBeGreaterThanOrEqual(FAMILIES.length - 1);
  expect(new Set(FAMILIES.map(({ colour }) => colour)).size).toBe(FAMILIES.length);
  expect(familyOf("cafe")).not.toBe(familyOf("court"));
  expect(familyOf(null)).toBe(FAMILIES.length - 1);
});

describe("the check of a certificate in the page", () => {
  const place = (id: string, lng: number) => ({ id, lat: 54.72, lng, starts: [[100, 140]] as [number, number][] });
  const leg = (name: string, lng: number) => ({ name, from: 100, until: 140, duration: 3, places: [place(name, lng)] });
  const problem: PlanProblem = {
    ...{
      v: 1,
      origin: { lat: 54.72, lng: 2.76 },
      depart: 100,
      speed_m_per_s: 1.4,
      travel_cost_s: 1,
      wait_cost_slot: 180,
    },
    legs: [leg("cafe", 2.77), leg("court", 2.78)],
  };

  function certificate() {
    const { ground, task, first } = planGround(problem);
    const answer = planTask(ground, task, {});
    if (!isPlanned(answer)) throw new Error("there is a plan");
    const visits = answer.visits.map((visit) => ({ ...visit, place: visit.place - first[visit.leg]! }));
    return { digest: "ab", gap: answer.gap, problem, visits, primal: answer.primal, bound: answer.bound };
  }

  it("holds for a true one", () => {
    const made = certificate();
    expect(checkPlanHere(made)).toEqual({ holds: true, cost_s: made.primal, proven_s: made.bound });
  });

  it.each([
    ["a lower cost", { primal: 1 }],
    ["a higher bound", { bound: 1e9 }],
    ["no visits", { visits: [] }],
    ["another speed", { problem: { ...problem, speed_m_per_s: 2 } }],
    ["an unknown field", { more: 1 }],
    ["no problem", { problem: null }],
  ])("does not hold with %s", (_, change) => {
    expect(checkPlanHere({ ...certificate(), ...change }).holds).toBe(false);
  });
});
