/** Time, handed in. Twins: `clock-node.ts` and `clock-sim.ts`. */
export interface Clock {
  /** Wall time, Unix milliseconds. May step in either direction. */
  now_ms(): number;
  /** Never goes back; its zero means nothing. Durations and deadlines use this one. */
  monotonic_ms(): number;
  /** Ends early, without an error, when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
