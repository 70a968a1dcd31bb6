/** The suffix automaton of a text (Blumer et al. 1985): its paths from state 0 spell exactly the text's pieces. */
import { fail } from "./refusal.ts";

export const SPAN_TEXT_LIMIT = 200_000;

interface State {
  length: number;
  link: number;
  next: Map<number, number>;
}

export class SuffixAutomaton {
  readonly id: number;
  readonly states: State[] = [{ length: 0, link: -1, next: new Map() }];
  #last = 0;

  constructor(text: string, id: number) {
    this.id = id;
    if (text.length > SPAN_TEXT_LIMIT)
      fail("too-hard", `A text to copy from is longer than ${SPAN_TEXT_LIMIT} characters.`);
    if (!text.isWellFormed()) fail("schema-malformed", "A text to copy from has a lone surrogate.");
    for (const c of text) this.#extend(c.codePointAt(0)!);
  }

  #extend(c: number): void {
    const { states } = this;
    const fresh = states.length;
    states.push({ length: states[this.#last]!.length + 1, link: 0, next: new Map() });
    let p = this.#last;
    while (p !== -1 && !states[p]!.next.has(c)) {
      states[p]!.next.set(c, fresh);
      p = states[p]!.link;
    }
    if (p !== -1) states[fresh]!.link = this.#split(p, c);
    this.#last = fresh;
  }

  /** The state behind p by c, split off from a longer one where needed. */
  #split(p: number, c: number): number {
    const { states } = this;
    const q = states[p]!.next.get(c)!;
    if (states[p]!.length + 1 === states[q]!.length) return q;
    const clone = states.length;
    states.push({ length: states[p]!.length + 1, link: states[q]!.link, next: new Map(states[q]!.next) });
    for (let at = p; at !== -1 && states[at]!.next.get(c) === q; at = states[at]!.link) states[at]!.next.set(c, clone);
    states[q]!.link = clone;
    return clone;
  }
}
