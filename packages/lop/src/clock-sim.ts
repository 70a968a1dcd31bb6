import type { Clock } from "./clock.ts";

interface Sleeper {
  readonly due_ms: number;
  readonly order: number;
  readonly wake: () => void;
}

/** A clock that stands still until somebody moves it. */
export class SimClock implements Clock {
  #wall_ms: number;
  #monotonic_ms = 0;
  #order = 0;
  #sleepers: Sleeper[] = [];

  constructor(start_ms = Date.UTC(2030, 0, 1)) {
    this.#wall_ms = start_ms;
  }

  now_ms(): number {
    return this.#wall_ms;
  }

  monotonic_ms(): number {
    return this.#monotonic_ms;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((done) => {
      const sleeper: Sleeper = { due_ms: this.#monotonic_ms + ms, order: this.#order++, wake: done };
      this.#sleepers.push(sleeper);
      signal?.addEventListener("abort", () => this.#wake(sleeper), { once: true });
    });
  }

  /** When the next sleeper is due, in milliseconds from now; null when nobody sleeps. */
  nextDue_ms(): number | null {
    const next = this.#next();
    return next === undefined ? null : Math.max(0, next.due_ms - this.#monotonic_ms);
  }

  /** Moves both clocks; sleepers wake in the order of their deadlines, each at its own time. */
  async advance(ms: number): Promise<void> {
    const end_ms = this.#monotonic_ms + ms;
    for (let next = this.#next(); next !== undefined && next.due_ms <= end_ms; next = this.#next()) {
      this.#move(Math.max(0, next.due_ms - this.#monotonic_ms));
      this.#wake(next);
      // The woken code runs before the clock goes on: it may sleep again within this advance.
      for (let turn = 0; turn < 8; turn++) await Promise.resolve();
    }
    this.#move(end_ms - this.#monotonic_ms);
  }

  /** Somebody sets the wall clock; the monotonic one does not notice. */
  step(ms: number): void {
    this.#wall_ms += ms;
  }

  #move(ms: number): void {
    this.#wall_ms += ms;
    this.#monotonic_ms += ms;
  }

  #next(): Sleeper | undefined {
    return this.#sleepers.toSorted((a, b) => a.due_ms - b.due_ms || a.order - b.order)[0];
  }

  #wake(sleeper: Sleeper): void {
    this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
    sleeper.wake();
  }
}
