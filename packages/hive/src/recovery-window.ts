/**
 * How far back a start must read. Everything before `from` is over: its packets have run out and its directives have ended.
 * Kept in blocks of entries, so that a day of packets costs a few numbers.
 */
export const WINDOW_BLOCK_ENTRIES = 1024;

interface Block {
  readonly from: number;
  /** Latest expiry of a packet that was admitted in the block. */
  exp_ms: number;
}

export class RecoveryWindow {
  readonly #blocks: Block[] = [];
  /** Directives that have not ended, by the index of their `admitted` entry. */
  readonly #open = new Map<string, number>();

  admitted(id: string | null, index: number, exp_ms: number): void {
    if (id !== null) this.#open.set(id, index);
    const from = index - (index % WINDOW_BLOCK_ENTRIES);
    const block = this.#blocks.find((one) => one.from === from);
    if (block === undefined) this.#blocks.push({ from, exp_ms });
    else block.exp_ms = Math.max(block.exp_ms, exp_ms);
  }

  ended(id: string): void {
    this.#open.delete(id);
  }

  /** Index of the first entry that still matters; `size` when none does. */
  from(now_ms: number, size: number): number {
    const over = (block: Block) => block.exp_ms <= now_ms;
    while (this.#blocks.length > 0 && over(this.#blocks[0]!)) this.#blocks.shift();
    const live = Math.min(...this.#blocks.map((block) => block.from), size);
    return Math.min(live, ...this.#open.values());
  }
}
