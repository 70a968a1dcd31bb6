/** Prices of a unit of each agent's capacity: the dual of the linear program, by subgradient steps. */
import type { GapProblem } from "./gap.ts";

const ROUNDS = 1500;
/** Rounds without a better bound after which steps are shortened. */
const PATIENCE = 15;
const SHORTER = 0.7;
/** The first step moves a price by about this share of the range of costs for each unit of weight. */
const FIRST_STEP = 0.1;

export function capacityPrices(problem: GapProblem): Float64Array {
  const { agents, capacity } = problem;
  const price = new Float64Array(agents);
  const load = new Float64Array(agents);
  let best = { bound: Number.NEGATIVE_INFINITY, price: price.slice() };
  let [step, idle] = [FIRST_STEP * costOfUnit(problem), 0];
  for (let round = 0; round < ROUNDS; round++) {
    const bound = loadAt(problem, price, load);
    if (bound > best.bound) [best, idle] = [{ bound, price: price.slice() }, 0];
    else if (++idle >= PATIENCE) {
      [step, idle] = [step * SHORTER, 0];
      price.set(best.price);
      loadAt(problem, price, load);
    }
    for (let agent = 0; agent < agents; agent++)
      price[agent] = Math.max(0, price[agent]! + step * (load[agent]! / Math.max(1, capacity[agent]!) - 1));
  }
  return best.price;
}

/** Puts every item to where it is cheapest at the prices; returns the bound that they prove. */
function loadAt(
  { agents, items, cost, weight, capacity }: GapProblem,
  price: Float64Array,
  load: Float64Array,
): number {
  load.fill(0);
  let bound = 0;
  for (let agent = 0; agent < agents; agent++) bound -= price[agent]! * capacity[agent]!;
  for (let item = 0; item < items; item++) {
    let [least, best] = [Number.POSITIVE_INFINITY, 0];
    for (let agent = 0; agent < agents; agent++) {
      const value = cost[agent * items + item]! + price[agent]! * weight[agent * items + item]!;
      if (value < least) [least, best] = [value, agent];
    }
    bound += least;
    load[best]! += weight[best * items + item]!;
  }
  return bound;
}

/** Mean cost over mean weight. */
function costOfUnit({ cost, weight }: GapProblem): number {
  const finite = cost.filter(Number.isFinite);
  const mean = finite.reduce((sum, each) => sum + each, 0) / Math.max(1, finite.length);
  return Math.max(1e-3, mean / Math.max(1, weight.reduce((sum, each) => sum + each, 0) / Math.max(1, weight.length)));
}
