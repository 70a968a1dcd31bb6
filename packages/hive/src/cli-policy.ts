/** `axiom policy show|validate|test|dry-run|edit`: what may be done here, in Cedar. */
import { copyFileSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import {
  ActionCard,
  APPROVALS,
  faultSentence,
  isRefusal,
  type PolicyRequest,
  PolicySet,
  parseStrict,
  type Refusal,
  readPolicyCases,
  refuse,
  runPolicyCases,
} from "lop";
import { z } from "zod";
import { policyFolder, readPolicies, shippedPolicies } from "./local-hive.ts";
import { EXIT, readInput, showRefusal, type Terminal } from "./terminal.ts";

export function runPolicyShow(terminal: Terminal, file: string | undefined): number {
  const { policies, schema } = readPolicies(terminal.home);
  if (file !== undefined && policies[file] === undefined)
    return showRefusal(
      terminal,
      refuse("policy-invalid", `There is no policy file ${file}.`, `There are ${Object.keys(policies).join(", ")}.`),
    );
  if (terminal.json)
    terminal.out(
      JSON.stringify(file === undefined ? { folder: policyFolder(terminal.home), policies, schema } : policies[file]),
    );
  else if (file !== undefined) terminal.out(policies[file]!);
  else
    terminal.out(
      Object.entries(policies)
        .map(([name, text]) => `// ${join(policyFolder(terminal.home), name)}\n${text}`)
        .join("\n"),
    );
  return EXIT.ok;
}

/** Copies the shipped set into the home, where it can be changed; the next start takes it. */
export function runPolicyEdit(terminal: Terminal): number {
  const own = join(terminal.home, "policies");
  mkdirSync(own, { recursive: true, mode: 0o700 });
  const there = new Set(readdirSync(own));
  const copied = readdirSync(shippedPolicies()).filter((name) => !there.has(name));
  for (const name of copied) copyFileSync(join(shippedPolicies(), name), join(own, name));
  terminal.out(
    terminal.json
      ? JSON.stringify({ folder: own, copied })
      : `${own}: ${copied.length} files copied. Change them, then: axiom policy validate; axiom policy test`,
  );
  return EXIT.ok;
}

export async function runPolicyValidate(terminal: Terminal): Promise<number> {
  const report = await PolicySet.check(readPolicies(terminal.home));
  const folder = policyFolder(terminal.home);
  if (terminal.json) terminal.out(JSON.stringify({ folder, ...report }));
  else {
    for (const fault of report.faults) terminal.out(faultSentence(fault));
    for (const advice of report.advice) terminal.out(`advice: ${faultSentence(advice)}`);
    terminal.out(
      report.faults.length === 0
        ? `${folder}: ${report.policies.length} policies, no faults`
        : `${report.faults.length} faults`,
    );
  }
  return report.faults.length === 0 ? EXIT.ok : EXIT.refused;
}

/** Runs the cases in tests.json beside the policies, or in the named file. */
export async function runPolicyTest(terminal: Terminal, file: string | undefined): Promise<number> {
  const set = await PolicySet.load(readPolicies(terminal.home));
  if (isRefusal(set)) return showRefusal(terminal, set);
  const path = file ?? join(policyFolder(terminal.home), "tests.json");
  const cases = readPolicyCases(readInput(path));
  if (isRefusal(cases)) return showRefusal(terminal, cases);
  const results = runPolicyCases(set, cases);
  const failed = results.filter(({ passed }) => !passed);
  if (terminal.json) terminal.out(JSON.stringify({ file: path, results }));
  else {
    for (const { name, differences } of failed)
      terminal.out(`${terminal.paint("red", "failed", "stdout")} ${name}: ${differences.join("; ")}`);
    terminal.out(`${results.length - failed.length} passed, ${failed.length} failed`);
  }
  return failed.length === 0 ? EXIT.ok : EXIT.refused;
}

/** What policy would say of an action card, without doing anything. */
export async function runPolicyDryRun(
  terminal: Terminal,
  text: string,
  options: { approval: string; permit?: boolean },
): Promise<number> {
  const set = await PolicySet.load(readPolicies(terminal.home));
  if (isRefusal(set)) return showRefusal(terminal, set);
  const asked = readAsked(text === "-" ? terminal.stdin() : Buffer.from(text), options);
  if (isRefusal(asked)) return showRefusal(terminal, asked);
  const verdict = set.judge(asked);
  if (terminal.json) terminal.out(JSON.stringify(verdict));
  else
    terminal.out(
      [
        `${verdict.decision}, impact ${verdict.impact}, rung ${verdict.rung ?? "none"}`,
        ...verdict.reasons.map((reason) => `  ${reason}`),
        `  by ${verdict.policies.join(", ") || "no policy (default deny)"}`,
      ].join("\n"),
    );
  return verdict.decision === "deny" ? EXIT.refused : EXIT.ok;
}

/** An action card's tool, parameters and author; the operator stands for any operator. */
const Asked = z.strictObject({
  tool: z.string(),
  parameters: ActionCard.shape.parameters.default({}),
  by: ActionCard.shape.by.default("operator"),
});

function readAsked(
  bytes: Uint8Array,
  { approval, permit }: { approval: string; permit?: boolean },
): PolicyRequest | Refusal {
  const level = APPROVALS.find((each) => each === approval);
  if (level === undefined)
    return refuse("request-malformed", `${approval} is no approval.`, `Use one of ${APPROVALS.join(", ")}.`);
  try {
    const card = Asked.parse(parseStrict(bytes, { max_bytes: ASKED_MAX_BYTES }));
    return { operator: "0".repeat(64), card, approval: level, permit: permit ?? false };
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    return refuse("request-malformed", `The action card cannot be read: ${why}.`, DRY_RUN_FIX);
  }
}

const ASKED_MAX_BYTES = 1024 * 1024;
const DRY_RUN_FIX = `Give one such as '{"tool":"files.read","parameters":{"path":"notes.md"}}'.`;
