/**
 * Coordination at the door: tasks that compete for slotted units become a problem of legs.ts, are solved with a certificate that is checked
 * before it is told, and are put aside if asked. Closed slots have no units; what takes no units competes with nobody.
 */
import { coordinateLegs, type LegsAnswer } from "./coordinate-legs.ts";
import { type Fault, fault, isFault } from "./fault.ts";
import { goldenSteps } from "./golden-steps.ts";
import { itineraryDag } from "./itinerary.ts";
import type { CoordinateReply, LatticeHold, PlannedWay, SlotPrice } from "./lattice.ts";
import { type LegDag, placeOf, startOf } from "./leg-dag.ts";
import { type LegsProblem, roomAt } from "./legs.ts";
import { branchLegs } from "./legs-branch.ts";
import { checkLegs } from "./legs-certificate.ts";
import { isPlanned, shareBetween } from "./plan.ts";
import { type ReadCoordination, type ReadTask, readCoordination } from "./plan-request.ts";
import { type LaidOut, layOut, slotsOfTask, solve, visitOf } from "./planning.ts";
import type { PriceBook } from "./price-book.ts";
import { dimensionOf } from "./requests.ts";
import { SLOT_MS } from "./slot.ts";
import type { Offering, Terrain, TerrainPlace } from "./terrain.ts";

/** Entries of the table of places × slots. */
export const MAX_COORDINATION_ENTRIES = 1 << 25;
const NO_COMPETITION = 1_000_000;
const ROUNDS = 400;
const TRIES = 20_000;
/** Up to so many tasks, the plan that was found is settled by an integer program in the time that is left. */
const MAX_SETTLED_TASKS = 32;
/** Share of the time for the plan that it begins with. */
const PLAN_SHARE = 0.3;

/** One seller of units: a place in one dimension. With no dimension it takes none, and has one for each of its hours. */
interface Seat {
  readonly place: TerrainPlace;
  readonly dimension: string | null;
  readonly lenient: boolean;
}

interface Rivalry {
  readonly problem: LegsProblem;
  readonly seats: readonly Seat[];
  /** The slot that the problem counts from. */
  readonly first: number;
}

export async function coordinate(
  terrain: Terrain,
  prices: PriceBook,
  value: unknown,
): Promise<CoordinateReply | Fault> {
  const request = readCoordination(value);
  if (isFault(request)) return request;
  const laid = await layOutAll(terrain, request.tasks);
  if (isFault(laid)) return laid;
  const rivalry = await layOutRivalry(terrain, laid, request.penalty_s);
  if (isFault(rivalry)) return rivalry;
  const { answer, certificate } = await settle(terrain, rivalry, request);
  const slotPrices = pricesOf(rivalry, answer.prices);
  await prices.take(slotPrices);
  const plans = laid.map((task, t) => wayOf(task, rivalry, t, answer.plan[t]!));
  const holds = request.commit === undefined ? [] : await commit(terrain, plans, request.commit);
  if (isFault(holds)) return holds;
  const reasons = laid.map((task, t) => (plans[t] === null ? whyLeftOut(terrain, task) : null));
  const epoch = Math.max(...laid.map(({ epoch }) => epoch));
  return { plans, reasons, holds, certificate, prices: slotPrices, epoch };
}

async function layOutAll(terrain: Terrain, tasks: readonly ReadTask[]): Promise<LaidOut[] | Fault> {
  const laid: LaidOut[] = [];
  for (const [t, task] of tasks.entries()) {
    const wrong = unsupported(task);
    if (wrong !== null) return { ...wrong, at: `tasks.${t}.${wrong.at}` };
    const one = await layOut(terrain, task);
    if (isFault(one)) return { ...one, at: `tasks.${t}.${one.at}` };
    laid.push(one);
  }
  return laid;
}

/** Legs compete in their order, a unit each; a plan of one task knows more. */
function unsupported({ order, legs }: ReadTask): Fault | null {
  if (order === "free") return fault("task-malformed", "Tasks that compete keep the order of their legs.", "order");
  const many = legs.findIndex(({ units }) => units > 1);
  if (many >= 0) return fault("task-malformed", "Legs that compete take one unit.", `legs.${many}.units`);
  const optional = legs.findIndex(({ value_s }) => value_s !== undefined);
  return optional < 0 ? null : fault("task-malformed", "Legs that compete have no value.", `legs.${optional}.value_s`);
}

