/** A live surface on a file that can crash and a clock that can jump. */
import { isFault, LiveSurface } from "../src/index.ts";
import { nodeSha256 } from "../src/journal-node.ts";
import type { LiveClock } from "../src/live.ts";
import type { SimFile } from "./journal-sim.ts";

export class SimClock implements LiveClock {
  #wall_ms: number;
  #monotonic_ms = 5000;
  constructor(wall_ms = 1_800_000_000_000) {
    this.#wall_ms = wall_ms;
  }
  now_ms(): number {
    return this.#wall_ms;
  }
  monotonic_ms(): number {
    return this.#monotonic_ms;
  }
  pass(ms: number): void {
    this.#wall_ms += ms;
    this.#monotonic_ms += ms;
  }
  /** Somebody sets the wall clock. */
  jump(ms: number): void {
    this.#wall_ms += ms;
  }
}

export async function openLive(file: SimFile, clock: SimClock): Promise<LiveSurface> {
  const live = await LiveSurface.open({ file, sha256: nodeSha256, clock });
  if (isFault(live)) throw new Error(`${live.why} (${live.at})`);
  return live;
}
