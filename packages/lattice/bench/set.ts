/** What a published set of problems is to the bench: its instances, and how each is solved within a limit of CPU time. */

/** What one instance may use. The clock of `expired` began just before. */
export interface Limit {
  /** CPU seconds for one instance. */
  readonly seconds: number;
  /** CPU time of this process since the instance began, in seconds. */
  readonly spent: () => number;
  /** Whether `seconds` are spent; or `share` of them, when given. */
  readonly expired: (share?: number) => boolean;
  /** Numbers in [0, 1), the same for a seed. */
  readonly random: () => number;
}

export interface Outcome {
  /** Share above the best known cost, or below the best known score: 0 when it is reached, below 0 when ours is better; null: nothing is known. */
  readonly gap: number | null;
  /** Share between our own bound and our answer; null when we have no bound. */
  readonly bound_gap: number | null;
  /** Whether the answer is proven the best there is. */
  readonly proven: boolean;
}

export interface Instance {
  readonly name: string;
  /** Answers are checked by a checker of their own before they count. @throws Error when the check fails. */
  readonly solve: (limit: Limit) => Outcome;
}

export interface InstanceSet {
  /** As printed and asked for by --only. */
  readonly name: string;
  /** CPU seconds for each instance where --seconds does not say. */
  readonly seconds: number;
  /** The instances under the folder of data; none when the set is absent. */
  readonly instances: (data: string) => readonly Instance[];
}

/** A gap below this is none: sums are floating point. */
export const REACHED = 1e-9;
