/** The tool table: names and parameters from needles.json, results and the work itself from the parts that are built. */
import type { Chamber, Limits } from "forge";
import { complaintText, readShape } from "lattice/wording";
import { type ActionCard, type FileChange, type Json, type JsonObject, type Refusal, refuse, type Status } from "lop";
import { z } from "zod";
import type { ToolInfo } from "./hive-types.ts";
import needles from "./needles.json" with { type: "json" };

/** What a tool is given. It refuses only while nothing has been done. */
export interface ToolWork {
  readonly card: ActionCard;
  /** Id of the directive. */
  readonly directive: string;
  /** The chamber that was picked; null for tools that need none. */
  readonly chamber: Chamber | null;
  readonly limits: Limits;
  /** Aborts when the operator cancels or the hive freezes; `signal.reason` says which. */
  readonly signal: AbortSignal;
  output(stream: "stdout" | "stderr", bytes: Uint8Array): void;
}

/** One file of the workspace to be changed, once validation has passed. */
export interface PlannedChange {
  readonly path: string;
  /** Content that the tool saw; null when there was no file. */
  readonly before: Uint8Array | null;
  /** null removes the file. */
  readonly content: Uint8Array | null;
}

export interface ToolYield {
  readonly status: Status;
  readonly why: string | null;
  readonly exit_code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly result: Json;
  /** What the tool says it changed. Validation holds it against `changes` and against what then lies in the workspace. */
  readonly files: readonly FileChange[];
  readonly changes: readonly PlannedChange[];
}

/** The working half of a tool. */
export interface ToolDoer {
  /** JSON Schema of `result` in an outcome with status `ok`. */
  readonly result: JsonObject;
  /** Language that the chamber must speak, from the parameters; null when the tool needs no chamber. */
  readonly language: ((parameters: JsonObject) => string) | null;
  /** What of the workspace the tool may change: nothing, the file that parameter `path` names, or any file. */
  readonly changes: "nothing" | "named-file" | "any-file";
  /** What the schema cannot say of a result in an outcome with status `ok`: a sentence when it does not hold. */
  readonly check?: (result: Json) => string | null;
  run(work: ToolWork): Promise<ToolYield | Refusal>;
}

export interface Tool {
  readonly info: ToolInfo;
  readonly doer: ToolDoer | null;
  checkParameters(parameters: JsonObject): Refusal | null;
  /** null when the result is what the tool promises, else a sentence. */
  checkResult(result: Json): string | null;
}

/** Which part of the product brings a needle's tools. */
const PARTS: Readonly<Record<string, string>> = {
  exec: "forge",
  files: "forge",
  snapshot: "nest",
  recall: "nest",
  fetch: "hunt",
  watch: "hunt",
  find: "lattice",
  plan: "lattice",
  vitality: "lex",
  wealth: "lex",
  query: "nest",
  guard: "hive",
};

/** A tool without a chamber that went well. */
export const done = (result: Json, rest: Partial<ToolYield> = {}): ToolYield => ({
  status: "ok",
  why: null,
  exit_code: null,
  stdout: "",
  stderr: "",
  result,
  files: [],
  changes: [],
  ...rest,
});

export class ToolTable {
  readonly #tools: ReadonlyMap<string, Tool>;

  constructor(doers: Readonly<Record<string, ToolDoer>>) {
    const rows = needles.needles.flatMap((needle) =>
      Object.entries(needle.tools).map(([name, row]): [string, Tool] => [
        name,
        makeTool(needle, name, row as NeedleRow, doers[name] ?? null),
      ]),
    );
    this.#tools = new Map(rows);
    const stray = Object.keys(doers).find((name) => !this.#tools.has(name));
    if (stray !== undefined) throw new TypeError(`${stray} is not in needles.json`);
  }

  find(name: string): Tool | Refusal {
    return this.#tools.get(name) ?? refuse("tool-unknown", `There is no tool named ${JSON.stringify(name)}.`);
  }

  all(): readonly ToolInfo[] {
    return [...this.#tools.values()].map((tool) => tool.info);
  }
}

/** Made when it is first asked of: most commands need none of the tools' schemas. */
function lazySchema(schema: Json): () => z.ZodType {
  let made: z.ZodType | null = null;
  return () => (made ??= z.fromJSONSchema(schema as never));
}

interface NeedleRow {
  readonly action: string;
  readonly parameters: JsonObject;
  readonly required: readonly string[];
  /** What only an operator's own card has, each instead of the required ones. */
  readonly operator?: JsonObject;
}

function makeTool(needle: { id: string; does: string }, name: string, row: NeedleRow, doer: ToolDoer | null): Tool {
  const { operator = {} } = row;
  const instead = Object.keys(operator);
  const parameters = closed({
    type: "object",
    properties: { ...row.parameters, ...operator },
    required: instead.length === 0 ? row.required : [],
  }) as JsonObject;
  const parameterSchema = lazySchema(parameters);
  const resultSchema = doer === null ? null : lazySchema(doer.result);
  const info: ToolInfo = {
    name,
    needle: needle.id,
    does: needle.does,
    action: row.action as ActionCard["action"],
    parameters,
    result: doer?.result ?? null,
    ready: doer !== null,
    part: doer === null ? (PARTS[needle.id] ?? null) : null,
    rung: doer?.language ? "wasm-js" : null,
  };
  return {
    info,
    doer,
    checkParameters: (given) => {
      const fault = firstFault(parameterSchema(), given) ?? oneOf(row.required, instead, given);
      return fault === null ? null : refuse("parameters-invalid", `${name}: ${fault}`);
    },
    checkResult: (result) =>
      resultSchema === null
        ? `${name} promises no result`
        : (firstFault(resultSchema(), result) ?? doer?.check?.(result) ?? null),
  };
}

/** Either all that is required, or what stands in for it. */
function oneOf(required: readonly string[], instead: readonly string[], given: JsonObject): string | null {
  if (instead.length === 0) return null;
  const named = instead.filter((name) => name in given);
  const whole = required.every((name) => name in given);
  if (named.length === 0)
    return whole ? null : `${required.join(", ")} is missing; ${instead.join(" or ")} would do too.`;
  return required.some((name) => name in given) || named.length > 1
    ? `${[...required, ...instead].join(" and ")} exclude each other.`
    : null;
}

/** JSON Schema with every object closed: a key that nobody asked for is refused, also in nested objects. */
function closed(schema: Json): Json {
  if (schema === null || typeof schema !== "object") return schema;
  if (Array.isArray(schema)) return schema.map(closed);
  const walked = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return walked.type === "object" ? { ...walked, additionalProperties: false } : walked;
}

function firstFault(schema: z.ZodType, value: Json): string | null {
  const read = readShape(schema, value);
  return "data" in read ? null : complaintText(read, "the card");
}
