/** What the hours of one capability say at one moment: open, and until when; closed, and when it opens. For answers that people read. */
import type { Capability } from "./capability.ts";
import { isFault } from "./fault.ts";
import { GRAIN_MS, HoursCompiler, type InZone, type Pattern } from "./hours.ts";
import type { Region } from "./region.ts";
import { regionAt, sunCell } from "./region.ts";

/** How far ahead is looked. */
export const GLANCE_DAYS = 8;

export interface Glance {
  readonly state: "open" | "closed" | "unknown";
  /** Unix ms at which that changes; null when it does not within GLANCE_DAYS, or is not known. */
  readonly changes_ms: number | null;
}

const UNKNOWN: Glance = { state: "unknown", changes_ms: null };

export class HoursGlance {
  readonly #at_ms: number;
  readonly #compiler: HoursCompiler;
  readonly #region: Region | null;
  readonly #known = new Map<string, Glance>();

  constructor(at_ms: number, inZone: InZone, region: Region | null = null) {
    this.#region = region;
    this.#at_ms = at_ms;
    this.#compiler = new HoursCompiler({ from_ms: at_ms, until_ms: at_ms + GLANCE_DAYS * 86_400_000 }, inZone);
  }

  of({ hours, tz, at }: Pick<Capability, "hours" | "tz" | "at">): Glance {
    if (hours === null) return UNKNOWN;
    const cell = sunCell(hours, at);
    const key = `${tz} ${JSON.stringify([hours, cell])}`;
    let glance = this.#known.get(key);
    if (glance === undefined) {
      const pattern = this.#compiler.compile(hours, tz, regionAt(this.#region, cell));
      glance = isFault(pattern) ? UNKNOWN : this.#read(pattern);
      this.#known.set(key, glance);
    }
    return glance;
  }

  #read(pattern: Pattern): Glance {
    const { from_ms, until_ms } = this.#compiler.horizon;
    const state = stateOf(pattern, Math.floor((this.#at_ms - from_ms) / GRAIN_MS));
    if (state === "unknown") return UNKNOWN;
    for (let grain = 1; from_ms + grain * GRAIN_MS < until_ms; grain++)
      if (stateOf(pattern, grain) !== state) return { state, changes_ms: from_ms + grain * GRAIN_MS };
    return { state, changes_ms: null };
  }
}

function stateOf({ open, unknown }: Pattern, grain: number): Glance["state"] {
  const bit = (words: Uint32Array): boolean => ((words[grain >>> 5]! >>> (grain & 31)) & 1) === 1;
  return bit(open) ? "open" : bit(unknown) ? "unknown" : "closed";
}
