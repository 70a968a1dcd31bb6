/** Time, handed in. Twins: `clock-node.ts` and `clock-sim.ts`. */
export interface Clock {
  /** Wall clock, Unix ms. It may be set back or forward at any moment. */
  now_ms(): number;
  /** Never goes back; says nothing about the date. */
  monotonic_ms(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
