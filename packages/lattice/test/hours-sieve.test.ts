import { describe, expect, inject, it } from "vitest";
import { type HoursByPattern, HoursSieve, patternsByPosition } from "../src/hours-sieve.ts";
import { buildIndex } from "../src/index.ts";
import { chance, makeCity } from "./city.ts";

const COUNT = 2000;
const WINDOW = { from_ms: 0, until_ms: 3_600_000 };

/** Hours of which every third pattern passes; says how often they were asked. */
class MadeHours implements HoursByPattern {
  patterns = 100;
  readonly of = new Uint32Array(COUNT);
  readonly set: number[] = [];
  single = 0;
  together = 0;

  give(handle: number, pattern: number): void {
    this.of[handle] = pattern;
    this.set.push(handle);
  }
  patternOf(handle: number): number {
    return this.of[handle]!;
  }
  isPatternOpen(pattern: number): "open" | "closed" {
    this.single++;
    return pattern % 3 === 0 ? "open" : "closed";
  }
  passing(_window: unknown, _lenient: boolean, into: Int32Array): number {
    this.together++;
    into.fill(0, 0, (this.patterns + 31) >>> 5);
    for (let pattern = 0; pattern < this.patterns; pattern += 3) into[pattern >>> 5]! |= 1 << (pattern & 31);
    return this.patterns;
  }
  get mark(): number {
    return this.set.length;
  }
  setSince(mark: number): readonly number[] {
    return this.set.slice(mark);
  }
}

describe("patterns by position", () => {
  const seed = inject("seed");
  const random = chance(seed);
  const below = (most: number): number => Math.floor(random() * most);
  const index = buildIndex(makeCity({ count: COUNT, seed }).map((capability, handle) => ({ handle, capability })));

  it(`follow what the hours know, also beyond 65,536 patterns (seed ${seed})`, () => {
    const hours = new MadeHours();
    for (const patterns of [100, 65_536, 65_537, 90_000]) {
      hours.patterns = patterns;
      for (let i = 0; i < 500; i++) hours.give(below(COUNT), patterns - 1 - below(100));
      const column = patternsByPosition(hours, index);
      expect(Array.from(column)).toEqual(Array.from(index.handles, (handle) => hours.patternOf(handle)));
      expect(column.BYTES_PER_ELEMENT).toBe(patterns > 65_536 ? 4 : 2);
    }
    const others = new MadeHours();
    expect(patternsByPosition(others, index).every((pattern) => pattern === 0)).toBe(true);
    expect(patternsByPosition(hours, index)).toContain(hours.patternOf(index.handles[0]!));
  });

  it("are asked one by one while they are many and few are met, else together", () => {
    for (const patterns of [200, 90_000]) {
      const hours = new MadeHours();
      hours.patterns = patterns;
      for (let handle = 0; handle < COUNT; handle++) hours.give(handle, below(patterns));
      const column = patternsByPosition(hours, index);
      const sieve = new HoursSieve().begin(hours, WINDOW, false);
      expect([hours.single, hours.together]).toEqual([0, patterns === 200 ? 1 : 0]);
      for (let block = 0; block < COUNT >>> 5; block++) {
        const among = below(2 ** 32) | 0;
        let expected = 0;
        for (let i = 0; i < 32; i++)
          if (((among >>> i) & 1) === 1 && column[block * 32 + i]! % 3 === 0) expected |= 1 << i;
        expect(sieve.among(column, block * 32, among)).toBe(expected);
      }
      expect(hours.together).toBe(1);
    }
  });
});
