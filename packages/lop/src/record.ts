/**
 * Every kind of thing that is signed or hashed on the trip, with its schema. Unknown fields are refused.
 * Records are plain JSON; a record's digest is the SHA-256 of its canonical bytes (RFC 8785).
 */
import { z } from "zod";
import { toHex } from "./bytes.ts";
import type { Crypto } from "./crypto.ts";
import { canonicalBytes, type Json } from "./json.ts";

/** Rungs of the ladder of chambers, weakest first. */
export const RUNGS = ["wasm-js", "wasm-py", "os", "vm"] as const;
export type Rung = (typeof RUNGS)[number];

export const Digest = z.string().regex(/^[0-9a-f]{64}$/);
/** UTC, milliseconds, always with `Z`. */
export const Instant = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const JsonValue: z.ZodType<Json> = z.json();
const JsonObject = z.record(z.string(), JsonValue);

export const WORDS_MAX_CHARACTERS = 8192;
const NO_WORDS = "say what is to be done";
const LONG_WORDS = `at most ${WORDS_MAX_CHARACTERS} characters; a long text goes into a parameter, such as --code @FILE`;

/** What the operator signs: words for a needle, or the action card himself. Body of a BARK packet of type `directive`. */
export const DirectiveBody = z.union([
  z.strictObject({
    words: z.string().min(1, NO_WORDS).max(WORDS_MAX_CHARACTERS, LONG_WORDS),
    rung: z.enum(RUNGS).optional(),
  }),
  z.strictObject({
    card: z.strictObject({ tool: z.string().max(64), parameters: JsonObject }),
    rung: z.enum(RUNGS).optional(),
  }),
]);
export type DirectiveBody = z.infer<typeof DirectiveBody>;

/** Body of a BARK packet of type `approval`: the operator's yes to one action card under one verdict. Its `sub` is the directive. */
export const ApprovalBody = z.strictObject({
  directive: Digest,
  card: Digest,
  verdict: Digest,
  decision: z.literal("approve"),
  /** `explicit`: the operator was shown that it cannot be undone, and confirmed just that. */
  level: z.enum(["given", "explicit"]),
});
export type ApprovalBody = z.infer<typeof ApprovalBody>;

/** A typed action: what will be done, before anything is. */
export const ActionCard = z.strictObject({
  v: z.literal(1),
  tool: z.string(),
  needle: z.string(),
  action: z.enum(["execute", "analyze", "generate"]),
  parameters: JsonObject,
  /** Who wrote it: the operator himself, or a needle under its grammar. */
  by: z.enum(["operator", "needle"]),
});
export type ActionCard = z.infer<typeof ActionCard>;

export const IMPACTS = ["none", "low", "high", "irreversible"] as const;

/** Policy's word on an action card. */
export const Verdict = z.strictObject({
  v: z.literal(1),
  decision: z.enum(["allow", "approve", "deny"]),
  /** Ids of the policies that decided. Empty with `deny` means that no policy allowed it. */
  policies: z.array(z.string()),
  /** Sentences for the operator. */
  reasons: z.array(z.string()),
  impact: z.enum(IMPACTS),
  /** Minimum rung that the card will run on; null when the tool needs no chamber. */
  rung: z.enum(RUNGS).nullable(),
  /** Digest of the policy set that judged. */
  policy_set: Digest,
});
export type Verdict = z.infer<typeof Verdict>;

export const STATUSES = [
  "ok",
  "error",
  "timeout",
  "oom",
  "output-limit",
  "killed",
  "crashed",
  "denied",
  "frozen",
] as const;
export type Status = (typeof STATUSES)[number];

export const FileChange = z.strictObject({
  path: z.string(),
  change: z.enum(["added", "changed", "removed"]),
  /** Digest and size after the run; null when removed. */
  sha256: Digest.nullable(),
  bytes: z.int().nonnegative().nullable(),
});
export type FileChange = z.infer<typeof FileChange>;

/** What the execution gave. `stdout` and `stderr` are empty for tools without a chamber. */
export const Outcome = z.strictObject({
  v: z.literal(1),
  status: z.enum(STATUSES),
  /** A sentence when status is not `ok`. */
  why: z.string().nullable(),
  rung: z.enum(RUNGS).nullable(),
  exit_code: z.int().nullable(),
  stdout: z.string(),
  stderr: z.string(),
  /** The tool's own answer, by its result schema. */
  result: JsonValue,
  files: z.array(FileChange),
  started_at: Instant,
  took_ms: z.int().nonnegative(),
});
export type Outcome = z.infer<typeof Outcome>;

