/**
 * The engine over any server that speaks the OpenAI protocol (vLLM, RamaLama, llama-server, a hive): it writes, and keeps its own
 * tokens and memory. A text under a constraint is checked here, whole, before any of it is given out.
 */
import { bodyText, bounded, wholeText } from "./bounded-body.ts";
import { byteTokenizer } from "./byte-tokenizer.ts";
import type { Constraint, Engine, EngineInfo, WriteRequest, Written, WrittenEnd, WrittenText } from "./engine.ts";
import { eventData } from "./event-lines.ts";
import { type AnswerPart, errorWords, readPart } from "./openai-answer.ts";
import { EngineFault, type LogicRefusal, refuse } from "./refusal.ts";
import { TextStream } from "./text-stream.ts";
import { checkRequest, refusedEnd } from "./writing.ts";

export interface OpenAiOptions {
  /** Up to and with `/v1`. */
  readonly base_url: string;
  readonly model: string;
  /** Sent to this server alone, and never part of a refusal. */
  readonly key?: string;
  /** `chat` wraps the prompt into one user message; `completions` continues it as it stands, and takes token ids. */
  readonly door?: "chat" | "completions";
  /** What the server understands beyond the protocol: `vllm` also top_k, min_p and guided_json. */
  readonly dialect?: "openai" | "vllm";
  readonly timeout_ms?: number;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** A signal that aborts after so many milliseconds, such as `AbortSignal.timeout`. */
  readonly timeout: (ms: number) => AbortSignal;
}

export const OPENAI_DEFAULT_TIMEOUT_MS = 120_000;
export const OPENAI_MAX_ANSWER_BYTES = 8 << 20;
const ERROR_MAX_BYTES = 64 << 10;
/** How servers say that they cannot hold a model to a schema. */
const SCHEMA_STATUSES: ReadonlySet<number> = new Set([400, 404, 422, 501]);
const SCHEMA_WORDS = /response_format|json_schema|schema|guided|grammar|structured/i;

/** Refuses `request-malformed` on an address that is none. */
export function openAiEngine(options: OpenAiOptions): Engine | LogicRefusal {
  const url = URL.parse(options.base_url);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.search !== "")
    return refuse("request-malformed", "The server's address is no http or https URL without user and query.");
  return new OpenAiEngine(options, url);
}

class OpenAiEngine implements Engine {
  readonly info: EngineInfo;
  readonly tokenizer = null;
  readonly #options: OpenAiOptions;
  #closed = false;

  constructor(options: OpenAiOptions, url: URL) {
    this.#options = options;
    this.info = Object.freeze({
      kind: "openai",
      model: options.model,
      weights: null,
      vocabulary: 0,
      runtime: `openai/${url.host}`,
      exact: false,
      decode: null,
    });
  }

  open(): Promise<LogicRefusal> {
    return Promise.resolve(
      refuse("engine-without-sequences", "A server's sequences cannot be held, forked or remembered."),
    );
  }

  async *write(request: WriteRequest): AsyncIterable<Written> {
    const wrong = this.#closed ? refuse("engine-closed", "The engine was closed.") : this.#check(request);
    if (wrong !== null) return yield refusedEnd(wrong);
    try {
      const pieces = this.#pieces(request);
      yield* request.constraint === undefined ? pieces : checked(pieces, request.constraint);
    } catch (error) {
      if (!(error instanceof EngineFault)) throw error;
      yield refusedEnd(error.refusal);
    }
  }

  #check(request: WriteRequest): LogicRefusal | null {
    if (request.start !== undefined)
      return refuse("engine-without-sequences", "A server starts from no memory of ours.");
    if (typeof request.prompt !== "string" && this.#options.door !== "completions")
      return refuse("request-malformed", "The chat door takes text; for token ids use the completions door.");
    if (request.signal?.aborted) return refuse("cancelled", "The writing was cancelled.");
    return request.prompt.length === 0 ? refuse("request-malformed", "The prompt is empty.") : checkRequest(request);
  }

  /** Text as it comes, stops applied here: servers differ in what they do with them. */
  async *#pieces(request: WriteRequest): AsyncIterable<Written> {
    const ended = new AbortController();
    const signals = [ended.signal, this.#options.timeout(this.#options.timeout_ms ?? OPENAI_DEFAULT_TIMEOUT_MS)];
    const stream = new TextStream(request.stop);
    const counts = { prompt_tokens: null as number | null, written_tokens: null as number | null };
    let finish: string | null = null;
    try {
      for await (const part of this.#answer(
        request,
        AbortSignal.any([...signals, ...(request.signal ? [request.signal] : [])]),
      )) {
        const text = stream.push(encoder.encode(part.text));
        if (text !== "") yield pieceOf(text, part, request);
        finish = part.finish ?? finish;
        counts.prompt_tokens = part.prompt_tokens ?? counts.prompt_tokens;
        counts.written_tokens = part.written_tokens ?? counts.written_tokens;
        if (stream.stopped) break;
      }
    } catch (error) {
      throw error instanceof EngineFault ? error : new EngineFault(this.#faultOf(error, signals[1]!, request.signal));
    } finally {
      ended.abort();
    }
    const rest = stream.finish();
    if (rest !== "") yield { type: "text", text: rest, token: null, logprob: null, alternatives: [] };
    yield { ...endOf(stream.stopped ? "stopped" : finish), ...counts };
  }

