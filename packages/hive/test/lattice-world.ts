/** A made-up city in a lattice of its own, on a clock that begins on a Saturday afternoon. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEMO_CENTER, DEMO_TZ, demoCity, type Fault, isFault } from "lattice";
import { openLattice } from "lattice/node";
import { type Clock, nodeClock } from "lop";
import { onTestFinished } from "vitest";
import { LatticeDesk } from "../src/lattice-desk.ts";
import type { LatticeSettings, OpenLattice } from "../src/lattice-port.ts";
import { toRefusal } from "../src/lattice-refusal.ts";
import { must } from "./hive-home.ts";

/** Saturday 21 November 2026, 14:00 in London. */
export const SATURDAY_MS = Date.UTC(2026, 10, 21, 14);

export function saturdayClock(): Clock {
  const began_ms = nodeClock.monotonic_ms();
  return { ...nodeClock, now_ms: () => SATURDAY_MS + Math.round(nodeClock.monotonic_ms() - began_ms) };
}

export const SETTINGS: LatticeSettings = {
  engine: "embedded",
  home: null,
  tz: DEMO_TZ,
  region: null,
  horizon_days: 60,
};
export { DEMO_CENTER };

export function found<T>(answer: T | null): Exclude<T, Fault> {
  if (answer === null || isFault(answer)) throw new Error(isFault(answer) ? answer.why : "It is not there.");
  return answer as Exclude<T, Fault>;
}

export interface CityLattice {
  readonly desk: LatticeDesk;
  readonly clock: Clock;
  readonly open: OpenLattice;
}

export async function cityLattice(settings: Partial<LatticeSettings> = {}, capabilities = 1000): Promise<CityLattice> {
  const folder = mkdtempSync(join(tmpdir(), "axiom-lattice-"));
  const clock = saturdayClock();
  const desk = new LatticeDesk({ ...SETTINGS, ...settings }, clock, async () => {
    const lattice = await openLattice({ folder, clock });
    return isFault(lattice) ? toRefusal(lattice) : lattice;
  });
  onTestFinished(async () => {
    await desk.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const open = must(await desk.open());
  const city = demoCity({ capabilities });
  if (isFault(city)) throw new Error(city.why);
  must(await open.put(city));
  return { desk, clock, open };
}
