/** Directives that memory no longer holds, read back: what happened from the ledger, what it gave from the proof's file. */
import {
  type Crypto,
  DirectiveBody,
  type Disk,
  fromBase64,
  fromUtf8,
  type JsonObject,
  type Ledger,
  REFUSALS,
  type Refusal,
  type RefusalCode,
  refuse,
  type Statement,
} from "lop";
import { verifyProof } from "lop/verify";
import { proofPath } from "./flow/prove.ts";
import type { DirectiveState, DirectiveView } from "./hive-types.ts";
import { readOwn } from "./recovery.ts";

/** Entries that one question may read through. */
export const HISTORY_SCAN_MAX = 100_000;
const BLOCK_ENTRIES = 512;

interface Found {
  readonly index: number;
  readonly statement: Statement;
}

export interface HistoryParts {
  readonly ledger: Ledger;
  readonly disk: Disk;
  readonly crypto: Crypto;
  readonly root: string;
}

const ENDS: Partial<Record<Statement["kind"], DirectiveState>> = {
  outcome: "done",
  refused: "refused",
  cancelled: "cancelled",
  interrupted: "interrupted",
};

/** Newest first, from the directive admitted last before entry `before`. */
export async function* olderDirectives(parts: HistoryParts, before: number): AsyncGenerator<DirectiveView> {
  const ends = new Map<string, Found>();
  for await (const found of backwards(parts.ledger, parts.ledger.size)) {
    const { directive, kind } = found.statement;
    if (directive === null) continue;
    if (ENDS[kind] !== undefined && !ends.has(directive)) ends.set(directive, found);
    if (kind !== "admitted") continue;
    if (found.index < before) yield await viewOf(parts, directive, found, ends.get(directive) ?? null);
    ends.delete(directive);
  }
}

/** Index of the directive's `admitted` entry; null when it is too far back, or none. */
export async function admittedAt(ledger: Ledger, id: string): Promise<number | null> {
  for await (const { index, statement } of backwards(ledger, ledger.size))
    if (statement.kind === "admitted" && statement.directive === id) return index;
  return null;
}

export async function olderDirective(parts: HistoryParts, id: string): Promise<DirectiveView | undefined> {
  if (await parts.disk.exists(proofPath(id))) return viewOf(parts, id, null, null);
  let end: Found | null = null;
  for await (const found of backwards(parts.ledger, parts.ledger.size)) {
    if (found.statement.directive !== id) continue;
    if (ENDS[found.statement.kind] !== undefined) end ??= found;
    if (found.statement.kind === "admitted") return viewOf(parts, id, found, end);
  }
  return undefined;
}

async function* backwards(ledger: Ledger, from: number): AsyncGenerator<Found> {
  const last = Math.max(0, from - HISTORY_SCAN_MAX);
  for (let end = from; end > last; end -= BLOCK_ENTRIES) {
    const block: Found[] = [];
    for await (const { index, entry } of ledger.entries(Math.max(last, end - BLOCK_ENTRIES), end)) {
      const statement = readOwn(entry);
      if (statement !== null) block.push({ index, statement });
    }
    yield* block.reverse();
  }
}

async function viewOf(
  parts: HistoryParts,
  id: string,
  admitted: Found | null,
  end: Found | null,
): Promise<DirectiveView> {
  const proof = await readProofOf(parts, id);
  const kind = end?.statement.kind ?? "outcome";
  const body = end?.statement.body ?? {};
  const state = ENDS[kind] ?? "interrupted";
  return {
    id,
    state: proof?.outcome?.status === "killed" ? "cancelled" : state,
    step: proof === null ? stepOf(body) : "prove",
    words: null,
    card: null,
    verdict: null,
    outcome: null,
    quarantined: null,
    verified: null,
    refusal: state === "done" ? null : refusalOf(kind, body),
    submitted_at: admitted?.statement.at ?? "",
    ended_at: end?.statement.at ?? null,
    approve_by: null,
    ...proof,
    steps: [],
  };
}

const stepOf = (body: JsonObject): DirectiveView["step"] =>
  typeof body.step === "string" ? (body.step as DirectiveView["step"]) : "admit";

function refusalOf(kind: Statement["kind"], body: JsonObject): Refusal {
  const why = typeof body.why === "string" ? body.why : "";
  if (typeof body.refused === "string" && body.refused in REFUSALS) return refuse(body.refused as RefusalCode, why);
  return kind === "cancelled" ? refuse("cancelled", why) : refuse("interrupted", why);
}

type ProofView = Pick<
  DirectiveView,
  "words" | "card" | "verdict" | "outcome" | "quarantined" | "verified" | "submitted_at" | "ended_at"
>;

async function readProofOf({ disk, crypto, root }: HistoryParts, id: string): Promise<ProofView | null> {
  if (!(await disk.exists(proofPath(id)))) return null;
  const checked = verifyProof(await disk.read(proofPath(id)), crypto, { root });
  if (!checked.verified) return null;
  const { proof, facts } = checked;
  const packet = JSON.parse(fromUtf8(fromBase64(proof.directive.payload))) as { iat: number; body: unknown };
  const body = DirectiveBody.parse(packet.body);
  return {
    words: "words" in body ? body.words : null,
    card: proof.card,
    verdict: proof.verdict,
    outcome: proof.outcome,
    quarantined: !proof.checks.passed,
    verified: true,
    submitted_at: new Date(packet.iat).toISOString(),
    ended_at: facts.at,
  };
}
