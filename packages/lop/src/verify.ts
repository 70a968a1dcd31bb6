/**
 * Checks a proof file: no store, no network, no clock. This file is the door `lop/verify`, which runs in browsers too.
 * The checks stand in docs/formats/proof.md, in the same order.
 */
import { equal, fromBase64, fromUtf8 } from "./bytes.ts";
import type { Crypto } from "./crypto.ts";
import { envelopeBytes, openEnvelope } from "./dsse.ts";
import { canonicalBytes, type Json, parseStrict } from "./json.ts";
import { type KeyManifest, readManifest } from "./manifest.ts";
import {
  NOTE_COSIGNATURE,
  NOTE_ED25519,
  type Note,
  type NoteKey,
  signatureLine,
  splitNote,
  verifyNote,
} from "./note.ts";
import { type OpenedPacket, type PacketType, readPacket } from "./packet.ts";
import { isFault, type ProofFault, type ProofPart, readProof } from "./proof.ts";
import {
  ApprovalBody,
  DirectiveBody,
  digestOf,
  type Envelope,
  type ProofCard,
  RUNGS,
  type Rung,
  Seal,
  STATEMENT_PAYLOAD_TYPE,
  Statement,
} from "./record.ts";
import { isRefusal } from "./refusal.ts";
import { readTlogProof, tlogProofText, verifyTlogProof } from "./tlog-proof.ts";

export type { Crypto } from "./crypto.ts";
export { webCrypto } from "./crypto-web.ts";
export { PROOF_MAX_BYTES, PROOF_PARTS, type ProofPart } from "./proof.ts";
export type { ProofCard } from "./record.ts";

/** What a verified proof says, in the terms of whoever has to decide whether to believe it. */
export interface ProofFacts {
  readonly id: string;
  /** Key id of the root that everything stands on. Compare it with one from a source you trust, or hand it in as `trust.root`. */
  readonly root: string;
  /** Name of the hive and of its ledger. */
  readonly hive: string;
  /** Key id of the operator who signed the directive. */
  readonly operator: string;
  /** Null when policy allowed the action card as it was. */
  readonly approval: { readonly operator: string; readonly level: ApprovalBody["level"] } | null;
  /** Position of the seal in the ledger, and entries under the signed tree head. */
  readonly index: number;
  readonly size: number;
  /** When the hive sealed it, by the hive's clock. */
  readonly at: string;
}

export type Verification =
  | { readonly verified: true; readonly proof: ProofCard; readonly facts: ProofFacts }
  | { readonly verified: false; readonly part: ProofPart; readonly why: string };

interface Sealed {
  readonly seal: Seal;
  readonly at: string;
  readonly hiveKey: Uint8Array;
}

/** @param trust.root key id of the root that the proof must stand on; without it `facts.root` says which one it stands on. */
export function verifyProof(bytes: Uint8Array, crypto: Crypto, trust: { readonly root?: string } = {}): Verification {
  const proof = readProof(bytes);
  const facts = isFault(proof) ? proof : checkProof(crypto, proof, trust.root);
  return isFault(facts) || isFault(proof)
    ? { verified: false, ...(facts as ProofFault) }
    : { verified: true, proof, facts };
}

function checkProof(crypto: Crypto, proof: ProofCard, root: string | undefined): ProofFacts | ProofFault {
  const keys = readManifest(crypto, proof.keys, root);
  if (isRefusal(keys)) return fault("keys", keys.why);
  const directive = openPacket(crypto, keys, "directive", proof.directive);
  if (isFault(directive)) return directive;
  if (directive.id !== proof.id) return fault("id", "The id is not the digest of the directive.");
  const sealed = openSeal(crypto, keys, proof);
  if (isFault(sealed)) return sealed;
  const wrong = checkDigests(crypto, proof, sealed.seal) ?? checkCard(proof, directive) ?? checkRun(proof);
  if (wrong !== null) return wrong;
  const approval = checkApproval(crypto, keys, proof, sealed.seal);
  if (isFault(approval)) return approval;
  const place = checkLedger(crypto, keys, proof, sealed);
  if (isFault(place)) return place;
  const { id } = proof;
  return { id, root: keys.rootKeyId, hive: keys.hive, operator: directive.keyId, approval, ...place, at: sealed.at };
}

