/** A proof card, a step, a directive, as lines for a person. */
import type { ProofCard } from "lop";
import type { DirectiveView, StepEvent } from "./hive-types.ts";
import type { Colour, Terminal } from "./terminal.ts";

const VALUE_MAX = 120;
const WIDTH = 12;

type Paint = (colour: Colour, text: string) => string;

/** `stdout` of the run is given whole; the rest in one line each. */
export function proofText(proof: ProofCard, verified: boolean | null, terminal: Terminal): string {
  const paint: Paint = (colour, text) => terminal.paint(colour, text, "stdout");
  const { card, verdict, outcome, checks } = proof;
  const row = (name: string, value: string) => `  ${paint("muted", name.padEnd(WIDTH))}${value}`;
  const rows = [
    headline(proof, verified, paint),
    row("directive", hash(proof.id)),
    row("action", `${card.tool} ${parametersText(card.parameters)}`),
    row(
      "written by",
      card.by === "operator" ? "the operator (route and decode were passed over)" : `needle ${card.needle}`,
    ),
    row(
      "policy",
      `${verdict.decision}, impact ${verdict.impact}${verdict.policies.length > 0 ? `, by ${verdict.policies.join(", ")}` : ""}`,
    ),
    ...(proof.approval === null ? [] : [row("approval", "signed by the operator")]),
    row(
      "ran",
      `${outcome.rung ?? "no chamber needed"}, ${outcome.took_ms} ms, status ${outcome.status}${outcome.why === null ? "" : `: ${outcome.why}`}`,
    ),
    row("checks", checks.passed ? `${checks.checks.length} passed` : paint("red", failedChecks(proof))),
    ...outcome.files.map((file) =>
      row(file.change, `${file.path}${file.bytes === null ? "" : `, ${file.bytes} bytes`}`),
    ),
    row("ledger", ledgerText(proof.ledger)),
  ];
  return [...rows, ...outputRows(proof, paint)].join("\n");
}

function headline(proof: ProofCard, verified: boolean | null, paint: Paint): string {
  if (!proof.checks.passed) return paint("red", "⬡ red proof card: the result is quarantined");
  if (verified === false) return paint("red", "⬡ proof card that does not verify");
  return verified === null ? "⬡ proof card" : paint("gold", "⬢ verified proof card");
}

const failedChecks = ({ checks }: ProofCard): string =>
  checks.checks
    .filter(({ passed }) => !passed)
    .map(({ name, why }) => `${name}: ${why ?? "failed"}`)
    .join("; ");

/** The index of a C2SP tlog-proof. */
const ledgerText = (proof: string): string => `entry ${/^index (\d+)$/m.exec(proof)?.[1] ?? "?"}`;

function outputRows({ outcome }: ProofCard, paint: Paint): string[] {
  const block = (name: string, text: string) =>
    text === "" ? [] : [paint("muted", `── ${name}`), text.replace(/\n$/, "")];
  const hasResult = outcome.result !== null && outcome.stdout === "" && outcome.stderr === "";
  return [
    ...block("stdout", printable(outcome.stdout)),
    ...block("stderr", printable(outcome.stderr)),
    ...(hasResult ? block("result", printable(JSON.stringify(outcome.result, null, 2))) : []),
  ];
}

/** Without control letters: a result must not drive the operator's terminal. */
export const printable = (text: string): string => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "\ufffd");

export function parametersText(parameters: ProofCard["card"]["parameters"]): string {
  const text = Object.entries(parameters)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(" ");
  return printable(text.length > VALUE_MAX ? `${text.slice(0, VALUE_MAX)}…` : text);
}

/** Digests in groups, as the HUD shows them. */
export const hash = (hex: string): string => `${hex.slice(0, 8)}…${hex.slice(-8)}`;

export function stepText(event: StepEvent, terminal: Terminal): string | null {
  if (event.phase === "began") return null;
  if (event.phase === "output") return null;
  // A verdict that denies: the refusal that follows says it.
  if (event.phase === "passed" && event.detail.decision === "deny") return null;
  const mark: Record<string, [Colour, string]> = {
    passed: ["ice", "✓"],
    refused: ["red", "✗"],
    waiting: ["gold", "…"],
    skipped: ["muted", "–"],
    missed: ["red", "?"],
    held: ["ice", "‖"],
    thawed: ["ice", "▸"],
  };
  const [colour, sign] = mark[event.phase]!;
  const took = event.took_us === null ? "" : duration(event.took_us);
  const why = event.phase === "refused" ? String(event.detail.why ?? "") : (WORDS[event.phase] ?? "");
  return `  ${terminal.paint(colour, sign)} ${event.step.padEnd(9)}${terminal.paint("muted", took.padStart(9))} ${why}`.trimEnd();
}

const WORDS: Partial<Record<StepEvent["phase"], string>> = {
  skipped: "passed over",
  waiting: "waits",
  missed: "events missed",
  held: "held by a freeze",
  thawed: "goes on",
};

export const duration = (us: number): string =>
  us < 1000 ? `${us} µs` : us < 1_000_000 ? `${(us / 1000).toFixed(1)} ms` : `${(us / 1_000_000).toFixed(2)} s`;

/** What ended without a proof card keeps neither words nor action card over a restart. */
const wordsOf = ({ words }: DirectiveView): string => (words === null ? "(not kept)" : JSON.stringify(words));

/** One line of `axiom list`. */
export function lineOf(view: DirectiveView, terminal: Terminal): string {
  const colours: Record<string, Colour> = { done: "gold", running: "ice", held: "ice", "awaiting-approval": "ice" };
  const red = view.quarantined === true || (view.outcome !== null && view.outcome.status !== "ok");
  const state = terminal.paint(red ? "red" : (colours[view.state] ?? "red"), stateOf(view).padEnd(18), "stdout");
  const what = view.card === null ? wordsOf(view) : `${view.card.tool} ${parametersText(view.card.parameters)}`;
  return `${view.submitted_at}  ${view.id.slice(0, 16)}  ${state} ${printable(what)}`;
}

export const stateOf = (view: DirectiveView): string => {
  if (view.quarantined === true) return "quarantined";
  if (view.state === "done" && view.outcome !== null && view.outcome.status !== "ok") return view.outcome.status;
  return view.state === "refused" ? `refused` : view.state;
};
