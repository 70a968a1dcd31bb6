/** A policy set: what may be done, by whom, on what, and when the operator has to say yes first. Default deny. */
import { sha256 } from "@noble/hashes/sha2.js";
import { toHex } from "./bytes.ts";
import { Cedar, type CedarAnswer, type CedarPolicy, isFault, type Prepared } from "./cedar.ts";
import { canonicalBytes } from "./json.ts";
import {
  APPROVALS,
  type Approval,
  cedarRequest,
  type Impact,
  type PolicyRequest,
  strongest,
  type ToolShape,
  toolShapes,
} from "./policy-request.ts";
import { IMPACTS, RUNGS, type Rung, type Verdict } from "./record.ts";
import { type Refusal, refuse } from "./refusal.ts";

/** File names and their texts. */
export interface PolicyFiles {
  readonly policies: Readonly<Record<string, string>>;
  readonly schema: string;
}

/** One policy as people see it. */
export interface PolicyInfo {
  readonly id: string;
  readonly file: string;
  readonly effect: "permit" | "forbid";
  readonly reason: string;
  readonly impact: Impact | null;
  readonly rung: Rung | null;
  readonly text: string;
}

export interface PolicyFault {
  readonly file: string;
  readonly policy: string | null;
  readonly why: string;
}

export interface PolicyReport {
  readonly faults: readonly PolicyFault[];
  /** What is allowed but probably not meant, for instance a condition that can never hold. */
  readonly advice: readonly PolicyFault[];
  readonly policies: readonly PolicyInfo[];
  readonly tools: readonly ToolShape[];
}

export const POLICY_TEXT_MAX_BYTES = 1 << 20;
const ANNOTATIONS = ["id", "reason", "impact", "rung"];
const SCHEMA_FILE = "axiom.cedarschema";

export class PolicySet {
  /** Digest of all files: the `policy_set` of every verdict. */
  readonly id: string;
  readonly policies: readonly PolicyInfo[];
  readonly tools: readonly ToolShape[];
  readonly #byId: ReadonlyMap<string, PolicyInfo>;
  readonly #byTool: ReadonlyMap<string, ToolShape>;
  readonly #decide: Prepared;

  private constructor(id: string, report: PolicyReport, decide: Prepared) {
    this.id = id;
    this.policies = report.policies;
    this.tools = report.tools;
    this.#byId = new Map(report.policies.map((policy) => [policy.id, policy]));
    this.#byTool = new Map(report.tools.map((shape) => [shape.tool, shape]));
    this.#decide = decide;
  }

  /** Parses and type-checks the whole set; any fault refuses it whole. */
  static async load(files: PolicyFiles): Promise<PolicySet | Refusal> {
    const cedar = await Cedar.load();
    const report = inspect(cedar, files);
    if (report.faults.length > 0) return refuse("policy-invalid", report.faults.map(faultSentence).join(" "));
    const id = toHex(sha256(canonicalBytes({ policies: files.policies, schema: files.schema })));
    const texts = Object.fromEntries(report.policies.map((policy) => [policy.id, policy.text]));
    const decide = cedar.prepare(id, texts, files.schema);
    return isFault(decide) ? refuse("policy-invalid", decide.why) : new PolicySet(id, report, decide);
  }

  /** Every fault and every piece of advice, without taking the set into use. */
  static async check(files: PolicyFiles): Promise<PolicyReport> {
    return inspect(await Cedar.load(), files);
  }

  /**
   * `allow`: may run now. `approve`: may run once the operator approves this very card (judge again with `approval`).
   * `deny`: may not run. A policy that fails to evaluate denies.
   */
  judge(request: PolicyRequest): Verdict {
    const shape = this.#byTool.get(request.card.tool);
    if (shape === undefined)
      return this.#verdict("deny", "none", [], [`The policy schema has no tool ${quoted(request.card.tool)}.`]);
    const given = request.approval ?? "none";
    const answer = this.#ask(shape, request, given);
    if (answer.errors.length > 0) return this.#failed(shape, answer);
    if (answer.decision === "allow") return this.#decided("allow", shape, answer, answer);
    const approved = this.#firstAllowed(shape, request, APPROVALS.slice(APPROVALS.indexOf(given) + 1));
    return approved === null
      ? this.#decided("deny", shape, answer, null)
      : this.#decided("approve", shape, answer, approved);
  }