async function layOutRivalry(terrain: Terrain, laid: readonly LaidOut[], penalty: number): Promise<Rivalry | Fault> {
  const spans = laid.map(({ task }) => slotsOfTask(task));
  const first = Math.min(...spans.map(({ from }) => from));
  const slots =
    Math.max(...laid.flatMap(({ itinerary }) => itinerary.legs.map((leg) => leg.until + leg.duration))) - first;
  const seats = new SeatList();
  const tasks = laid.map((one): LegDag => dagOf(one, seats, first));
  if (seats.all.length * slots > MAX_COORDINATION_ENTRIES)
    return fault("task-malformed", `${seats.all.length} places in ${slots} slots are too many at once.`, "tasks");
  const offering = await terrain.offering(
    seats.all.map(({ place }) => place),
    { from: first, until: first + slots },
  );
  if (isFault(offering)) return offering;
  const room = roomOf(seats.all, offering, first, slots);
  return {
    problem: { tasks, capacity: new Uint32Array(seats.all.length), room, slots, penalty },
    seats: seats.all,
    first,
  };
}

class SeatList {
  readonly all: Seat[] = [];
  readonly #numbers = new Map<string, number>();

  /** One number for each place and dimension, so that their units are sold once; unknown hours count when all who come accept them. */
  number(seat: Seat): number {
    const key = `${seat.place.handle} ${seat.dimension ?? ` ${seat.lenient}`}`;
    const number = this.#numbers.get(key);
    if (number === undefined) {
      this.#numbers.set(key, this.all.length);
      return this.all.push(seat) - 1;
    }
    this.all[number] = { ...seat, lenient: seat.lenient && this.all[number]!.lenient };
    return number;
  }
}

/** The task's graph with its times counted from `first` and its candidates numbered as seats. */
function dagOf({ task, candidates, itinerary, ground }: LaidOut, seats: SeatList, first: number): LegDag {
  const dag = itineraryDag(ground.travel, itinerary);
  const legs = dag.legs.map((leg, l) => ({
    ...leg,
    from: leg.from - first,
    places: Int32Array.from(leg.places, (number) => {
      const { place } = candidates[number - 1]!;
      const { units, dimension, find } = task.legs[l]!;
      const meant = units > 0 ? dimensionOf(dimension, place.dimensions) : null;
      return seats.number({ place, dimension: meant, lenient: find.unknown === "include" });
    }),
  }));
  return { depart: dag.depart - first, legs };
}

/** Units of each seat in each slot; a slot that is not open throughout has none. */
function roomOf(seats: readonly Seat[], offering: Offering, first: number, slots: number): Int32Array {
  const room = new Int32Array(seats.length * slots);
  for (const [s, { place, dimension, lenient }] of seats.entries()) {
    for (let k = 0; k < slots; k++) {
      const slot = first + k;
      const state = offering.isOpen(place, { from_ms: slot * SLOT_MS, until_ms: (slot + 1) * SLOT_MS });
      if (state === "closed" || (state === "unknown" && !lenient)) continue;
      room[s * slots + k] =
        dimension === null
          ? NO_COMPETITION
          : Math.max(0, offering.free(place, dimension, { from: slot, until: slot + 1 }));
    }
  }
  return room;
}

async function settle(terrain: Terrain, { problem }: Rivalry, { deadline_ms, max_gap }: ReadCoordination) {
  const begun_ms = terrain.monotonic_ms();
  const done = (): number => (terrain.monotonic_ms() - begun_ms) / deadline_ms;
  const small = problem.tasks.length <= MAX_SETTLED_TASKS;
  const progress = small ? () => done() / PLAN_SHARE : done;
  const found = coordinateLegs(problem, { rounds: ROUNDS, tries: TRIES, random: goldenSteps(), progress, max_gap });
  const enough = shareBetween(found.cost, found.bound) <= (max_gap ?? 0);
  const answer = small && !enough ? await branched(terrain, problem, found, done) : found;
  const input_hash = terrain.digest(new TextEncoder().encode(describe(problem)));
  const claim = { plan: answer.plan, prices: answer.prices, primal: answer.cost, bound: answer.bound, input_hash };
  const wrong = checkLegs(problem, input_hash, claim);
  if (wrong !== null) throw new Error(`a certificate of our own does not hold: ${wrong.why} (${wrong.at})`);
  const gap = shareBetween(answer.cost, answer.bound);
  return { answer, certificate: { primal: answer.cost, bound: answer.bound, gap, input_hash } };
}

