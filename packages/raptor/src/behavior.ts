/**
 * Behavior cards: what a needle is, may call and must answer in (docs/formats/behavior-card.md). Read strictly: unknown
 * fields are refused, and the card's hash is that of its canonical text.
 */
import { canonicalText, isMap, type Json, type JsonMap, JsonNumber, readJson } from "./json.ts";
import { toolSchema } from "./raptor.ts";
import { attempt, fail, type Refusal } from "./refusal.ts";

export const BEHAVIOR_VERSION = 1;
export const BEHAVIOR_BYTES_LIMIT = 256 * 1024;
const ID = /^[a-z][a-z0-9-]{0,31}$/;
const TOOL_NAME = /^[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*$/;
const ACTIONS = ["analyze", "generate", "execute"] as const;

export interface BehaviorTool {
  readonly name: string;
  readonly action: (typeof ACTIONS)[number];
  /** JSON Schema text of the parameters. */
  readonly parameters: string;
}

export interface BehaviorCard {
  readonly id: string;
  readonly version: string;
  readonly does: string;
  readonly role: string;
  readonly tools: readonly BehaviorTool[];
  /** JSON Schema text of the whole answer: a call of one of the tools. */
  readonly output: string;
  readonly policy: { readonly scope: readonly string[]; readonly permits: boolean };
  readonly sampling: { readonly temperature: number; readonly max_tokens: number };
  /** What the memory starts from; null is the empty state. */
  readonly memory: string | null;
  /** The text that is hashed: hash = SHA-256 of its UTF-8 bytes. */
  readonly canonical: string;
}

export function readBehavior(text: string): BehaviorCard | Refusal {
  return attempt(() => {
    if (text.length > BEHAVIOR_BYTES_LIMIT) wrong("", `is larger than ${BEHAVIOR_BYTES_LIMIT} bytes`);
    const json = readJson(text);
    return cardOf(
      fields(json, "", ["v", "id", "version", "does", "role", "tools", "policy", "sampling", "memory"]),
      json,
    );
  });
}

function cardOf(card: JsonMap, json: Json): BehaviorCard {
  if (!(card.get("v") instanceof JsonNumber) || number(card, "/v") !== BEHAVIOR_VERSION)
    wrong("/v", `must be ${BEHAVIOR_VERSION}`);
  const tools = [...fields(card.get("tools"), "/tools", null)].map(([name, tool]) => toolOf(name, tool));
  if (tools.length === 0) wrong("/tools", "must name at least one tool");
  const policy = fields(card.get("policy"), "/policy", ["scope", "permits"]);
  const sampling = fields(card.get("sampling"), "/sampling", ["temperature", "max_tokens"]);
  const scope = policy.get("scope");
  if (!Array.isArray(scope) || !scope.every((s) => typeof s === "string"))
    wrong("/policy/scope", "must be an array of strings");
  if (typeof policy.get("permits") !== "boolean") wrong("/policy/permits", "must be true or false");
  const memory = card.get("memory");
  if (memory !== null && typeof memory !== "string") wrong("/memory", "must be null or the name of a state");
  return {
    id: matching(card, "/id", ID),
    version: matching(card, "/version", /^\d+\.\d+\.\d+$/),
    does: matching(card, "/does", /^.{1,200}$/s),
    role: matching(card, "/role", /^.{1,4000}$/s),
    tools,
    output: toolSchema(tools),
    policy: { scope: scope as string[], permits: policy.get("permits") === true },
    sampling: {
      temperature: ranged(sampling, "/sampling/temperature", 0, 2),
      max_tokens: ranged(sampling, "/sampling/max_tokens", 1, 65_536),
    },
    memory: memory as string | null,
    canonical: canonicalText(json),
  };
}

function toolOf(name: string, json: Json): BehaviorTool {
  const at = `/tools/${name}`;
  if (!TOOL_NAME.test(name)) wrong(at, "must be named like `files.read`");
  const tool = fields(json, at, ["action", "parameters", "required"]);
  const action = tool.get("action");
  if (!ACTIONS.includes(action as BehaviorTool["action"]))
    wrong(`${at}/action`, `must be one of ${ACTIONS.join(", ")}`);
  const parameters = fields(tool.get("parameters"), `${at}/parameters`, null);
  const required = tool.get("required");
  const known = Array.isArray(required) && required.every((n) => typeof n === "string" && parameters.has(n));
  if (!known) wrong(`${at}/required`, "must list names of parameters");
  const schema: Json = new Map<string, Json>([
    ["type", "object"],
    ["properties", parameters],
    ["required", required as Json],
    ["additionalProperties", false],
  ]);
  return { name, action: action as BehaviorTool["action"], parameters: behaviorText(schema) };
}

/** JSON text of a value in its own key order, numbers exact. */
export function behaviorText(value: Json): string {
  if (value instanceof JsonNumber)
    return `${value.value.digits}${value.value.exponent === 0 ? "" : `e${value.value.exponent}`}`;
  if (Array.isArray(value)) return `[${value.map(behaviorText).join(",")}]`;
  if (value instanceof Map)
    return `{${[...value].map(([k, v]) => `${JSON.stringify(k)}:${behaviorText(v)}`).join(",")}}`;
  return JSON.stringify(value);
}

/** An object with exactly these fields; null: any. */
function fields(json: Json | undefined, at: string, names: readonly string[] | null): JsonMap {
  if (!isMap(json)) return wrong(at, "must be an object");
  for (const name of names ?? []) if (!json.has(name)) wrong(`${at}/${name}`, "is missing");
  for (const name of json.keys())
    if (names && !names.includes(name)) wrong(`${at}/${name}`, "is no field of a behavior card");
  return json;
}

function matching(card: JsonMap, at: string, pattern: RegExp): string {
  const value = card.get(at.slice(1));
  return typeof value === "string" && pattern.test(value) ? value : wrong(at, `must be text like ${pattern.source}`);
}

function number(map: JsonMap, at: string): number {
  const value = map.get(at.slice(at.lastIndexOf("/") + 1));
  return value instanceof JsonNumber
    ? Number(`${value.value.digits}e${value.value.exponent}`)
    : wrong(at, "must be a number");
}

function ranged(map: JsonMap, at: string, min: number, max: number): number {
  const value = number(map, at);
  return value >= min && value <= max ? value : wrong(at, `must lie in ${min}…${max}`);
}

function wrong(at: string, what: string): never {
  return fail("behavior-malformed", `A behavior card${at === "" ? "" : `'s ${at}`} ${what}.`, at);
}
