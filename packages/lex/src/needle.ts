/**
 * A needle: shared weights, an initial memory, a behavior card and the grammar that follows from it. It reads a directive, picks
 * a tool and its choices, reads the directive again and marks. The same four and the same words give the same card, bit for bit.
 */
import type { Engine, Memory, Sequence } from "logic";
import { type Crypto, isRefusal, type Refusal, refuse, toHex, utf8 } from "lop";
import type { BehaviorCard } from "raptor";
import type { DecodedToken } from "./answer.ts";
import { cardOf, checkCall, type ToolCall } from "./card.ts";
import { type MarkedCard, markedCard } from "./marked-card.ts";
import { Marking } from "./marking.ts";
import { DECODE, type MarkTokens, markTokensOf } from "./marks.ts";
import { type Places, placesOf } from "./places.ts";
import { shapesOf } from "./tool-shape.ts";

/** Tokens of one directive; the contract of BARK allows 8,192 characters. */
export const DIRECTIVE_TOKENS_MAX = 16_384;

/** What a needle is given of the world. */
export interface NeedleTools {
  readonly engine: Engine;
  readonly crypto: Pick<Crypto, "sha256">;
  /** For timings only; no choice depends on it. */
  monotonic_ms(): number;
}

export interface Decoded {
  readonly needle: string;
  /** Null: the needle says that no tool of its fits. */
  readonly call: ToolCall | null;
  /** The card as marks in the directive; null with the call. */
  readonly marks: MarkedCard | null;
  /** Sum of the log-probabilities of all free picks. */
  readonly score: number;
  /** Log-probability of the tool alone. */
  readonly toolScore: number;
  readonly tokens: readonly DecodedToken[];
  /** Every token that was picked, `<|go|>` and forced ones included: with the directive they give the card. */
  readonly picks: readonly number[];
  /** Hex SHA-256 over all fed tokens, u32 little-endian, in order. */
  readonly fed: string;
  readonly fed_count: number;
  readonly memory: Memory;
  readonly took_ms: number;
}

export class Needle {
  readonly id: string;
  readonly card: BehaviorCard;
  /** What every reading begins with; null is the empty memory. */
  readonly start: Memory | null;
  readonly tokens: MarkTokens;
  readonly #tools: NeedleTools;

  constructor(card: BehaviorCard, start: Memory | null, tokens: MarkTokens, tools: NeedleTools) {
    this.id = card.id;
    this.card = card;
    this.start = start;
    this.tokens = tokens;
    this.#tools = tools;
  }

  /** Refusals: `needle-unfit`, `engine-failed`. */
  static of(card: BehaviorCard, start: Memory | null, tools: NeedleTools): Needle | Refusal {
    const tokens = markingOf(tools.engine, card);
    return isRefusal(tokens) ? tokens : new Needle(card, start, tokens, tools);
  }

