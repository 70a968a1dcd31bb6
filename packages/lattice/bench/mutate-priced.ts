/** Certificates with prices (certificate.ts) to be changed: one of each kind, small enough to be checked many times. */
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
import { changedAt, type Family, numberNear, whole } from "./mutate.ts";
import { makeRivals } from "./rivals.ts";

const digest: Digest = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** One family of each kind; all follow from the seed. */
export function pricedFamilies(seed: number): readonly Family[] {
  const random = chance(seed);
  return [assignmentClaim(random), legsClaim(seed, random), gapClaim(random)].map(familyOf);
}

const familyOf = (claim: Claim): Family => ({
  name: claim.kind,
  draw: (random) => {
    const [name, change] = CHANGES[whole(random, CHANGES.length)]!;
    const changed = { ...claim, certificate: change(claim.certificate, random) } as Claim;
    return { name, refused: checkCertificate(changed, digest) !== null, stillTrue: () => isStillTrue(claim, changed) };
  },
  isSound: () => checkCertificate(claim, digest) === null,
});

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

const CHANGES: readonly (readonly [name: string, change: Change])[] = Object.entries<Change>({
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
});

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
