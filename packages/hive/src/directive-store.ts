/** Directives in memory: all that run, and the ones that ended last, as long as they fit. Older ones: history.ts. */
import type { DirectiveView } from "./hive-types.ts";
import type { Trip } from "./trip.ts";

/** Ended directives that are kept in memory. */
export const ENDED_KEPT = 512;
/** Bytes that their outcomes and events may take together, roughly. */
export const ENDED_KEPT_BYTES = 16 * 1024 * 1024;

interface Row {
  readonly id: string;
  /** Index of the `admitted` entry. */
  readonly entry: number;
  readonly trip: Trip | null;
  readonly view: DirectiveView | null;
  readonly size_bytes: number;
}

export class DirectiveStore {
  /** In the order of admission. */
  readonly #rows = new Map<string, Row>();
  #ended = 0;
  #ended_bytes = 0;

  add(trip: Trip, entry: number): void {
    this.#rows.set(trip.id, { id: trip.id, entry, trip, view: null, size_bytes: 0 });
  }

  /** The trip is over; its last view takes its place. */
  end(view: DirectiveView): void {
    const row = this.#rows.get(view.id);
    if (row === undefined) return;
    const size_bytes = sizeOf(view);
    this.#rows.set(view.id, { ...row, trip: null, view, size_bytes });
    this.#ended++;
    this.#ended_bytes += size_bytes;
    for (const old of this.#rows.values()) {
      if (this.#ended <= ENDED_KEPT && this.#ended_bytes <= ENDED_KEPT_BYTES) break;
      if (old.view !== null) this.#drop(old);
    }
  }

  trip(id: string): Trip | undefined {
    return this.#rows.get(id)?.trip ?? undefined;
  }

  trips(): Trip[] {
    return [...this.#rows.values()].flatMap((row) => row.trip ?? []);
  }

  view(id: string): DirectiveView | undefined {
    const row = this.#rows.get(id);
    return row?.trip?.view ?? row?.view ?? undefined;
  }

  entryOf(id: string): number | undefined {
    return this.#rows.get(id)?.entry;
  }

  /** Newest first, those admitted before entry `before`. */
  newest(limit: number, before: number): { entry: number; view: DirectiveView }[] {
    return [...this.#rows.values()]
      .filter((row) => row.entry < before)
      .sort((a, b) => b.entry - a.entry)
      .slice(0, limit)
      .map((row) => ({ entry: row.entry, view: (row.trip?.view ?? row.view)! }));
  }

  #drop(row: Row): void {
    this.#rows.delete(row.id);
    this.#ended--;
    this.#ended_bytes -= row.size_bytes;
  }
}

/** Characters stand for bytes: a bound, not a bill. */
function sizeOf({ outcome, card, steps }: DirectiveView): number {
  const output = steps.filter((step) => step.phase === "output");
  return JSON.stringify([outcome, card, output]).length;
}
