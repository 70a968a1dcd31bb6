/** What a unit is worth, by place, dimension and slot, as the last coordination found it. Everything that is not in it costs nothing. */
import type { SlotPrice } from "./lattice.ts";
import { SLOT_MS, type Slots } from "./slot.ts";

/** Prices kept; a coordination with more keeps its dearest. */
export const MAX_PRICES = 1_000_000;

export class PriceBook {
  #prices = new Map<string, number>();

  take(prices: readonly SlotPrice[]): void {
    const dearest =
      prices.length <= MAX_PRICES ? prices : [...prices].sort((a, b) => b.price - a.price).slice(0, MAX_PRICES);
    this.#prices = new Map(dearest.map(({ id, dimension, from_ms, price }) => [keyOf(id, dimension, from_ms), price]));
  }

  at(id: string, dimension: string, slot: number): number {
    return this.#prices.get(keyOf(id, dimension, slot * SLOT_MS)) ?? 0;
  }

  sum(id: string, dimension: string, { from, until }: Slots): number {
    let sum = 0;
    for (let slot = from; slot < until; slot++) sum += this.at(id, dimension, slot);
    return sum;
  }
}

const keyOf = (id: string, dimension: string, from_ms: number): string => `${from_ms} ${dimension}\n${id}`;
