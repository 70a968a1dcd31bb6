import { describe, expect, it } from "vitest";
import { type PolicyFiles, PolicySet } from "../src/policy.ts";
import { readPolicyCases, runPolicyCases } from "../src/policy-cases.ts";
import { hostName, plainPath } from "../src/policy-request.ts";
import { Verdict } from "../src/record.ts";
import { isRefusal, type Refusal } from "../src/refusal.ts";

const schema = `
entity Operator; entity File = { path: String }; entity Hive;
type Trip = { by: String, approval: String, permit: Bool };
action "no impact", "low impact", "high impact", "irreversible";
action "files.read" in ["no impact"] appliesTo { principal: Operator, resource: File, context: { trip: Trip, parameters: { lines?: Long } } };
action "files.wipe" in ["irreversible"] appliesTo { principal: Operator, resource: Hive, context: { trip: Trip, parameters: {} } };
`;
const read = `@id("read") @reason("Reading is fine.") permit (principal, action == Action::"files.read", resource);`;
const wipe = `@id("wipe") @reason("Wiping.") permit (principal, action == Action::"files.wipe", resource);
@id("ask") @reason("Ask first.") forbid (principal, action in Action::"irreversible", resource) unless { context.trip.approval == "explicit" };`;

async function loaded(files: PolicyFiles): Promise<PolicySet> {
  const set = await PolicySet.load(files);
  if (isRefusal(set)) throw new Error(set.why);
  return set;
}
const load = (...policies: string[]): Promise<PolicySet> =>
  loaded({ schema, policies: { "a.cedar": policies.join("\n") } });
const refusal = async (policy: string, with_schema = schema): Promise<Refusal> =>
  (await PolicySet.load({ schema: with_schema, policies: { "a.cedar": policy } })) as Refusal;
const card = (tool: string, parameters = {}) => ({ tool, parameters, by: "operator" as const });
const operator = "ab".repeat(32);

describe("judging", () => {
  it("denies by default, with a sentence", async () => {
    const verdict = (await load(wipe)).judge({ operator, card: card("files.read", { path: "a" }) });
    expect(verdict).toMatchObject({ decision: "deny", policies: [] });
    expect(verdict.reasons).toEqual(["No policy permits files.read with these parameters."]);
    expect(Verdict.parse(verdict)).toEqual(verdict);
  });

  it("an empty set denies everything", async () => {
    expect((await loaded({ schema, policies: {} })).judge({ operator, card: card("files.read") }).decision).toBe(
      "deny",
    );
  });

  it("asks for the approval that a policy wants, and takes no smaller one", async () => {
    const set = await load(wipe);
    const judge = (approval: "none" | "given" | "explicit") =>
      set.judge({ operator, card: card("files.wipe"), approval });
    expect(judge("none")).toMatchObject({
      decision: "approve",
      policies: ["ask"],
      reasons: ["Ask first."],
      impact: "irreversible",
    });
    expect(judge("given").decision).toBe("approve");
    expect(judge("explicit")).toMatchObject({ decision: "allow", policies: ["wipe"] });
  });

  it("a policy that fails to evaluate denies and is named, also where another one permits", async () => {
    const overflow = `@id("over") @reason("x") forbid (principal, action == Action::"files.read", resource)
      when { context.parameters has lines && context.parameters.lines * 9223372036854775807 > 1 };`;
    const set = await load(read, overflow);
    expect(set.judge({ operator, card: card("files.read", { path: "a", lines: 1 }) }).policies).toEqual(["over"]);
    const failed = set.judge({ operator, card: card("files.read", { path: "a", lines: 3 }) });
    expect(failed).toMatchObject({ decision: "deny", policies: ["over"] });
    expect(failed.reasons[0]).toMatch(/^Policy over failed: .*overflow/);
    expect(set.judge({ operator, card: card("files.read", { path: "a" }) }).decision).toBe("allow");
  });

  it.each([["five"], [1.5], [2 ** 70], [null], [[1]], [{}]])(
    "a parameter that the schema does not expect denies: %j",
    async (lines) => {
      const verdict = (await load(read)).judge({ operator, card: card("files.read", { path: "a", lines }) });
      expect(verdict.decision).toBe("deny");
      expect(verdict.reasons[0]).toMatch(/^The request could not be judged: /);
    },
  );

  it("does not know tools beyond its schema, nor groups as tools", async () => {
    const set = await load(read);
    for (const tool of ["", "no impact", "__proto__", "constructor", "files.read\0"])
      expect(set.judge({ operator, card: card(tool) })).toMatchObject({ decision: "deny", impact: "none" });
  });

  it("hides from policies what the schema does not declare", async () => {
    const verdict = (await load(read)).judge({
      operator,
      card: card("files.read", { path: "a", secret: { deep: [1.5] } }),
    });
    expect(verdict.decision).toBe("allow");
  });

  it("the id is the digest of all texts", async () => {
    const [a, b] = [await load(read), await load(read, wipe)];
    expect(a.id).toMatch(/^[0-9a-f]{64}$/);
    expect(a.id).not.toBe(b.id);
    expect((await load(read)).id).toBe(a.id);
  });
});

