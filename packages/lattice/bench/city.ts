/**
 * L14: a city of --count tasks around 25 hot spots that compete for 100,000 capabilities of one or two units, over all of them: the nearest of each
 * task come from the index as they are asked for. The optimum, with its certificate checked.
 */
import {
  assignLazily,
  buildIndex,
  type Candidate,
  checkAssignment,
  dualBound,
  find,
  isFault,
  readQuery,
  type Searchable,
} from "../src/index.ts";
import { chance } from "../test/city.ts";

const CAPABILITIES = 100_000;
const HOT_SPOTS = 25;
const PENALTY = 5000;
/** A box of 30 × 30 km, and the half of a hot spot's side, 600 m; in degrees. */
const SIDE = { lat: 0.27, lng: 0.44 };
const SPREAD = { lat: 0.0054, lng: 0.0088 };
/** The index answers so many at most. */
const MOST = 1000;

interface Spot {
  readonly lat: number;
  readonly lng: number;
}

export function runCity(tasks: number, seed: number): void {
  const random = chance(seed);
  const anywhere = (): Spot => ({ lat: 52.4 + SIDE.lat * random(), lng: 13.2 + SIDE.lng * random() });
  const spots = Array.from({ length: CAPABILITIES }, anywhere);
  const index = buildIndex(
    spots.map((at, handle) => ({ handle, capability: { id: `${handle}`, at, category: "place", attributes: {} } })),
  );
  const hot = Array.from({ length: HOT_SPOTS }, anywhere);
  const around = (middle: number, spread: number): number => middle + spread * (2 * random() - 1);
  const origins = Array.from({ length: tasks }, (): Spot => {
    const { lat, lng } = hot[Math.floor(HOT_SPOTS * random())]!;
    return { lat: around(lat, SPREAD.lat), lng: around(lng, SPREAD.lng) };
  });
  const capacity = spots.map(() => 1 + Math.floor(2 * random()));
  const begun = process.cpuUsage();
  const { assignment, problem, bound } = assignLazily({
    tasks,
    capacity,
    penalty: PENALTY,
    cheapest: (task, count) => nearestOf(index, origins[task]!, count),
  });
  const { user, system } = process.cpuUsage(begun);
  const { chosen, prices, cost } = assignment;
  const fault = checkAssignment(problem, { chosen, prices, primal: cost, bound: dualBound(problem, prices) });
  if (fault !== null) throw new Error(fault.why);
  const left = chosen.filter((to) => to < 0).length;
  console.log(
    `city: ${tasks} tasks × ${CAPABILITIES} capabilities: ${((user + system) / 1e6).toFixed(2)} CPU s with the index's answers; ` +
      `${problem.cost.length} pairs looked at, ${left} tasks left out, certified ${(100 * (1 - bound / cost)).toFixed(4)} % from the optimum over all`,
  );
}

function nearestOf(index: Searchable, from: Spot, count: number): Candidate[] {
  const read = readQuery({ place: { from, radius_m: 50_000 }, limit: Math.min(MOST, count) }, 0);
  if (isFault(read)) throw new Error(read.why);
  const answer = find({ index, counts: null, openness: null, room: null }, read);
  if (isFault(answer)) throw new Error(answer.why);
  return answer.found.map(({ handle, distance_m }) => [handle, Math.round(distance_m)] as const);
}
