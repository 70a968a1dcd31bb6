/** prove: Recorded → the proof card's file, checked by the same verifier that strangers use before anybody gets it. */
import { type Crypto, type Disk, type Ledger, type ProofCard, proofBytes, type Refusal, refuse } from "lop";
import { verifyProof } from "lop/verify";
import { type ProofParts, partsPath, type Recorded } from "./record.ts";

export const proofPath = (id: string): string => `proofs/${id}.json`;

export interface ProveParts {
  readonly crypto: Crypto;
  readonly disk: Disk;
  readonly ledger: Ledger;
  /** Id of the root key that this hive stands under. */
  readonly root: string;
}

export const prove = (parts: ProveParts, recorded: Recorded): Promise<Uint8Array | Refusal> =>
  completeProof(parts, recorded.parts, recorded.index);

/** Also recovery's way to a proof whose last step a crash cut off: it holds nothing that was not sealed. */
export async function completeProof(parts: ProveParts, made: ProofParts, index: number): Promise<Uint8Array | Refusal> {
  const card: ProofCard = { ...made, ledger: await parts.ledger.prove(index) };
  const bytes = proofBytes(card);
  const checked = verifyProof(bytes, parts.crypto, { root: parts.root });
  if (!checked.verified) return refuse("proof-invalid", `${checked.part}: ${checked.why}`);
  await parts.disk.writeAtomic(proofPath(made.id), bytes, 0o600);
  await parts.disk.remove(partsPath(made.id));
  return bytes;
}
