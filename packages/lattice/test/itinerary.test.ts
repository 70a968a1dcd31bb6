import { describe, expect, it } from "vitest";
import {
  type ItineraryGround,
  type ItineraryTask,
  isItinerary,
  MatrixTravel,
  planItinerary,
  TimedTravel,
  type Travel,
} from "../src/index.ts";
import { chance } from "./city.ts";

const seed = Number(process.env.AXIOM_TEST_SEED ?? 20261121);
const SLOT_S = 900;

/** Least cost by trying every place and start of the legs in this order. */
function byHand({ travel, offers }: ItineraryGround, task: ItineraryTask, order: readonly number[]): number {
  const best = (step: number, at: number, free: number): number => {
    if (step === order.length) return 0;
    const { candidates, from, until, duration } = task.legs[order[step]!]!;
    let least = Number.POSITIVE_INFINITY;
    for (const place of candidates) {
      const travel_s = travel.seconds(at, place, free * SLOT_S);
      const arrival = free + Math.ceil(travel_s / SLOT_S);
      for (let start = Math.max(from, arrival); start < until; start++) {
        const wait = step === 0 ? 0 : (start - arrival) * task.waitCost_slot;
        const here = travel_s * task.travelCost_s + wait + offers.price(place, start, duration);
        if (here < least) least = Math.min(least, here + best(step + 1, place, start + duration));
      }
    }
    return least;
  };
  return best(0, task.origin, task.depart);
}

const PLACES = 7;

function randomTravel(random: () => number): Travel {
  const table = () => Array.from({ length: PLACES * PLACES }, () => Math.floor(random() * 4000));
  const early = table();
  if (random() < 0.5) return new MatrixTravel(early, PLACES);
  return new TimedTravel([4 * SLOT_S, 10 * SLOT_S], [early, table()], PLACES);
}

function randomCase(random: () => number, legs: number): { ground: ItineraryGround; task: ItineraryTask } {
  const closed = new Set(
    Array.from({ length: 40 }, () => `${Math.floor(random() * PLACES)}.${Math.floor(random() * 20)}`),
  );
  const price = (place: number, start: number): number =>
    closed.has(`${place}.${start}`) ? Number.POSITIVE_INFINITY : (place * 7 + start * 5) % 11;
  const task: ItineraryTask = {
    origin: 0,
    depart: Math.floor(random() * 3),
    travelCost_s: 0.25,
    waitCost_slot: Math.floor(random() * 300),
    legs: Array.from({ length: legs }, (_, l) => {
      const from = Math.floor(random() * 6);
      const candidates = Array.from({ length: PLACES }, (_, p) => p).filter(() => random() < 0.5);
      return {
        name: `leg ${l}`,
        candidates,
        from,
        until: from + 4 + Math.floor(random() * 8),
        duration: 1 + Math.floor(random() * 2),
      };
    }),
  };
  return { ground: { travel: randomTravel(random), offers: { price } }, task };
}

describe("an itinerary", () => {
  it(`in fixed order is the cheapest of all, 300 times (seed ${seed})`, () => {
    const random = chance(seed);
    for (let i = 0; i < 300; i++) {
      const { ground, task } = randomCase(random, 1 + Math.floor(random() * 4));
      const answer = planItinerary(ground, task);
      expect(isItinerary(answer) ? answer.cost : Number.POSITIVE_INFINITY).toBeCloseTo(
        byHand(ground, task, [...task.legs.keys()]),
        6,
      );
    }
  });

  it("says why no leg fits", () => {
    const travel = new MatrixTravel([0, 900, 900, 0], 2);
    const task = {
      origin: 0,
      depart: 72,
      travelCost_s: 1,
      waitCost_slot: 0,
      legs: [{ name: "lunch", candidates: [0, 1], from: 72, until: 74, duration: 2 }],
    };
    const offers = { price: (_: number, start: number) => (start >= 78 ? 0 : Number.POSITIVE_INFINITY) };
    expect(planItinerary({ travel, offers }, task)).toEqual({
      unmet: 0,
      reason: "closed",
      matching: 2,
      next: 78,
      why: '2 places match "lunch", all closed or full from 1970-01-01 18:00 to 1970-01-01 18:30; nearest opening 1970-01-01 19:30.',
    });
  });

  it("refuses travel times that let the later traveller arrive earlier", () => {
    expect(
      () =>
        new TimedTravel(
          [0, 100],
          [
            [0, 900, 900, 0],
            [0, 700, 900, 0],
          ],
          2,
        ),
    ).toThrow(/earlier/);
  });
});
