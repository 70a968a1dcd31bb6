/**
 * Integer programs whose columns are taken or left: the least sum of costs so that every row keeps within its ends. A solver is handed in
 * (integer-node.ts opens one), and nothing it says is trusted: whoever asks checks what was chosen, and certificates rest on prices of our own.
 */

export interface IntegerProgram {
  readonly costs: ArrayLike<number>;
  /** Column c stands in rows[starts[c]] … rows[starts[c + 1] − 1], each time with the factor at the same place. */
  readonly starts: Int32Array;
  readonly rows: Int32Array;
  readonly factors: Float64Array;
  /** Ends of each row's sum; ±∞ when there is none. */
  readonly least: Float64Array;
  readonly most: Float64Array;
}

export interface IntegerStop {
  /** An answer known: 1 for each column that it takes. */
  readonly known?: ArrayLike<number>;
  /** What is cheaper by less than this is not looked for: below 1 when all costs are whole. */
  readonly grain: number;
  readonly expired: () => boolean;
}

export interface IntegerAnswer {
  /** 1 for each column taken; null when none was found. */
  readonly chosen: Uint8Array | null;
  /** Whether nothing is cheaper by the grain, or nothing fits at all. */
  readonly proven: boolean;
}

export interface IntegerSolver {
  readonly minimize: (program: IntegerProgram, stop: IntegerStop) => IntegerAnswer;
}

/** Puts a program together column by column; rows are numbered from 0 on. */
export class ProgramColumns {
  readonly #costs: number[] = [];
  readonly #starts: number[] = [0];
  readonly #rows: number[] = [];
  readonly #factors: number[] = [];

  add(cost: number, rows: readonly number[], factors?: readonly number[]): void {
    this.#costs.push(cost);
    for (const [i, row] of rows.entries()) {
      this.#rows.push(row);
      this.#factors.push(factors?.[i] ?? 1);
    }
    this.#starts.push(this.#rows.length);
  }

  within(least: Float64Array, most: Float64Array): IntegerProgram {
    return {
      costs: this.#costs,
      starts: Int32Array.from(this.#starts),
      rows: Int32Array.from(this.#rows),
      factors: Float64Array.from(this.#factors),
      least,
      most,
    };
  }
}
