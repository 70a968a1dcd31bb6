/** execute: Approved → Executed. The intent is on the ledger before the tool begins; nothing it gives is taken over here. */
import type { Chamber, Language, Limits } from "forge";
import { digestOf, isRefusal, type Outcome, type Refusal, RUNGS, type Rung, refuse } from "lop";
import type { PlannedChange, ToolYield } from "../tool.ts";
import { type Approved, isApproved } from "./approve.ts";
import type { FlowParts } from "./parts.ts";

class ExecutedCard {
  readonly #minted = true;
  readonly approved: Approved;
  /** Index of the `intent` entry. */
  readonly intent: number;
  readonly outcome: Outcome;
  readonly changes: readonly PlannedChange[];

  constructor(approved: Approved, intent: number, outcome: Outcome, changes: readonly PlannedChange[]) {
    this.approved = approved;
    this.intent = intent;
    this.outcome = outcome;
    this.changes = changes;
  }

  static made(value: object): boolean {
    return #minted in value && value.#minted;
  }
}
export type Executed = ExecutedCard;
export const isExecuted = ExecutedCard.made;

export interface RunHandles {
  readonly signal: AbortSignal;
  output(stream: "stdout" | "stderr", bytes: Uint8Array): void;
}

type ExecuteParts = Pick<
  FlowParts,
  "clock" | "crypto" | "statements" | "gate" | "ladder" | "settings" | "chamberTurns"
>;

export async function execute(
  parts: ExecuteParts,
  approved: Approved,
  handles: RunHandles,
): Promise<Executed | Refusal> {
  if (!isApproved(approved)) return refuse("card-unjudged", "The action card did not come from judge and approve.");
  const chamber = await pickChamber(parts, approved);
  if (isRefusal(chamber)) return chamber;
  if (chamber === null) return begin(parts, approved, null, handles);
  return parts.chamberTurns.run(() => begin(parts, approved, chamber, handles), handles.signal);
}

/** The weakest chamber that policy and operator both accept and that speaks the language; null for tools without one. */
async function pickChamber({ ladder }: ExecuteParts, { judged }: Approved): Promise<Chamber | null | Refusal> {
  const { doer, card, rung } = judged.decoded;
  if (doer.language === null) return null;
  const asked = [rung, judged.verdict.rung].filter((one): one is Rung => one !== null);
  const minimum = asked.sort((a, b) => RUNGS.indexOf(b) - RUNGS.indexOf(a))[0] ?? null;
  return ladder.pick(minimum, doer.language(card.parameters) as Language);
}

async function begin(
  parts: ExecuteParts,
  approved: Approved,
  chamber: Chamber | null,
  handles: RunHandles,
): Promise<Executed | Refusal> {
  const { decoded } = approved.judged;
  const refusal = parts.gate.check(decoded.card.tool) ?? stopped(handles.signal);
  if (refusal !== null) return refusal;
  const intent = await parts.statements.write("intent", decoded.admitted.id, intentBody(parts, approved, chamber));
  if (isRefusal(intent)) return intent;
  const start_ms = parts.clock.monotonic_ms();
  const limits = limitsOf(parts, approved);
  const { signal } = handles;
  const output: RunHandles["output"] = (stream, bytes) => handles.output(stream, bytes);
  const work = { card: decoded.card, directive: decoded.admitted.id, chamber, limits, signal, output };
  const given = await decoded.doer.run(work);
  if (isRefusal(given)) return given;
  const took_ms = Math.max(0, Math.round(parts.clock.monotonic_ms() - start_ms));
  return new ExecutedCard(approved, intent.index, outcomeOf(given, chamber, intent.at, took_ms), given.changes);
}

export const stopped = (signal: AbortSignal): Refusal | null =>
  signal.aborted
    ? isRefusal(signal.reason)
      ? signal.reason
      : refuse("cancelled", "The directive was cancelled.")
    : null;

function intentBody({ crypto }: ExecuteParts, { judged, approval }: Approved, chamber: Chamber | null) {
  return {
    card: digestOf(crypto, judged.decoded.card),
    verdict: digestOf(crypto, judged.verdict),
    approval: approval?.id ?? null,
    tool: judged.decoded.card.tool,
    rung: chamber?.rung ?? null,
  };
}

function limitsOf({ settings }: ExecuteParts, { judged }: Approved): Limits {
  const { wall_ms_max, ...limits } = settings.chamber;
  const asked_s = judged.decoded.card.parameters.timeout_seconds;
  const wall_ms = typeof asked_s === "number" ? asked_s * 1000 : limits.wall_ms;
  return { ...limits, wall_ms: Math.min(wall_ms, wall_ms_max) };
}

function outcomeOf(given: ToolYield, chamber: Chamber | null, at: string, took_ms: number): Outcome {
  return {
    v: 1,
    status: given.status,
    why: given.why,
    rung: chamber?.rung ?? null,
    exit_code: given.exit_code,
    stdout: given.stdout,
    stderr: given.stderr,
    result: given.result,
    files: [...given.files],
    started_at: at,
    took_ms,
  };
}
