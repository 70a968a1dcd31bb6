/**
 * The trip of one directive, top to bottom. Each step is a file in flow/ and takes only what the step before it minted; a step
 * that says no returns a refusal, and the trip ends there. `sign` and `admit` come before: see `Hive.sign` and `Hive.submit`.
 */
import type { MarkedCard } from "lex";
import { DiskError, type Envelope, isRefusal, type JsonObject, type Refusal, type RefusalCode, refuse } from "lop";
import type { Admitted } from "./flow/admit.ts";
import { type ApprovalAnswer, approvalBody, approve } from "./flow/approve.ts";
import { type Decoded, decode } from "./flow/decode.ts";
import { type Executed, execute } from "./flow/execute.ts";
import { type Denied, type Judged, judge } from "./flow/judge.ts";
import type { FlowParts } from "./flow/parts.ts";
import { prove } from "./flow/prove.ts";
import { record } from "./flow/record.ts";
import { type Routed, route } from "./flow/route.ts";
import { seal } from "./flow/seal.ts";
import { type Checked, validate } from "./flow/validate.ts";
import type { DirectiveState, DirectiveView } from "./hive-types.ts";
import { instant, type StatementKind, sentence } from "./statements.ts";
import type { Trip } from "./trip.ts";

export interface TripParts extends FlowParts {
  /** Envelope of the key manifest in force. */
  manifest(): Envelope;
  /** Id of the root key. */
  readonly root: string;
  /** Where faults of our own are reported. */
  fault(where: string, error: unknown): void;
}

export async function travel(parts: TripParts, admitted: Admitted, trip: Trip): Promise<DirectiveView> {
  let marks: MarkedCard | null = null;
  const decoded = ({ answer }: Decoded): void => {
    marks = answer?.marks ?? null;
  };
  const view = await walk(parts, admitted, trip, decoded).catch((fault) => endOnFault(parts, trip, fault));
  await comfort(parts, "the journal of cards", () => parts.journal.note(view, marks));
  return view;
}

/** What the hive remembers for its operator's convenience is no part of the proof: that it cannot be kept undoes nothing. */
async function comfort({ fault }: TripParts, what: string, keep: () => Promise<void>): Promise<void> {
  try {
    await keep();
  } catch (error) {
    fault(what, error);
  }
}

async function walk(
  parts: TripParts,
  admitted: Admitted,
  trip: Trip,
  written: (decoded: Decoded) => void,
): Promise<DirectiveView> {
  const stated = "card" in admitted.body ? "The operator wrote the action card himself." : null;
  const routed = await trip.step("route", () => route(parts, admitted), { skipped: stated, say: sayRoute });
  if (isRefusal(routed)) return endRefused(parts, trip, routed);

  const decoded = await trip.step("decode", () => decode(parts, routed), { skipped: stated, say: sayDecoded });
  if (isRefusal(decoded)) return endRefused(parts, trip, decoded);
  trip.learn({ card: decoded.card });
  written(decoded);

  const judged = await trip.step("judge", () => judge(parts, decoded), { say: sayVerdict });
  if (isRefusal(judged)) return endRefused(parts, trip, judged);
  trip.learn({ verdict: "denied" in judged ? judged.denied : judged.verdict });
  if ("denied" in judged) return endRefused(parts, trip, judged.refusal);

  const unasked = judged.needs === null ? "Policy allows this without asking." : null;
  const wait = () => awaitOperator(parts, trip, judged);
  const approved = await trip.step("approve", () => approve(parts, judged, wait), { skipped: unasked });
  if (isRefusal(approved)) return endRefused(parts, trip, approved);

  const executed = await trip.step("execute", () => execute(parts, approved, trip), { say: sayOutcome });
  if (isRefusal(executed)) return endRefused(parts, trip, executed);

  const checked = await trip.step("validate", () => validate(parts, executed), { say: sayChecks });
  if (isRefusal(checked)) return endRefused(parts, trip, checked);

  const sealed = await trip.step("seal", () => seal(parts, checked));
  if (isRefusal(sealed)) return endRefused(parts, trip, sealed);

  const recorded = await trip.step("record", () => record(parts, sealed), { say: ({ index }) => ({ index }) });
  if (isRefusal(recorded)) return trip.finish("interrupted", recorded);
  // Shown only now: before its leaf is durable, an outcome is a rumour.
  trip.learn({ outcome: checked.outcome, quarantined: !checked.checks.passed });

  // Before the last step is told: who hears of it may ask at once how the directive ended.
  await keepMemory(parts, decoded);
  const proven = await trip.step("prove", () => prove({ ...parts, ledger: parts.statements.ledger }, recorded));
  trip.learn({ verified: !isRefusal(proven) });
  return trip.finish(wasCancelled(trip, checked) ? "cancelled" : "done", isRefusal(proven) ? proven : null);
}

