/** The machine's own clocks. */
import { performance } from "node:perf_hooks";
import type { LiveClock } from "./live.ts";

export const machineClock: LiveClock = { now_ms: () => Date.now(), monotonic_ms: () => performance.now() };
