/**
 * L11: one task of 8 legs in a city of 15 × 15 km, 96 slots to each leg, places closed at random hours: in fixed order with 50 places a leg, in
 * any order with 20, and with time-dependent travel. CPU milliseconds a plan, the tables of prices and travel included where said.
 */
import {
  checkItinerary,
  type ItineraryGround,
  type ItineraryTask,
  isFault,
  isPlanned,
  MatrixTravel,
  planTask,
  TimedTravel,
} from "../src/index.ts";
import { itineraryDag, offerCosts } from "../src/itinerary.ts";
import { DagSolver } from "../src/leg-dag.ts";
import { LegTables } from "../src/leg-tables.ts";
import { orderGraph } from "../src/order-graph.ts";
import { MAX_LABELS, OrderSearch } from "../src/order-search.ts";
import { chance } from "../test/city.ts";

const LEGS = 8;

function makeTask(
  candidates: number,
  random: () => number,
  timed: boolean,
): { ground: ItineraryGround; task: ItineraryTask } {
  const count = 1 + LEGS * candidates;
  const at = Array.from({ length: count }, () => [random() * 15_000, random() * 15_000] as const);
  const table = (speed: number) =>
    Float64Array.from({ length: count * count }, (_, cell) => {
      const [[x, y], [a, b]] = [at[Math.floor(cell / count)]!, at[cell % count]!];
      return Math.ceil(Math.hypot(a - x, b - y) / speed);
    });
  const opens = Int32Array.from({ length: count }, () => Math.floor(random() * 40));
  const fee = Float64Array.from({ length: count }, () => Math.floor(random() * 600));
  const price = (place: number, start: number): number =>
    start >= opens[place]! && start < opens[place]! + 56 ? fee[place]! + (start % 4) * 10 : Number.POSITIVE_INFINITY;
  const travel = timed
    ? new TimedTravel([0, 30_000, 45_000], [table(6), table(3), table(6)], count)
    : new MatrixTravel(table(4), count);
  const legs = Array.from({ length: LEGS }, (_, l) => ({
    name: `leg ${l}`,
    candidates: Array.from({ length: candidates }, (_, c) => 1 + l * candidates + c),
    from: 0,
    until: 96,
    duration: 2 + (l % 4),
  }));
  return {
    ground: { travel, offers: { price } },
    task: { origin: 0, depart: 8, legs, travelCost_s: 1, waitCost_slot: 60 },
  };
}

function cpuOf(step: () => void): number {
  const before = process.cpuUsage();
  step();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const spread = (ms: number[]): string => {
  ms.sort((a, b) => a - b);
  const at = (share: number): string => ms[Math.min(ms.length - 1, Math.floor(share * ms.length))]!.toFixed(2);
  return `p50 ${at(0.5)} p95 ${at(0.95)} worst ${at(1)} CPU ms`;
};

export function runPlans(count: number, seed: number): void {
  const random = chance(seed);
  console.log(`plans: ${fixed(count, random)}`);
  console.log(`plans: ${free(count, random, false)}`);
  console.log(`plans: ${free(Math.ceil(count / 5), random, true)}`);
}

function fixed(count: number, random: () => number): string {
  const whole: number[] = [];
  const searched: number[] = [];
  const swept: number[] = [];
  const sweep = new DagSolver();
  for (let i = -5; i < count; i++) {
    const { ground, task } = makeTask(50, random, false);
    let cost = Number.NaN;
    const all = cpuOf(() => {
      const answer = planTask(ground, task);
      if (isPlanned(answer)) cost = answer.primal;
    });
    const tables = tablesOf(ground, task);
    const alone = cpuOf(() => searchFixed(tables));
    const dag = itineraryDag(ground.travel, task);
    const costs = offerCosts(ground.offers, dag);
    const graph = cpuOf(() => {
      if (Math.abs((sweep.solve(dag, costs)?.cost ?? 0) - cost) > 1e-6) throw new Error("search and sweep differ");
    });
    if (i >= 0) [whole.push(all), searched.push(alone), swept.push(graph)];
  }
  const figures = `search ${spread(searched)}; with tables ${spread(whole)}; the checker's sweep ${spread(swept)}`;
  return `fixed order, 8 legs × 50 × 96 slots: ${figures}`;
}

/** All prices and arcs made, as in a planner that stays open. */
function tablesOf(ground: ItineraryGround, task: ItineraryTask): LegTables {
  const tables = new LegTables(ground, task);
  for (let l = 0; l < LEGS; l++) tables.between(l - 1, l);
  return tables;
}

function searchFixed(tables: LegTables): void {
  const legs = [...tables.legs.keys()];
  const graph = orderGraph(
    legs,
    [],
    tables.legs.map(({ value }) => value),
  );
  new OrderSearch(tables, graph).run({
    cutoff: Number.POSITIVE_INFINITY,
    max_gap: 0,
    labels: MAX_LABELS,
    over: () => false,
  });
}

function free(count: number, random: () => number, timed: boolean): string {
  const ms: number[] = [];
  let proven = 0;
  for (let i = -5; i < count; i++) {
    const { ground, task } = makeTask(20, random, timed);
    let answer = planTask(ground, { ...task, legs: [task.legs[0]!] });
    const spent = cpuOf(() => {
      answer = planTask(ground, task, { order: "free" });
    });
    if (!isPlanned(answer)) throw new Error(answer.why);
    const checked = checkItinerary(ground, task, "free", answer);
    if (isFault(checked)) throw new Error(checked.why);
    if (i < 0) continue;
    ms.push(spent);
    if (answer.gap === 0) proven++;
  }
  const kind = timed ? "time-dependent travel" : "96 slots";
  return `any order, 8 legs × 20, ${kind}: ${proven} of ${count} proven, with tables ${spread(ms)}`;
}