describe("loading", () => {
  it.each([
    ["syntax", '@id("a")\n@reason("x")\npermit (principal, action, resource', /a\.cedar: line 3: unexpected end/],
    ["no id", "permit (principal, action, resource);", /every policy needs an @id/],
    ["no reason", '@id("a") permit (principal, action, resource);', /every policy needs a @reason/],
    [
      "unknown annotation",
      '@id("a") @reason("x") @inpact("high") permit (principal, action, resource);',
      /unknown annotation @inpact/,
    ],
    [
      "unknown impact",
      '@id("a") @reason("x") @impact("huge") permit (principal, action, resource);',
      /@impact must be one of/,
    ],
    [
      "unknown rung",
      '@id("a") @reason("x") @rung("moon") permit (principal, action, resource);',
      /@rung must be one of/,
    ],
    ["same id twice", `${read}\n${read}`, /another policy has the same @id/],
    [
      "unknown action",
      '@id("a") @reason("x") permit (principal, action == Action::"files.raed", resource);',
      /files\.raed/,
    ],
    [
      "unknown attribute",
      '@id("a") @reason("x") permit (principal, action, resource) when { context.trip.aproval == "x" };',
      /aproval/,
    ],
    [
      "wrong type",
      '@id("a") @reason("x") permit (principal, action, resource) when { context.trip.by > 3 };',
      /policy "a"/,
    ],
    ["template", '@id("a") @reason("x") permit (principal == ?principal, action, resource);', /templates/],
  ])("refuses %s and says where", async (_, policy, why) => {
    const refused = await refusal(policy);
    expect(refused.refused).toBe("policy-invalid");
    expect(refused.why).toMatch(why);
  });

  it.each([
    ["syntax", "entity {", /axiom\.cedarschema/],
    [
      "a tool without impact",
      schema.replace('in ["no impact"]', ""),
      /"files.read" must be in exactly one impact group/,
    ],
  ])("refuses a schema with %s", async (_, text, why) => {
    expect((await refusal(read, text)).why).toMatch(why);
  });

  it("reports every fault at once, without taking the set into use", async () => {
    const report = await PolicySet.check({
      schema,
      policies: { "a.cedar": "permit (", "b.cedar": `${read} ${read.replace("id", "idd")}` },
    });
    expect(report.faults.map((fault) => fault.file)).toEqual(["a.cedar", "b.cedar", "b.cedar"]);
  });

  it("gives advice on a policy that can never hold", async () => {
    const report = await PolicySet.check({
      schema,
      policies: {
        "a.cedar":
          '@id("never") @reason("x") permit (principal is Operator, action == Action::"files.read", resource is Hive);',
      },
    });
    expect(report.advice.length).toBeGreaterThan(0);
    expect(report.advice[0]).toMatchObject({ file: "a.cedar", policy: "never" });
  });
});

describe("test cases", () => {
  const cases = (text: string) => readPolicyCases(new TextEncoder().encode(text));

  it("say what differs", async () => {
    const list = cases(
      '{"cases":[{"name":"n","tool":"files.read","parameters":{"path":"a"},"expect":{"decision":"deny","rung":"os"}}]}',
    );
    if (isRefusal(list)) throw new Error(list.why);
    const [result] = runPolicyCases(await load(read), list);
    expect(result).toMatchObject({
      passed: false,
      differences: ['decision: expected "deny", got "allow"', 'rung: expected "os", got null'],
    });
  });

  it.each([["{"], ["[]"], ['{"cases":[{"name":"n"}]}'], ['{"cases":[],"more":1}'], ['{"cases":[],"cases":[]}']])(
    "refuses %s",
    (text) => {
      expect(cases(text)).toMatchObject({ refused: "policy-invalid" });
    },
  );
});

describe("spellings that would slip past a rule", () => {
  it.each([
    ["a/./b//c", "a/b/c"],
    ["", "."],
    ["./", "."],
    ["a/../../b", "../b"],
    ["../..", "../.."],
    ["/a/../b", "/b"],
    ["..", ".."],
    ["a/..", "."],
  ])("path %j is judged as %j", (path, plain) => {
    expect(plainPath(path)).toBe(plain);
  });

  it.each([
    ["http://LOCALHOST./", "localhost"],
    ["http://0177.0.0.1", "127.0.0.1"],
    ["http://user:pass@example.com:80@evil.example/", "evil.example"],
    ["http://[::FFFF:127.0.0.1]/", "::ffff:7f00:1"],
    ["no url", ""],
  ])("URL %j is judged as host %j", (url, host) => {
    expect(hostName(url)).toBe(host);
  });
});
