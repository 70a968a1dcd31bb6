/**
 * A city of tasks with three legs each that compete for slots: 100,000 capabilities of 20 kinds on 50 × 50 km, tasks around 25 hot spots, each
 * leg with the 15 nearest of a kind and 8 start slots. Everything follows from the seed.
 */
import type { LegsFile } from "../src/index.ts";
import { chance } from "../test/city.ts";

const SIDE_M = 50_000;
const KINDS = 75;
const HOT_SPOTS = 8;
const SPREAD_M = 150;
const CANDIDATES = 15;
const START_SLOTS = 8;
const LEGS = 3;
const CELL_M = 2000;

type Spot = readonly [x: number, y: number];

export function makeRivals(tasks: number, capabilities: number, seed: number): LegsFile {
  const random = chance(seed);
  const whole = (most: number): number => Math.floor(random() * most);
  const around = (at: number): number =>
    Math.round(at + SPREAD_M * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
  const spots = Array.from({ length: capabilities }, (): Spot => [whole(SIDE_M), whole(SIDE_M)]);
  const nearest = nearestOfKind(
    spots,
    Uint8Array.from(spots, () => whole(KINDS)),
  );
  const hot = Array.from({ length: HOT_SPOTS }, (): Spot => [whole(SIDE_M), whole(SIDE_M)]);
  return {
    leg_duration_slots: 2,
    metres_per_slot: 3000,
    wait_cost_per_slot: 20,
    penalty_unserved: 12_000,
    capability_xy: spots,
    capacity_per_slot: spots.map(() => 1),
    tasks: Array.from({ length: tasks }, () => {
      const [x, y] = hot[Math.floor(HOT_SPOTS ** random()) - 1] ?? hot[0]!;
      const origin: Spot = [around(x), around(y)];
      const early = whole(START_SLOTS);
      const legs = Array.from({ length: LEGS }, (_, l) => ({
        window_start_slot: early + l * START_SLOTS,
        window_slots: START_SLOTS,
        candidates: nearest(origin, whole(KINDS)),
      }));
      return { origin, legs };
    }),
  };
}

/** The nearest of a kind, by rings of grid cells. */
export function nearestOfKind(spots: readonly Spot[], kinds: Uint8Array): (at: Spot, kind: number) => number[] {
  const cells = new Map<number, number[]>();
  const key = (x: number, y: number, kind: number): number => (x * 4096 + y) * KINDS + kind;
  for (const [i, [x, y]] of spots.entries()) {
    const cell = key(Math.floor(x / CELL_M), Math.floor(y / CELL_M), kinds[i]!);
    cells.set(cell, [...(cells.get(cell) ?? []), i]);
  }
  return ([x, y], kind) => {
    const far = (i: number): number => Math.hypot(spots[i]![0] - x, spots[i]![1] - y);
    const [cx, cy] = [Math.floor(x / CELL_M), Math.floor(y / CELL_M)];
    for (let ring = 1; ; ring++) {
      const found: number[] = [];
      for (let a = cx - ring; a <= cx + ring; a++)
        for (let b = cy - ring; b <= cy + ring; b++)
          if (a >= 0 && b >= 0) found.push(...(cells.get(key(a, b, kind)) ?? []));
      const near = found.filter((i) => far(i) <= ring * CELL_M || ring * CELL_M > SIDE_M);
      if (near.length >= CANDIDATES || ring * CELL_M > SIDE_M)
        return near.sort((a, b) => far(a) - far(b) || a - b).slice(0, CANDIDATES);
    }
  };
}
