/**
 * Team orienteering with time windows, and trip design over days: several tours from a depot and back, each point at most once, inside its
 * window of that tour's day, for the highest sum of scores. Large neighbourhood search over day-tours.ts: parts of the tours are taken out and
 * points put back by score and time taken (Vansteenwegen, Souffriau, Vanden Berghe and Van Oudheusden, Computers & OR 36, 2009); worse
 * plans are gone on from while they are near the best.
 */
import { DayTours, type OrienteeringProblem } from "./day-tours.ts";

export const MAX_ORIENTEERING_NODES = 1024;
export const MAX_TOURS = 32;

export interface OrienteeringAnswer {
  /** The points of each tour, in turn, without the depot. */
  readonly tours: readonly (readonly number[])[];
  readonly score: number;
}

export interface OrienteeringStop {
  readonly rounds: number;
  /** A score this high is good enough. */
  readonly enough?: number;
  random(): number;
  over(): boolean;
}

/** How far below the best a plan may be to be gone on from: falls from this share to 0. */
const WORST_SHARE = 0.03;
/** Rounds without a better plan after which the search goes back to the best. */
const BACK_AFTER = 400;
/** Powers of the score by which points are picked. */
const POWERS = [1, 1.5, 2, 3];

/** @throws RangeError when the problem is malformed. */
export function solveOrienteering(problem: OrienteeringProblem, stop: OrienteeringStop): OrienteeringAnswer {
  checkProblem(problem);
  const tours = new DayTours(problem);
  tours.fill(2, () => 1);
  tours.shorten();
  let best = tours.plan();
  let [now, since] = [best, 0];
  for (let round = 0; round < stop.rounds && best.score < (stop.enough ?? Number.POSITIVE_INFINITY); round++) {
    if (round % 16 === 0 && stop.over()) break;
    takeOut(tours, problem, stop.random);
    const power = POWERS[Math.floor(stop.random() * POWERS.length)]!;
    tours.fill(power, () => 0.7 + 0.6 * stop.random());
    if (tours.score >= now.score * (1 - WORST_SHARE) && tours.shorten()) tours.fill(power, () => 1);
    const next = tours.plan();
    const share = WORST_SHARE * stop.random() * Math.max(0, 1 - since / BACK_AFTER);
    if (next.score > best.score || (next.score === best.score && next.time < best.time)) [best, since] = [next, 0];
    else since++;
    if (since > BACK_AFTER) [now, since] = [best, 0];
    else if (next.score >= now.score || next.score > best.score * (1 - share)) now = next;
    if (next !== now) tours.restore(now);
  }
  return { tours: best.tours, score: best.score };
}

/** Takes out a run of each tour, points near one that is left out, or points at random. */
function takeOut(tours: DayTours, { nodes, times }: OrienteeringProblem, random: () => number): void {
  const kind = random();
  const share = 0.05 + 0.3 * random();
  if (kind < 0.45) tours.removeRuns(share, random);
  else if (kind < 0.8) {
    const center = 1 + Math.floor(random() * (nodes - 1));
    const near = tours.taken().sort((a, b) => times[center * nodes + a]! - times[center * nodes + b]!);
    const count = Math.ceil(near.length * share);
    tours.remove(new Set(near.slice(0, count * 2).filter(() => random() < 0.6)));
    tours.force(center);
  } else tours.remove(new Set(tours.taken().filter(() => random() < share)));
}

/** The score of tours; NaN when they cannot be gone. Linear in the points. */
export function orienteeringScore(problem: OrienteeringProblem, tours: readonly (readonly number[])[]): number {
  const { nodes, times, stays, scores, opens, closes } = problem;
  if (tours.length > problem.tours) return Number.NaN;
  const seen = new Set<number>();
  let score = 0;
  for (const [t, tour] of tours.entries()) {
    let [at, now] = [0, opens[t * nodes]!];
    for (const node of tour) {
      if (!(Number.isInteger(node) && node > 0 && node < nodes) || seen.has(node)) return Number.NaN;
      now = Math.max(now + stays[at]! + times[at * nodes + node]!, opens[t * nodes + node]!);
      if (!(now <= closes[t * nodes + node]! + 1e-9)) return Number.NaN;
      seen.add(node);
      score += scores[node]!;
      at = node;
    }
    if (!(now + stays[at]! + times[at * nodes]! <= closes[t * nodes]! + 1e-9)) return Number.NaN;
  }
  return score;
}

function checkProblem({ nodes, tours, times, stays, scores, opens, closes }: OrienteeringProblem): void {
  if (!(nodes >= 1 && nodes <= MAX_ORIENTEERING_NODES && tours >= 1 && tours <= MAX_TOURS))
    throw new RangeError(`there are 1 to ${MAX_ORIENTEERING_NODES} points and 1 to ${MAX_TOURS} tours`);
  if (times.length !== nodes * nodes || stays.length !== nodes || scores.length !== nodes)
    throw new RangeError("there are points × points times, and a stay and a score for each point");
  if (opens.length !== nodes * tours || closes.length !== nodes * tours)
    throw new RangeError("there is a window for each point and tour");
}