  async *#answer(request: WriteRequest, signal: AbortSignal): AsyncIterable<AnswerPart> {
    const { base_url, door, key } = this.#options;
    const path = door === "completions" ? "completions" : "chat/completions";
    const response = await this.#options.fetch(`${base_url.replace(/\/+$/, "")}/${path}`, {
      method: "POST",
      redirect: "error", // the key is for this server alone
      headers: { "content-type": "application/json", ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
      body: JSON.stringify(this.#body(request)),
      signal,
    });
    if (!response.ok) throw new EngineFault(await this.#refusalOf(response, request.schema !== undefined));
    if (response.body === null) throw malformed("the answer is empty");
    const body = bounded(response.body, OPENAI_MAX_ANSWER_BYTES);
    const streamed = response.headers.get("content-type")?.includes("text/event-stream") ?? false;
    for await (const data of streamed ? eventData(body) : wholeText(body)) {
      if (data === "[DONE]") return;
      const part = readPart(data);
      if (part === null) throw malformed(errorWords(data) || "a part of the answer has another form");
      yield part;
    }
  }

  #body({ prompt, max_tokens, sampling, schema, alternatives }: WriteRequest): Record<string, unknown> {
    const { model, door, dialect } = this.#options;
    const chat = door !== "completions";
    const { temperature = 0, seed, top_p, top_k, min_p } = sampling ?? {};
    const scores = chat
      ? { logprobs: true, top_logprobs: Math.min(alternatives ?? 0, 20) }
      : { logprobs: Math.min(alternatives ?? 0, 5) };
    const format = { type: "json_schema", json_schema: { name: "answer", schema, strict: true } };
    return {
      model,
      ...(chat
        ? { messages: [{ role: "user", content: prompt }] }
        : { prompt: typeof prompt === "string" ? prompt : Array.from(prompt) }),
      max_tokens,
      temperature,
      stream: true,
      stream_options: { include_usage: true },
      ...(seed === undefined ? {} : { seed }),
      ...(top_p === undefined ? {} : { top_p }),
      ...(alternatives === undefined ? {} : scores),
      ...(schema !== undefined && chat ? { response_format: format } : {}),
      ...(dialect === "vllm" && schema !== undefined ? { guided_json: schema } : {}),
      ...(dialect === "vllm" && top_k !== undefined ? { top_k } : {}),
      ...(dialect === "vllm" && min_p !== undefined ? { min_p } : {}),
    };
  }

  async #refusalOf(response: Response, underSchema: boolean): Promise<LogicRefusal> {
    const said = this.#withoutKey(errorWords(await bodyText(response, ERROR_MAX_BYTES)));
    const why = `${this.info.runtime} answered ${response.status}${said === "" ? "" : `: ${said}`}.`;
    if (underSchema && SCHEMA_STATUSES.has(response.status) && SCHEMA_WORDS.test(said))
      return refuse("remote-without-schema", why);
    return refuse(response.status >= 500 ? "remote-failed" : "remote-refused", why);
  }

  #faultOf(error: unknown, timeout: AbortSignal, cancelled: AbortSignal | undefined): LogicRefusal {
    const { runtime } = this.info;
    if (cancelled?.aborted) return refuse("cancelled", "The writing was cancelled.");
    if (timeout.aborted) return refuse("remote-timeout", `${runtime} did not finish in time.`);
    if (error instanceof RangeError) return refuse("remote-malformed", `${runtime}: ${error.message}.`);
    const cause = error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : "";
    return refuse("remote-unreachable", `${runtime} could not be asked: ${this.#withoutKey(cause)}.`);
  }

  /** A server may echo what it was sent. */
  #withoutKey(text: string): string {
    const { key } = this.#options;
    return key === undefined || key === "" ? text : text.replaceAll(key, "[key]");
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }
}

const encoder = new TextEncoder();

const malformed = (what: string): EngineFault =>
  new EngineFault(refuse("remote-malformed", `The server's answer: ${what}.`));

const pieceOf = (text: string, { logprob }: AnswerPart, { alternatives }: WriteRequest): WrittenText => ({
  type: "text",
  text,
  token: null,
  logprob: alternatives === undefined ? null : logprob,
  alternatives: [],
});

function endOf(finish: string | null): Pick<WrittenEnd, "type" | "why" | "refusal"> {
  if (finish === "stopped") return { type: "end", why: "stop", refusal: null };
  if (finish === "stop") return { type: "end", why: "end-token", refusal: null };
  if (finish === "length") return { type: "end", why: "max-tokens", refusal: null };
  if (finish === "content_filter") throw new EngineFault(refuse("remote-refused", "The server filtered its answer."));
  throw malformed(finish === null ? "it broke off" : `it finished with ${JSON.stringify(finish.slice(0, 40))}`);
}

/** Holds the pieces back until the whole text has passed the constraint. */
async function* checked(pieces: AsyncIterable<Written>, constraint: Constraint): AsyncIterable<Written> {
  const held: Written[] = [];
  for await (const piece of pieces) held.push(piece);
  const text = held.map((piece) => (piece.type === "text" ? piece.text : "")).join("");
  const failed = findFault(encoder.encode(text), constraint);
  if (failed !== null) yield refusedEnd(failed);
  else yield* held;
}

function findFault(bytes: Uint8Array, constraint: Constraint): LogicRefusal | null {
  const mask = new Uint32Array((byteTokenizer.size + 31) >>> 5);
  const unmet = (why: string) => refuse("constraint-unmet", why);
  for (const [at, byte] of bytes.entries()) {
    const failed = constraint.fillMask(mask);
    if (failed !== null) return unmet(failed.why);
    const allowed = (mask[byte >>> 5]! >>> (byte & 31)) & 1;
    const taken = allowed === 1 && constraint.commit(byte);
    if (typeof taken === "object") return unmet(taken.why);
    if (taken !== true) return unmet(`The server's text leaves the constraint at byte ${at}.`);
  }
  return constraint.accepting() ? null : unmet("The server's text ends before the constraint does.");
}