/** Tokens of one card that readers are shown; the proof has every pick. */
export const TOKENS_TOLD_MAX = 1024;

const sayRoute = ({ asked }: Routed): JsonObject => {
  if (!("writer" in asked)) return {};
  const { asked: needles, scores, tools, reasons } = asked.route;
  return {
    asked: [...needles],
    needles: scores.slice(0, SCORES_TOLD).map((score) => ({ ...score })),
    tools: tools.slice(0, SCORES_TOLD).map((score) => ({ ...score })),
    reasons: [...reasons],
  };
};
const SCORES_TOLD = 6;

const sayDecoded = ({ card, answer }: Decoded): JsonObject => {
  if (answer === null) return {};
  const { tokens, fed_count, took_ms, score, reasons } = answer;
  return {
    needle: card.needle,
    tool: card.tool,
    score,
    reasons: [...reasons],
    tokens: tokens.slice(0, TOKENS_TOLD_MAX).map(({ text, forced, logprob }) => ({ text, forced, logprob })),
    fed: fed_count,
    tokens_per_s: took_ms > 0 ? Math.round((fed_count * 1000) / took_ms) : null,
  };
};

const keepMemory = (parts: TripParts, { answer }: Decoded): Promise<void> =>
  comfort(parts, "a needle's memory", async () => {
    if (answer !== null && answer.memory !== null) await parts.memories.keep(answer.needle, answer.memory);
  });

const sayVerdict = (made: Judged | Denied): JsonObject => {
  const { decision, policies, reasons, impact } = "denied" in made ? made.denied : made.verdict;
  return { decision, policies, reasons, impact };
};
const sayOutcome = ({ intent, outcome }: Executed): JsonObject => ({
  intent,
  status: outcome.status,
  rung: outcome.rung,
});
const sayChecks = ({ checks }: Checked): JsonObject => ({
  passed: checks.passed,
  missed: checks.checks.filter((check) => !check.passed).map((check) => check.name),
});

/** A cancel counts when it ended the run; one that came after the run is too late. */
const wasCancelled = (trip: Trip, { executed }: Checked): boolean =>
  executed.outcome.status === "killed" && (trip.signal.reason as Refusal | undefined)?.refused === "cancelled";

function awaitOperator(parts: TripParts, trip: Trip, judged: Judged): Promise<ApprovalAnswer> {
  const { approval_ms } = parts.settings.limits;
  const approve_by = instant(parts.statements.now_ms() + approval_ms);
  const { reasons, impact } = judged.verdict;
  return trip.awaitApproval(approvalBody(parts, judged), { approve_by, reasons, impact }, (signal) =>
    parts.clock.sleep(approval_ms, signal),
  );
}

/** The refusal goes into the ledger: the directive was admitted, so its end is on record as well. */
async function endRefused(parts: TripParts, trip: Trip, refusal: Refusal): Promise<DirectiveView> {
  const { kind, state } = ENDINGS[refusal.refused] ?? { kind: "refused", state: "refused" };
  const body = { refused: refusal.refused, why: sentence(refusal.why), step: trip.stepNow };
  // A refusal of this write has already frozen the hive; the directive still ends with its own reason.
  await parts.statements.write(kind, trip.id, body);
  return trip.finish(state, refusal);
}

const ENDINGS: Partial<Record<RefusalCode, { kind: StatementKind; state: DirectiveState }>> = {
  cancelled: { kind: "cancelled", state: "cancelled" },
  interrupted: { kind: "interrupted", state: "interrupted" },
};

/** A disk that fails in the middle, or a fault of our own. What was begun is on record as interrupted, and nothing goes on by itself. */
async function endOnFault(parts: TripParts, trip: Trip, fault: unknown): Promise<DirectiveView> {
  parts.fault(`directive ${trip.id}, step ${trip.stepNow}`, fault);
  const refusal = refusalFor(fault);
  if (fault instanceof DiskError) await parts.gate.freeze(parts.statements, refusal.why, null);
  await parts.statements.write("interrupted", trip.id, { why: sentence(refusal.why), step: trip.stepNow });
  return trip.finish("interrupted", refusal);
}

function refusalFor(fault: unknown): Refusal {
  if (fault instanceof DiskError && fault.code === "full")
    return refuse("disk-full", `The disk is full: ${fault.message}.`);
  const what = fault instanceof Error ? `${fault.name}: ${fault.message}` : "unknown";
  return refuse("interrupted", `The hive failed in the middle of the directive (${what}).`);
}
