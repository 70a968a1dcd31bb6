/**
 * Cedar as this project uses it: policies and schema parsed once, many decisions, faults as values.
 * The engine is a WebAssembly module of 4 MB; it is loaded with the first policy set, so that verifying never pays for it.
 */
import type { DetailedError, PolicyJson, SchemaJson } from "@cedar-policy/cedar-wasm/nodejs";
import type { Json, JsonObject } from "./json.ts";

type Engine = typeof import("@cedar-policy/cedar-wasm/nodejs");

export interface CedarUid {
  readonly type: string;
  readonly id: string;
}

export interface CedarEntity {
  readonly uid: CedarUid;
  readonly attrs: JsonObject;
  readonly parents: readonly CedarUid[];
  readonly tags?: JsonObject;
}

export interface CedarRequest {
  readonly principal: CedarUid;
  readonly action: CedarUid;
  readonly resource: CedarUid;
  readonly context: JsonObject;
  readonly entities: readonly CedarEntity[];
}

export interface CedarAnswer {
  readonly decision: "allow" | "deny";
  /** Ids of the policies that decided, sorted. */
  readonly policies: readonly string[];
  /** What could not be evaluated: a policy that failed, or (policy `null`) the request itself. */
  readonly errors: readonly { readonly policy: string | null; readonly why: string }[];
}

export interface CedarPolicy {
  readonly id: string;
  readonly effect: "permit" | "forbid";
  readonly annotations: Readonly<Record<string, string>>;
  readonly text: string;
}

/** What is wrong, and with which policy (null: with the whole text). */
export interface CedarFault {
  readonly policy: string | null;
  readonly why: string;
}

let loading: Promise<Engine> | undefined;

export class Cedar {
  readonly #engine: Engine;

  private constructor(engine: Engine) {
    this.#engine = engine;
  }

  static async load(): Promise<Cedar> {
    loading ??= import("@cedar-policy/cedar-wasm/nodejs");
    return new Cedar(await loading);
  }

  /** One file's policies in their order, ids from `@id`; "" where there is none. */
  split(text: string): CedarPolicy[] | CedarFault {
    const parts = this.#engine.policySetTextToParts(text);
    if (parts.type === "failure") return { policy: null, why: sentence(parts.errors, text) };
    if (parts.policy_templates.length > 0) return { policy: null, why: "policy templates are not used here" };
    return parts.policies.map((policy) => this.#describe(policy));
  }

  #describe(text: string): CedarPolicy {
    const answer = this.#engine.policyToJson(text);
    if (answer.type === "failure")
      throw new Error(`Cedar split what it cannot parse: ${sentence(answer.errors, text)}`);
    const json: PolicyJson = answer.json;
    const annotations = json.annotations ?? {};
    return { id: annotations.id ?? "", effect: json.effect, annotations, text };
  }

  /** The schema in Cedar's JSON form. */
  schema(text: string): SchemaJson<string> | CedarFault {
    const answer = this.#engine.schemaToJson(text);
    return answer.type === "failure" ? { policy: null, why: sentence(answer.errors, text) } : answer.json;
  }

  /** Type faults and advice, under Cedar's strict validation. */
  validate(policies: Readonly<Record<string, string>>, schema: string): { faults: CedarFault[]; advice: CedarFault[] } {
    const answer = this.#engine.validate({ schema, policies: { staticPolicies: { ...policies } } });
    if (answer.type === "failure") return { faults: [{ policy: null, why: sentence(answer.errors) }], advice: [] };
    const told = (list: { policyId: string; error: DetailedError }[]): CedarFault[] =>
      list.map(({ policyId, error }) => ({ policy: policyId, why: sentence([error]) }));
    return { faults: told(answer.validationErrors), advice: told(answer.validationWarnings) };
  }

  /**
   * Parses once and keeps the result under `name` for the life of the process (the engine has no way to forget one).
   * Without a schema the requests are not type-checked.
   */
  prepare(
    name: string,
    policies: Readonly<Record<string, string>> | string,
    schema: string | null,
  ): Prepared | CedarFault {
    const staticPolicies = typeof policies === "string" ? policies : { ...policies };
    const parsed = this.#engine.preparsePolicySet(name, { staticPolicies });
    if (parsed.type === "failure") return { policy: null, why: sentence(parsed.errors) };
    if (schema !== null) {
      const kept = this.#engine.preparseSchema(name, schema);
      if (kept.type === "failure") return { policy: null, why: sentence(kept.errors, schema) };
    }
    return (request) => this.#decide(name, schema !== null, request);
  }

  #decide(name: string, typed: boolean, request: CedarRequest): CedarAnswer {
    const answer = this.#engine.statefulIsAuthorized({
      principal: request.principal,
      action: request.action,
      resource: request.resource,
      // The engine's own types are mutable twins of ours; it only reads.
      context: request.context as Record<string, never>,
      entities: request.entities as never[],
      preparsedPolicySetId: name,
      validateRequest: typed,
      ...(typed ? { preparsedSchemaName: name } : {}),
    });
    if (answer.type === "failure")
      return { decision: "deny", policies: [], errors: [{ policy: null, why: sentence(answer.errors) }] };
    const { decision, diagnostics } = answer.response;
    const errors = diagnostics.errors.map(({ policyId, error }) => ({ policy: policyId, why: sentence([error]) }));
    return { decision, policies: [...diagnostics.reason].sort(), errors };
  }
}

export type Prepared = (request: CedarRequest) => CedarAnswer;

export const isFault = (value: unknown): value is CedarFault =>
  typeof value === "object" && value !== null && "why" in value && "policy" in value;

/** Cedar's faults in one sentence, with the line when the text is at hand. */
function sentence(errors: readonly DetailedError[], text?: string): string {
  return errors
    .map((error) => {
      const start = error.sourceLocations?.[0]?.start;
      const line = text === undefined || start === undefined ? "" : `line ${text.slice(0, start).split("\n").length}: `;
      const label = error.sourceLocations?.[0]?.label;
      return `${line}${error.message}${label ? ` (${label})` : ""}${error.help ? `; ${error.help}` : ""}`;
    })
    .join("; ");
}

/** A value of a Cedar extension type, for instance `extension("ip", "10.0.0.1")`. */
export const extension = (fn: string, arg: string): Json => ({ __extn: { fn, arg } });
