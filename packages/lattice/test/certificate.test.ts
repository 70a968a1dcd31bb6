import { describe, expect, inject, it } from "vitest";
import { mutate, total } from "../bench/certificates.ts";

const seed = inject("seed");

describe("certificates of all kinds", () => {
  it(`are refused after any of 3,000 changes that make them untrue (seed ${seed})`, () => {
    const { rejected, stillTrue, accepted } = mutate(3000, seed);
    expect(accepted).toEqual({});
    expect(rejected + total(stillTrue)).toBe(3000);
    expect(rejected).toBeGreaterThan(2000);
  });
});
