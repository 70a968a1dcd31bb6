/** What policy is asked: an action card and the facts around it, turned into Cedar's principal, action, resource and context. */
import type { SchemaJson } from "@cedar-policy/cedar-wasm/nodejs";
import { type CedarEntity, type CedarRequest, extension } from "./cedar.ts";
import type { Json, JsonObject } from "./json.ts";
import type { ActionCard, IMPACTS } from "./record.ts";

/** What the operator has said to this very card, weakest first. Irreversible cards want `explicit`. */
export const APPROVALS = ["none", "given", "explicit"] as const;
export type Approval = (typeof APPROVALS)[number];

export interface PolicyRequest {
  /** Id of the key that signed the directive. */
  readonly operator: string;
  readonly card: Pick<ActionCard, "tool" | "parameters" | "by">;
  /** `none` unless the operator has approved this very card. */
  readonly approval?: Approval;
  /** True when a live permit covers the request (`PermitBook.check`); false when absent. */
  readonly permit?: boolean;
}

export type Impact = (typeof IMPACTS)[number];

/** One tool as the schema declares it. */
export interface ToolShape {
  readonly tool: string;
  readonly impact: Impact;
  /** Cedar entity type of the resource. */
  readonly resource: string;
  /** Names of the parameters that policies see. Others (code, file contents) are not handed to them. */
  readonly parameters: readonly string[];
}

const IMPACT_GROUPS: Readonly<Record<string, Impact>> = {
  "no impact": "none",
  "low impact": "low",
  "high impact": "high",
  irreversible: "irreversible",
};

/** The tools that a schema declares, or sentences about those it declares wrongly. */
export function toolShapes(schema: SchemaJson<string>): { tools: Map<string, ToolShape>; faults: string[] } {
  const tools = new Map<string, ToolShape>();
  const faults: string[] = [];
  for (const [tool, action] of Object.entries(schema[""]?.actions ?? {})) {
    const resources = action.appliesTo?.resourceTypes ?? [];
    if (resources.length === 0) continue; // a group
    const impacts = (action.memberOf ?? []).flatMap(({ id }) => IMPACT_GROUPS[id] ?? []);
    if (impacts.length !== 1) faults.push(`action "${tool}" must be in exactly one impact group`);
    else if (resources.length !== 1) faults.push(`action "${tool}" must have exactly one resource type`);
    else {
      const parameters = parameterNames(action.appliesTo?.context as JsonObject | undefined);
      tools.set(tool, { tool, impact: impacts[0]!, resource: resources[0]!, parameters });
    }
  }
  return { tools, faults };
}

function parameterNames(context: JsonObject | undefined): string[] {
  const attributes = (context?.attributes ?? {}) as JsonObject;
  const parameters = (attributes.parameters ?? {}) as JsonObject;
  return Object.keys((parameters.attributes ?? {}) as JsonObject);
}

export function cedarRequest(shape: ToolShape, request: PolicyRequest, approval: Approval): CedarRequest {
  const { card } = request;
  const principal = { type: "Operator", id: request.operator };
  const resource = resourceOf(shape, card.parameters);
  const seen = shape.parameters.filter((name) => Object.hasOwn(card.parameters, name));
  return {
    principal,
    action: { type: "Action", id: shape.tool },
    resource: resource.uid,
    context: {
      trip: { by: card.by, approval, permit: request.permit ?? false },
      parameters: Object.fromEntries(seen.map((name) => [name, card.parameters[name]!])),
    },
    entities: [{ uid: principal, attrs: {}, parents: [] }, resource],
  };
}

/** A file by its path, a host by its name, anything else by the tool's family. */
function resourceOf(shape: ToolShape, parameters: JsonObject): CedarEntity {
  const entity = (id: string, attrs: JsonObject): CedarEntity => ({
    uid: { type: shape.resource, id },
    attrs,
    parents: [],
  });
  if (shape.resource === "File") {
    const path = plainPath(textOf(parameters.path) ?? ".");
    return entity(path, { path });
  }
  if (shape.resource === "Host") {
    const name = hostName(textOf(parameters.url) ?? `https://${textOf(parameters.host) ?? ""}/`);
    return entity(name, { name, ...addressOf(name) });
  }
  return entity(shape.resource === "Store" ? shape.tool.split(".")[0]! : "main", {});
}

const textOf = (value: Json | undefined): string | undefined => (typeof value === "string" ? value : undefined);

/** The path without ".", ".." and doubled slashes, so that `a/../b` is judged as `b`. One that leads out keeps its `..`. */
export function plainPath(path: string): string {
  const steps: string[] = [];
  for (const step of path.split("/")) {
    if (step === "" || step === ".") continue;
    if (step === ".." && steps.length > 0 && steps.at(-1) !== "..") steps.pop();
    else steps.push(step);
  }
  const plain = steps.join("/");
  return path.startsWith("/") ? `/${plain}` : plain || ".";
}

/** The host as a browser would contact it (lower case, Punycode, every spelling of an IPv4 address as a.b.c.d); "" if there is none. */
export function hostName(url: string): string {
  try {
    return new URL(url).hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  } catch {
    return "";
  }
}

function addressOf(host: string): { address?: Json } {
  const isAddress = /^\d+\.\d+\.\d+\.\d+$/.test(host) || host.includes(":");
  return isAddress ? { address: extension("ip", host) } : {};
}

export const strongest = <T extends string>(order: readonly T[], values: readonly T[]): T | null =>
  values.reduce<T | null>(
    (best, value) => (best === null || order.indexOf(value) > order.indexOf(best) ? value : best),
    null,
  );
