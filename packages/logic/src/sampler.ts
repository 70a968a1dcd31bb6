/** How a token is chosen. The same seed gives the same choices on every machine. */
export interface Sampling {
  /** 0 is greedy. */
  readonly temperature: number;
  /** Unsigned 32 bits. */
  readonly seed: number;
  /** Only the k best tokens; absent or 0: all. */
  readonly top_k?: number;
  /** Only the best tokens that together reach this probability. */
  readonly top_p?: number;
  /** Only tokens at least this share as probable as the best. */
  readonly min_p?: number;
}
