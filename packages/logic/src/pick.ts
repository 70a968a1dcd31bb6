/** What is asked of one choice of a token, and what is told of it. */
import { type LogicRefusal, refuse } from "./refusal.ts";

export interface Sampling {
  /** 0 is greedy; at most `MAX_TEMPERATURE`. */
  readonly temperature: number;
  /** Unsigned 32 bits. */
  readonly seed: number;
  /** Only the k best tokens; absent or 0: all. */
  readonly top_k?: number;
  /** Of those the best that together reach this share of probability. */
  readonly top_p?: number;
  /** Of those the ones at least this share as probable as the best. */
  readonly min_p?: number;
}

export const MAX_TEMPERATURE = 100;

/** Null: in order. */
export function checkSampling({ temperature, seed, top_k = 0, top_p = 1, min_p = 0 }: Sampling): LogicRefusal | null {
  const share = (value: number) => value >= 0 && value <= 1;
  const wrong =
    (!(temperature >= 0 && temperature <= MAX_TEMPERATURE) && "temperature") ||
    (!(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32) && "seed") ||
    (!(Number.isInteger(top_k) && top_k >= 0) && "top_k") ||
    (!share(top_p) && "top_p") ||
    (!share(min_p) && "min_p");
  return wrong ? refuse("sampling-malformed", `Sampling: ${wrong} is out of range.`) : null;
}

export interface PickOptions {
  /** Bit `t & 31` of word `t >>> 5` is set where token t may be chosen. Absent: all. */
  readonly mask?: Uint32Array;
  /** Absent: greedy, ties to the smallest id. */
  readonly sampling?: Sampling;
  /** How many of the best other tokens to tell; at most `MAX_ALTERNATIVES`. */
  readonly alternatives?: number;
  /** False: `logprob` may be NaN where the engine would have to look at the whole vocabulary for it. */
  readonly scores?: boolean;
}

export const MAX_ALTERNATIVES = 64;

export interface Scored {
  readonly token: number;
  /** Natural logarithm, over the masked set at temperature 1. */
  readonly logprob: number;
}

export interface Picked extends Scored {
  /** Best first, the picked token left out. */
  readonly alternatives: readonly Scored[];
}
