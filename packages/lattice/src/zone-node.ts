/** The host's clock, set to a time zone for a moment: the opening hours library reads wall times and sun times off it. */
import type { InZone } from "./hours.ts";

/**
 * Node rereads the zone when `TZ` is assigned (https://nodejs.org/api/cli.html#tz). Nothing else runs meanwhile, since the work is synchronous.
 * In a worker thread the assignment is without effect, and the host's zone stays.
 */
export const nodeInZone: InZone = (tz, work) => {
  const before = process.env.TZ;
  process.env.TZ = tz;
  try {
    return work();
  } finally {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  }
};
