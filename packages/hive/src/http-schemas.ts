/** Shapes on the wire, for checking requests and for the OpenAPI document. */
import { ActionCard, Digest, DirectiveBody, Envelope, Instant, Outcome, RUNGS, Verdict } from "lop";
import { z } from "zod";
import { STEPS } from "./hive-types.ts";
import { LATTICE_SCHEMAS } from "./http-lattice-schemas.ts";

const JsonObject = z.record(z.string(), z.json());

export const RefusalBody = z.strictObject({ refused: z.string(), why: z.string(), fix: z.string() });

export const DirectiveRequest = z.union([z.strictObject({ packet: Envelope }), ...DirectiveBody.options]);
export type DirectiveRequest = z.infer<typeof DirectiveRequest>;

export const StepEventBody = z.object({
  seq: z.int(),
  directive: Digest,
  step: z.enum(STEPS),
  phase: z.enum(["began", "passed", "waiting", "output", "refused", "skipped", "missed"]),
  at: Instant,
  took_us: z.int().nullable(),
  detail: JsonObject,
});

export const DirectiveBodyView = z.object({
  id: Digest,
  state: z.enum(["running", "held", "awaiting-approval", "done", "refused", "cancelled", "interrupted"]),
  step: z.enum(STEPS),
  words: z.string().nullable(),
  card: ActionCard.nullable(),
  verdict: Verdict.nullable(),
  outcome: Outcome.nullable(),
  quarantined: z.boolean().nullable(),
  verified: z.boolean().nullable(),
  refusal: RefusalBody.nullable(),
  submitted_at: Instant,
  ended_at: Instant.nullable(),
  approve_by: Instant.nullable(),
  steps: z.array(StepEventBody),
});

export const DirectiveList = z.object({ directives: z.array(DirectiveBodyView) });
export const LIST_MAX = 200;
export const ListQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(LIST_MAX).default(50),
  before: Digest.optional(),
});
export const EventsQuery = z.strictObject({ after: z.coerce.number().int().min(0).optional() });
export const ENTRIES_MAX = 256;
export const EntriesQuery = z.strictObject({
  from: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(1).max(ENTRIES_MAX).default(20),
});
export const EntryList = z.object({
  size: z.int(),
  entries: z.array(z.object({ index: z.int(), envelope: Envelope })),
});
export const NoQuery = z.strictObject({});

export const ToolList = z.object({
  tools: z.array(
    z.object({
      name: z.string(),
      needle: z.string(),
      does: z.string(),
      action: z.enum(["execute", "analyze", "generate"]),
      parameters: JsonObject,
      result: JsonObject,
      ready: z.boolean(),
      part: z.string().nullable(),
      rung: z.enum(RUNGS).nullable(),
    }),
  ),
});

const Needle = z.object({
  id: z.string(),
  version: z.string(),
  does: z.string(),
  tools: z.array(z.string()),
  card: Digest,
  start: Digest.nullable(),
  ready: z.boolean(),
});
const EngineBody = z.object({
  ready: z.boolean(),
  why: z.string().nullable(),
  model: z.string().nullable(),
  lost: z.array(z.string()).describe("What directives in words go without over this engine."),
});
export const NeedleList = z.object({ needles: z.array(Needle), engine: EngineBody });
export const NeedleBody = Needle.extend({
  memory: z.object({ hash: Digest, bytes: z.int() }).nullable(),
});

const HeldBody = z.object({
  directive: z.string(),
  rung: z.enum(RUNGS),
  since: z.string(),
  until: z.string(),
  ram_bytes: z.int(),
  snapshot: z.string().nullable(),
  snapshot_bytes: z.int(),
});

export const StatusBody = z.object({
  version: z.string(),
  hive: z.string(),
  origin: z.string(),
  unlocked: z.boolean(),
  frozen: z.object({ why: z.string(), since: z.string() }).nullable(),
  ledger: z.object({ size: z.int(), checkpoint: z.string() }),
  chambers: z.array(z.object({ rung: z.enum(RUNGS), ready: z.boolean(), why: z.string().nullable() })),
  engine: EngineBody,
  lattice: z.object({
    engine: z.enum(["embedded", "postgres", "none"]),
    ready: z.boolean(),
    why: z.string().nullable(),
  }),
  running: z.int(),
  awaiting: z.int(),
  held: z.array(HeldBody),
  recovered: z.object({
    interrupted: z.array(z.string()),
    proofs_completed: z.array(z.string()),
    ledger: z.string().nullable(),
  }),
});

export const Why = z.strictObject({ why: z.string().max(1024).default("") });
/** `explicit` for what cannot be undone. */
export const ApproveRequest = z.strictObject({ explicit: z.boolean().default(false) });
export const FreezeRequest = z.strictObject({ why: z.string().min(1).max(1024) });
export const UnlockRequest = z.strictObject({ passphrase: z.string().max(4096).nullable().default(null) });
export const Nothing = z.strictObject({});
export const PolicyBody = z.object({ id: z.string(), files: z.record(z.string(), z.string()), schema: z.string() });
export const PermitRequest = z.strictObject({ host: z.string().min(1).max(256), minutes: z.int().min(1).max(1440) });
export type PermitRequest = z.infer<typeof PermitRequest>;
export const PermitList = z.object({ permits: z.array(JsonObject) });

/** Names in the OpenAPI document. */
export const NAMED_SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  Refusal: RefusalBody,
  DirectiveRequest,
  Directive: DirectiveBodyView,
  DirectiveList,
  StepEvent: StepEventBody,
  ToolList,
  NeedleList,
  Needle: NeedleBody,
  Status: StatusBody,
  Why,
  ApproveRequest,
  FreezeRequest,
  UnlockRequest,
  Nothing,
  Policies: PolicyBody,
  PermitRequest,
  PermitList,
  EntryList,
  Envelope,
  ...LATTICE_SCHEMAS,
};
