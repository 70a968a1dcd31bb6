/** L15: tasks come and go, one at a time, in an assignment that is kept optimal: time of each event, and the distance from a full solution. */
import { assign, checkAssignment, dualBound, LivingAssignment } from "../src/index.ts";
import { chance } from "../test/city.ts";
import { nearestOfKind } from "./rivals.ts";

const CAPABILITIES = 100_000;
const SIDE_M = 30_000;
const HOT_SPOTS = 25;
const PENALTY = 5000;

type Spot = readonly [x: number, y: number];

export function runEvents(tasks: number, events: number, seed: number): void {
  const random = chance(seed);
  const whole = (most: number): number => Math.floor(random() * most);
  const spots = Array.from({ length: CAPABILITIES }, (): Spot => [whole(SIDE_M), whole(SIDE_M)]);
  const nearest = nearestOfKind(spots, new Uint8Array(CAPABILITIES));
  const hot = Array.from({ length: HOT_SPOTS }, (): Spot => [whole(SIDE_M), whole(SIDE_M)]);
  const living = new LivingAssignment(spots.map(() => 1 + whole(2)));
  const there: number[] = [];
  const options = (): (readonly [number, number])[] => {
    const [x, y] = hot[whole(HOT_SPOTS)]!;
    const at: Spot = [x + whole(1200) - 600, y + whole(1200) - 600];
    return nearest(at, 0).map((i) => [i, Math.round(Math.hypot(spots[i]![0] - at[0], spots[i]![1] - at[1]))] as const);
  };
  const arrive = (number: number, wants = options()): void => {
    living.arrive(number, wants, PENALTY);
    there.push(number);
  };
  for (let number = 0; number < tasks; number++) arrive(number);
  const times = Array.from({ length: events }, (_, event) => {
    const wants = options();
    const begun = process.cpuUsage();
    if (random() < 0.5) living.cancel(there.splice(whole(there.length), 1)[0]!);
    else arrive(tasks + event, wants);
    const { user, system } = process.cpuUsage(begun);
    return (user + system) / 1000;
  }).sort((a, b) => a - b);
  const { problem, chosen } = living.snapshot();
  const { prices, cost } = living;
  const fault = checkAssignment(problem, { chosen, prices, primal: cost, bound: dualBound(problem, prices) });
  if (fault !== null) throw new Error(fault.why);
  const full = assign(problem).cost;
  const at = (share: number): string => times[Math.floor(share * times.length)]!.toFixed(3);
  console.log(
    `events: ${events} in ${tasks} tasks × ${CAPABILITIES} capabilities: p50 ${at(0.5)}, p99 ${at(0.99)}, worst ${times.at(-1)!.toFixed(3)} CPU ms; ` +
      `${(100 * (cost / full - 1)).toFixed(6)} % from the full solution, own bound ${(100 * (1 - dualBound(problem, prices) / cost)).toFixed(6)} % below`,
  );
}
