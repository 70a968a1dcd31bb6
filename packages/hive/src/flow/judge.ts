/** judge: Decoded → Judged, or the refusal of policy. Default deny. A verdict that asks for the operator is written down. */
import { isRefusal, type Refusal, refuse, type Verdict } from "lop";
import type { Decoded } from "./decode.ts";
import { deepFreeze } from "./deep-freeze.ts";
import type { FlowParts } from "./parts.ts";

export type ApprovalLevel = "given" | "explicit";

class JudgedCard {
  readonly #minted = true;
  readonly decoded: Decoded;
  readonly verdict: Verdict;
  /** What the operator must say before this runs; null when policy allows it as it is. */
  readonly needs: ApprovalLevel | null;

  constructor(decoded: Decoded, verdict: Verdict, needs: ApprovalLevel | null) {
    this.decoded = decoded;
    this.verdict = deepFreeze(verdict);
    this.needs = needs;
  }

  static made(value: object): boolean {
    return #minted in value && value.#minted;
  }
}
export type Judged = JudgedCard;

export interface Denied {
  readonly denied: Verdict;
  readonly refusal: Refusal;
}

export async function judge(
  parts: Pick<FlowParts, "policy" | "statements">,
  decoded: Decoded,
): Promise<Judged | Denied | Refusal> {
  const { card, admitted } = decoded;
  const request = { operator: admitted.operator, card };
  const verdict = parts.policy.judge(request);
  if (verdict.decision === "deny")
    return { denied: verdict, refusal: refuse("policy-denied", verdict.reasons.join(" ")) };
  if (verdict.decision === "allow") return new JudgedCard(decoded, verdict, null);
  const given = parts.policy.judge({ ...request, approval: "given" });
  const needs = given.decision === "allow" ? "given" : "explicit";
  const { decision, policies, policy_set } = verdict;
  const body = { decision, policies, policy_set, tool: card.tool, needs };
  const written = await parts.statements.write("judged", admitted.id, body);
  return isRefusal(written) ? written : new JudgedCard(decoded, verdict, needs);
}
