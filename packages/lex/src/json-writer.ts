/**
 * The second way to a card: a general model says the tool, then writes its parameters as JSON. Local engines are held to the
 * grammar token by token, every string a verbatim piece of the directive; a server is held to a JSON Schema as far as it takes one.
 * Whoever wrote it, the card is checked whole; one that does not pass is refused.
 */
import { type Constraint, type Engine, MAX_WRITTEN_TOKENS, type WriteRequest, type WrittenEnd } from "logic";
import { type Crypto, isRefusal, type Refusal, type ReplayData, refuse, toHex, utf8 } from "lop";
import { type BehaviorCard, type Grammar, isRefusal as isRaptorRefusal, Raptor, Vocabulary } from "raptor";
import type { Answer, CardWriter, DecodedToken, Route } from "./answer.ts";
import { checkCall, substringSchema, type ToolCall } from "./card.ts";
import {
  askParameters,
  askTool,
  type Choice,
  choicesOf,
  inOrder,
  type Question,
  readObject,
  strictSchema,
} from "./json-request.ts";
import type { NeedleTools } from "./needle.ts";
import { NONE } from "./supervisor.ts";

export const JSON_VERSION = "json/1.1";
/** Longest answer. */
export const JSON_TOKENS_MAX = 2048;
const SCHEMA_FIX =
  "Use a server that takes response_format json_schema, such as vLLM or llama-server, or a local engine.";

export class JsonWriter implements CardWriter {
  readonly #choices: ReadonlyMap<string, Choice>;
  readonly #tools: NeedleTools;
  readonly #vocabulary: Vocabulary | null;

  constructor(cards: readonly BehaviorCard[], tools: NeedleTools) {
    this.#choices = choicesOf(cards);
    this.#tools = tools;
    this.#vocabulary = vocabularyOf(tools.engine);
  }

  async route(directive: string): Promise<Route | Refusal> {
    if (!directive.isWellFormed()) return refuse("request-malformed", "The directive has a lone surrogate.");
    const written = await this.#write(askTool(this.#choices, directive));
    if (isRefusal(written)) return written;
    const { model } = this.#tools.engine.info;
    const named = readObject(written.text)?.tool;
    if (typeof named !== "string") return this.#noForm(written.text);
    const choice = this.#choices.get(named);
    if (choice === undefined) return refuse("no-needle-fits", `${model} says that no tool does this (${NONE}).`);
    const { card, tool } = choice;
    const probability = probabilityOf(written.tokens);
    const told = probability === null ? "" : ` with ${(100 * probability).toFixed(1)} %`;
    return {
      directive,
      asked: [card.id],
      scores: probability === null ? [] : [{ needle: card.id, probability }],
      tools: probability === null ? [] : [{ tool: tool.name, probability }],
      chosen: tool.name,
      reasons: [`${model}, a general model, chooses ${tool.name}${told}`],
    };
  }

  async decode(route: Route): Promise<Answer | Refusal> {
    const began = this.#tools.monotonic_ms();
    const choice = this.#choices.get(route.chosen ?? NONE);
    if (choice === undefined) return refuse("no-needle-fits", "The route names no tool.");
    const { card, tool } = choice;
    const own = JSON.parse(tool.parameters) as object;
    const held = this.#vocabulary === null ? strictSchema(own) : substringSchema(own, route.directive);
    const written = await this.#write(askParameters(choice, route.directive, held));
    if (isRefusal(written)) return written;
    const said = readObject(written.text);
    if (said === null) return this.#noForm(written.text);
    const call: ToolCall = { tool: tool.name, parameters: inOrder(said, own) as ToolCall["parameters"] };
    const { tokens, picks } = written;
    return (
      checkCall(call, tool, route.directive) ?? {
        needle: card.id,
        call,
        marks: null,
        score: null,
        reasons: route.reasons,
        tokens,
        fed_count: picks.length,
        took_ms: this.#tools.monotonic_ms() - began,
        memory: null,
        replay: this.#replayData(card, picks, held),
      }
    );
  }

  async #write({ prompt, schema }: Question): Promise<Written | Refusal> {
    const constraint = this.#constraint(schema);
    if (isRefusal(constraint)) return constraint;
    const local = this.#tools.engine.tokenizer !== null;
    const request: WriteRequest = {
      prompt,
      max_tokens: Math.min(JSON_TOKENS_MAX, MAX_WRITTEN_TOKENS),
      schema,
      ...(local ? { alternatives: 0 } : {}),
      ...(constraint === null ? {} : { constraint }),
    };
    const tokens: DecodedToken[] = [];
    const picks: number[] = [];
    for await (const piece of this.#tools.engine.write(request)) {
      if (piece.type === "end") {
        const fault = faultOf(piece);
        if (fault !== null) return fault;
        break;
      }
      tokens.push({ text: piece.text, forced: piece.logprob === 0, logprob: piece.logprob });
      if (piece.token !== null) picks.push(piece.token);
    }
    return { text: tokens.map(({ text }) => text).join(""), tokens, picks };
  }

  /** Null where the server holds the model to the schema, or nobody does; the card is checked in any case. */
  #constraint(schema: object): Constraint | null | Refusal {
    if (this.#vocabulary === null) return null;
    const grammar: Grammar | { why: string } = new Raptor(this.#vocabulary).schema(JSON.stringify(schema), {
      keyOrder: "schema",
      whitespace: "none",
    });
    return isRaptorRefusal(grammar) ? refuse("engine-failed", grammar.why) : (grammar as Grammar).matcher();
  }

  /** A server that ignores the schema answers in prose, or fences its JSON. */
  #noForm(text: string): Refusal {
    const { runtime } = this.#tools.engine.info;
    const begins = JSON.stringify(text.slice(0, 40));
    return refuse("engine-failed", `${runtime} was sent a JSON Schema and did not keep to it: ${begins}.`, SCHEMA_FIX);
  }

  #replayData(card: BehaviorCard, picks: readonly number[], schema: object): ReplayData {
    const { engine, crypto } = this.#tools;
    return {
      v: 1,
      decode: JSON_VERSION,
      runtime: engine.info.runtime,
      weights: engine.info.weights,
      card: digest(crypto, card.canonical),
      start: null,
      grammar: digest(crypto, JSON.stringify(schema)),
      seed: 0,
      fed: null,
      fed_count: picks.length,
      picks: [...picks],
      score: 0,
      memory: null,
    };
  }
}

interface Written {
  readonly text: string;
  readonly tokens: readonly DecodedToken[];
  readonly picks: readonly number[];
}

function faultOf({ refusal, why }: WrittenEnd): Refusal | null {
  if (refusal !== null) return refuse("engine-failed", refusal.why, refusal.fix);
  return why === "max-tokens" ? refuse("engine-failed", `The model wrote ${JSON_TOKENS_MAX} tokens and no end.`) : null;
}

/** Null where the engine does not tell. */
function probabilityOf(tokens: readonly DecodedToken[]): number | null {
  const told = tokens.flatMap(({ logprob }) => (logprob === null ? [] : [logprob]));
  return told.length < tokens.length ? null : Math.exp(told.reduce((sum, each) => sum + each, 0));
}

const digest = (crypto: Pick<Crypto, "sha256">, text: string): string => toHex(crypto.sha256(utf8(text)));

function vocabularyOf({ tokenizer }: Engine): Vocabulary | null {
  if (tokenizer === null) return null;
  const tokens = Array.from({ length: tokenizer.size }, (_, token) => tokenizer.bytesOf(token));
  const made = Vocabulary.from({ tokens, ends: [...tokenizer.ends] });
  return isRaptorRefusal(made) ? null : made;
}
