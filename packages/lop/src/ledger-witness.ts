/** The ledger's side of witnessing: hand the latest checkpoint over with a proof, and keep the signature that comes back. */
import { toBase64 } from "./bytes.ts";
import { readCheckpointText, readDecimal } from "./checkpoint.ts";
import type { Crypto } from "./crypto.ts";
import type { Ledger } from "./ledger.ts";
import { signatureLine, splitNote, verifyNote } from "./note.ts";
import { type Refusal, refuse } from "./refusal.ts";
import { type WitnessPort, witnessRequest } from "./witness.ts";

/** The witness may have seen more or less than we think; once it has said what, a third try says the same. */
const TRIES_MAX = 2;

/**
 * Has the witness cosign the latest checkpoint; proofs of what it covers then carry the cosignature. Refusals:
 * `ledger-damaged` when the witness has seen a longer or another ledger (ours was rolled back or forked), `witness-refused`.
 */
export async function cosignLedger(
  crypto: Crypto,
  ledger: Ledger,
  witness: WitnessPort,
  known_size = 0,
): Promise<{ size: number } | Refusal> {
  const note = ledger.checkpoint();
  const { text } = splitNote(note)!;
  const size = Number(readCheckpointText(text)!.size);
  let old = Math.min(known_size, size);
  for (let attempt = 0; attempt < TRIES_MAX; attempt++) {
    const proof = old === 0 ? [] : await ledger.proveConsistency(old, size);
    const answer = await witness.addCheckpoint(witnessRequest(old, proof.map(toBase64), note));
    if (answer.status === 200) return take(crypto, ledger, witness, { note, text, size, lines: answer.body });
    const seen = answer.status === 409 ? readDecimal(answer.body.trimEnd()) : null;
    if (seen === null) return badAnswer(witness, answer.status, answer.body);
    if (seen > BigInt(size) || Number(seen) === old) return conflict(witness, seen, size);
    old = Number(seen);
  }
  return refuse(
    "witness-refused",
    `The witness ${witness.key.name} keeps changing its mind about the size it has seen.`,
  );
}

function badAnswer(witness: WitnessPort, status: number, body: string): Refusal {
  if (status === 422)
    return refuse("ledger-damaged", `The witness ${witness.key.name} has seen another past of this ledger.`);
  return refuse("witness-refused", `The witness ${witness.key.name} answered ${status}: ${body.trim().slice(0, 200)}.`);
}

function conflict(witness: WitnessPort, seen: bigint, size: number): Refusal {
  const what = seen > BigInt(size) ? `${seen} entries, and there are ${size}` : `another ledger of ${seen} entries`;
  return refuse("ledger-damaged", `The witness ${witness.key.name} has seen ${what}.`);
}

async function take(
  crypto: Crypto,
  ledger: Ledger,
  witness: WitnessPort,
  o: { note: string; text: string; size: number; lines: string },
): Promise<{ size: number } | Refusal> {
  const answer = splitNote(`${o.text}\n${o.lines}`);
  const own = answer?.signatures.filter((signature) => signature.name === witness.key.name) ?? [];
  if (answer === null || !verifyNote(crypto, { text: o.text, signatures: own }, witness.key))
    return refuse("witness-refused", `The signature of the witness ${witness.key.name} does not verify.`);
  await ledger.keepCosigned(o.note, own.map(signatureLine));
  return { size: o.size };
}
