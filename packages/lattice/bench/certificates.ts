/**
 * L19: certificates with one thing changed, handed to the checkers. A change that leaves a claim which is true all the same (another plan of the
 * same cost, prices that prove as much, a bound that claims less with its gap put right) is counted apart: to refuse it would be wrong.
 */
import { createHash } from "node:crypto";
import {
  type AssignmentProblem,
  assign,
  assignmentProblem,
  type Certificate,
  type Claim,
  certify,
  checkCertificate,
  coordinateGap,
  coordinateLegs,
  type Digest,
  dualBound,
  type GapProblem,
  type LegsProblem,
  legsProblem,
} from "../src/index.ts";
import { chance } from "../test/city.ts";
import { makeRivals } from "./rivals.ts";

export const digest: Digest = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** A claim of each kind that holds, small enough to be checked many times. */
export function soundClaims(seed: number): readonly Claim[] {
  const random = chance(seed);
  return [assignmentClaim(random), legsClaim(seed, random), gapClaim(random)];
}

const whole = (random: () => number, most: number): number => Math.floor(random() * most);

function assignmentClaim(random: () => number): Claim {
  const options = Array.from({ length: 30 }, () =>
    Array.from({ length: 6 }, () => [whole(random, 20), whole(random, 100)] as const),
  );
  const problem: AssignmentProblem = assignmentProblem(
    options,
    Array.from({ length: 20 }, () => whole(random, 3)),
    80,
  );
  const { chosen: plan, prices, cost } = assign(problem);
  return {
    kind: "assignment",
    problem,
    certificate: certify(problem, digest, { plan, prices, primal: cost, bound: dualBound(problem, prices) }),
  };
}

function legsClaim(seed: number, random: () => number): Claim {
  const problem: LegsProblem = legsProblem({ ...makeRivals(12, 200, seed) });
  const { plan, prices, cost, bound } = coordinateLegs(problem, { rounds: 30, tries: 300, random });
  return { kind: "legs", problem, certificate: certify(problem, digest, { plan, prices, primal: cost, bound }) };
}

function gapClaim(random: () => number): Claim {
  const [agents, items] = [4, 20];
  const cells = agents * items;
  const problem: GapProblem = {
    agents,
    items,
    cost: Float64Array.from({ length: cells }, () => 10 + whole(random, 40)),
    weight: Int32Array.from({ length: cells }, () => 5 + whole(random, 20)),
    capacity: new Int32Array(agents).fill(80),
  };
  let asked = 0;
  const { chosen, prices, cost, bound } = coordinateGap(problem, { random, progress: () => asked++ / 400 });
  if (chosen === null) throw new Error("the small problem has a plan, but none was found");
  const certificate = certify(problem, digest, { plan: chosen, prices, primal: cost, bound });
  return { kind: "gap", problem, certificate };
}

type Change = (certificate: Certificate<unknown>, random: () => number) => Certificate<unknown>;

const numberNear = (value: number, random: () => number): number =>
  [value + 1 + whole(random, 50), value - 1 - whole(random, 50), -value - 1, Number.NaN, value * 1.001 + 0.01][
    whole(random, 5)
  ]!;

const changedAt = (list: ArrayLike<number>, random: () => number, change: (was: number) => number): number[] => {
  const copy = Array.from(list);
  const at = whole(random, copy.length);
  copy[at] = change(copy[at]!);
  return copy;
};

