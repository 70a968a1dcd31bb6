/** Made-up tasks of few places and slots, and their least costs by trying everything. */
import {
  type ItineraryGround,
  type ItineraryTask,
  MatrixTravel,
  TimedTravel,
  type Travel,
  type Visit,
} from "../src/index.ts";

const SLOT_S = 900;
const PLACES = 7;

/** Least cost by trying every place and start of the legs, in this order or in any; legs with a value may be left out. */
export function leastCost({ travel, offers }: ItineraryGround, task: ItineraryTask, order: "fixed" | "free"): number {
  const best = (open: readonly number[], at: number, free: number, first: boolean): number => {
    let least = open.reduce((sum, l) => sum + (task.legs[l]!.value ?? Number.POSITIVE_INFINITY), 0);
    for (const [i, l] of open.entries()) {
      const { candidates, from, until, duration } = task.legs[l]!;
      const passed = order === "fixed" ? open.slice(0, i) : [];
      const rest = order === "fixed" ? open.slice(i + 1) : open.filter((other) => other !== l);
      const forgone = passed.reduce((sum, p) => sum + (task.legs[p]!.value ?? Number.POSITIVE_INFINITY), 0);
      for (const place of candidates) {
        const travel_s = travel.seconds(at, place, free * SLOT_S);
        const arrival = free + Math.ceil(travel_s / SLOT_S);
        for (let start = Math.max(from, arrival); start < until; start++) {
          const wait = first ? 0 : (start - arrival) * task.waitCost_slot;
          const here = forgone + travel_s * task.travelCost_s + wait + offers.price(place, start, duration);
          if (here < least) least = Math.min(least, here + best(rest, place, start + duration, false));
        }
      }
    }
    return least;
  };
  return best([...task.legs.keys()], task.origin, task.depart, true);
}

/** What visits cost, made one after another as they say; +∞ when that cannot be. */
export function costByHand(
  { travel, offers }: ItineraryGround,
  task: ItineraryTask,
  order: "fixed" | "free",
  visits: readonly Visit[],
): number {
  const taken = visits.map(({ leg }) => leg);
  const left = task.legs.filter((_, l) => !taken.includes(l));
  const kept = order === "free" || taken.every((leg, i) => i === 0 || leg > taken[i - 1]!);
  if (!kept || new Set(taken).size < taken.length || taken.some((leg) => task.legs[leg] === undefined))
    return Number.POSITIVE_INFINITY;
  let [cost, at, free] = [
    left.reduce((sum, { value }) => sum + (value ?? Number.POSITIVE_INFINITY), 0),
    task.origin,
    task.depart,
  ];
  for (const [i, { leg, place, start, until, travel_s }] of visits.entries()) {
    const { candidates, from, until: last, duration } = task.legs[leg]!;
    const seconds = travel.seconds(at, place, free * SLOT_S);
    const arrival = free + Math.ceil(seconds / SLOT_S);
    const said = travel_s === seconds && until === start + duration && Number.isInteger(start);
    if (!candidates.includes(place) || !said || !(start >= from && start < last && start >= arrival))
      return Number.POSITIVE_INFINITY;
    cost += seconds * task.travelCost_s + (i === 0 ? 0 : (start - arrival) * task.waitCost_slot);
    cost += offers.price(place, start, duration);
    [at, free] = [place, until];
  }
  return cost;
}

function randomTravel(random: () => number): Travel {
  const table = () => Array.from({ length: PLACES * PLACES }, () => Math.floor(random() * 4000));
  const early = table();
  if (random() < 0.5) return new MatrixTravel(early, PLACES);
  return new TimedTravel([4 * SLOT_S, 10 * SLOT_S], [early, table()], PLACES);
}

/** `optional` is the share of legs with a value. */
export function randomTask(
  random: () => number,
  legs: number,
  optional = 0,
): { ground: ItineraryGround; task: ItineraryTask } {
  const closed = new Set(
    Array.from({ length: 40 }, () => `${Math.floor(random() * PLACES)}.${Math.floor(random() * 20)}`),
  );
  const price = (place: number, start: number): number =>
    closed.has(`${place}.${start}`) ? Number.POSITIVE_INFINITY : (place * 7 + start * 5) % 11;
  const task: ItineraryTask = {
    origin: 0,
    depart: Math.floor(random() * 3),
    travelCost_s: 0.25,
    waitCost_slot: Math.max(0, Math.floor(random() * 400) - 100),
    legs: Array.from({ length: legs }, (_, l) => {
      const from = Math.floor(random() * 6);
      const candidates = Array.from({ length: PLACES }, (_, p) => p).filter(() => random() < 0.5);
      const leg = {
        name: `leg ${l}`,
        candidates,
        from,
        until: from + 4 + Math.floor(random() * 8),
        duration: 1 + Math.floor(random() * 2),
      };
      return random() < optional ? { ...leg, value: Math.floor(random() * 1500) } : leg;
    }),
  };
  return { ground: { travel: randomTravel(random), offers: { price } }, task };
}
