import fc from "fast-check";
import { isRefusal } from "lop";
import { describe, expect, inject, it } from "vitest";
import { readTime, sayTime } from "../src/spoken-time.ts";

const seed = inject("seed");
/** A Saturday, 15:00 in Berlin. */
const NOW = Date.UTC(2026, 10, 21, 14, 0);
const read = (phrase: string, tz = "Europe/Berlin", now = NOW) => readTime(phrase, now, tz);

it("says a moment in the zone of the lattice, over the end of summer time too", () => {
  expect(sayTime(Date.UTC(2026, 9, 25, 0, 30), "Europe/Berlin")).toBe("2026-10-25 02:30 Europe/Berlin");
  expect(sayTime(Date.UTC(2026, 9, 25, 1, 30), "Europe/Berlin")).toBe("2026-10-25 02:30 Europe/Berlin");
  expect(sayTime(NOW, "Europe/Berlin")).toBe("2026-11-21 15:00 Europe/Berlin");
});

describe("times as people say them", () => {
  it.each([
    ["now", "2026-11-21 15:00"],
    ["5pm", "2026-11-21 17:00"],
    ["9am", "2026-11-22 09:00"],
    ["at 6", "2026-11-21 18:00"],
    ["13:00", "2026-11-22 13:00"],
    ["tonight at 11", "2026-11-21 23:00"],
    ["tomorrow 9am", "2026-11-22 09:00"],
    ["noon tomorrow", "2026-11-22 12:00"],
    ["half past nine tomorrow", "2026-11-22 09:30"],
    ["Friday at 14:00", "2026-11-27 14:00"],
    ["after breakfast", "2026-11-22 08:00"],
    ["tomorrow after lunch", "2026-11-22 12:30"],
    ["before bed", "2026-11-21 22:00"],
    ["in 2 hours", "2026-11-21 17:00"],
    ["14h30", "2026-11-22 14:30"],
    ["2026-12-01 10:00", "2026-12-01 10:00"],
    ["2026-11-25T09:00:00+05:00", "2026-11-25 05:00"],
  ])("%j is %s", (phrase, wall) =>
    expect(read(phrase)).toMatchObject({ read_as: `${wall} Europe/Berlin`, assumed: null }),
  );

  it.each([
    ["tonight", "2026-11-21 21:00", "tonight is taken as 21:00"],
    ["Saturday morning", "2026-11-28 09:00", "morning is taken as 9:00"],
    ["tomorrow evening", "2026-11-22 19:00", "evening is taken as 19:00"],
    ["tomorrow", "2026-11-22 12:00", "no hour was said; noon is taken"],
  ])("%j is %s, and says what it took", (phrase, wall, assumed) =>
    expect(read(phrase)).toMatchObject({ read_as: `${wall} Europe/Berlin`, assumed }),
  );

  it("reads an end, where one is said", () =>
    expect(read("between 5pm and 7pm")).toMatchObject({
      from_ms: Date.UTC(2026, 10, 21, 16),
      until_ms: Date.UTC(2026, 10, 21, 18),
    }));

  it("keeps to the wall of the time zone when clocks change", () => {
    const spring = Date.UTC(2027, 2, 27, 12);
    expect(read("tomorrow 9am", "Europe/Berlin", spring)).toMatchObject({ from_ms: Date.UTC(2027, 2, 28, 7) });
    expect(read("tomorrow 9am", "America/New_York", spring)).toMatchObject({ from_ms: Date.UTC(2027, 2, 28, 13) });
    expect(read("9am", "Pacific/Auckland")).toMatchObject({ from_ms: Date.UTC(2026, 10, 21, 20) });
  });

  it.each([
    ["yesterday", "time-past"],
    ["2020-01-01 10:00", "time-past"],
    ["gibberish", "time-unknown"],
    ["", "time-unknown"],
    ["x".repeat(300), "time-unknown"],
  ])("refuses %j", (phrase, refused) => expect(read(phrase)).toMatchObject({ refused }));
});

it(`never throws, and never gives a time that is over (seed ${seed})`, () => {
  const words = [
    "tomorrow",
    "at",
    "9",
    "pm",
    "Friday",
    "noon",
    "between",
    "and",
    "half past",
    "2026-02-30",
    "-",
    "in",
    "minutes",
  ];
  const phrase = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.constantFrom(...words), { maxLength: 6 }).map((all) => all.join(" ")),
  );
  fc.assert(
    fc.property(phrase, fc.constantFrom("UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns"), (text, tz) => {
      const time = read(text, tz);
      if (isRefusal(time)) return;
      expect(time.from_ms).toBeGreaterThanOrEqual(NOW);
      expect(time.until_ms === null || time.until_ms > time.from_ms).toBe(true);
    }),
    { seed, numRuns: 150 },
  );
});
