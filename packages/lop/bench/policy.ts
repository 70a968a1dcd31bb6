/** What a judgement costs, on the shipped policy set and on one with a hundred policies more; and agreement with Cedar's tests. */
import { readdirSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { isAuthorized } from "@cedar-policy/cedar-wasm/nodejs";
import { type PolicyFiles, PolicySet } from "../src/policy.ts";
import type { PolicyRequest } from "../src/policy-request.ts";
import { isRefusal } from "../src/refusal.ts";
import { cpu_us, median, report } from "./goal.ts";

export const name = "policy";

const folder = new URL("../../hive/policies/", import.meta.url);
const text = (file: string): string => readFileSync(new URL(file, folder), "utf8");
const operator = "0".repeat(64);

const REQUESTS: Readonly<Record<string, PolicyRequest>> = {
  "allow (exec.run)": {
    operator,
    card: { tool: "exec.run", parameters: { language: "python", code: "1" }, by: "operator" },
  },
  "approve (permit.grant)": {
    operator,
    card: { tool: "permit.grant", parameters: { host: "a.example", minutes: 5 }, by: "operator" },
  },
  "deny (fetch.page without a permit)": {
    operator,
    card: { tool: "fetch.page", parameters: { url: "https://a.example/" }, by: "operator" },
  },
};

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { rounds: { type: "string", default: "7" }, times: { type: "string", default: "500" } },
  });
  const [rounds, times] = [Number(values.rounds), Number(values.times)];
  const shipped = shippedFiles();
  const started = performance.now();
  const small = await loaded(shipped);
  report(`engine and ${small.policies.length} policies loaded`, `${(performance.now() - started).toFixed(0)} ms`, null);
  const big = await loaded(withMore(shipped, 100));
  for (const [set, label] of [
    [small, "shipped"],
    [big, "shipped + 100"],
  ] as const)
    for (const [what, request] of Object.entries(REQUESTS)) {
      const figure = median(Array.from({ length: rounds }, () => cpu_us(times, () => set.judge(request))));
      report(`${label}: ${what}`, `${figure.toFixed(0)} CPU-µs`, null);
    }
  const [parsed, prepared] = [
    reparsing(shipped, rounds),
    median(Array.from({ length: rounds }, () => cpu_us(times, () => small.judge(REQUESTS["allow (exec.run)"]!)))),
  ];
  report(
    "parsing at every decision instead of once",
    `${parsed.toFixed(0)} CPU-µs, ${(parsed / prepared).toFixed(0)}×`,
    null,
  );
}

function shippedFiles(): PolicyFiles {
  const files = readdirSync(folder).filter((file) => file.endsWith(".cedar"));
  return { schema: text("axiom.cedarschema"), policies: Object.fromEntries(files.map((file) => [file, text(file)])) };
}

/** Policies that are looked at and do not hold, as most of an owner's own will. */
function withMore(files: PolicyFiles, count: number): PolicyFiles {
  const more = Array.from(
    { length: count },
    (_, n) => `@id("more-${n}")
@reason("One more.")
forbid (principal == Operator::"${n}", action, resource is File) when { resource.path like "secret-${n}/*" };`,
  );
  return { ...files, policies: { ...files.policies, "90-more.cedar": more.join("\n") } };
}

async function loaded(files: PolicyFiles): Promise<PolicySet> {
  const set = await PolicySet.load(files);
  if (isRefusal(set)) throw new Error(set.why);
  return set;
}

function reparsing(files: PolicyFiles, rounds: number): number {
  const call = {
    principal: { type: "Operator", id: operator },
    action: { type: "Action", id: "exec.run" },
    resource: { type: "Workspace", id: "main" },
    context: { trip: { by: "operator", approval: "none", permit: false }, parameters: { language: "python" } },
    entities: [],
    schema: files.schema,
    validateRequest: true,
    policies: { staticPolicies: Object.values(files.policies).join("\n") },
  };
  return median(Array.from({ length: rounds }, () => cpu_us(20, () => isAuthorized(call))));
}
