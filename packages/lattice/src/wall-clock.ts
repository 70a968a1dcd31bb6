/** What the clocks on the wall of a time zone say, and when: wall time ↔ UTC over a stretch of time, with its changes of offset. */

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Wall time is written as the UTC time that looks the same: 9 o'clock on the wall is 09:00Z. */
export class WallClock {
  /** Instants (UTC) from which an offset holds, ascending; the first holds from ever on. */
  readonly #from_ms: number[] = [Number.NEGATIVE_INFINITY];
  readonly #offset_ms: number[];

  /** @throws RangeError when the zone is unknown. */
  constructor(tz: string, from_ms: number, until_ms: number) {
    const offsetAt = zoneOffset(tz);
    const start = from_ms - 2 * DAY_MS;
    this.#offset_ms = [offsetAt(start)];
    for (let day = start; day < until_ms + 2 * DAY_MS; day += DAY_MS) {
      const next = offsetAt(day + DAY_MS);
      if (next === this.#offset_ms.at(-1)) continue;
      this.#from_ms.push(changeBetween(offsetAt, day, day + DAY_MS));
      this.#offset_ms.push(next);
    }
  }

  toWall(utc_ms: number): number {
    let i = this.#from_ms.length - 1;
    while (this.#from_ms[i]! > utc_ms) i--;
    return utc_ms + this.#offset_ms[i]!;
  }

  /** The instant at which the wall says so; the first of two when the clock is set back, the change itself when it leaps over that time. */
  toUtc(wall_ms: number): number {
    for (let i = 0; i < this.#from_ms.length; i++) {
      const utc_ms = Math.max(wall_ms - this.#offset_ms[i]!, this.#from_ms[i]!);
      if (utc_ms < (this.#from_ms[i + 1] ?? Number.POSITIVE_INFINITY)) return utc_ms;
    }
    return wall_ms - this.#offset_ms.at(-1)!;
  }
}

/** Offset of wall time from UTC in ms, to the minute. */
function zoneOffset(tz: string): (utc_ms: number) => number {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: tz,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  });
  return (utc_ms) => {
    const at = Math.floor(utc_ms / MINUTE_MS) * MINUTE_MS;
    const part: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(at)) part[type] = Number(value);
    return Date.UTC(part.year!, part.month! - 1, part.day, part.hour, part.minute) - at;
  };
}

/** The first minute after `from` with the offset of `until`. */
function changeBetween(offsetAt: (utc_ms: number) => number, from: number, until: number): number {
  const after = offsetAt(until);
  let [low, high] = [Math.floor(from / MINUTE_MS), Math.ceil(until / MINUTE_MS)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle * MINUTE_MS) === after) high = middle;
    else low = middle;
  }
  return high * MINUTE_MS;
}
