/** The shipped policy set: it loads, it says what its test cases expect, and it knows every tool. */
import { readdirSync, readFileSync } from "node:fs";
import {
  IMPACTS,
  isRefusal,
  type Json,
  type JsonObject,
  type PolicyFiles,
  PolicySet,
  readPolicyCases,
  runPolicyCases,
} from "lop";
import { describe, expect, it } from "vitest";
import needles from "../src/needles.json" with { type: "json" };

interface ToolRow {
  readonly parameters: Readonly<Record<string, { readonly type?: string; readonly enum?: readonly string[] }>>;
  readonly required: readonly string[];
}

const tools = new Map<string, ToolRow>(
  needles.needles.flatMap(({ tools }) => Object.entries(tools as Record<string, ToolRow>)),
);
const folder = new URL("../policies/", import.meta.url);
const text = (name: string): string => readFileSync(new URL(name, folder), "utf8");
const files: PolicyFiles = {
  schema: text("axiom.cedarschema"),
  policies: Object.fromEntries(
    readdirSync(folder)
      .filter((name) => name.endsWith(".cedar"))
      .map((name) => [name, text(name)]),
  ),
};

async function shipped(): Promise<PolicySet> {
  const set = await PolicySet.load(files);
  if (isRefusal(set)) throw new Error(set.why);
  return set;
}

describe("the shipped policies", () => {
  it("have neither faults nor advice", async () => {
    const report = await PolicySet.check(files);
    expect(report.faults).toEqual([]);
    expect(report.advice).toEqual([]);
  });

  it("pass their own test cases, and every tool and every policy is met by one", async () => {
    const set = await shipped();
    const cases = readPolicyCases(readFileSync(new URL("tests.json", folder)));
    if (isRefusal(cases)) throw new Error(cases.why);
    const results = runPolicyCases(set, cases);
    expect(results.filter((result) => !result.passed).map(({ name, differences }) => ({ name, differences }))).toEqual(
      [],
    );
    const tools = new Set(cases.map((one) => one.tool));
    expect(set.tools.map((shape) => shape.tool).filter((tool) => !tools.has(tool))).toEqual([]);
    const met = new Set(results.flatMap((result) => result.verdict.policies));
    expect(set.policies.map((policy) => policy.id).filter((id) => !met.has(id))).toEqual([]);
  });

  it("know exactly the tools of needles.json, each with an impact", async () => {
    const set = await shipped();
    expect(set.tools.map((shape) => shape.tool).sort()).toEqual([...tools.keys()].sort());
    expect(set.tools.every((shape) => IMPACTS.includes(shape.impact))).toBe(true);
  });

  it("look only at parameters that the tools have, as those tools have them", async () => {
    const set = await shipped();
    const strangers = set.tools.flatMap(({ tool, parameters }) =>
      parameters.filter((name) => !(name in tools.get(tool)!.parameters)).map((name) => `${tool} ${name}`),
    );
    expect(strangers).toEqual([]);
    for (const [tool, row] of tools) {
      const card = { tool, parameters: smallest(row), by: "operator" as const };
      const verdict = set.judge({ operator: "0".repeat(64), card, permit: true });
      expect(verdict.reasons.join(" "), tool).not.toMatch(/could not be judged|No policy permits/);
    }
  });

  it("take the examples of their README", async () => {
    const examples = [...text("README.md").matchAll(/```cedar\n([^`]*?)```/g)].map(([, example]) => example!);
    const own = examples.filter((example) => example.includes("contracts/"));
    expect(own.length).toBe(1);
    const set = await PolicySet.load({ ...files, policies: { ...files.policies, "90-own.cedar": own[0]! } });
    if (isRefusal(set)) throw new Error(set.why);
    const write = (path: string) =>
      set.judge({
        operator: "0".repeat(64),
        card: { tool: "files.write", parameters: { path, content: "" }, by: "operator" },
      });
    expect(write("drafts/../contracts/a.txt")).toMatchObject({
      decision: "deny",
      policies: ["contracts-are-read-only"],
    });
    expect(write("drafts/a.txt").decision).toBe("allow");
    const run = { tool: "exec.run", parameters: { language: "python", code: "1" }, by: "needle" as const };
    expect(set.judge({ operator: "0".repeat(64), card: run })).toMatchObject({
      decision: "deny",
      reasons: ["Only the operator writes code."],
    });
  });

  it("let nothing of high impact pass without an approval, and nothing irreversible without an explicit one", async () => {
    const set = await shipped();
    for (const [tool, row] of tools)
      for (const parameters of [
        smallest(row),
        { ...smallest(row), wipe: true },
        { ...smallest(row), timeout_seconds: 600 },
      ])
        for (const approval of ["none", "given", "explicit"] as const) {
          const verdict = set.judge({
            operator: "0".repeat(64),
            card: { tool, parameters, by: "needle" },
            permit: true,
            approval,
          });
          if (verdict.decision !== "allow") continue;
          if (verdict.impact === "high") expect(approval, tool).not.toBe("none");
          if (verdict.impact === "irreversible") expect(approval, tool).toBe("explicit");
        }
  });
});

/** The required parameters alone, each with a value of its type. */
function smallest(row: ToolRow): JsonObject {
  const values: Record<string, Json> = { string: "x", integer: 1, number: 1.5, boolean: false, array: [], object: {} };
  const value = (name: string): Json => {
    const { type, enum: among } = row.parameters[name]!;
    return name === "url" ? "https://example.com/" : name === "host" ? "example.com" : (among?.[0] ?? values[type!]!);
  };
  return Object.fromEntries(row.required.map((name) => [name, value(name)]));
}
