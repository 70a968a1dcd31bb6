/** Answers as the service tells them: without handles, which mean nothing outside of an engine. */
import type { FindAnswer, Found } from "./find.ts";
import type { LatticeAnswer, LatticeMatch } from "./lattice.ts";

export const withoutHandle = ({ handle: _, ...match }: Found): LatticeMatch => match;

export function toAnswer({ found, cursor, explanation }: FindAnswer, epoch: number): LatticeAnswer {
  const answer = { found: found.map(withoutHandle), cursor, epoch };
  if (explanation === undefined) return answer;
  const { steps, nextOpening } = explanation;
  if (nextOpening === null) return { ...answer, explanation: { steps, nextOpening } };
  const { handle: _, ...opening } = nextOpening;
  return { ...answer, explanation: { steps, nextOpening: opening } };
}
