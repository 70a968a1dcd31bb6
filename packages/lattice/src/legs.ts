/**
 * Multi-leg competition: many tasks, each of several legs in order, compete for slots of places. A column is one way of one task through its
 * legs (leg-dag.ts); a plan picks at most one column a task, so that no slot is oversold and the sum of costs is least.
 */
import type { CellCosts, DagLeg, LegDag } from "./leg-dag.ts";

export const MAX_LEGS_TASKS = 100_000;

export interface LegsProblem {
  readonly tasks: readonly LegDag[];
  /** Units of each place, in every slot. */
  readonly capacity: ArrayLike<number>;
  /** Where it is not the same in every slot: units by place · slots + slot, 0 when closed. Stands in for `capacity`. */
  readonly room?: ArrayLike<number>;
  /** Slots 0…slots − 1; every leg ends inside. */
  readonly slots: number;
  /** What it costs to leave a task out. */
  readonly penalty: number;
}

/** The cells of each task's legs (see `DagLeg`); null for a task that is left out. */
export type Plan = readonly (ArrayLike<number> | null)[];

/** Entries of a table by place and slot. */
export const roomFor = ({ capacity, slots }: LegsProblem): number => capacity.length * slots;

/** Units in one entry of such a table. */
export const roomAt = ({ capacity, slots, room }: LegsProblem, entry: number): number =>
  room === undefined ? capacity[Math.floor(entry / slots)]! : room[entry]!;

/** Own costs of a task's cells at these prices. */
export function priced(
  { slots }: LegsProblem,
  { legs }: LegDag,
  prices: ArrayLike<number>,
  into?: CellCosts,
): CellCosts {
  const costs = into ?? legs.map((leg) => new Float64Array(leg.places.length * leg.slots));
  for (let l = 0; l < legs.length; l++) priceLeg(legs[l]!, slots, prices, costs[l]!);
  return costs;
}

/** A sliding sum over the slots that a start would take. */
function priceLeg(
  { places, from, slots: starts, duration }: DagLeg,
  slots: number,
  prices: ArrayLike<number>,
  into: Float64Array,
): void {
  for (let j = 0, cell = 0; j < places.length; j++) {
    const first = places[j]! * slots + from;
    for (let k = 0; k < starts; k++, cell++) {
      let sum = 0;
      for (let slot = first + k; slot < first + k + duration; slot++) sum += prices[slot]!;
      into[cell] = sum;
    }
  }
}

/** Tasks as the sets of `multi_leg_slots` tell them: straight metres between points, one speed, one duration. */
export interface LegsFile {
  readonly leg_duration_slots: number;
  readonly metres_per_slot: number;
  readonly wait_cost_per_slot: number;
  readonly penalty_unserved: number;
  readonly capability_xy: readonly (readonly [number, number])[];
  readonly capacity_per_slot: readonly number[];
  readonly tasks: readonly {
    readonly origin: readonly [number, number];
    readonly legs: readonly {
      readonly window_start_slot: number;
      readonly window_slots: number;
      readonly candidates: readonly number[];
    }[];
  }[];
}

/** @throws RangeError beyond MAX_LEGS_TASKS. */
export function legsProblem(file: LegsFile): LegsProblem {
  if (file.tasks.length > MAX_LEGS_TASKS) throw new RangeError(`a problem has at most ${MAX_LEGS_TASKS} tasks`);
  let slots = 0;
  const tasks = file.tasks.map((task): LegDag => {
    let before = [task.origin];
    const legs = task.legs.map(({ window_start_slot: from, window_slots, candidates }, l): DagLeg => {
      slots = Math.max(slots, from + window_slots + file.leg_duration_slots);
      const after = candidates.map((place) => file.capability_xy[place]!);
      const metres = before.flatMap(([x, y]) => after.map(([a, b]) => Math.round(Math.hypot(a - x, b - y))));
      before = after;
      return {
        from,
        slots: window_slots,
        duration: file.leg_duration_slots,
        places: Int32Array.from(candidates),
        cost: Float64Array.from(metres),
        // Nothing is waited for before the first leg: its origin is left in time for any start.
        travel:
          l === 0 ? new Int32Array(metres.length) : Int32Array.from(metres, (m) => Math.ceil(m / file.metres_per_slot)),
        wait: l === 0 ? 0 : file.wait_cost_per_slot,
        timed: false,
      };
    });
    return { depart: 0, legs };
  });
  return { tasks, capacity: file.capacity_per_slot, slots, penalty: file.penalty_unserved };
}
