/** Test cases for a policy set: what an owner expects of his policies, in a file that `axiom policy test` runs. */
import { z } from "zod";
import { parseStrict } from "./json.ts";
import type { PolicySet } from "./policy.ts";
import { APPROVALS, type PolicyRequest } from "./policy-request.ts";
import { ActionCard, IMPACTS, RUNGS, Verdict } from "./record.ts";
import { type Refusal, refuse } from "./refusal.ts";

export const POLICY_CASES_MAX_BYTES = 1 << 20;
export const POLICY_CASES_MAX = 10_000;

/** `policies/tests.json`. Only what `expect` names is compared. */
export const PolicyCases = z.strictObject({
  cases: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        tool: z.string(),
        parameters: ActionCard.shape.parameters.default({}),
        by: ActionCard.shape.by.default("operator"),
        approval: z.enum(APPROVALS).default("none"),
        permit: z.boolean().default(false),
        expect: z.strictObject({
          decision: Verdict.shape.decision,
          policies: z.array(z.string()).optional(),
          impact: z.enum(IMPACTS).optional(),
          rung: z.enum(RUNGS).nullable().optional(),
        }),
      }),
    )
    .max(POLICY_CASES_MAX),
});
export type PolicyCases = z.infer<typeof PolicyCases>;
export type PolicyCase = PolicyCases["cases"][number];

export interface PolicyCaseResult {
  readonly name: string;
  readonly passed: boolean;
  /** What differed, one sentence each. */
  readonly differences: readonly string[];
  readonly verdict: Verdict;
}

export function readPolicyCases(bytes: Uint8Array): PolicyCase[] | Refusal {
  try {
    return PolicyCases.parse(parseStrict(bytes, { max_bytes: POLICY_CASES_MAX_BYTES })).cases;
  } catch (fault) {
    const why = fault instanceof z.ZodError ? z.prettifyError(fault) : String(fault);
    return refuse("policy-invalid", `The policy test cases cannot be read: ${why}`);
  }
}

/** Judges every case; nothing is executed. */
export function runPolicyCases(set: PolicySet, cases: readonly PolicyCase[]): PolicyCaseResult[] {
  return cases.map((one) => {
    const verdict = set.judge(requestOf(one));
    const differences = compare(one.expect, verdict);
    return { name: one.name, passed: differences.length === 0, differences, verdict };
  });
}

const requestOf = ({ tool, parameters, by, approval, permit }: PolicyCase): PolicyRequest => ({
  operator: "0".repeat(64),
  card: { tool, parameters, by },
  approval,
  permit,
});

function compare(expect: PolicyCase["expect"], verdict: Verdict): string[] {
  const differences: string[] = [];
  for (const name of ["decision", "impact", "rung", "policies"] as const) {
    const wanted = expect[name];
    if (wanted === undefined) continue;
    const [want, got] = [wanted, verdict[name]].map((value) =>
      JSON.stringify(Array.isArray(value) ? [...value].sort() : value),
    );
    if (want !== got) differences.push(`${name}: expected ${want}, got ${got}`);
  }
  return differences;
}
