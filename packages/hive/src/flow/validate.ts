/**
 * validate: Executed → Checked. The result against its schema, the changes against the card and against what then lies in the
 * workspace, everything against the secrets scan. One miss withholds the result: it goes into quarantine, and the proof says so.
 * Changes reach the workspace here, after all other checks have passed.
 */
import {
  type Checks,
  canonicalBytes,
  digestOf,
  type FileChange,
  isRefusal,
  type Json,
  type JsonObject,
  type Outcome,
  prettyText,
  type Refusal,
  refuse,
  toBase64,
  toHex,
  utf8,
} from "lop";
import { SecretScanner } from "../secrets.ts";
import type { PlannedChange } from "../tool.ts";
import { isApproved } from "./approve.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { type Executed, isExecuted } from "./execute.ts";
import type { FlowParts } from "./parts.ts";

type Check = Checks["checks"][number];

class CheckedOutcome {
  readonly #minted = true;
  readonly executed: Executed;
  /** The outcome as it may be shown: the executed one, or what stands in for a withheld one. */
  readonly outcome: Outcome;
  readonly checks: Checks;

  constructor(executed: Executed, outcome: Outcome, checks: Checks) {
    this.executed = executed;
    this.outcome = deepFreeze(outcome);
    this.checks = deepFreeze(checks);
  }

  static made(value: object): boolean {
    return #minted in value && value.#minted;
  }
}
export type Checked = CheckedOutcome;

const quarantinePath = (id: string): string => `quarantine/${id}.json`;

type ValidateParts = Pick<FlowParts, "crypto" | "disk" | "workspace" | "settings">;

export async function validate(parts: ValidateParts, executed: Executed): Promise<Checked | Refusal> {
  if (!isExecuted(executed) || !isApproved(executed.approved))
    return refuse(
      "card-unjudged",
      "What was handed to validate did not come from execute, or its card was never judged.",
    );
  const checks = [
    ...checkVerdict(executed),
    checkResult(executed),
    checkChanges(parts, executed),
    checkSecrets(parts, executed),
  ];
  if (checks.every((check) => check.passed)) {
    const taken = await takeOver(parts, executed);
    if (isRefusal(taken)) return taken;
    checks.push(taken);
  }
  const passed = checks.every((check) => check.passed);
  const outcome = passed ? executed.outcome : await quarantine(parts, executed, checks);
  return new CheckedOutcome(executed, outcome, { v: 1, passed, checks });
}

const passed = (name: string): Check => ({ name, passed: true, why: null });
const missed = (name: string, why: string): Check => ({ name, passed: false, why });
const held = (name: string, fault: string | null): Check => (fault === null ? passed(name) : missed(name, fault));

/** The minted types promise this already; it is looked at again because it is the one thing that must never be wrong. */
function checkVerdict({ approved }: Executed): Check[] {
  const { judged, approval } = approved;
  const { decision } = judged.verdict;
  const fits = decision === "allow" || (decision === "approve" && approval !== null);
  return [held("verdict", fits ? null : `The verdict is ${decision}, without an approval.`)];
}

function checkResult({ approved, outcome }: Executed): Check {
  // Only `ok` promises a result; any other status says in `why` what happened instead.
  if (outcome.status !== "ok") return passed("result-schema");
  return held("result-schema", approved.judged.decoded.tool.checkResult(outcome.result));
}

/** Side effects against the card: no tool changes more than it may, and what it reports is what would be applied. */
function checkChanges({ crypto }: Pick<FlowParts, "crypto">, { approved, outcome, changes }: Executed): Check {
  const { doer, card } = approved.judged.decoded;
  const stray = changes.find(
    ({ path }) => doer.changes === "nothing" || (doer.changes === "named-file" && path !== card.parameters.path),
  );
  if (stray !== undefined) return missed("side-effects", `${card.tool} may not change ${stray.path}.`);
  if (outcome.status !== "ok" && changes.length > 0)
    return missed("side-effects", "A run that did not end ok changes nothing, yet changes were handed in.");
  const planned = changes.map((change) => plannedChange(crypto, change));
  return held("side-effects", differenceOf("reported", outcome.files, "planned", planned));
}

