import OpeningHours from "opening_hours";
import { describe, expect, inject, it } from "vitest";
import {
  GRAIN_MS,
  HoursCompiler,
  HoursIndex,
  type HoursRule,
  isFault,
  type Region,
  type Window,
} from "../src/index.ts";
import { WallClock } from "../src/wall-clock.ts";
import { readWeekly } from "../src/weekly-hours.ts";
import { nodeInZone } from "../src/zone-node.ts";
import { chance } from "./city.ts";

const osm = (text: string): HoursRule => ({ kind: "osm", text });
const HORIZON = { from_ms: Date.UTC(2026, 2, 16), until_ms: Date.UTC(2026, 3, 13) }; // the clocks change on 29 March

function indexOf(rule: HoursRule | null, tz = "Europe/Berlin", horizon: Window = HORIZON): HoursIndex {
  const index = new HoursIndex(new HoursCompiler(horizon), null);
  const wrong = index.set(5, rule, tz);
  if (wrong !== null) throw new Error(wrong.why);
  return index;
}
const at = (text: string): number => Date.parse(text);
const window = (from: string, until: string): Window => ({ from_ms: at(from), until_ms: at(until) });

describe("wall clocks", () => {
  it.each([
    ["Europe/Berlin", "2026-03-29T00:59Z", "2026-03-29T01:59Z"],
    ["Europe/Berlin", "2026-03-29T01:00Z", "2026-03-29T03:00Z"],
    ["Asia/Kathmandu", "2026-03-20T00:00Z", "2026-03-20T05:45Z"],
    ["America/St_Johns", "2026-03-20T12:00Z", "2026-03-20T09:30Z"],
    ["Australia/Lord_Howe", "2026-04-05T00:00Z", "2026-04-05T10:30Z"],
  ])("of %s say at %s what they say", (tz, utc, wall) => {
    const clock = new WallClock(tz, HORIZON.from_ms, HORIZON.until_ms);
    expect(new Date(clock.toWall(at(utc))).toISOString()).toBe(new Date(at(wall)).toISOString());
    expect(clock.toUtc(at(wall))).toBe(at(utc));
  });

  it("give the change itself for a time that the clocks leap over", () => {
    const clock = new WallClock("Europe/Berlin", HORIZON.from_ms, HORIZON.until_ms);
    expect(clock.toUtc(at("2026-03-29T02:30Z"))).toBe(at("2026-03-29T01:00Z"));
  });
});

