/** Why a grammar, schema or card was not compiled. Refusals are values; `pointer` names the place in the source. */
export const REFUSALS = {
  "schema-malformed": "Correct the schema text at the place named.",
  "keyword-unsupported": "Leave the keyword out, say the same with supported ones, or compile with `lenient: true`.",
  "reference-unresolved": "Put the referenced schema into the document, or hand it in with `documents`.",
  "reference-circular": "Break the cycle: a schema that refers to itself in place says nothing.",
  "pattern-unsupported": "Say the pattern without back-references, lookbehind and word boundaries.",
  "pattern-malformed": "Correct the regular expression.",
  unsatisfiable: "Nothing can ever match: relax the schema.",
  "too-hard": "Simplify the schema, or raise the limit named in `limits`.",
  "grammar-malformed": "Correct the grammar at the line named.",
  "grammar-unsupported": "Say the rule without the construct named.",
  "vocabulary-malformed": "Build the vocabulary file again from the tokenizer.",
  "behavior-malformed": "Correct the behavior card as docs/formats/behavior-card.md describes.",
} as const;

export type RefusalCode = keyof typeof REFUSALS;

export interface Refusal {
  readonly refused: RefusalCode;
  readonly why: string;
  readonly fix: string;
  /** JSON pointer (schemas) or `line N` (grammars); empty when the whole source is meant. */
  readonly pointer: string;
}

export function refuse(refused: RefusalCode, why: string, pointer = ""): Refusal {
  return Object.freeze({ refused, why, fix: REFUSALS[refused], pointer });
}

export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === "object" && value !== null && "refused" in value && "pointer" in value;

/** Carries a refusal up from deep inside a compilation; doors turn it back into a value and never let it out. */
export class RefusalSignal extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.why);
    this.refusal = refusal;
  }
}

export function fail(code: RefusalCode, why: string, pointer = ""): never {
  throw new RefusalSignal(refuse(code, why, pointer));
}

/** Runs `work`; a refusal signalled inside comes back as a value. Other errors are our own faults and pass. */
export function attempt<T>(work: () => T): T | Refusal {
  try {
    return work();
  } catch (error) {
    if (error instanceof RefusalSignal) return error.refusal;
    if (error instanceof RangeError && /call stack/i.test(error.message)) {
      return refuse("too-hard", "The source is nested too deeply to compile.");
    }
    throw error;
  }
}
