/** Chance, handed in. Twins: `chance-node.ts` and `chance-sim.ts`. */
export interface Chance {
  bytes(n: number): Uint8Array;
}
