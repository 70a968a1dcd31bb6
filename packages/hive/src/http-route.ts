/**
 * One row of the API: what it takes, who may call it, what it answers. The same row serves requests and is printed into
 * the OpenAPI document, so that the two cannot differ.
 */
import type { Clock, Refusal } from "lop";
import { REFUSALS } from "lop";
import type { z } from "zod";
import type { ApiKeys, Caller, Scope } from "./api-keys.ts";
import type { Config } from "./config.ts";
import type { HiveFace } from "./hive-types.ts";
import type { Hud } from "./http-hud.ts";
import type { Idempotency } from "./idempotency.ts";
import type { LatticePort } from "./lattice-port.ts";
import type { HiveMeters } from "./metrics-hive.ts";
import type { Trace } from "./trace.ts";

/** What the routes work with. */
export interface World {
  readonly hive: HiveFace;
  readonly keys: ApiKeys;
  readonly idempotency: Idempotency;
  readonly meters: HiveMeters;
  readonly lattice: LatticePort;
  readonly settings: Config["http"];
  readonly clock: Clock;
  readonly hud: Hud;
  readonly trace: Trace;
  /** True from the moment that a stop was asked for. */
  stopping(): boolean;
}

export interface Call<B, Q> {
  readonly world: World;
  readonly caller: Caller;
  readonly body: B;
  readonly query: Q;
  readonly params: Readonly<Record<string, string>>;
  readonly headers: Headers;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
}

export interface Answered {
  about: string;
  schema?: z.ZodType;
  /** Media type; JSON unless said otherwise. */
  type?: string;
}

export interface Route<B = unknown, Q = unknown> {
  readonly method: "get" | "post" | "delete";
  /** OpenAPI style: `/v1/directives/{id}`. A last segment `{path}` takes the rest of the path. */
  readonly path: string;
  readonly name: string;
  readonly about: string;
  /** Scope that the key must cover; null: no key wanted. */
  readonly scope: Scope | null;
  readonly body?: z.ZodType<B>;
  /** Whether a request without a body stands for `{}`. */
  readonly bodyOptional?: boolean;
  /** Where a body may be longer than BODY_MAX_BYTES. */
  readonly body_max_bytes?: number;
  readonly query?: z.ZodType<Q>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly answers: Readonly<Record<number, Answered>>;
  handle(call: Call<B, Q>): Promise<Response | Refusal> | Response | Refusal;
}

/** Infers the types of body and query for the handler, then forgets them: the table holds rows of every kind. */
export const route = <B = undefined, Q = undefined>(row: Route<B, Q>): Route => row as unknown as Route;

export const json = (value: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(`${JSON.stringify(value)}\n`, { status, headers: { "Content-Type": "application/json", ...headers } });

export const refusal = (refused: Refusal, headers: Record<string, string> = {}): Response =>
  json({ refused: refused.refused, why: refused.why, fix: refused.fix }, REFUSALS[refused.refused].http, {
    ...(REFUSALS[refused.refused].http === 429 ? { "Retry-After": "1" } : {}),
    ...headers,
  });

export const nothing = (): Response => new Response(null, { status: 204 });

/** For steps that answer null when all is well. */
export const done = (refused: Refusal | null): Response | Refusal => refused ?? nothing();