async function branched(
  terrain: Terrain,
  problem: LegsProblem,
  found: LegsAnswer,
  done: () => number,
): Promise<LegsAnswer> {
  const solver = await terrain.integers();
  return { ...found, ...branchLegs(problem, found.prices, found.bound, found, solver, () => done() >= 1) };
}

const describe = (problem: LegsProblem): string =>
  JSON.stringify(problem, (_, value: unknown) => (ArrayBuffer.isView(value) ? Array.from(value as Int32Array) : value));

function pricesOf({ problem, seats, first }: Rivalry, prices: ArrayLike<number>): SlotPrice[] {
  const told: SlotPrice[] = [];
  for (let entry = 0; entry < prices.length; entry++) {
    const { place, dimension } = seats[Math.floor(entry / problem.slots)]!;
    if (!(prices[entry]! > 0) || dimension === null || roomAt(problem, entry) === 0) continue;
    const from_ms = (first + (entry % problem.slots)) * SLOT_MS;
    told.push({ id: place.id, dimension, from_ms, price: prices[entry]! });
  }
  return told;
}

function wayOf(
  { task, ground, itinerary, candidates }: LaidOut,
  { problem, seats, first }: Rivalry,
  t: number,
  cells: ArrayLike<number> | null,
): PlannedWay | null {
  if (cells === null) return null;
  let [at, cost] = [itinerary.origin, 0];
  let free = itinerary.depart;
  const visits = problem.tasks[t]!.legs.map((leg, l) => {
    const { place } = seats[placeOf(leg, cells[l]!)]!;
    const start = startOf(leg, cells[l]!) + first;
    const to = candidates.findIndex((candidate) => candidate.leg === l && candidate.place.handle === place.handle) + 1;
    const travel_s = ground.travel.seconds(at, to, free * (SLOT_MS / 1000));
    const arrival = free + Math.ceil((travel_s * 1000) / SLOT_MS);
    cost += travel_s + (l === 0 ? 0 : (start - arrival) * itinerary.waitCost_slot);
    [at, free] = [to, start + leg.duration];
    return visitOf(task.legs[l]!, l, place, start, travel_s);
  });
  return { visits, left: [], cost_s: cost };
}

/** Why a task is left out: nothing fits even alone, or others pay more for what it needs. */
function whyLeftOut(terrain: Terrain, laid: LaidOut): string {
  const alone = solve(terrain, laid);
  return isPlanned(alone)
    ? `Alone it would cost ${Math.round(alone.cost)} s; what it needs is worth more to others.`
    : alone.why;
}

/** A hold for each task, or none at all: when one is refused, those before it are released. */
async function commit(
  terrain: Terrain,
  plans: readonly (PlannedWay | null)[],
  { ttl_ms, key }: NonNullable<ReadCoordination["commit"]>,
): Promise<LatticeHold[] | Fault> {
  const holds: LatticeHold[] = [];
  for (const [t, plan] of plans.entries()) {
    const items = (plan?.visits ?? []).flatMap(({ id, dimension, from_ms, until_ms, units }) =>
      dimension === null ? [] : [{ id, dimension, from_ms, until_ms, units }],
    );
    if (items.length === 0) continue;
    const hold = await terrain.hold({ items, ttl_ms, ...(key === undefined ? {} : { key: `${key} ${t}` }) });
    if (isFault(hold)) {
      for (const { fence } of holds) await terrain.release(fence);
      return { ...hold, at: `tasks.${t}` };
    }
    holds.push(hold);
  }
  return holds;
}
