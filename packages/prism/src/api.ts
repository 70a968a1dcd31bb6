/** The daemon's HTTP API, typed. Answers are values: the thing asked for, or a refusal; a dead line is a refusal named `offline`. */
import type { DirectiveView, HiveStatus, Json, JsonObject, Permit, Refused, Stated, ToolInfo } from "./wire.ts";
import { isRefused } from "./wire.ts";
import { readPermit, readTool } from "./wire-read.ts";

export const HISTORY_LIMIT = 50;

export const OFFLINE: Refused = {
  refused: "offline",
  why: "The daemon does not answer.",
  fix: "Start it with `npm start`; this page reconnects by itself.",
};

export interface Api {
  status(): Promise<HiveStatus | Refused>;
  tools(): Promise<ToolInfo[] | Refused>;
  directives(): Promise<DirectiveView[] | Refused>;
  directive(id: string): Promise<DirectiveView | Refused>;
  state(stated: Stated, idempotencyKey: string): Promise<DirectiveView | Refused>;
  /** `explicit`: the operator was shown that it cannot be undone, and confirmed just that. */
  approve(id: string, explicit: boolean): Promise<Refused | null>;
  refuse(id: string, why: string): Promise<Refused | null>;
  cancel(id: string): Promise<Refused | null>;
  /** The exact bytes of the proof file. */
  proof(id: string): Promise<Uint8Array | Refused>;
  /** Null when the owner set no passphrase. */
  unlock(passphrase: string | null): Promise<Refused | null>;
  lock(): Promise<Refused | null>;
  freeze(why: string): Promise<Refused | null>;
  resume(): Promise<Refused | null>;
  permits(): Promise<Permit[] | Refused>;
  revokePermit(id: string): Promise<Refused | null>;
  openEvents(lastId: string, signal: AbortSignal): Promise<Response>;
  /** Any other question of the API, for parts that are loaded later. */
  ask(method: "GET" | "POST", path: string, body?: Json): Promise<unknown>;
}

export type Fetch = (path: string, init?: RequestInit) => Promise<Response>;

export function httpApi(fetch: Fetch, key: string, base = "."): Api {
  const ask = async (method: string, path: string, body?: Json, headers: Record<string, string> = {}) => {
    const init: RequestInit = { method, headers: { ...headers, authorization: `Bearer ${key}` }, cache: "no-store" };
    if (body !== undefined) {
      init.body = JSON.stringify(body);
      init.headers = { ...init.headers, "content-type": "application/json" };
    }
    return fetch(`${base}${path}`, init).catch(() => null);
  };
  const json = async <T>(answer: Promise<Response | null>): Promise<T | Refused> => {
    const response = await answer;
    if (response === null) return OFFLINE;
    const value: unknown = await response.json().catch(() => null);
    if (response.ok) return value as T;
    return isRefused(value) ? value : unreadable(response.status);
  };
  const done = async (answer: Promise<Response | null>): Promise<Refused | null> => {
    const response = await answer;
    if (response?.ok) return null;
    return json<never>(Promise.resolve(response));
  };
  const at = (id: string, verb = "") => `/v1/directives/${encodeURIComponent(id)}${verb}`;
  return {
    status: () => json(ask("GET", "/v1/status")),
    tools: async () => rows(await json(ask("GET", "/v1/tools")), "tools", readTool),
    directives: async () =>
      rows(
        await json(ask("GET", `/v1/directives?limit=${HISTORY_LIMIT}`)),
        "directives",
        (row) => row as unknown as DirectiveView,
      ),
    directive: (id) => json(ask("GET", at(id))),
    state: (stated, idempotencyKey) =>
      json(ask("POST", "/v1/directives", stated as unknown as Json, { "idempotency-key": idempotencyKey })),
    approve: (id, explicit) => done(ask("POST", at(id, "/approve"), { explicit })),
    refuse: (id, why) => done(ask("POST", at(id, "/refuse"), { why })),
    cancel: (id) => done(ask("POST", at(id, "/cancel"), {})),
    proof: async (id) => {
      const response = await ask("GET", at(id, "/proof"));
      if (response?.ok) return new Uint8Array(await response.arrayBuffer());
      return json<never>(Promise.resolve(response));
    },
    unlock: (passphrase) => done(ask("POST", "/v1/unlock", { passphrase })),
    lock: () => done(ask("POST", "/v1/lock", {})),
    freeze: (why) => done(ask("POST", "/v1/freeze", { why })),
    resume: () => done(ask("POST", "/v1/resume", {})),
    ask: (method, path, body) => json(ask(method, path, body)),
    permits: async () => rows(await json(ask("GET", "/v1/permits")), "permits", readPermit),
    revokePermit: (id) => done(ask("DELETE", `/v1/permits/${encodeURIComponent(id)}`)),
    openEvents: (lastId, signal) =>
      fetch(`${base}/v1/events`, {
        headers: {
          authorization: `Bearer ${key}`,
          accept: "text/event-stream",
          ...(lastId === "" ? {} : { "last-event-id": lastId }),
        },
        cache: "no-store",
        signal,
      }),
  };
}

const unreadable = (status: number): Refused => ({
  refused: `http-${status}`,
  why: `The daemon answered ${status} without a reason.`,
  fix: "Read the daemon's trace, then try again.",
});

/** A list comes bare or as `{[name]: […]}`; both are read. */
function rows<T>(answer: unknown, name: string, read: (row: JsonObject) => T): T[] | Refused {
  if (isRefused(answer)) return answer;
  const list = Array.isArray(answer) ? answer : ((answer as Record<string, unknown> | null)?.[name] ?? []);
  return (list as JsonObject[]).map(read);
}