  #ask(shape: ToolShape, request: PolicyRequest, approval: Approval): CedarAnswer {
    return this.#decide(cedarRequest(shape, request, approval));
  }

  #firstAllowed(shape: ToolShape, request: PolicyRequest, levels: readonly Approval[]): CedarAnswer | null {
    for (const level of levels) {
      const answer = this.#ask(shape, request, level);
      if (answer.decision === "allow" && answer.errors.length === 0) return answer;
    }
    return null;
  }

  /** `why` holds the policies that decided, `permits` those under which the card runs (now or once approved). */
  #decided(decision: Verdict["decision"], shape: ToolShape, why: CedarAnswer, permits: CedarAnswer | null): Verdict {
    const deciding = why.policies.map((id) => this.#byId.get(id)!);
    const involved = [...deciding, ...(permits?.policies ?? []).map((id) => this.#byId.get(id)!)];
    const impact = strongest(IMPACTS, [shape.impact, ...involved.flatMap((policy) => policy.impact ?? [])])!;
    const reasons = deciding.map((policy) => policy.reason);
    if (deciding.length === 0) reasons.push(`No policy permits ${shape.tool} with these parameters.`);
    const rung = strongest(
      RUNGS,
      involved.flatMap((policy) => policy.rung ?? []),
    );
    return this.#verdict(decision, impact, why.policies, reasons, rung);
  }

  #failed(shape: ToolShape, answer: CedarAnswer): Verdict {
    const reasons = answer.errors.map(({ policy, why }) =>
      policy === null ? `The request could not be judged: ${why}.` : `Policy ${policy} failed: ${why}.`,
    );
    return this.#verdict(
      "deny",
      shape.impact,
      answer.errors.flatMap(({ policy }) => policy ?? []),
      reasons,
    );
  }

  #verdict(
    decision: Verdict["decision"],
    impact: Impact,
    policies: readonly string[],
    reasons: string[],
    rung: Rung | null = null,
  ): Verdict {
    return { v: 1, decision, policies: [...policies], reasons, impact, rung, policy_set: this.id };
  }
}

export const faultSentence = (fault: PolicyFault): string =>
  `${fault.file}${fault.policy === null ? "" : `, policy ${quoted(fault.policy)}`}: ${fault.why}.`;

const quoted = (text: string): string => JSON.stringify(text.slice(0, 80));

function inspect(cedar: Cedar, files: PolicyFiles): PolicyReport {
  const faults: PolicyFault[] = [];
  const tools = inspectSchema(cedar, files.schema, faults);
  const policies: PolicyInfo[] = [];
  for (const file of Object.keys(files.policies).sort()) {
    if (files.policies[file]!.length > POLICY_TEXT_MAX_BYTES) {
      faults.push({ file, policy: null, why: `longer than ${POLICY_TEXT_MAX_BYTES} characters` });
      continue;
    }
    const split = cedar.split(files.policies[file]!);
    if (isFault(split)) faults.push({ file, policy: null, why: split.why });
    else for (const policy of split) policies.push(inspectPolicy(file, policy, policies, faults));
  }
  const advice = faults.length > 0 ? [] : typeCheck(cedar, policies, files.schema, faults);
  return { faults, advice, policies, tools };
}

function inspectSchema(cedar: Cedar, text: string, faults: PolicyFault[]): ToolShape[] {
  const schema = cedar.schema(text);
  const found = "why" in schema ? { tools: new Map(), faults: [String(schema.why)] } : toolShapes(schema);
  faults.push(...found.faults.map((why) => ({ file: SCHEMA_FILE, policy: null, why })));
  return [...found.tools.values()];
}

function inspectPolicy(
  file: string,
  policy: CedarPolicy,
  before: readonly PolicyInfo[],
  faults: PolicyFault[],
): PolicyInfo {
  const { id, annotations } = policy;
  const fault = (why: string): unknown => faults.push({ file, policy: id || null, why });
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id))
    fault('every policy needs an @id of lower-case words, like @id("run-python")');
  if (before.some((other) => other.id === id)) fault("another policy has the same @id");
  if (!annotations.reason) fault("every policy needs a @reason: the sentence that the operator will read");
  for (const name of Object.keys(annotations))
    if (!ANNOTATIONS.includes(name))
      fault(`unknown annotation @${name}; there are ${ANNOTATIONS.map((a) => `@${a}`).join(", ")}`);
  const oneOf = <T extends string>(name: string, values: readonly T[]): T | null => {
    const value = annotations[name];
    if (value === undefined) return null;
    if (!values.includes(value as T)) fault(`@${name} must be one of ${values.join(", ")}`);
    return value as T;
  };
  const impact = oneOf("impact", IMPACTS);
  const rung = oneOf("rung", RUNGS);
  return { id, file, effect: policy.effect, reason: annotations.reason ?? "", impact, rung, text: policy.text };
}

function typeCheck(
  cedar: Cedar,
  policies: readonly PolicyInfo[],
  schema: string,
  faults: PolicyFault[],
): PolicyFault[] {
  const found = cedar.validate(Object.fromEntries(policies.map((policy) => [policy.id, policy.text])), schema);
  const fileOf = (id: string | null): string => policies.find((policy) => policy.id === id)?.file ?? SCHEMA_FILE;
  faults.push(...found.faults.map((fault) => ({ file: fileOf(fault.policy), ...fault })));
  return found.advice.map((fault) => ({ file: fileOf(fault.policy), ...fault }));
}
