/**
 * The hive over its HTTP API, whichever way that is reached: through a socket, or inside this process. Commands are written
 * against this one class, so that they do the same with a daemon and without.
 */
import type { Envelope, JsonObject, Refusal } from "lop";
import type { DirectiveView, HiveStatus, StepEvent, ToolInfo } from "./hive-types.ts";
import { isRefused } from "./terminal.ts";

export interface Answer {
  readonly status: number;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Sends one request. @throws on a connection that fails. */
export type Transport = (
  method: "GET" | "POST" | "DELETE",
  path: string,
  request: { headers: Record<string, string>; body?: string; signal?: AbortSignal },
) => Promise<Answer>;

export type DirectiveAsked =
  | { words: string; rung?: string }
  | { card: { tool: string; parameters: JsonObject }; rung?: string }
  | { packet: Envelope };

export interface Connection {
  readonly client: HiveClient;
  /** Whether a daemon answers: what was begun goes on after this process has ended. */
  readonly daemon: boolean;
  close(): Promise<void>;
}

export class HiveClient {
  readonly #send: Transport;
  readonly #key: string;

  constructor(send: Transport, key: string) {
    this.#send = send;
    this.#key = key;
  }

  /** `wait_s`: how long the answer may wait until the directive has ended or waits for an approval. */
  state(asked: DirectiveAsked, options: { wait_s: number; idempotencyKey?: string }): Promise<DirectiveView | Refusal> {
    const headers: Record<string, string> = { Prefer: `wait=${options.wait_s}` };
    if (options.idempotencyKey !== undefined) headers["Idempotency-Key"] = options.idempotencyKey;
    return this.#json("POST", "/v1/directives", asked, headers);
  }

  directive(id: string): Promise<DirectiveView | Refusal> {
    return this.#json("GET", `/v1/directives/${encodeURIComponent(id)}`);
  }

  async list(limit: number, before?: string): Promise<DirectiveView[] | Refusal> {
    const query = new URLSearchParams({ limit: String(limit), ...(before === undefined ? {} : { before }) });
    const page = await this.#json<{ directives: DirectiveView[] }>("GET", `/v1/directives?${query}`);
    return isRefused(page) ? page : page.directives;
  }

  async tools(): Promise<readonly ToolInfo[] | Refusal> {
    const page = await this.#json<{ tools: ToolInfo[] }>("GET", "/v1/tools");
    return isRefused(page) ? page : page.tools;
  }

  status(): Promise<HiveStatus | Refusal> {
    return this.#json("GET", "/v1/status");
  }

  proof(id: string): Promise<Uint8Array | Refusal> {
    return this.bytes(`/v1/directives/${encodeURIComponent(id)}/proof`);
  }

  /** `explicit` for what cannot be undone. */
  approve = (id: string, explicit = false): Promise<Refusal | null> =>
    this.#verb(`/v1/directives/${encodeURIComponent(id)}/approve`, { explicit });
  refuse = (id: string, why: string): Promise<Refusal | null> =>
    this.#verb(`/v1/directives/${encodeURIComponent(id)}/refuse`, { why });
  cancel = (id: string): Promise<Refusal | null> => this.#verb(`/v1/directives/${encodeURIComponent(id)}/cancel`);
  unlock = (passphrase: string | null): Promise<Refusal | null> => this.#verb("/v1/unlock", { passphrase });
  lock = (): Promise<Refusal | null> => this.#verb("/v1/lock");
  freeze = (why: string): Promise<Refusal | null> => this.#verb("/v1/freeze", { why });
  resume = (): Promise<Refusal | null> => this.#verb("/v1/resume");

  /** Any other route that answers JSON. */
  get<T>(path: string): Promise<T | Refusal> {
    return this.#json("GET", path);
  }

  post<T>(path: string, body: unknown): Promise<T | Refusal> {
    return this.#json("POST", path, body);
  }

  delete(path: string): Promise<Refusal | null> {
    return this.#verb(path, undefined, "DELETE");
  }

  async bytes(path: string): Promise<Uint8Array | Refusal> {
    const answer = await this.#request("GET", path);
    const bytes = await collect(answer.body);
    return answer.status === 200 ? bytes : (JSON.parse(bytes.toString("utf8")) as Refusal);
  }

  async text(path: string): Promise<string | Refusal> {
    const bytes = await this.bytes(path);
    return isRefused(bytes) ? bytes : Buffer.from(bytes).toString("utf8");
  }

  /** The steps of one directive, or of all; goes on where it left off when the connection breaks. */
  async *events(id: string | null, after_seq: number, signal: AbortSignal): AsyncIterable<StepEvent | Refusal> {
    const path = id === null ? "/v1/events" : `/v1/directives/${encodeURIComponent(id)}/events`;
    const answer = await this.#request("GET", path, { "Last-Event-ID": String(after_seq) }, undefined, signal);
    if (answer.status !== 200) {
      yield JSON.parse((await collect(answer.body)).toString("utf8")) as Refusal;
      return;
    }
    for await (const data of sseData(answer.body)) yield JSON.parse(data) as StepEvent;
  }

  async #verb(path: string, body?: unknown, method: "POST" | "DELETE" = "POST"): Promise<Refusal | null> {
    const answer = await this.#json<object | Refusal>(method, path, body);
    return isRefused(answer) ? answer : null;
  }

  async #json<T>(
    method: "GET" | "POST" | "DELETE",
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<T | Refusal> {
    const answer = await this.#request(method, path, headers, body);
    const text = (await collect(answer.body)).toString("utf8");
    const said = (text === "" ? {} : JSON.parse(text)) as T | Refusal;
    // Its own fault, which is no refusal and must not be taken for an answer.
    if (answer.status === 500) throw new Error((said as { why?: string }).why ?? `the hive answers ${text}`);
    return said;
  }

  #request(
    method: "GET" | "POST" | "DELETE",
    path: string,
    headers: Record<string, string> = {},
    body?: unknown,
    signal?: AbortSignal,
  ): Promise<Answer> {
    const type: Record<string, string> = body === undefined ? {} : { "Content-Type": "application/json" };
    return this.#send(method, path, {
      headers: { Authorization: `Bearer ${this.#key}`, ...type, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  }
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts);
}

/** The `data` of each event of a stream (WHATWG HTML §9.2; our server writes one `data` line an event). */
export async function* sseData(body: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const part of body) {
    rest += decoder.decode(part, { stream: true });
    const blocks = rest.split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const line = block.split("\n").find((each) => each.startsWith("data: "));
      if (line !== undefined) yield line.slice("data: ".length);
    }
  }
}