function plannedChange(crypto: FlowParts["crypto"], { path, before, content }: PlannedChange): FileChange {
  const change = content === null ? "removed" : before === null ? "added" : "changed";
  const sha256 = content === null ? null : toHex(crypto.sha256(content));
  return { path, change, sha256, bytes: content?.length ?? null };
}

/** First difference between two lists of changes, as a sentence. */
function differenceOf(nameA: string, a: readonly FileChange[], nameB: string, b: readonly FileChange[]): string | null {
  const spell = (change: FileChange) => Buffer.from(canonicalBytes(change as Json)).toString();
  const inA = new Map(a.map((change) => [change.path, spell(change)]));
  const inB = new Map(b.map((change) => [change.path, spell(change)]));
  const other = [...new Set([...inA.keys(), ...inB.keys()])].find((path) => inA.get(path) !== inB.get(path));
  return other === undefined ? null : `The ${nameA} and the ${nameB} changes differ at ${other}.`;
}

function checkSecrets({ settings }: ValidateParts, { outcome, changes }: Executed): Check {
  const scanner = new SecretScanner(settings.secrets);
  const texts: [string, string][] = [
    ["standard output", outcome.stdout],
    ["standard error", outcome.stderr],
    ["the result", stringsOf(outcome.result).join("\n")],
    ["the reason", outcome.why ?? ""],
  ];
  for (const [where, text] of texts) {
    const kind = scanner.find(text);
    if (kind !== null) return missed("secrets", `There is ${kind} in ${where}.`);
  }
  for (const { path, content } of changes) {
    const kind = content === null ? null : scanner.findIn(content);
    if (kind !== null) return missed("secrets", `There is ${kind} in the file ${path}.`);
  }
  return passed("secrets");
}

function stringsOf(value: Json): string[] {
  if (typeof value === "string") return [value];
  if (value === null || typeof value !== "object") return [];
  return Array.isArray(value)
    ? value.flatMap(stringsOf)
    : Object.entries(value).flatMap(([name, inner]) => [name, ...stringsOf(inner)]);
}

/** The changes go into the workspace, unless somebody else has changed one of the files since the tool looked. */
async function takeOver(
  { workspace }: ValidateParts,
  { changes, outcome, approved }: Executed,
): Promise<Check | Refusal> {
  if (changes.length === 0) return passed("applied");
  const base = new Map(changes.flatMap(({ path, before }) => (before === null ? [] : [[path, before] as const])));
  const applied = await workspace.apply(new Map(changes.map(({ path, content }) => [path, content])), base);
  if (!isRefusal(applied)) return held("applied", differenceOf("reported", outcome.files, "applied", applied));
  // One named file that cannot be written is a plain refusal: nothing else came of the directive.
  return approved.judged.decoded.doer.changes === "named-file" ? applied : missed("applied", applied.why);
}

/** What was withheld is kept for the operator's eyes, outside the proof. The proof holds its digest. */
async function quarantine(
  parts: ValidateParts,
  { approved, outcome, changes }: Executed,
  checks: readonly Check[],
): Promise<Outcome> {
  const { id } = approved.judged.decoded.admitted;
  const why = checks.flatMap((check) => check.why ?? []).join(" ");
  const files = Object.fromEntries(
    changes.flatMap(({ path, content }) => (content === null ? [] : [[path, toBase64(content)]])),
  );
  const withheld = { why, outcome: outcome as JsonObject, files };
  await parts.disk.writeAtomic(quarantinePath(id), utf8(prettyText(withheld)), 0o600);
  return {
    ...outcome,
    status: "denied",
    why: `The result was withheld: ${why}`,
    stdout: "",
    stderr: "",
    result: { quarantined: digestOf(parts.crypto, outcome as JsonObject) },
    files: [],
  };
}
