/** A standing query: the answer now, and then what comes and goes. Works over any engine that can be asked again and told of changes. */
import type { Bell } from "./bell.ts";
import { type Fault, fault, isFault } from "./fault.ts";
import type { LatticeAnswer, LatticeMatch, LatticeNews } from "./lattice.ts";

export type Ask = () => Promise<LatticeAnswer | Fault>;

/** Faults: `cursor-malformed`, and those of the query. */
export async function standing(
  query: unknown,
  ask: Ask,
  bell: Bell,
  signal: AbortSignal,
): Promise<AsyncIterable<LatticeNews> | Fault> {
  if (typeof query === "object" && query !== null && "cursor" in query)
    return fault("cursor-malformed", "A standing query has no cursor.", "cursor");
  const heard = bell.rung;
  const first = await ask();
  return isFault(first) ? first : newsOf(ask, first, bell, heard, signal);
}

/** Ends with the signal, or when the query makes no sense any more because its window has passed. */
async function* newsOf(
  ask: Ask,
  first: LatticeAnswer,
  bell: Bell,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<LatticeNews> {
  let known = new Map<string, LatticeMatch>();
  let answer: LatticeAnswer | Fault = first;
  for (let heard = from; !signal.aborted; ) {
    if (isFault(answer)) return;
    const now = new Map(answer.found.map((match) => [match.id, match]));
    const added = answer.found.filter(({ id, distance_m }) => known.get(id)?.distance_m !== distance_m);
    const removed = [...known.keys()].filter((id) => !now.has(id));
    if (added.length > 0 || removed.length > 0 || answer === first) yield { epoch: answer.epoch, added, removed };
    known = now;
    await bell.after(heard, signal);
    heard = bell.rung;
    answer = await ask();
  }
}
