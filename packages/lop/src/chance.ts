/** Chance, handed in. Twins: `chance-node.ts` (the system's generator) and `chance-sim.ts` (from a seed). */
export interface Chance {
  bytes(count: number): Uint8Array;
}