describe("hours", () => {
  const index = indexOf(osm("Mo-Fr 09:00-18:00; Sa 22:00-04:00"));
  it.each([
    ["2026-03-16T08:00Z", "2026-03-16T17:00Z", "open"], // 9:00 to 18:00 in winter
    ["2026-03-16T07:55Z", "2026-03-16T09:00Z", "closed"],
    ["2026-03-30T07:00Z", "2026-03-30T16:00Z", "open"], // the same in summer
    ["2026-03-30T15:00Z", "2026-03-30T16:05Z", "closed"],
    ["2026-03-28T21:00Z", "2026-03-29T02:00Z", "open"], // the night of the change has an hour less
    ["2026-03-28T21:00Z", "2026-03-29T02:05Z", "closed"],
    ["2026-04-12T23:00Z", "2026-04-13T01:00Z", "closed"],
  ])("from %s until %s: %s", (from, until, state) => {
    expect(index.isOpen(5, window(from, until))).toBe(state);
  });

  it("are unknown without a rule, beyond the horizon, and at an open end", () => {
    expect(indexOf(null).isOpen(5, window("2026-03-16T08:00Z", "2026-03-16T09:00Z"))).toBe("unknown");
    expect(indexOf(osm("24/7")).isOpen(5, window("2026-04-12T20:00Z", "2026-04-13T01:00Z"))).toBe("unknown");
    expect(indexOf(osm("Mo-Su 10:00-20:00+")).isOpen(5, window("2026-03-16T19:30Z", "2026-03-16T20:00Z"))).toBe(
      "unknown",
    );
  });

  it("tell the next opening", () => {
    expect(index.nextOpen(5, at("2026-03-16T17:00Z"))).toBe(at("2026-03-17T08:00Z"));
    expect(index.nextOpen(5, at("2026-03-16T09:07Z"))).toBe(at("2026-03-16T09:07Z"));
    expect(index.nextOpen(5, at("2026-04-12T23:00Z"))).toBeNull();
  });

  it("recur by RRULE in wall time", () => {
    const rule: HoursRule = {
      kind: "rrule",
      text: "DTSTART:20260316T190000Z\nRRULE:FREQ=WEEKLY;BYDAY=MO,TH",
      minutes: 90,
    };
    const weekly = indexOf(rule);
    expect(weekly.isOpen(5, window("2026-03-16T18:00Z", "2026-03-16T19:30Z"))).toBe("open");
    expect(weekly.isOpen(5, window("2026-04-02T17:00Z", "2026-04-02T18:30Z"))).toBe("open");
    expect(weekly.isOpen(5, window("2026-04-02T18:00Z", "2026-04-02T19:00Z"))).toBe("closed");
  });

  it("are intervals as given", () => {
    const given = indexOf({ kind: "intervals", intervals: [[at("2026-03-20T10:00Z"), at("2026-03-20T12:00Z")]] });
    expect(given.isOpen(5, window("2026-03-20T10:00Z", "2026-03-20T12:00Z"))).toBe("open");
    expect(given.isOpen(5, window("2026-03-20T09:59Z", "2026-03-20T11:00Z"))).toBe("closed");
  });

  it.each([
    ["opening hours", osm("Mo-Fx 09:00-17:00")],
    ["a recurrence rule", { kind: "rrule", text: "RRULE:FREQ=SOMETIMES", minutes: 5 } as const],
  ])("refuse malformed %s", (_name, rule) => {
    const wrong = new HoursIndex(new HoursCompiler(HORIZON), null).set(1, rule, "Europe/Berlin");
    expect(wrong?.refused).toBe("hours-malformed");
    expect(wrong?.why.length).toBeGreaterThan(20);
  });

  it("keep equal patterns once", () => {
    const many = new HoursIndex(new HoursCompiler(HORIZON), null);
    for (let handle = 0; handle < 5000; handle++)
      many.set(handle, osm(handle % 2 === 0 ? "Mo-Fr 09:00-17:00" : "Mo,Tu,We,Th,Fr 09:00-17:00"), "Europe/Berlin");
    expect(many.patterns).toBe(2); // that one, and "unknown"
  });
});

const DAYS = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];
function randomHours(random: () => number): string {
  const some = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const time = (): string =>
    `${String(Math.floor(random() * 25)).padStart(2, "0")}:${some(["00", "15", "30", "45", "05"])}`;
  const times = (): string =>
    Array.from({ length: 1 + Math.floor(random() * 2) }, () => `${time()}-${time()}`).join(some([",", ", "]));
  const days = (): string =>
    random() < 0.5 ? `${some(DAYS)}-${some(DAYS)}` : random() < 0.5 ? some(DAYS) : `${some(DAYS)},${some(DAYS)}`;
  const rule = (): string =>
    `${random() < 0.85 ? `${days()} ` : ""}${random() < 0.15 ? some(["off", "closed"]) : times()}`;
  return Array.from({ length: 1 + Math.floor(random() * 3) }, rule).join(some([";", "; "]));
}

