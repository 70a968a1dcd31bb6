/** Standing queries over an engine that others change too: after every change that is heard of, the whole query is asked again. */
import type { Bell } from "./bell.ts";
import { type Fault, fault, isFault } from "./fault.ts";
import type { LatticeAnswer, LatticeMatch, LatticeNews } from "./lattice.ts";

/** Queries that are asked again at each change: each of them costs a search. */
export const MAX_ASKED_AGAIN = 256;

export class AskedAgain {
  readonly #ask: (query: unknown) => Promise<LatticeAnswer | Fault>;
  readonly #bell: Bell;
  readonly #standing = new Set<AbortController>();

  /** @param bell rings when something changed. */
  constructor(ask: (query: unknown) => Promise<LatticeAnswer | Fault>, bell: Bell) {
    this.#ask = ask;
    this.#bell = bell;
  }

  /** Ends with the signal, and when the query's window has passed. Faults: `cursor-malformed`, `standing-full`, and those of the query. */
  async subscribe(query: unknown, signal: AbortSignal): Promise<AsyncIterable<LatticeNews> | Fault> {
    if (typeof query === "object" && query !== null && "cursor" in query)
      return fault("cursor-malformed", "A standing query begins at the beginning.", "cursor");
    if (this.#standing.size >= MAX_ASKED_AGAIN)
      return fault("standing-full", `${MAX_ASKED_AGAIN} queries stand already, and there can be no more.`);
    const end = new AbortController();
    this.#standing.add(end);
    const ended = AbortSignal.any([signal, end.signal]);
    ended.addEventListener("abort", () => this.#standing.delete(end), { once: true });
    const heard = this.#bell.rung;
    const first = await this.#ask(query);
    if (!isFault(first)) return this.#newsOf(query, first, heard, ended, end);
    end.abort();
    return first;
  }

  async *#newsOf(
    query: unknown,
    first: LatticeAnswer,
    from: number,
    signal: AbortSignal,
    end: AbortController,
  ): AsyncGenerator<LatticeNews> {
    let known = new Map<string, LatticeMatch>();
    let answer: LatticeAnswer | Fault = first;
    try {
      for (let heard = from; !signal.aborted; ) {
        if (isFault(answer) && answer.refused === "window-past") return;
        const found = foundIn(answer);
        if (found !== null) {
          const { added, removed } = difference(known, found);
          if (added.length > 0 || removed.length > 0 || answer === first)
            yield { epoch: isFault(answer) ? first.epoch : answer.epoch, added, removed };
          known = new Map(found.map((match) => [match.id, match]));
        }
        await this.#bell.after(heard, signal);
        heard = this.#bell.rung;
        answer = await this.#ask(query);
      }
    } finally {
      end.abort();
    }
  }

  close(): void {
    for (const end of [...this.#standing]) end.abort();
  }
}

/** Null while the store cannot be asked. An attribute that nobody has any more, or a price that nobody knows, is no fault of a query that stands. */
function foundIn(answer: LatticeAnswer | Fault): readonly LatticeMatch[] | null {
  if (!isFault(answer)) return answer.found;
  return answer.refused.startsWith("store-") ? null : [];
}

function difference(
  known: ReadonlyMap<string, LatticeMatch>,
  found: readonly LatticeMatch[],
): Pick<LatticeNews, "added" | "removed"> {
  const ids = new Set(found.map(({ id }) => id));
  const added = found.filter(({ id, distance_m, travel_s, price }) => {
    const before = known.get(id);
    return before?.distance_m !== distance_m || before.travel_s !== travel_s || before.price !== price;
  });
  return { added, removed: [...known.keys()].filter((id) => !ids.has(id)) };
}