const fault = (part: ProofPart, why: string): ProofFault => ({ part, why });

/** A packet under an active operator key. Its time to live is over by now; what counts is that it was well-formed. */
function openPacket(
  crypto: Crypto,
  keys: KeyManifest,
  typ: PacketType & ProofPart,
  envelope: Envelope,
): OpenedPacket | ProofFault {
  const context = { keys: keys.directory, now_ms: issuedAt(envelope), accept: [typ] };
  const opened = readPacket(crypto, envelope, context);
  if (isRefusal(opened)) return fault(typ, opened.why);
  const role = keys.directory.find(opened.keyId)?.role;
  return role === "operator" ? opened : fault(typ, `It is signed by a key of the role ${role}, not by an operator.`);
}

/** The packet's own `iat`; 0 when there is none, which reading it will then refuse. */
function issuedAt(envelope: Envelope): number {
  try {
    const { iat } = JSON.parse(fromUtf8(fromBase64(envelope.payload))) as { iat?: unknown };
    return typeof iat === "number" ? iat : 0;
  } catch {
    return 0;
  }
}

function openSeal(crypto: Crypto, keys: KeyManifest, proof: ProofCard): Sealed | ProofFault {
  const keyOf = (id: string): Uint8Array | undefined => {
    const key = keys.directory.find(id);
    return key?.role === "hive" && key.status === "active" ? key.publicKey : undefined;
  };
  const opened = openEnvelope(crypto, proof.seal, STATEMENT_PAYLOAD_TYPE, keyOf);
  if (isRefusal(opened)) return fault("seal", opened.why);
  const read = readSeal(opened.payload);
  if (read === null) return fault("seal", "It is not a statement of the kind outcome.");
  if (read.statement.directive !== proof.id) return fault("seal", "It belongs to another directive.");
  if (read.seal.keys !== keys.id)
    return fault("keys", "The key manifest is not the one that was in force at the seal.");
  return { seal: read.seal, at: read.statement.at, hiveKey: keyOf(opened.keyId)! };
}

function readSeal(payload: Uint8Array): { statement: Statement; seal: Seal } | null {
  try {
    const statement = Statement.parse(parseStrict(payload, { max_bytes: payload.length }));
    return statement.kind === "outcome" ? { statement, seal: Seal.parse(statement.body) } : null;
  } catch {
    return null;
  }
}

function checkDigests(crypto: Crypto, proof: ProofCard, seal: Seal): ProofFault | null {
  for (const part of ["card", "verdict", "outcome", "checks", "replay"] as const) {
    const record: Json = proof[part];
    const digest = record === null ? null : digestOf(crypto, record);
    if (digest !== seal[part]) return fault(part, "It is not what the hive sealed.");
  }
  return null;
}

/** Whether the card is what the directive asked for. That a needle read words rightly is not for a signature to say. */
function checkCard({ card, replay }: ProofCard, directive: OpenedPacket): ProofFault | null {
  const body = DirectiveBody.safeParse(directive.packet.body);
  if (!body.success) return fault("directive", "Its body holds neither words nor an action card.");
  if ("words" in body.data) {
    if (card.by !== "needle")
      return fault("card", "The directive is in words, but the card says that the operator wrote it.");
    return replay === null ? fault("replay", "A needle wrote the card, but its replay data is missing.") : null;
  }
  if (card.by !== "operator")
    return fault("card", "The directive is an action card, but the card says that a needle wrote it.");
  const [asked, done] = [body.data.card, card].map(({ tool, parameters }) => canonicalBytes({ tool, parameters }));
  if (!equal(asked!, done!)) return fault("card", "Tool or parameters are not those that the operator signed.");
  return replay === null ? null : fault("replay", "The operator wrote the card, so there is nothing to replay.");
}

