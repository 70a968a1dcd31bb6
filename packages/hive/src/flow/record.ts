/**
 * record: Sealed → Recorded. The parts of the proof are made durable first, then the sealed statement becomes a leaf of the
 * ledger. A crash between the two leaves parts without a leaf, which recovery reports as interrupted; a crash after them leaves
 * everything that the proof needs.
 */
import { type Envelope, isRefusal, type JsonObject, type ProofCard, prettyText, type Refusal, utf8 } from "lop";
import type { FlowParts } from "./parts.ts";
import type { Sealed } from "./seal.ts";

class RecordedOutcome {
  readonly #minted = true;
  readonly id: string;
  readonly parts: ProofParts;
  /** Index of the leaf. */
  readonly index: number;
  readonly at: string;

  constructor(id: string, parts: ProofParts, index: number, at: string) {
    this.id = id;
    this.parts = parts;
    this.index = index;
    this.at = at;
  }

  static made(value: object): boolean {
    return #minted in value && value.#minted;
  }
}
export type Recorded = RecordedOutcome;

/** A proof card without its ledger part. */
export type ProofParts = Omit<ProofCard, "ledger">;

export const partsPath = (id: string): string => `proofs/${id}.parts.json`;

type RecordParts = Pick<FlowParts, "disk" | "statements"> & { manifest(): Envelope };

export async function record(parts: RecordParts, sealed: Sealed): Promise<Recorded | Refusal> {
  const proof = proofParts(parts, sealed);
  await parts.disk.writeAtomic(partsPath(proof.id), utf8(prettyText(proof as unknown as JsonObject)), 0o600);
  const written = await parts.statements.append(sealed.statement);
  return isRefusal(written) ? written : new RecordedOutcome(proof.id, proof, written.index, written.at);
}

function proofParts(parts: RecordParts, { checked, statement }: Sealed): ProofParts {
  const { judged, approval } = checked.executed.approved;
  const { admitted, card, replay } = judged.decoded;
  return {
    format: "axiom-proof/1",
    id: admitted.id,
    directive: admitted.envelope,
    card,
    verdict: judged.verdict,
    approval: approval?.envelope ?? null,
    outcome: checked.outcome,
    checks: checked.checks,
    replay,
    seal: statement.envelope,
    keys: parts.manifest(),
  };
}
