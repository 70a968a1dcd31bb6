/**
 * Checks a plan of one task and its claim, trusting nothing of the planner and in time linear in the task's tables: every visit can be made,
 * costs add up, and the bound is proven again as far as one sweep can: in fixed order by the time-expanded graph, in any order by prices. A
 * bound that rests on a search is not repeated; the answer says up to where it is proven without it.
 */
import { type Fault, fault, isFault } from "./fault.ts";
import { type ItineraryGround, type ItineraryTask, planItinerary, type Visit } from "./itinerary.ts";
import { dualsBound, type LegDuals, legMatrix } from "./leg-duals.ts";
import { LegTables } from "./leg-tables.ts";
import { SLOT_MS } from "./slot.ts";

const ROUNDING = 1e-9;
const SLOT_S = SLOT_MS / 1000;
const near = (a: number, b: number): boolean => Math.abs(a - b) <= ROUNDING * Math.max(1, Math.abs(a), Math.abs(b));

export interface ItineraryClaim {
  readonly visits: readonly Visit[];
  readonly primal: number;
  readonly bound: number;
  readonly duals: LegDuals | null;
}

/** `proven` is a bound that this check has proven itself; the claim's own may rest on a search and lie between it and the cost. */
export interface CheckedItinerary {
  readonly cost: number;
  readonly proven: number;
}

/** Faults: `certificate-wrong`, naming the first claim that does not hold. */
export function checkItinerary(
  ground: ItineraryGround,
  task: ItineraryTask,
  order: "fixed" | "free",
  claim: ItineraryClaim,
): CheckedItinerary | Fault {
  const cost = costOfVisits(ground, task, order, claim.visits);
  if (isFault(cost)) return cost;
  if (!near(cost, claim.primal)) return wrong(`The plan costs ${cost}, not ${claim.primal}.`, "primal");
  if (!(claim.bound <= cost || near(claim.bound, cost))) return wrong("The bound is above the cost.", "bound");
  if (claim.duals !== null) return checkDuals(ground, task, claim.duals, claim.bound, cost);
  if (order === "free" || task.legs.some(({ value }) => value !== undefined)) return { cost, proven: 0 };
  const proven = planItinerary(ground, task)?.cost ?? Number.NaN;
  if (!(claim.bound <= proven || near(claim.bound, proven)))
    return wrong(`The graph proves ${proven}, not ${claim.bound}.`, "bound");
  return { cost, proven };
}

const wrong = (why: string, at: string): Fault => fault("certificate-wrong", why, at);

function costOfVisits(
  ground: ItineraryGround,
  task: ItineraryTask,
  order: "fixed" | "free",
  visits: readonly Visit[],
): number | Fault {
  const seen = new Set<number>();
  let [at, free, cost, before] = [task.origin, task.depart, 0, -1];
  for (const [i, visit] of visits.entries()) {
    const here = `visits.${i}`;
    if (task.legs[visit.leg] === undefined || seen.has(visit.leg)) return wrong("No such leg, or twice.", here);
    if (order === "fixed" && visit.leg < before) return wrong("The legs are out of their order.", here);
    const own = costOfVisit(ground, task, visit, at, free, i > 0);
    if (typeof own === "string") return wrong(own, here);
    cost += own;
    seen.add(visit.leg);
    [at, free, before] = [visit.place, visit.until, visit.leg];
  }
  for (const [l, { value }] of task.legs.entries()) {
    if (seen.has(l)) continue;
    if (value === undefined) return wrong(`Leg ${l} is not taken.`, "visits");
    cost += value;
  }
  return cost;
}

/** A sentence when the visit cannot be made. */
function costOfVisit(
  { travel, offers }: ItineraryGround,
  task: ItineraryTask,
  { leg: l, place, start, until, travel_s }: Visit,
  at: number,
  free: number,
  waits: boolean,
): number | string {
  const leg = task.legs[l]!;
  if (!leg.candidates.includes(place)) return `Place ${place} does not match leg ${l}.`;
  if (!(Number.isInteger(start) && start >= leg.from && start < leg.until)) return "It starts outside its window.";
  if (until !== start + leg.duration) return "It does not last as long as its leg.";
  const seconds = travel.seconds(at, place, free * SLOT_S);
  if (seconds !== travel_s) return `The way takes ${seconds} s, not ${travel_s} s.`;
  const wait = start - free - Math.ceil(seconds / SLOT_S);
  if (!(wait >= 0)) return "It starts before it is reached.";
  const price = offers.price(place, start, leg.duration);
  if (!(price < Number.POSITIVE_INFINITY)) return "The place is closed or full.";
  return seconds * task.travelCost_s + (waits ? wait * task.waitCost_slot : 0) + price;
}

/** No price of leaving one leg and entering another may exceed the least cost between them. */
function checkDuals(
  ground: ItineraryGround,
  task: ItineraryTask,
  duals: LegDuals,
  bound: number,
  cost: number,
): CheckedItinerary | Fault {
  const width = task.legs.length + 1;
  if (duals.leave.length !== width || duals.enter.length !== width) return wrong("Prices are missing.", "duals");
  const least = legMatrix(new LegTables(ground, task));
  for (let row = 0; row < width; row++) {
    for (let column = 0; column < width; column++) {
      const price = duals.leave[row]! + duals.enter[column]!;
      const allowed = least[row * width + column]!;
      if (!(price <= allowed || near(price, allowed)))
        return wrong("A price exceeds the least cost between two legs.", `duals.leave.${row}`);
    }
  }
  const proven = dualsBound(duals);
  if (!(bound <= proven || near(bound, proven))) return wrong(`The prices prove ${proven}, not ${bound}.`, "bound");
  return { cost, proven };
}
