import { readFileSync } from "node:fs";
import { uptime } from "node:os";
import type { BootClock } from "./permit-time.ts";

/** Null off Linux: no boot id there, so permits fall back on the wall clock across restarts. */
export function nodeBoot(): BootClock | null {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return { boot, uptime_ms: () => uptime() * 1000 };
  } catch {
    return null;
  }
}
