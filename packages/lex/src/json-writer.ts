/**
 * The second way to a card: a general model writes it as JSON, held to the grammar of all tools, in which every string is a
 * verbatim piece of the directive. Engines that take no masks are checked afterwards; a card that does not pass is refused.
 */
import { type Constraint, type Engine, MAX_WRITTEN_TOKENS, type WriteRequest } from "logic";
import {
  type Crypto,
  isRefusal,
  type JsonObject,
  parseStrict,
  type Refusal,
  type ReplayData,
  refuse,
  toHex,
  utf8,
} from "lop";
import { type BehaviorCard, type Grammar, isRefusal as isRaptorRefusal, Raptor, toolSchema, Vocabulary } from "raptor";
import type { Answer, CardWriter, DecodedToken, Route } from "./answer.ts";
import { checkCall, substringSchema, type ToolCall } from "./card.ts";
import type { NeedleTools } from "./needle.ts";
import { NONE } from "./supervisor.ts";

export const JSON_VERSION = "json/1.0";
/** Longest answer. */
export const JSON_TOKENS_MAX = 2048;
const NO_PARAMETERS = '{"type":"object","properties":{},"additionalProperties":false}';

export class JsonWriter implements CardWriter {
  readonly #cards: readonly BehaviorCard[];
  readonly #tools: NeedleTools;
  readonly #vocabulary: Vocabulary | null;

  constructor(cards: readonly BehaviorCard[], tools: NeedleTools) {
    this.#cards = cards;
    this.#tools = tools;
    this.#vocabulary = vocabularyOf(tools.engine);
  }

  /** A general model routes and writes in one; here it is only said. */
  async route(directive: string): Promise<Route | Refusal> {
    if (!directive.isWellFormed()) return refuse("request-malformed", "The directive has a lone surrogate.");
    const { model } = this.#tools.engine.info;
    const reasons = [`${model} is a general model: it chooses among all tools as it writes`];
    return { directive, asked: this.#cards.map(({ id }) => id), scores: [], tools: [], reasons };
  }

  async decode(route: Route): Promise<Answer | Refusal> {
    const began = this.#tools.monotonic_ms();
    const schema = callSchema(this.#cards, route.directive);
    const constraint = this.#constraint(schema);
    if (isRefusal(constraint)) return constraint;
    const written = await this.#write(route.directive, schema, constraint);
    if (isRefusal(written)) return written;
    const call = readCall(written.text);
    if (isRefusal(call)) return call;
    const card = this.#cards.find(({ tools }) => tools.some(({ name }) => name === call.tool));
    const tool = card?.tools.find(({ name }) => name === call.tool);
    if (card === undefined || tool === undefined)
      return refuse("no-needle-fits", `${this.#tools.engine.info.model} says that no tool does this.`);
    const fault = checkCall(call, tool, route.directive);
    if (fault !== null) return fault;
    const { tokens, picks } = written;
    const replay = this.#replayData(card, picks, schema);
    const took_ms = this.#tools.monotonic_ms() - began;
    const score = null;
    return {
      needle: card.id,
      call,
      marks: null,
      score,
      reasons: route.reasons,
      tokens,
      fed_count: picks.length,
      took_ms,
      memory: null,
      replay,
    };
  }

  /** Null where the server holds the model to the schema, or nobody does; the card is checked in any case. */
  #constraint(schema: string): Constraint | null | Refusal {
    if (this.#vocabulary === null) return null;
    const grammar: Grammar | { why: string } = new Raptor(this.#vocabulary).schema(schema, {
      keyOrder: "schema",
      whitespace: "none",
    });
    return isRaptorRefusal(grammar) ? refuse("engine-failed", grammar.why) : (grammar as Grammar).matcher();
  }

  async #write(directive: string, schema: string, constraint: Constraint | null): Promise<Written | Refusal> {
    const request: WriteRequest = {
      prompt: promptOf(this.#cards, directive),
      max_tokens: Math.min(JSON_TOKENS_MAX, MAX_WRITTEN_TOKENS),
      schema: JSON.parse(schema) as Record<string, unknown>,
      alternatives: 0,
      ...(constraint === null ? {} : { constraint }),
    };
    const tokens: DecodedToken[] = [];
    const picks: number[] = [];
    for await (const piece of this.#tools.engine.write(request)) {
      if (piece.type === "end") {
        if (piece.refusal !== null) return refuse("engine-failed", piece.refusal.why, piece.refusal.fix);
        break;
      }
      tokens.push({ text: piece.text, forced: piece.logprob === 0, logprob: piece.logprob });
      if (piece.token !== null) picks.push(piece.token);
    }
    return { text: tokens.map(({ text }) => text).join(""), tokens, picks };
  }

  #replayData(card: BehaviorCard, picks: readonly number[], schema: string): ReplayData {
    const { engine, crypto } = this.#tools;
    return {
      v: 1,
      decode: JSON_VERSION,
      runtime: engine.info.runtime,
      weights: engine.info.weights,
      card: digest(crypto, card.canonical),
      start: null,
      grammar: digest(crypto, schema),
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

const digest = (crypto: Pick<Crypto, "sha256">, text: string): string => toHex(crypto.sha256(utf8(text)));

function vocabularyOf({ tokenizer }: Engine): Vocabulary | null {
  if (tokenizer === null) return null;
  const tokens = Array.from({ length: tokenizer.size }, (_, token) => tokenizer.bytesOf(token));
  const made = Vocabulary.from({ tokens, ends: [...tokenizer.ends] });
  return isRaptorRefusal(made) ? null : made;
}

/** A call of one tool of any card, or of `none`. */
function callSchema(cards: readonly BehaviorCard[], directive: string): string {
  const tools = cards.flatMap((card) => card.tools);
  const held = tools.map(({ name, parameters }) => ({
    name,
    parameters: JSON.stringify(substringSchema(JSON.parse(parameters), directive)),
  }));
  return toolSchema([...held, { name: NONE, parameters: NO_PARAMETERS }]);
}

function promptOf(cards: readonly BehaviorCard[], directive: string): string {
  const rows = cards.flatMap(({ does, tools }) =>
    tools.map(({ name, parameters }) => `${name} (${does}): ${parameters}`),
  );
  return [
    "Answer with one tool call as JSON. Copy texts word for word from the directive; numbers in the parameter's unit.",
    `Leave out what is not said. When no tool does it, call ${NONE}.`,
    ...rows,
    `Directive: ${JSON.stringify(directive)}`,
    "Call: ",
  ].join("\n");
}

function readCall(text: string): ToolCall | Refusal {
  try {
    const { name, parameters } = parseStrict(utf8(text.trim()), { max_bytes: 1 << 20 }) as JsonObject;
    if (typeof name === "string" && typeof parameters === "object" && parameters !== null)
      return { tool: name, parameters: parameters as JsonObject };
  } catch {
    // Falls through: no JSON is no call.
  }
  return refuse("no-needle-fits", "What the model wrote is no tool call.");
}
