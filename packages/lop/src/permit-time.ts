/**
 * Time for permits: milliseconds that never go back, do not follow steps of the wall clock, count a suspended machine's sleep,
 * and go on across restarts. Wall time alone would let "set the clock back" prolong a permit.
 */
import type { Clock } from "./clock.ts";

/** The machine since its boot. Twin: `boot-node.ts`. Null where the system cannot tell. */
export interface BootClock {
  /** A new value at each boot. */
  readonly boot: string;
  /** Since the boot, time asleep included. */
  uptime_ms(): number;
}

/** One reading of all clocks, as the journal keeps it. */
export interface Stamp {
  /** Permit time; not rounded, or what begins at this stamp would begin a moment after it. */
  readonly t: number;
  readonly wall: number;
  readonly boot: string | null;
  readonly up: number;
}

/** Wall and monotonic clock drift apart by steps and by sleep; a smaller difference is neither. */
const DRIFT_MS = 1000;

export class PermitTime {
  readonly #clock: Clock;
  readonly #boot: BootClock | null;
  /** Permit time where the monotonic clock reads zero. */
  #offset: number;
  #slept = 0;
  #drift: number;
  readonly #start: { readonly mono: number; readonly up: number };

  /** @param last the journal's last stamp; null begins at zero. */
  constructor(clock: Clock, boot: BootClock | null, last: Stamp | null) {
    this.#clock = clock;
    this.#boot = boot;
    this.#start = { mono: clock.monotonic_ms(), up: boot?.uptime_ms() ?? 0 };
    this.#drift = clock.now_ms() - this.#start.mono;
    this.#offset = (last === null ? 0 : last.t + this.#since(last)) - this.#start.mono;
  }

  now_ms(): number {
    const mono = this.#clock.monotonic_ms();
    const drift = this.#clock.now_ms() - mono;
    if (Math.abs(drift - this.#drift) > DRIFT_MS) this.#askUptime(mono, drift);
    return this.#offset + this.#slept + mono;
  }

  stamp(): Stamp {
    const t = this.now_ms();
    return {
      t,
      wall: this.#clock.now_ms(),
      boot: this.#boot?.boot ?? null,
      up: Math.floor(this.#boot?.uptime_ms() ?? 0),
    };
  }

  /**
   * Downtime. In the same boot the uptime tells it; after another boot only the wall clock does, and a clock that was set back
   * tells none: a permit then keeps at most what it had left when the journal was last written.
   */
  #since(last: Stamp): number {
    // A restarted container keeps its host's boot id and begins its uptime anew.
    if (last.boot !== null && last.boot === this.#boot?.boot && this.#start.up >= last.up)
      return this.#start.up - last.up;
    return Math.max(0, this.#clock.now_ms() - last.wall);
  }

  /** The clocks parted: either somebody set the wall clock, or the machine slept while the monotonic clock stood still. */
  #askUptime(mono: number, drift: number): void {
    this.#drift = drift;
    if (this.#boot === null) return;
    const asleep = this.#boot.uptime_ms() - this.#start.up - (mono - this.#start.mono);
    if (asleep > DRIFT_MS / 2) this.#slept = Math.max(this.#slept, asleep);
  }
}
