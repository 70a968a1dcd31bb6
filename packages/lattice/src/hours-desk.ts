/** Hours over a horizon that rolls on: compiled for some weeks from yesterday, and again for the next weeks when a day has passed. */
import type { Capability } from "./capability.ts";
import type { Fault } from "./fault.ts";
import type { Point } from "./geodesy.ts";
import { HoursCompiler, HoursIndex, type InZone, type KeptHours } from "./hours.ts";
import type { LiveClock } from "./live.ts";
import type { Region } from "./region.ts";
import { windowBeyond } from "./requests.ts";
import type { Window } from "./window.ts";

/** Whose hours: `at` is where, as far as they go by the sun. */
export type Ruled = Pick<Capability, "hours" | "tz"> & { readonly at?: Point | undefined };

/** Rules by handle, in slices: a `RecordStore` is one. */
export interface RuleSource {
  readonly nextHandle: number;
  slice(handle: number, limit: number): readonly { readonly handle: number; readonly capability: Ruled }[];
}

/** Days from yesterday on for which hours are compiled unless said. */
export const HORIZON_DAYS = 60;
const DAY_MS = 86_400_000;
/** Records between two breaths. */
const SLICE = 4096;

export interface HoursSettings {
  readonly clock: LiveClock;
  readonly region: Region | null;
  readonly horizon_days: number;
  /** See hours.ts; the host's own zone stays unless said. */
  readonly inZone: InZone;
}

export class HoursDesk {
  readonly #settings: HoursSettings;
  #index: HoursIndex;
  /** The next one, while it is being made. */
  #next: HoursIndex | null = null;

  /** @param kept hours of an earlier life; where their horizon is over too soon, they are of no use. */
  constructor(settings: HoursSettings, kept: KeptHours | null = null) {
    this.#settings = settings;
    const fresh = this.#fresh();
    this.#index = kept !== null && coversMost(kept.horizon, fresh.horizon) ? this.#again(kept) : fresh;
    this.isKept = this.#index !== fresh;
  }

  #again(kept: KeptHours): HoursIndex {
    return new HoursIndex(new HoursCompiler(kept.horizon, this.#settings.inZone), this.#settings.region, kept);
  }

  /** Whether the hours handed in are those in use. */
  readonly isKept: boolean;

  get index(): HoursIndex {
    return this.#index;
  }

  get horizon(): Window {
    return this.#index.horizon;
  }

  #fresh(): HoursIndex {
    const { clock, region, horizon_days, inZone } = this.#settings;
    const from_ms = (Math.floor(clock.now_ms() / DAY_MS) - 1) * DAY_MS;
    const horizon = { from_ms, until_ms: from_ms + horizon_days * DAY_MS };
    return new HoursIndex(new HoursCompiler(horizon, inZone), region);
  }

  /** A rule that was once accepted and is refused now, by a newer library, leaves the hours unknown. */
  set(handle: number, { hours, tz, at }: Ruled): void {
    for (const index of this.#next === null ? [this.#index] : [this.#index, this.#next])
      if (index.set(handle, hours, tz, at) !== null) index.set(handle, null, tz);
  }

  /** Faults: `window-beyond`. */
  covers(window: Window | undefined): Fault | null {
    if (window === undefined) return null;
    const { from_ms, until_ms } = this.horizon;
    if (window.from_ms >= from_ms && window.until_ms <= until_ms) return null;
    return windowBeyond(this.horizon, "open");
  }

  /** Compiles everything again when a day has passed, between other work. */
  async roll(records: RuleSource, breathe: () => Promise<void>): Promise<void> {
    const due = this.#settings.clock.now_ms() - this.horizon.from_ms >= 2 * DAY_MS;
    if (!due || this.#next !== null) return;
    this.#next = this.#fresh();
    for (let handle = 0; handle < records.nextHandle; ) {
      const slice = records.slice(handle, SLICE);
      for (const { handle, capability } of slice)
        this.#next.set(handle, capability.hours, capability.tz, capability.at);
      handle = (slice.at(-1)?.handle ?? records.nextHandle) + 1;
      await breathe();
    }
    this.#index = this.#next;
    this.#next = null;
  }
}

/** Whether a horizon has begun, and reaches over more than half of one that would begin now: it rolls on in the background then. */
const coversMost = (kept: Window, fresh: Window): boolean =>
  kept.from_ms <= fresh.from_ms && kept.until_ms - fresh.from_ms > (fresh.until_ms - fresh.from_ms) / 2;
