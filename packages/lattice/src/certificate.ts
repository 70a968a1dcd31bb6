/**
 * One family of certificates: a plan, what it costs, a bound that nothing beats, the gap between them, the prices that prove the bound, and the
 * digest of the problem that all this is about. A checker reads the problem and the certificate, and trusts nobody: it takes the digest itself.
 */
import type { AssignmentProblem } from "./assign.ts";
import { checkAssignment } from "./assign-certificate.ts";
import { type Fault, fault } from "./fault.ts";
import { checkGap, type GapProblem } from "./gap.ts";
import type { LegsProblem, Plan } from "./legs.ts";
import { checkLegs } from "./legs-certificate.ts";

export interface Certificate<P> {
  readonly plan: P;
  readonly primal: number;
  readonly bound: number;
  /** (primal − bound) / primal; 0 when both are 0. */
  readonly gap: number;
  readonly prices: ArrayLike<number>;
  /** Hex digest of `problemBytes`. */
  readonly input_hash: string;
}

/** A problem and what is claimed about it. */
export type Claim =
  | {
      readonly kind: "assignment";
      readonly problem: AssignmentProblem;
      readonly certificate: Certificate<ArrayLike<number>>;
    }
  | { readonly kind: "legs"; readonly problem: LegsProblem; readonly certificate: Certificate<Plan> }
  | { readonly kind: "gap"; readonly problem: GapProblem; readonly certificate: Certificate<ArrayLike<number>> };

export type Digest = (bytes: Uint8Array) => string;

export const gapBetween = (primal: number, bound: number): number => (primal === bound ? 0 : (primal - bound) / primal);

export function certify<P>(
  problem: Claim["problem"],
  digest: Digest,
  told: Omit<Certificate<P>, "gap" | "input_hash">,
): Certificate<P> {
  return { ...told, gap: gapBetween(told.primal, told.bound), input_hash: digest(problemBytes(problem)) };
}

/** The problem as bytes, the same for the same problem: its fields by name, numbers as JSON writes them. */
export function problemBytes(problem: Claim["problem"]): Uint8Array {
  const plain = (_: string, value: unknown): unknown => {
    if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array, String).join(" ");
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  return new TextEncoder().encode(JSON.stringify(problem, plain));
}

/** Null when every claim holds. Faults: `certificate-wrong`, naming the first that does not. */
export function checkCertificate(claim: Claim, digest: Digest): Fault | null {
  const { primal, bound, gap } = claim.certificate;
  const input_hash = digest(problemBytes(claim.problem));
  if (claim.certificate.input_hash !== input_hash)
    return fault("certificate-wrong", "The certificate is about another problem.", "input_hash");
  if (gap !== gapBetween(primal, bound))
    return fault("certificate-wrong", `The gap is ${gapBetween(primal, bound)}, not ${gap}.`, "gap");
  if (claim.kind === "assignment")
    return checkAssignment(claim.problem, { ...claim.certificate, chosen: claim.certificate.plan });
  if (claim.kind === "gap")
    return checkGap(claim.problem, input_hash, { ...claim.certificate, chosen: claim.certificate.plan });
  return checkLegs(claim.problem, input_hash, claim.certificate);
}
