import { isFault } from "lattice";
import { describe, expect, it } from "vitest";
import { HoursCompiler } from "../../lattice/src/hours.ts";
import { nodeInZone } from "../../lattice/src/zone-node.ts";
import { loadConfig } from "../src/config.ts";
import { latticeSettings } from "../src/lattice-engine.ts";

const DAY_MS = 86_400_000;
const settingsOf = (environment: Record<string, string>) => {
  const loaded = loadConfig("/nonexistent", environment);
  if (!("config" in loaded)) throw new Error(loaded.why);
  return latticeSettings(loaded.config.lattice);
};

/** Hours of one rule on one day. */
function openHours(text: string, day: string, environment: Record<string, string>): number {
  const { region, tz } = settingsOf(environment);
  const from_ms = Date.parse(day);
  const compiler = new HoursCompiler({ from_ms, until_ms: from_ms + DAY_MS }, nodeInZone);
  const stretches = compiler.stretches({ kind: "osm", text }, tz, region);
  if (isFault(stretches)) throw new Error(stretches.why);
  return stretches.reduce((sum, { from_ms, until_ms }) => sum + until_ms - from_ms, 0) / 3_600_000;
}

describe("where holidays and the sun are taken from", () => {
  const london = {
    AXIOM_LATTICE_TZ: "Europe/London",
    AXIOM_LATTICE_COUNTRY: "gb/Scotland",
    AXIOM_LATTICE_HOME: "57.1,-2.1",
  };
  it("is the country and the home of the configuration", () => {
    expect(openHours("Mo-Su 09:00-17:00; PH off", "2026-12-25T00:00Z", london)).toBe(0);
    expect(openHours("Mo-Su 09:00-17:00; PH off", "2026-10-03T00:00Z", london)).toBe(8); // a holiday of Germany alone
    expect(openHours("sunrise-sunset", "2026-12-21T00:00Z", london)).toBeCloseTo(6.7, 0);
  });

  it("is the library's own where nothing is said", () => {
    expect(settingsOf({}).region).toBeNull();
  });

  it("refuses what is no country", () => {
    const loaded = loadConfig("/nonexistent", { AXIOM_LATTICE_COUNTRY: "Britain" });
    expect("why" in loaded && loaded.why).toContain("country");
  });
});