const CHANGES: Readonly<Record<string, Change>> = {
  primal: (of, random) => ({ ...of, primal: numberNear(of.primal, random) }),
  bound: (of, random) => ({ ...of, bound: numberNear(of.bound, random) }),
  gap: (of, random) => ({ ...of, gap: random() < 0.5 ? of.gap / 2 + 0.001 : numberNear(of.gap, random) }),
  "bound, gap put right": (of, random) => repaired({ ...of, bound: numberNear(of.bound, random) }),
  "primal, gap put right": (of, random) => repaired({ ...of, primal: numberNear(of.primal, random) }),
  prices: (of, random) => ({ ...of, prices: changedAt(of.prices, random, (was) => numberNear(was, random)) }),
  "prices, one less": (of) => ({ ...of, prices: Array.from(of.prices).slice(1) }),
  input_hash: (of, random) => {
    const at = whole(random, of.input_hash.length);
    const digit = ((Number.parseInt(of.input_hash[at]!, 16) + 1 + whole(random, 15)) % 16).toString(16);
    return { ...of, input_hash: of.input_hash.slice(0, at) + digit + of.input_hash.slice(at + 1) };
  },
  plan: (of, random) => ({
    ...of,
    plan: changedPlan(of.plan as readonly (number | ArrayLike<number> | null)[], random),
  }),
  "plan, one less": (of) => ({ ...of, plan: Array.from(of.plan as ArrayLike<unknown>).slice(1) }),
};

const repaired = (of: Certificate<unknown>): Certificate<unknown> => ({
  ...of,
  gap: of.primal === of.bound ? 0 : (of.primal - of.bound) / of.primal,
});

/** Another choice for one task; a task that is left out gets the first cells, or the last capability. */
function changedPlan(plan: ArrayLike<number | ArrayLike<number> | null>, random: () => number): unknown[] {
  const copy = Array.from(plan);
  const at = whole(random, copy.length);
  const was = copy[at]!;
  const step = (1 + whole(random, 6)) * (random() < 0.5 ? -1 : 1);
  if (typeof was === "number") copy[at] = was + step;
  else if (was === null) copy[at] = [0, 0, 0];
  else copy[at] = random() < 0.2 ? null : changedAt(was, random, (cell) => cell + step);
  return copy;
}

export interface Mutations {
  readonly rejected: number;
  /** Accepted although something is changed, and what is claimed is still true; by kind of change. */
  readonly stillTrue: Readonly<Record<string, number>>;
  /** Accepted although it is false. */
  readonly accepted: number;
}

export function mutate(count: number, seed: number): Mutations {
  const random = chance(seed);
  const claims = soundClaims(seed);
  for (const claim of claims) if (checkCertificate(claim, digest) !== null) throw new Error("a sound claim is refused");
  const changes = Object.entries(CHANGES);
  const stillTrue: Record<string, number> = {};
  let [rejected, accepted] = [0, 0];
  for (let i = 0; i < count; i++) {
    const claim = claims[i % claims.length]!;
    const [name, change] = changes[whole(random, changes.length)]!;
    const changed = { ...claim, certificate: change(claim.certificate, random) } as Claim;
    if (checkCertificate(changed, digest) !== null) rejected++;
    else if (isStillTrue(claim, changed))
      stillTrue[`${claim.kind}: ${name}`] = (stillTrue[`${claim.kind}: ${name}`] ?? 0) + 1;
    else accepted++;
  }
  return { rejected, stillTrue, accepted };
}

/**
 * What the checker let through is true when only harmless things differ: the bound claims no more than before; the cost claimed is the same; the
 * plan costs the same (the checkers added it up); the problem is the same. Everything else let through counts as a failure.
 */
function isStillTrue(claim: Claim, { certificate }: Claim): boolean {
  const was = claim.certificate;
  const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(a));
  return (
    certificate.input_hash === was.input_hash &&
    near(certificate.primal, was.primal) &&
    certificate.bound <= was.bound + 1e-6 * Math.max(1, was.bound) &&
    certificate.plan.length === was.plan.length &&
    certificate.prices.length === was.prices.length
  );
}

export function runCertificates(count: number, seed: number): void {
  const { rejected, stillTrue, accepted } = mutate(count, seed);
  const apart = Object.entries(stillTrue);
  const kept = apart.reduce((sum, [, each]) => sum + each, 0);
  console.log(
    `certificates: ${count} changes (seed ${seed}): ${rejected} rejected, ${kept} leave a claim that is true all the same, ${accepted} wrongly accepted`,
  );
  for (const [name, each] of apart) console.log(`  still true: ${each} × ${name}`);
}