/** Whether what ran was allowed to, where it had to, and whether the summary of the checks is true. */
function checkRun({ verdict, approval, outcome, checks }: ProofCard): ProofFault | null {
  if (verdict.decision === "deny") return fault("verdict", "Policy denied the card, so it can have no outcome.");
  if (verdict.decision === "approve" && approval === null)
    return fault("approval", "Policy asked for an approval, and there is none.");
  if (verdict.decision === "allow" && approval !== null)
    return fault("approval", "Policy asked for no approval, but there is one.");
  if (outcome.status === "ok" && isWeaker(outcome.rung, verdict.rung))
    return fault("outcome", `It ran on ${outcome.rung ?? "no chamber"}; policy asked for ${verdict.rung} or stronger.`);
  if (checks.passed !== checks.checks.every((check) => check.passed))
    return fault("checks", "Its summary contradicts its rows.");
  return null;
}

const isWeaker = (ran: Rung | null, asked: Rung | null): boolean =>
  asked !== null && (ran === null || RUNGS.indexOf(ran) < RUNGS.indexOf(asked));

function checkApproval(
  crypto: Crypto,
  keys: KeyManifest,
  proof: ProofCard,
  seal: Seal,
): ProofFacts["approval"] | ProofFault {
  if (proof.approval === null)
    return seal.approval === null ? null : fault("approval", "The one that the hive sealed is missing.");
  const opened = openPacket(crypto, keys, "approval", proof.approval);
  if (isFault(opened)) return opened;
  if (opened.id !== seal.approval) return fault("approval", "It is not the one that the hive sealed.");
  const body = ApprovalBody.safeParse(opened.packet.body);
  if (!body.success) return fault("approval", "Its body does not say what is approved.");
  const { directive, card, verdict, level } = body.data;
  if (directive !== proof.id || opened.packet.sub !== proof.id)
    return fault("approval", "It approves another directive.");
  if (card !== seal.card || verdict !== seal.verdict) return fault("approval", "It approves another card or verdict.");
  return { operator: opened.keyId, level };
}

function checkLedger(
  crypto: Crypto,
  keys: KeyManifest,
  proof: ProofCard,
  { seal, hiveKey }: Sealed,
): { index: number; size: number } | ProofFault {
  const place = verifyTlogProof(crypto, proof.ledger, envelopeBytes(proof.seal), {
    origin: keys.hive,
    publicKey: hiveKey,
  });
  if (isRefusal(place)) return fault("ledger", place.why);
  const read = readTlogProof(proof.ledger)!;
  if (tlogProofText(place.index, read.path, read.checkpoint) !== proof.ledger)
    return fault("ledger", "It has a line that no signature covers.");
  const stray = strayLine(
    crypto,
    splitNote(read.checkpoint)!,
    { name: keys.hive, type: NOTE_ED25519, publicKey: hiveKey },
    keys,
  );
  if (stray !== null)
    return fault("ledger", `The checkpoint's signature line by ${JSON.stringify(stray)} is unknown or out of order.`);
  if (seal.intent >= place.index) return fault("seal", "The intent was not on the ledger before the outcome.");
  return place;
}

/**
 * Name in the first signature line that is neither the hive's (first) nor a known witness's (after it, in ascending order).
 * Signed notes let readers pass over lines they do not know; a proof must hold nothing that is not checked.
 */
function strayLine(crypto: Crypto, { text, signatures }: Note, hive: NoteKey, keys: KeyManifest): string | null {
  const witnesses = keys.keys.filter((key) => key.role === "witness" && key.status === "active");
  const stray = signatures.find((signature, place) => {
    const alone: Note = { text, signatures: [signature] };
    if (place === 0) return !verifyNote(crypto, alone, hive);
    if (place > 1 && signatureLine(signature) <= signatureLine(signatures[place - 1]!)) return true;
    const { name } = signature;
    const known = witnesses.map(
      (key): NoteKey => ({ name, type: NOTE_COSIGNATURE, publicKey: fromBase64(key.public_key) }),
    );
    return !known.some((key) => verifyNote(crypto, alone, key));
  });
  return stray?.name ?? null;
}
