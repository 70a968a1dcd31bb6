/** `write` for engines with sequences: feed the prompt, then pick, commit and feed until something ends it. */
import {
  type Engine,
  MAX_WRITTEN_TOKENS,
  type Sequence,
  type WriteRequest,
  type Written,
  type WrittenEnd,
} from "./engine.ts";
import { checkSampling, MAX_ALTERNATIVES, type Picked, type PickOptions } from "./pick.ts";
import { EngineFault, isLogicRefusal, type LogicRefusal, refuse } from "./refusal.ts";
import { MAX_STOP_CHARACTERS, MAX_STOPS, TextStream } from "./text-stream.ts";
import { TEXT_MAX_CHARACTERS, type Tokenizer } from "./tokenizer.ts";

/** Between such parts of a prompt a cancelled request is noticed. */
const PROMPT_PART_TOKENS = 1024;

type Writer = Pick<Engine, "open"> & { readonly tokenizer: Tokenizer };

export async function* writeTokens(writer: Writer, request: WriteRequest): AsyncIterable<Written> {
  const prompt = checkRequest(request) ?? promptTokens(writer.tokenizer, request.prompt);
  if (isLogicRefusal(prompt)) return yield refusedEnd(prompt);
  const sequence = await writer.open(request.start);
  if (isLogicRefusal(sequence)) return yield refusedEnd(sequence);
  try {
    for (let from = 0; from < prompt.length && !request.signal?.aborted; from += PROMPT_PART_TOKENS)
      await sequence.feed(prompt.subarray(from, from + PROMPT_PART_TOKENS));
    yield* new Continuation(sequence, writer.tokenizer, request, prompt.length).run();
  } catch (error) {
    if (!(error instanceof EngineFault)) throw error;
    yield refusedEnd(error.refusal);
  } finally {
    sequence.close();
  }
}

export const refusedEnd = (refusal: LogicRefusal): WrittenEnd => ({
  type: "end",
  why: "refused",
  refusal,
  prompt_tokens: null,
  written_tokens: null,
});

/** Null: every engine can take it. */
export function checkRequest({ max_tokens, sampling, stop = [], alternatives = 0 }: WriteRequest): LogicRefusal | null {
  const whole = (value: number, limit: number) => Number.isInteger(value) && value >= 0 && value <= limit;
  if (!whole(max_tokens, MAX_WRITTEN_TOKENS))
    return refuse("request-malformed", `max_tokens is no whole number from 0 to ${MAX_WRITTEN_TOKENS}.`);
  if (!whole(alternatives, MAX_ALTERNATIVES))
    return refuse("request-malformed", `alternatives is no whole number from 0 to ${MAX_ALTERNATIVES}.`);
  if (stop.length > MAX_STOPS || stop.some((text) => text === "" || text.length > MAX_STOP_CHARACTERS))
    return refuse("request-malformed", `At most ${MAX_STOPS} stops of 1 to ${MAX_STOP_CHARACTERS} characters.`);
  return sampling === undefined ? null : checkSampling(sampling);
}

function promptTokens(tokenizer: Tokenizer, prompt: WriteRequest["prompt"]): Uint32Array | LogicRefusal {
  if (typeof prompt === "string" && prompt.length > TEXT_MAX_CHARACTERS)
    return refuse("text-too-long", `The prompt has ${prompt.length} characters; ${TEXT_MAX_CHARACTERS} are read.`);
  const begin = typeof prompt === "string" && tokenizer.begin !== null ? [tokenizer.begin] : [];
  const tokens = [...begin, ...Array.from(typeof prompt === "string" ? tokenizer.encode(prompt) : prompt)];
  if (tokens.length === 0) return refuse("request-malformed", "The prompt is empty; a model continues something.");
  const known = tokens.every((token) => Number.isInteger(token) && token >= 0 && token < tokenizer.size);
  return known ? Uint32Array.from(tokens) : refuse("request-malformed", "The prompt has a token that does not exist.");
}

type Ending = Pick<WrittenEnd, "why" | "refusal">;

const unmet = (why: string): Ending => ({ why: "refused", refusal: refuse("constraint-unmet", why) });

class Continuation {
  readonly #sequence: Sequence;
  readonly #ends: readonly number[];
  readonly #tokenizer: Tokenizer;
  readonly #request: WriteRequest;
  readonly #prompt: number;
  readonly #mask: Uint32Array | null;
  readonly #how: PickOptions;
  #written = 0;

  constructor(sequence: Sequence, tokenizer: Tokenizer, request: WriteRequest, prompt: number) {
    this.#sequence = sequence;
    this.#tokenizer = tokenizer;
    this.#ends = tokenizer.ends;
    this.#request = request;
    this.#prompt = prompt;
    const { constraint, sampling, alternatives } = request;
    this.#mask = constraint === undefined ? null : new Uint32Array((tokenizer.size + 31) >>> 5);
    this.#how = {
      ...(this.#mask === null ? {} : { mask: this.#mask }),
      ...(sampling === undefined ? {} : { sampling }),
      ...(alternatives === undefined ? { scores: false } : { alternatives }),
    };
  }

  async *run(): AsyncIterable<Written> {
    const stream = new TextStream(this.#request.stop);
    let ending: Ending | null = null;
    while (ending === null) {
      const next = await this.#next();
      if ("why" in next) ending = next;
      else {
        const text = stream.push(this.#tokenizer.bytesOf(next.token));
        this.#written++;
        yield this.#piece(text, next);
        if (stream.stopped) ending = { why: "stop", refusal: null };
        else await this.#sequence.feed([next.token]);
      }
    }
    const rest = stream.finish();
    if (rest !== "") yield { type: "text", text: rest, token: null, logprob: null, alternatives: [] };
    yield { type: "end", ...ending, prompt_tokens: this.#prompt, written_tokens: this.#written };
  }

  #piece(text: string, { token, logprob, alternatives }: Picked): Written {
    const scored = this.#request.alternatives !== undefined;
    return { type: "text", text, token, logprob: scored ? logprob : null, alternatives };
  }

  async #next(): Promise<Picked | Ending> {
    const { signal, max_tokens, constraint } = this.#request;
    if (signal?.aborted) return { why: "refused", refusal: refuse("cancelled", "The writing was cancelled.") };
    if (this.#written >= max_tokens) return { why: "max-tokens", refusal: null };
    const ending = this.#fillMask();
    if (ending !== null) return ending;
    const picked = await this.#sequence.pick(this.#how);
    if (this.#ends.includes(picked.token)) return { why: "end-token", refusal: null };
    const taken = constraint?.commit(picked.token) ?? true;
    if (taken === true) return picked;
    return unmet(taken === false ? `The constraint did not take token ${picked.token}.` : taken.why);
  }

  /** Null: there is something to choose. */
  #fillMask(): Ending | null {
    const { constraint } = this.#request;
    if (constraint === undefined || this.#mask === null) return null;
    const failed = constraint.fillMask(this.#mask);
    if (failed !== null) return unmet(failed.why);
    if (this.#choices(this.#mask)) return null;
    return constraint.accepting() ? { why: "complete", refusal: null } : unmet("The constraint allows no token here.");
  }

  /** Whether the mask allows anything but ends. */
  #choices(mask: Uint32Array): boolean {
    return mask.some((word, i) => {
      let rest = word;
      for (const end of this.#ends) if (end >>> 5 === i) rest &= ~(1 << (end & 31));
      return rest !== 0;
    });
  }
}
