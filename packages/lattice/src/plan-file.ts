/**
 * A plan of one task with everything it takes to check it, as plain JSON: the places and when each offers itself, the windows of the legs,
 * the visits, and the claim. Whoever has the file needs neither the lattice nor the planner: `checkPlanFile` rebuilds the problem and
 * hands it to the checker.
 */
import { z } from "zod";
import { type Fault, fault, isFault } from "./fault.ts";
import type { ItineraryGround, ItineraryTask } from "./itinerary.ts";
import { MAX_LEG_CANDIDATES, MAX_LEGS, MAX_WINDOW_SLOTS } from "./itinerary.ts";
import { type CheckedItinerary, checkItinerary } from "./itinerary-certificate.ts";
import { GeodesicTravel } from "./travel.ts";
import { complaintText, readShape } from "./wording.ts";

const slot = z.int().min(0);
const seconds = z.number().min(0);
const PlaceShape = z.strictObject({
  id: z.string().min(1),
  lat: z.number().min(-90).max(90),
  lng: z.number().min(-180).max(180),
  /** Slots [from, until) in which the leg may begin here. */
  starts: z.array(z.tuple([slot, slot])).max(MAX_WINDOW_SLOTS),
});
const LegShape = z.strictObject({
  name: z.string(),
  /** Begins in [from, until), in slots of a quarter of an hour from the Unix epoch. */
  from: slot,
  until: slot,
  duration: z.int().min(1),
  places: z.array(PlaceShape).max(MAX_LEG_CANDIDATES),
});
export const PlanProblemShape = z.strictObject({
  v: z.literal(1),
  origin: z.strictObject({ lat: z.number(), lng: z.number() }),
  depart: slot,
  speed_m_per_s: z.number().positive(),
  /** Cost of a second on the way, and of a slot of waiting. */
  travel_cost_s: seconds,
  wait_cost_slot: seconds,
  legs: z.array(LegShape).min(1).max(MAX_LEGS),
});
/** `place` is a number into `legs[leg].places`. */
const VisitShape = z.strictObject({
  leg: z.int().min(0),
  place: z.int().min(0),
  start: slot,
  until: slot,
  travel_s: seconds,
});
export const PlanFileShape = z.strictObject({
  problem: PlanProblemShape,
  visits: z.array(VisitShape).max(MAX_LEGS),
  primal: z.number(),
  bound: z.number(),
});

export type PlanProblem = z.infer<typeof PlanProblemShape>;
export type PlanFile = z.infer<typeof PlanFileShape>;

export interface PlanGround {
  readonly ground: ItineraryGround;
  readonly task: ItineraryTask;
  /** Number of the first place of each leg; place 0 is the origin. */
  readonly first: readonly number[];
}

/** The problem as planner and checker take it. */
export function planGround({
  origin,
  depart,
  speed_m_per_s,
  travel_cost_s,
  wait_cost_slot,
  legs,
}: PlanProblem): PlanGround {
  const places = legs.flatMap((leg) => leg.places);
  const first: number[] = [];
  let next = 1;
  for (const leg of legs) {
    first.push(next);
    next += leg.places.length;
  }
  const offered = (place: number, start: number): boolean =>
    places[place - 1]!.starts.some(([from, until]) => start >= from && start < until);
  return {
    ground: {
      travel: new GeodesicTravel([origin, ...places], speed_m_per_s),
      offers: { price: (place, start) => (offered(place, start) ? 0 : Number.POSITIVE_INFINITY) },
    },
    task: {
      origin: 0,
      depart,
      travelCost_s: travel_cost_s,
      waitCost_slot: wait_cost_slot,
      legs: legs.map(({ name, from, until, duration, places }, l) => ({
        ...{ name, from, until, duration },
        candidates: places.map((_, i) => first[l]! + i),
      })),
    },
    first,
  };
}

/** From untrusted JSON. Faults: `certificate-wrong`, naming the first claim that does not hold. */
export function checkPlanFile(value: unknown): CheckedItinerary | Fault {
  const read = readShape(PlanFileShape, value);
  if (!("data" in read)) return fault("certificate-wrong", complaintText(read), read.at);
  const { problem, visits, primal, bound } = read.data;
  const short = problem.legs.find(({ from, until }) => !(until > from && until - from <= MAX_WINDOW_SLOTS));
  if (short !== undefined) return fault("certificate-wrong", `The window of "${short.name}" is none.`, "problem.legs");
  const { ground, task, first } = planGround(problem);
  const stray = visits.findIndex(({ leg, place }) => !(place < (problem.legs[leg]?.places.length ?? 0)));
  if (stray >= 0) return fault("certificate-wrong", "There is no such place.", `visits.${stray}`);
  const claim = visits.map((visit) => ({ ...visit, place: first[visit.leg]! + visit.place }));
  const checked = checkItinerary(ground, task, "fixed", { visits: claim, primal, bound, duals: null });
  if (isFault(checked)) return checked;
  // A claim of any bound that the check cannot prove again is no proof.
  return bound <= checked.proven * (1 + 1e-9) + 1e-9
    ? checked
    : fault("certificate-wrong", `The check proves ${checked.proven}, not ${bound}.`, "bound");
}
