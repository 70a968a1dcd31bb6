/** What plans are made over: places that match, and what they offer when. Each engine gives this; plans know no engine. */
import type { Fault } from "./fault.ts";
import type { FindQuery } from "./find-query.ts";
import type { Point } from "./geodesy.ts";
import type { IntegerSolver } from "./integer.ts";
import type { LatticeHold, LatticeHoldRequest } from "./lattice.ts";
import type { Slots } from "./slot.ts";
import type { Window } from "./window.ts";

export interface TerrainPlace {
  readonly id: string;
  readonly handle: number;
  readonly at: Point;
  readonly tz: string;
  /** Dimensions of its own. */
  readonly dimensions: readonly string[];
}

export interface Match {
  readonly places: readonly TerrainPlace[];
  readonly epoch: number;
}

/** What places offer at one moment; asked slot by slot, so it answers at once. */
export interface Offering {
  isOpen(place: TerrainPlace, window: Window): "open" | "closed" | "unknown";
  /** Free units in the worst slot. */
  free(place: TerrainPlace, dimension: string, slots: Slots): number;
}

export interface Terrain {
  /** The nearest that match. Faults: those of `find`. */
  match(query: FindQuery): Promise<Match | Fault>;
  /** Every dimension that some capability has. */
  dimensions(): Promise<readonly string[] | Fault>;
  offering(places: readonly TerrainPlace[], slots: Slots): Promise<Offering | Fault>;
  hold(request: LatticeHoldRequest): Promise<LatticeHold | Fault>;
  release(fence: number): Promise<LatticeHold | Fault>;
  /** Hours are known within. */
  readonly horizon: Window;
  now_ms(): number;
  /** Settles small competitions; loaded when it is first asked for. */
  integers(): Promise<IntegerSolver>;
  /** For deadlines. */
  monotonic_ms(): number;
  /** Hex SHA-256. */
  digest(bytes: Uint8Array): string;
}
