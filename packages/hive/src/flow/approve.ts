/**
 * approve: Judged → Approved. What policy allows as it is passes through; the rest waits for the operator's signed yes to
 * exactly this card under exactly this verdict.
 */
import { digestOf, type Envelope, isRefusal, type Refusal, refuse } from "lop";
import { openOperatorPacket, replayMark, takeCounter } from "./admit.ts";
import type { Judged } from "./judge.ts";
import type { FlowParts } from "./parts.ts";
import type { ApprovalBody } from "./sign.ts";

class ApprovedCard {
  readonly #minted = true;
  readonly judged: Judged;
  readonly approval: { readonly envelope: Envelope; readonly id: string } | null;

  constructor(judged: Judged, approval: ApprovedCard["approval"]) {
    this.judged = judged;
    this.approval = approval;
  }

  static made(value: object): boolean {
    return #minted in value && value.#minted;
  }
}
export type Approved = ApprovedCard;
export const isApproved = ApprovedCard.made;

/** What ended the wait: the operator's packet, or a refusal (his no, the time, a cancel). */
export interface ApprovalAnswer {
  readonly said: Envelope | Refusal;
  /** Told what became of it, so that an acknowledged approval is a durable one. */
  taken(refusal: Refusal | null): void;
}

type ApproveParts = Pick<FlowParts, "crypto" | "statements" | "gate" | "replay" | "keys" | "policy">;

export async function approve(
  parts: ApproveParts,
  judged: Judged,
  wait: () => Promise<ApprovalAnswer>,
): Promise<Approved | Refusal> {
  if (judged.needs === null) return new ApprovedCard(judged, null);
  const answer = await wait();
  const approved = isRefusal(answer.said) ? answer.said : await take(parts, judged, answer.said);
  answer.taken(isRefusal(answer.said) || !isRefusal(approved) ? null : approved);
  return approved;
}

async function take(parts: ApproveParts, judged: Judged, envelope: Envelope): Promise<Approved | Refusal> {
  const { admitted, card } = judged.decoded;
  const opened = openOperatorPacket(parts, envelope, "approval");
  if (isRefusal(opened)) return opened;
  const wanted = approvalBody(parts, judged);
  const body = opened.packet.body as Partial<ApprovalBody>;
  const other = (Object.keys(wanted) as (keyof ApprovalBody)[]).find((name) => body[name] !== wanted[name]);
  if (other !== undefined) return refuse("approval-refused", `The approval's ${other} is not that of this directive.`);
  // The yes is checked by the same rules as everything else: with it, policy must now allow the card.
  const again = parts.policy.judge({ operator: opened.keyId, card, approval: wanted.level });
  if (again.decision !== "allow") return refuse("policy-denied", again.reasons.join(" "));
  const refusal = parts.gate.check(card.tool) ?? takeCounter(parts, opened);
  if (refusal !== null) return refusal;
  const written = await parts.statements.write("approval", admitted.id, { ...replayMark(opened), packet: opened.id });
  return isRefusal(written) ? written : new ApprovedCard(judged, { envelope, id: opened.id });
}

export const approvalBody = ({ crypto }: Pick<FlowParts, "crypto">, judged: Judged): ApprovalBody => ({
  directive: judged.decoded.admitted.id,
  card: digestOf(crypto, judged.decoded.card),
  verdict: digestOf(crypto, judged.verdict),
  decision: "approve",
  level: judged.needs ?? "given",
});
