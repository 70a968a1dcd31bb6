/** A random text under the mask: some tokens by chance, then towards the end by what closes things. */
import { isRefusal, type Matcher } from "../src/index.ts";
import { type Chance, guidedValue } from "./generate.ts";

const FREE_TOKENS = 12;
const STEP_LIMIT = 5_000;
const encoder = new TextEncoder();
const CLOSERS = [
  "}",
  "]",
  '"',
  "e",
  "0",
  "1",
  ":",
  "null",
  "true",
  "false",
  "{",
  "[",
  ",",
  "2",
  "5",
  "-",
  ".",
  "a",
  "b",
  "x",
  "é",
  " ",
  "5]",
];

/** Null when the text was finished; else what stood in the way. */
export function finish(matcher: Matcher, mask: Uint32Array, schema: unknown, chance: Chance): string | null {
  for (let i = 0; i < FREE_TOKENS; i++) {
    const failed = matcher.fillMask(mask);
    if (failed) return failed.why;
    const token = randomToken(mask, chance);
    if (token < 0) return "dead end: no token is allowed";
    if (matcher.vocabulary.ends.includes(token)) return null;
    const taken = matcher.commit(token);
    if (taken !== true) return isRefusal(taken) ? taken.why : `the mask allowed a token that commit refused: ${token}`;
  }
  const names = new Set(namesIn(schema));
  const musts = [...new Set(requiredIn(schema))];
  const items = [...itemsIn(schema)].flatMap((item) =>
    Array.from({ length: 12 }, () => JSON.stringify(guidedValue(chance, item))),
  );
  const words = [...names, ...items, ...Array.from({ length: names.size / (1 + musts.length) }, () => musts).flat()];
  for (let i = 0; i < STEP_LIMIT; i++) {
    if (matcher.accepting()) return null;
    if (!closeStep(matcher, words, musts, chance)) return noByte(matcher);
  }
  return "unfinished";
}

/** Why no byte can be taken: there is none, or the engine refuses to look further. */
function noByte(matcher: Matcher): string {
  for (let byte = 0; byte < 256; byte++) {
    const taken = matcher.commitBytes(Uint8Array.of(byte));
    if (isRefusal(taken)) return `refused while writing: ${taken.why}`;
  }
  return "dead end: no byte is allowed";
}

/** Mostly quotes and brackets, sometimes a word of the schema; if none fits, any byte that does. */
function closeStep(matcher: Matcher, words: readonly string[], musts: readonly string[], chance: Chance): boolean {
  const add = (text: string | undefined) => text !== undefined && matcher.commitBytes(encoder.encode(text)) === true;
  const dice = chance();
  if (dice < 0.45 && add('"')) return true;
  if (dice < 0.75 && (add("}") || add("]"))) return true;
  if (musts.length > 0 && chance() < 0.5 && add(musts[Math.floor(chance() * musts.length)])) return true;
  if (words.length > 0 && add(words[Math.floor(chance() * words.length)])) return true;
  const at = Math.floor(chance() * CLOSERS.length);
  for (const text of [...CLOSERS.slice(at), ...CLOSERS.slice(0, at), ...words]) if (add(text)) return true;
  for (let byte = 0x21; byte < 256; byte++) if (matcher.commitBytes(Uint8Array.of(byte)) === true) return true;
  return false;
}

/** Required names: without weight on them, a walk through an open object would hardly ever meet them. */
function* requiredIn(schema: unknown): Generator<string> {
  if (typeof schema !== "object" || schema === null) return;
  for (const [key, value] of Object.entries(schema)) {
    if (key === "required" && Array.isArray(value)) for (const name of value) yield `${JSON.stringify(name)}:`;
    else yield* requiredIn(value);
  }
}

/** Schemas that items must or may satisfy: a walk meets their values seldom by chance. */
function* itemsIn(schema: unknown): Generator<unknown> {
  if (typeof schema !== "object" || schema === null) return;
  for (const [key, value] of Object.entries(schema)) {
    if (key === "contains" || key === "items") yield value;
    yield* itemsIn(value);
  }
}

/** Names and constants that a schema mentions, as they would stand in a text. */
function* namesIn(schema: unknown): Generator<string> {
  if (Array.isArray(schema)) for (const s of schema) yield* namesIn(s);
  else if (typeof schema === "string") yield JSON.stringify(schema);
  else if (typeof schema === "number") yield String(schema);
  else if (typeof schema === "object" && schema !== null) {
    for (const [key, value] of Object.entries(schema)) {
      yield `${JSON.stringify(key)}:`;
      yield* namesIn(value);
      if (key === "const" || key === "enum")
        for (const v of Array.isArray(value) ? value : [value]) yield JSON.stringify(v);
    }
  }
}

function randomToken(mask: Uint32Array, chance: Chance): number {
  let count = 0;
  for (const word of mask) for (let w = word; w !== 0; w &= w - 1) count++;
  let left = Math.floor(chance() * count);
  if (count === 0) return -1;
  for (let i = 0; i < mask.length; i++) {
    for (let w = mask[i]!; w !== 0; w &= w - 1) if (left-- === 0) return i * 32 + 31 - Math.clz32(w & -w);
  }
  return -1;
}