describe("hours of many asked at once", () => {
  const seed = inject("seed");
  it(`are those that are asked one by one, in any window (seed ${seed})`, () => {
    const random = chance(seed);
    const { from_ms, until_ms } = new HoursCompiler(HORIZON).horizon;
    const many = new HoursIndex(new HoursCompiler(HORIZON), null);
    const add = (handles: number): void => {
      for (let handle = 0; handle < handles; handle++) {
        const text = random() < 0.2 ? "24/7" : randomHours(random);
        many.set(handle, osm(random() < 0.3 ? `${text} unknown` : text), "Europe/Berlin");
      }
    };
    add(300);
    const into = new Int32Array(64);
    let passed = 0;
    for (let i = 0; i < 600; i++) {
      if (i === 200 || i === 400) add(60); // some that the rows made so far do not know
      const begin = from_ms - 7_200_000 + Math.floor((random() * (until_ms - from_ms)) / 60_000) * 60_000;
      const window = { from_ms: begin, until_ms: begin + 60_000 * Math.ceil(10 ** (4 * random())) };
      const lenient = random() < 0.5;
      const asked = many.passing(window, lenient, into);
      expect(asked).toBeGreaterThan(many.patterns / 2);
      for (let pattern = 0; pattern < asked; pattern++) {
        const state = many.isPatternOpen(pattern, window);
        const expected = state === "open" || (lenient && state === "unknown");
        if (((into[pattern >>> 5]! >>> (pattern & 31)) & 1) !== (expected ? 1 : 0))
          throw new Error(`pattern ${pattern} in ${JSON.stringify({ window, lenient })}: ${state}`);
        if (expected) passed++;
      }
    }
    expect(passed).toBeGreaterThan(1000);
  });
});

describe("hours that follow the sun", () => {
  const region = { lat: "52.52", lon: "13.4", address: { country_code: "de", state: "Berlin" } } as unknown as Region;
  const compiler = new HoursCompiler(HORIZON, nodeInZone);
  it.each([
    ["Europe/Berlin", "2026-03-20T05:11Z", "2026-03-20T17:16Z"], // equinox in Berlin: 6:11 to 18:16 on the wall
    ["Asia/Tokyo", "2026-03-20T05:11Z", "2026-03-20T17:16Z"], // the sun does not care for the wall
  ])("are those of the place, whatever clock the host keeps (%s)", (tz, rise, set) => {
    const before = process.env.TZ;
    const stretches = compiler.stretches(osm("sunrise-sunset"), tz, region);
    expect(process.env.TZ).toBe(before);
    if (isFault(stretches)) throw new Error(stretches.why);
    const day = stretches.find(({ from_ms }) => Math.abs(from_ms - at(rise)) < 5 * 60_000);
    expect(Math.abs((day?.until_ms ?? 0) - at(set))).toBeLessThan(5 * 60_000);
  });

  it("join what touches, inside the horizon", () => {
    const whole = compiler.stretches(osm("Mo-Su 00:00-12:00, Mo-Su 12:00-24:00"), "Europe/Berlin", null);
    expect(whole).toEqual([{ ...HORIZON, unknown: false }]);
  });
});

describe("the simple reader of weekly hours", () => {
  const seed = inject("seed");
  it(`equals the library wherever it reads at all (seed ${seed})`, () => {
    const random = chance(seed);
    const horizon = { from_ms: Date.UTC(2026, 5, 1), until_ms: Date.UTC(2026, 5, 22) };
    let read = 0;
    for (let i = 0; i < 800; i++) {
      const text = randomHours(random);
      if (readWeekly(text) === null) continue;
      read++;
      const ours = new HoursCompiler(horizon).compile(osm(text), "UTC", null);
      if (isFault(ours)) throw new Error(ours.why);
      const host = (utc_ms: number): Date => new Date(2026, 5, 1, 0, (utc_ms - horizon.from_ms) / 60_000);
      const library = new OpeningHours(text, null);
      for (let k = 0; k < 60; k++) {
        const grain = Math.floor(random() * 20 * 288);
        const expected = library.getState(host(horizon.from_ms + grain * GRAIN_MS));
        expect([text, grain, ((ours.open[grain >>> 5]! >>> (grain & 31)) & 1) === 1]).toEqual([text, grain, expected]);
      }
    }
    expect(read).toBeGreaterThan(150);
  });
});
