/** What a search runs over: records, and who knows their hours and room. */
import type { Searchable } from "./find-index.ts";
import type { HoursByPattern, OpenState } from "./hours-sieve.ts";
import type { Ways } from "./order.ts";
import type { SteadyUnits } from "./room-sieve.ts";
import type { Accept } from "./search.ts";
import type { Window } from "./window.ts";

/** Hours, as the search asks for them. `unknown` follows the query's `unknown`. */
export interface Openness {
  isOpen(handle: number, window: Window): OpenState;
  /** The same by pattern, for who knows which capabilities share their hours: searches are much faster then. */
  readonly byPattern?: HoursByPattern;
  /** The first open moment at or after `from_ms`; null when none is known. */
  nextOpen?(handle: number, from_ms: number): number | null;
}

export interface Room {
  /** Free units in the worst slot of the window. */
  free(handle: number, dimension: string, window: Window): number;
  /** Units of a dimension that are the same in every slot, for who knows where they are: searches are much faster then. */
  steady?(dimension: string): SteadyUnits | undefined;
}

/** What a search runs over: an index or a version of a living one, which of its handles still count, and who knows hours and room (null: nobody). */
export interface Ground {
  readonly index: Searchable;
  readonly counts: Accept | null;
  readonly openness: Openness | null;
  readonly room: Room | null;
  /** Who knows the ways from where the query begins; without, they are straight and at the query's speed. */
  readonly ways?: Ways;
}
