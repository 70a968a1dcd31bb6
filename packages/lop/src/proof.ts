/** The proof file: one spelling for each proof, so that a changed byte is a changed proof. Format: docs/formats/proof.md. */
import { fromUtf8, utf8 } from "./bytes.ts";
import { type Json, parseStrict, prettyText } from "./json.ts";
import { ProofCard } from "./record.ts";

export const PROOF_MAX_BYTES = 16 * 1024 * 1024;
/** A tool's result may nest; the records around it take four levels. */
export const PROOF_MAX_DEPTH = 64;

/** What a refusal can point at: how the file is written, which fields it has, or one of its parts. */
export const PROOF_PARTS = [
  "encoding",
  "format",
  "id",
  "directive",
  "card",
  "verdict",
  "approval",
  "outcome",
  "checks",
  "replay",
  "seal",
  "ledger",
  "keys",
] as const;
export type ProofPart = (typeof PROOF_PARTS)[number];

export interface ProofFault {
  readonly part: ProofPart;
  /** One sentence. */
  readonly why: string;
}

/** THE file of a proof. Any other spelling is refused. */
export const proofBytes = (proof: ProofCard): Uint8Array => utf8(prettyText(proof));

export const isFault = (value: unknown): value is ProofFault =>
  typeof value === "object" && value !== null && "part" in value && "why" in value;

/** The proof in a file, with its spelling and its fields checked, and nothing else. */
export function readProof(bytes: Uint8Array): ProofCard | ProofFault {
  let text: string;
  let value: Json;
  let spelling: string;
  try {
    value = parseStrict(bytes, { max_bytes: PROOF_MAX_BYTES, max_depth: PROOF_MAX_DEPTH });
    text = fromUtf8(bytes);
    spelling = prettyText(value);
  } catch (fault) {
    return { part: "encoding", why: `The file is not strict JSON in UTF-8: ${(fault as Error).message}.` };
  }
  if (text !== spelling)
    return { part: "encoding", why: `The file is not the one spelling of its content${where(text, spelling)}.` };
  const read = ProofCard.safeParse(value);
  if (!read.success) return shapeFault(read.error.issues[0]!);
  // A schema may pass over what it does not know; nothing may be in the file that is not read.
  return text === prettyText(read.data) ? read.data : { part: "format", why: "The file has a field that no part has." };
}

/** Line and part of the first difference, for whoever has to find it. */
function where(text: string, spelling: string): string {
  let at = 0;
  while (at < text.length && text[at] === spelling[at]) at++;
  const before = text.slice(0, at).split("\n");
  const part = before.findLast((line) => /^ {2}"\w+":/.test(line))?.match(/\w+/)?.[0];
  return `: it differs in line ${before.length}${part === undefined ? "" : `, in or after "${part}"`}`;
}

function shapeFault(issue: { readonly path: readonly PropertyKey[]; readonly message: string }): ProofFault {
  const part = PROOF_PARTS.find((name) => name === issue.path[0]) ?? "format";
  const where = issue.path.map(String).join(".");
  return {
    part,
    why: `${where === "" ? "The proof" : `"${where}"`} has not the form of axiom-proof/1: ${issue.message}.`,
  };
}
