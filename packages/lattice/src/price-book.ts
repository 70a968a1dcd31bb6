/** What a unit is worth, by place, dimension and slot, as the last coordination found it. Everything that is not in it costs nothing. */

import type { SlotPrice } from "./lattice.ts";
import { SLOT_MS, type Slots } from "./slot.ts";
import type { Window } from "./window.ts";

/** Prices kept; a coordination with more keeps its dearest. */
export const MAX_PRICES = 1_000_000;

/** Keeps prices over a stop. They are no truth of their own: what cannot be kept is found again by the next coordination. */
export type KeepPrices = (prices: readonly SlotPrice[]) => Promise<void>;

export class PriceBook {
  readonly #keep: KeepPrices | null;
  #prices = new Map<string, number>();
  /** By dimension. */
  #spans = new Map<string, Window>();

  constructor(kept: readonly SlotPrice[] = [], keep: KeepPrices | null = null) {
    this.#keep = keep;
    this.#set(kept);
  }

  async take(prices: readonly SlotPrice[]): Promise<void> {
    const dearest =
      prices.length <= MAX_PRICES ? prices : [...prices].sort((a, b) => b.price - a.price).slice(0, MAX_PRICES);
    this.#set(dearest);
    await this.#keep?.(dearest).catch(() => undefined);
  }

  #set(prices: readonly SlotPrice[]): void {
    this.#prices = new Map(prices.map(({ id, dimension, from_ms, price }) => [keyOf(id, dimension, from_ms), price]));
    this.#spans = new Map();
    for (const { dimension, from_ms } of prices) {
      const span = this.#spans.get(dimension) ?? { from_ms, until_ms: from_ms };
      const until_ms = Math.max(span.until_ms, from_ms + SLOT_MS);
      this.#spans.set(dimension, { from_ms: Math.min(span.from_ms, from_ms), until_ms });
    }
  }

  at(id: string, dimension: string, slot: number): number {
    return this.#prices.get(keyOf(id, dimension, slot * SLOT_MS)) ?? 0;
  }

  sum(id: string, dimension: string, { from, until }: Slots): number {
    let sum = 0;
    for (let slot = from; slot < until; slot++) sum += this.at(id, dimension, slot);
    return sum;
  }

  /** From the first slot with a price to the end of the last one; null when nothing of this dimension has any. */
  span(dimension: string): Window | null {
    return this.#spans.get(dimension) ?? null;
  }
}

const keyOf = (id: string, dimension: string, from_ms: number): string => `${from_ms} ${dimension}\n${id}`;