  /** Hex SHA-256 of the behavior card's canonical text. */
  get cardHash(): string {
    return toHex(this.#tools.crypto.sha256(utf8(this.card.canonical)));
  }

  get engine(): Engine {
    return this.#tools.engine;
  }

  async decode(directive: string): Promise<Decoded | Refusal> {
    const began = this.#tools.monotonic_ms();
    const places = readPlaces(this.#tools.engine, directive);
    if (isRefusal(places)) return places;
    const sequence = await openSequence(this.#tools.engine, this.start);
    if (isRefusal(sequence)) return sequence;
    try {
      const reader = new Reader(this.tokens, places, sequence);
      const marking = await reader.read();
      const call = this.#callOf(marking, directive);
      if (isRefusal(call)) return call;
      const fed = toHex(this.#tools.crypto.sha256(tokenBytes(reader.fed)));
      const { score, toolScore, picks, tokens } = reader;
      const memory = await sequence.memory();
      const took_ms = this.#tools.monotonic_ms() - began;
      return {
        needle: this.id,
        call,
        marks: call === null ? null : markedCard(marking.marked()!, directive),
        score,
        toolScore,
        tokens,
        picks,
        fed,
        fed_count: reader.fed.length,
        memory,
        took_ms,
      };
    } finally {
      sequence.close();
    }
  }

  #callOf(marking: Marking, directive: string): ToolCall | null | Refusal {
    const marked = marking.marked();
    if (marked === null) return null;
    const call = cardOf(marked, directive);
    if (isRefusal(call)) return call;
    const tool = this.card.tools.find(({ name }) => name === call.tool)!;
    return checkCall(call, tool, directive) ?? call;
  }
}

/** The special tokens for the tools of a card. */
export function markingOf(engine: Engine, card: Pick<BehaviorCard, "id" | "tools">): MarkTokens | Refusal {
  const { decode, model } = engine.info;
  if (engine.tokenizer === null || decode !== DECODE)
    return refuse("needle-unfit", `The model ${model} does not write in ${DECODE}.`);
  const shapes = shapesOf(card);
  return isRefusal(shapes) ? shapes : markTokensOf(engine.tokenizer, shapes);
}

export function readPlaces(engine: Engine, directive: string): Places | Refusal {
  if (!directive.isWellFormed()) return refuse("request-malformed", "The directive has a lone surrogate.");
  const places = placesOf(directive, engine.tokenizer!);
  return places.tokens.length <= DIRECTIVE_TOKENS_MAX
    ? places
    : refuse("request-malformed", `The directive has more than ${DIRECTIVE_TOKENS_MAX} tokens.`);
}

export async function openSequence(engine: Engine, start: Memory | null): Promise<Sequence | Refusal> {
  const sequence = await engine.open(start ?? undefined);
  return "refused" in sequence ? refuse("engine-failed", sequence.why, sequence.fix) : sequence;
}

export const firstReading = ({ frame }: MarkTokens, { tokens }: Places): number[] => [frame.bos, ...tokens, frame.card];

/** A bit set for the engine: bit `t & 31` of word `t >>> 5`. */
export function bitsOf(allowed: readonly number[], vocabulary: number): Uint32Array {
  const bits = new Uint32Array((vocabulary + 31) >>> 5);
  for (const token of allowed) bits[token >>> 5]! |= 1 << (token & 31);
  return bits;
}

function tokenBytes(tokens: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(tokens.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [i, token] of tokens.entries()) view.setUint32(i * 4, token, true);
  return bytes;
}

/** One reading of one directive: drives the model and the grammar against each other. */
class Reader {
  readonly tokens: DecodedToken[] = [];
  readonly picks: number[] = [];
  readonly fed: number[] = [];
  score = 0;
  toolScore = 0;
  readonly #marks: MarkTokens;
  readonly #places: Places;
  readonly #sequence: Sequence;
  #waiting: number[] = [];
  #placesRead = 0;

  constructor(marks: MarkTokens, places: Places, sequence: Sequence) {
    this.#marks = marks;
    this.#places = places;
    this.#sequence = sequence;
  }

  /** The finished marking. Forced tokens gather and are fed together. */
  async read(): Promise<Marking> {
    const marking = new Marking(this.#marks, this.#places);
    this.#waiting = firstReading(this.#marks, this.#places);
    while (!marking.over) {
      const allowed = marking.allowed();
      const logprob = allowed.length === 1 ? null : await this.#pick(allowed);
      this.#note(marking, this.#picked(allowed, logprob), logprob?.logprob ?? null);
    }
    await this.#feed();
    return marking;
  }

  #picked(allowed: readonly number[], picked: { token: number } | null): number {
    return picked === null ? allowed[0]! : picked.token;
  }

  async #pick(allowed: readonly number[]): Promise<{ token: number; logprob: number }> {
    await this.#feed();
    const picked = await this.#sequence.pick({ mask: bitsOf(allowed, this.#marks.vocabulary) });
    this.score += picked.logprob;
    if (this.picks.length === 0) this.toolScore = picked.logprob;
    return picked;
  }

  async #feed(): Promise<void> {
    if (this.#waiting.length === 0) return;
    await this.#sequence.feed(this.#waiting);
    for (const token of this.#waiting) this.fed.push(token);
    this.#waiting = [];
  }

  #note(marking: Marking, token: number, logprob: number | null): void {
    const next = marking.take(token);
    this.picks.push(token);
    const { frame } = this.#marks;
    if (token !== frame.go) this.tokens.push({ text: this.#nameOf(token), forced: logprob === null, logprob });
    for (const fed of next) {
      this.#waiting.push(fed);
      if (fed === token) continue;
      const special = fed === frame.mark ? "<|mark|>" : fed === frame.end ? "<|end|>" : null;
      this.tokens.push({ text: special ?? this.#pieceAgain(), forced: true, logprob: null });
    }
  }

  /** The next piece of the directive, as it is read the second time. */
  #pieceAgain(): string {
    const { text, offsets } = this.#places;
    const at = this.#placesRead++;
    return text.slice(offsets[at], offsets[at + 1]);
  }

  #nameOf(token: number): string {
    return markName(this.#marks, token);
  }
}

/** The special token as it is spelled in the vocabulary. */
export function markName({ frame, tools }: MarkTokens, token: number): string {
  if (token === frame.none) return "<|tool:none|>";
  if (token === frame.cut) return "<|-|>";
  if (token === frame.go) return "<|go|>";
  for (const tool of tools) {
    if (tool.token === token) return `<|tool:${tool.shape.name}|>`;
    if (tool.leg === token) return "<|leg|>";
    if (tool.each_minutes === token) return "<|+each_minutes|>";
    const begin = tool.begins.indexOf(token);
    if (begin >= 0) return `<|+${tool.shape.spans[begin]!.name}|>`;
    for (const { choice, values } of tool.choices)
      if (values.has(token)) return `<|${choice.name}=${values.get(token) ?? ""}|>`;
  }
  return `token ${token}`;
}