/** What validation looked at after the run. `passed: false` quarantines the result: the card is red. */
export const Checks = z.strictObject({
  v: z.literal(1),
  passed: z.boolean(),
  checks: z.array(z.strictObject({ name: z.string(), passed: z.boolean(), why: z.string().nullable() })),
});
export type Checks = z.infer<typeof Checks>;

/** Kinds of entries in the ledger. Each entry is a statement in a DSSE envelope signed by the hive's key. */
export const STATEMENT_KINDS = [
  "genesis",
  "start",
  "stop",
  "mark",
  "admitted",
  "refused",
  "judged",
  "approval",
  "intent",
  "outcome",
  "interrupted",
  "cancelled",
  "keys",
  "permit",
  "permit-revoked",
  "permit-use",
  "policy",
  "freeze",
  "held",
  "thawed",
  "wiped",
  "resume",
  "leftover",
] as const;
export const STATEMENT_PAYLOAD_TYPE = "application/vnd.axiom.statement.v1+json";

export const Statement = z.strictObject({
  v: z.literal(1),
  kind: z.enum(STATEMENT_KINDS),
  at: Instant,
  /** Id of the directive that the entry belongs to: digest of the payload bytes of its packet. */
  directive: Digest.nullable(),
  body: JsonObject,
});
export type Statement = z.infer<typeof Statement>;

/** Body of the `outcome` statement: binds every part of a proof card by digest. This is what the hive seals. */
export const Seal = z.strictObject({
  card: Digest,
  verdict: Digest,
  /** Digest of the payload bytes of the approval packet. */
  approval: Digest.nullable(),
  outcome: Digest,
  checks: Digest,
  /** Index of the `intent` entry that was durable before the execution began. */
  intent: z.int().nonnegative(),
  /** Replay data of the needle; null when the operator wrote the card. */
  replay: Digest.nullable(),
  /** Id (digest of the payload) of the key manifest in force. */
  keys: Digest,
});
export type Seal = z.infer<typeof Seal>;

export const Envelope = z.strictObject({
  payloadType: z.string(),
  payload: z.string(),
  signatures: z
    .array(z.strictObject({ keyid: z.string(), sig: z.string() }))
    .min(1)
    .max(8),
});
/** DSSE v1.0.2. `payload` and `sig` are canonical base64. */
export type Envelope = z.infer<typeof Envelope>;

/** What a needle's card came from, enough to run it again and compare: docs/formats/replay.md. */
export const ReplayData = z.strictObject({
  v: z.literal(1),
  /** The way of writing and the version of its rules, such as "marks/1.0" or "json/1.1". */
  decode: z.string().max(32),
  /** What computes, such as "kernel/exact/" and the digest of the kernel. */
  runtime: z.string().max(256),
  /** The model file; null where a server keeps it. */
  weights: Digest.nullable(),
  /** Behavior card, initial memory (null: empty), special tokens and rules. */
  card: Digest,
  start: Digest.nullable(),
  grammar: Digest,
  /** 0: greedy. */
  seed: z.int().nonnegative(),
  /** Digest of all tokens that were fed, and how many. */
  fed: Digest.nullable(),
  fed_count: z.int().nonnegative(),
  /** Every pick, in order. */
  picks: z.array(z.int().nonnegative()).max(65_536),
  score: z.number(),
  /** The memory at the end. */
  memory: Digest.nullable(),
});
export type ReplayData = z.infer<typeof ReplayData>;

/** The file that is handed back: self-contained, checked by `lop/verify` alone. Format: docs/formats/proof.md. */
export const ProofCard = z.strictObject({
  format: z.literal("axiom-proof/1"),
  /** Digest of the directive packet's payload bytes. */
  id: Digest,
  directive: Envelope,
  card: ActionCard,
  verdict: Verdict,
  approval: Envelope.nullable(),
  outcome: Outcome,
  checks: Checks,
  replay: JsonObject.nullable(),
  /** The `outcome` statement; its compact JSON is the ledger's leaf. */
  seal: Envelope,
  /** C2SP tlog-proof text: index, inclusion path, signed checkpoint. */
  ledger: z.string(),
  /** Key manifest, signed by the root key. */
  keys: Envelope,
});
export type ProofCard = z.infer<typeof ProofCard>;

export const digestOf = (crypto: Pick<Crypto, "sha256">, record: Json): string =>
  toHex(crypto.sha256(canonicalBytes(record)));
