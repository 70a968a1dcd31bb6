/** The shipped policy set: it loads, it says what its test cases expect, and it knows every tool. */
import { readdirSync, readFileSync } from "node:fs";
import { isRefusal, type PolicyFiles, PolicySet, readPolicyCases, runPolicyCases } from "lop";
import { describe, expect, it } from "vitest";

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

  it("know 32 tools, none of them without an impact", async () => {
    const set = await shipped();
    expect(set.tools.length).toBe(32);
    expect(set.tools.every((shape) => shape.impact)).toBe(true);
  });
});
