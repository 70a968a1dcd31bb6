import type { Grammar, Refusal } from "../src/index.ts";
import { isRefusal, Raptor, Vocabulary } from "../src/index.ts";

export const encoder = new TextEncoder();

/** 256 bytes, some longer tokens, and an end token: small, yet with tokens that cross every border. */
export function smallVocabulary(): Vocabulary {
  const words = [
    '"',
    '":',
    '": ',
    '", "',
    '"}',
    '"}]',
    "},",
    '{"',
    '{"a',
    'a"',
    "true",
    "null",
    "12",
    "345",
    "0.",
    "1e",
    '","',
    '],["',
    "aa",
    "abc",
    '\\"',
    "\\u00",
    "é",
    "😀",
    '":1,"',
    "1,1",
    "  ",
    "\n ",
  ];
  const tokens = [
    ...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)),
    ...words.map((w) => encoder.encode(w)),
    null,
  ];
  const made = Vocabulary.from({ tokens, ends: [tokens.length - 1] });
  if (isRefusal(made)) throw new Error(made.why);
  return made;
}

export const raptor = new Raptor(smallVocabulary());

export function compiled(made: Grammar | Refusal): Grammar {
  if (isRefusal(made)) throw new Error(`${made.refused} at ${made.pointer}: ${made.why}`);
  return made;
}

export function accepts(grammar: Grammar, text: string): boolean {
  const matcher = grammar.matcher();
  return matcher.commitBytes(encoder.encode(text)) === true && matcher.accepting();
}
