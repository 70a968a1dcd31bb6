import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Measure, readMeasure } from "../src/index.ts";
import { wordsOf } from "./number-speller.ts";

const TABLE: Readonly<Record<Measure, readonly (readonly [string, number | null])[]>> = {
  minutes: [
    ["two hours", 120],
    ["an hour and a half", 90],
    ["1h30", 90],
    ["1 h 30 min", 90],
    ["half an hour", 30],
    ["three quarters of an hour", 45],
    ["a quarter of an hour", 15],
    ["45", 45],
    ["15m", 15],
    ["2.5 hours", 150],
    ["two and a half hours", 150],
    ["all day", 1440],
    ["hourly", 60],
    ["daily", 1440],
    ["each 40 minute", 40],
    ["every two hours", 120],
    ["twice a day", 720],
    ["3 times an hour", 20],
    ["4x a day", 360],
    ["every other hour", 120],
    ["every second day", 2880],
    ["once every three hours", 180],
    ["half-hourly", 30],
    ["every hour and a half", 90],
    ["an hour and 20 minutes", 80],
    ["25 minutes each", 25],
    ["an hour or so", 60],
    ["90 minuts", 90],
    ["a fortnight", 20160],
    ["3pm", null],
    ["tonight", null],
    ["a while", null],
  ],
  days: [
    ["six weeks", 42],
    ["fortnight", 14],
    ["the next 30 days", 30],
    ["ninety", 90],
    ["two months", 60],
    ["a year", 365],
    ["next quarter", 90],
    ["the next couple of weeks", 14],
    ["March", null],
  ],
  seconds: [
    ["thirty seconds", 30],
    ["over 2 minutes", 120],
    ["1m30s", 90],
    ["half a minute", 30],
    ["45", 45],
    ["90s", 90],
  ],
  kilometres: [
    ["800m", 0.8],
    ["75 metres", 0.075],
    ["3 miles", 4.83],
    ["2km", 2],
    ["half a mile", 0.8],
    ["a mile and a half", 2.41],
    ["300 yards", 0.27],
    ["600 feet", 0.18],
    ["within 1.5 km", 1.5],
    ["walking distance", null],
  ],
  count: [
    ["a hundred pages", 100],
    ["top 5", 5],
    ["max 10 results", 10],
    ["half a dozen", 6],
    ["a couple of", 2],
    ["1,000 pages", 1000],
    ["no more than twenty", 20],
    ["3 or 4", null],
    ["some", null],
  ],
  depth: [
    ["two levels deep", 2],
    ["no deeper than three links", 3],
    ["the pages it links to directly", 1],
    ["a single level", 1],
    ["just the start page", 0],
    ["without following links", 0],
    ["4", 4],
    ["everything", null],
  ],
  number: [
    ["1,200", 1200],
    ["12.50", 12.5],
    ["3,80", 3.8],
    ["1.200,50", 1200.5],
    ["1.234.567", 1_234_567],
    ["10 432", 10_432],
    ["1.2k", 1200],
    ["two grand", 2000],
    ["seven and a half", 7.5],
    ["7½", 7.5],
    ["thirty-eight point two", 38.2],
    ["120/80", 120],
    ["120 over 80", 120],
    ["7h30", 7.5],
    ["-5", -5],
    ["fifteen hundred", 1500],
    ["two million three hundred thousand and five", 2_300_005],
    ["64 euros", null],
    ["one twenty", null],
  ],
};

describe("number phrases", () => {
  for (const [measure, rows] of Object.entries(TABLE))
    it.each(rows)(`${measure}: %s → %s`, (phrase, value) => {
      expect(readMeasure(phrase, measure as Measure)).toBe(value);
    });

  it("reads every whole number below ten million, in words and in digits with marks", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9_999_999 }), fc.boolean(), (value, and) => {
        expect(readMeasure(wordsOf(value, and), "number")).toBe(value);
        expect(readMeasure(value.toLocaleString("en-GB"), "number")).toBe(value);
        expect(readMeasure(value.toLocaleString("de-CH"), "number")).toBe(value);
      }),
      { numRuns: 2000 },
    );
  });

  it("gives one span of time in all its units", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600 }), (hours) => {
        expect(readMeasure(`${hours} hours`, "minutes")).toBe(hours * 60);
        expect(readMeasure(`${wordsOf(hours, true)} hours`, "minutes")).toBe(hours * 60);
        expect(readMeasure(`${hours}h`, "seconds")).toBe(hours * 3600);
        expect(readMeasure(`${hours * 24} hours`, "days")).toBe(hours);
      }),
    );
  });

  it("answers any text with a number or null, in bounded time", () => {
    const measures = Object.keys(TABLE) as Measure[];
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), fc.constantFrom(...measures), (text, measure) => {
        const value = readMeasure(text, measure);
        expect(value === null || Number.isFinite(value)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });
});
