/**
 * One interface over everything that can continue a text: our kernel, llama.cpp, a remote server. Tokens in, choices out;
 * what may be chosen comes in as bit sets, so an engine knows no grammar.
 */
import type { Memory } from "./memory.ts";
import type { Picked, PickOptions, Sampling, Scored } from "./pick.ts";
import type { LogicRefusal } from "./refusal.ts";
import type { Tokenizer } from "./tokenizer.ts";

export interface EngineInfo {
  readonly kind: "kernel" | "llamacpp" | "openai";
  /** The model's own name (`general.name`, or the server's). */
  readonly model: string;
  /** Lower-case hex SHA-256 of the GGUF file; null when a server keeps the weights. */
  readonly weights: string | null;
  /** Number of token ids; 0 when unknown. */
  readonly vocabulary: number;
  /** What computes: with weights, memory and tokens it decides the bits, such as `kernel/exact/SHA-256 of its WebAssembly`. */
  readonly runtime: string;
  /** The same bits on every machine. */
  readonly exact: boolean;
  /** `axiom.decode` of the file: how its answers are to be read, such as "marks/1". Null: a general model. */
  readonly decode: string | null;
}

export interface Engine {
  readonly info: EngineInfo;
  /** Null: the server tokenises. */
  readonly tokenizer: Tokenizer | null;
  /**
   * A fresh sequence, from the empty memory or from `start`. Close it: an engine holds a fixed number.
   * @param length tokens that count as fed already: where a place is gone back to, and seeded choices shall be the same again.
   */
  open(start?: Memory, length?: number): Promise<Sequence | LogicRefusal>;
  /** Continues a prompt. Yields the text in pieces and exactly one `end`, last. */
  write(request: WriteRequest): AsyncIterable<Written>;
  close(): Promise<void>;
}

/** A text being read and continued. Calls on one sequence are made one after the other; each may throw an EngineFault. */
export interface Sequence {
  /** Tokens fed since the start: the place that seeded choices depend on. */
  readonly length: number;
  /** Reads tokens. Bit-identical to feeding them one at a time where the engine is exact. @throws RangeError on an id outside the vocabulary. */
  feed(tokens: ArrayLike<number>): Promise<void>;
  /** Chooses from the logits after the last fed token; does not feed. @throws RangeError before the first `feed` (a memory holds no logits), and on a mask that allows nothing. */
  pick(how?: PickOptions): Promise<Picked>;
  /** The memory after the last fed token. */
  memory(): Promise<Memory>;
  /** A second sequence at the same place, logits included. */
  fork(): Promise<Sequence>;
  close(): void;
}

/** What may come next, from someone who knows a grammar. */
export interface Constraint {
  /** Sets one bit a token that may come next, all others to 0; end tokens where the text may end. Not null: why it cannot say. */
  fillMask(words: Uint32Array): { readonly why: string } | null;
  /** Takes the chosen token; anything but `true` ends the writing with a refusal. */
  commit(token: number): boolean | { readonly why: string };
  /** Whether the text may end here. */
  accepting(): boolean;
}

export const MAX_WRITTEN_TOKENS = 65_536;

export interface WriteRequest {
  readonly prompt: string | ArrayLike<number>;
  readonly max_tokens: number;
  readonly start?: Memory;
  /** A fresh one for every call: it is moved along. Over a remote server (`tokenizer` is null) one over `byteTokenizer`: the whole text is checked before any of it is given out. */
  readonly constraint?: Constraint;
  /** For servers that can hold a model to a JSON Schema; other engines need `constraint`. */
  readonly schema?: Readonly<Record<string, unknown>>;
  readonly sampling?: Sampling;
  /** Texts that end the writing and are not part of it; found across the borders of tokens. */
  readonly stop?: readonly string[];
  /** Present: every piece tells its log-probability and so many alternatives. */
  readonly alternatives?: number;
  readonly signal?: AbortSignal;
}

export type Written = WrittenText | WrittenEnd;

export interface WrittenText {
  readonly type: "text";
  /** Whole characters; empty while a character is still incomplete. */
  readonly text: string;
  /** Null where the engine writes in pieces that are no tokens. */
  readonly token: number | null;
  /** Natural logarithm over the masked set; null when not asked for or not told. */
  readonly logprob: number | null;
  readonly alternatives: readonly Scored[];
}

export interface WrittenEnd {
  readonly type: "end";
  /** `complete`: the constraint allows nothing but the end. */
  readonly why: "end-token" | "stop" | "max-tokens" | "complete" | "refused";
  readonly refusal: LogicRefusal | null;
  readonly prompt_tokens: number | null;
  readonly written_tokens: number | null;
}
