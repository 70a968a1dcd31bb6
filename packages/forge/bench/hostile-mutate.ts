/**
 * Seeded small changes to hostile programs. A changed program proves nothing by what it prints, since the line that guarded a
 * word may be gone; the host's oracles judge it alone.
 */
import { createHash } from "node:crypto";
import type { SetProgram } from "./hostile-set.ts";

/** Changes made to one copy. */
const MAX_CHANGES = 3;

/** Whole numbers below `n`, the same for the same seed. */
type Draw = (n: number) => number;

function drawOf(seed: string): Draw {
  let count = 0;
  return (n) => createHash("sha256").update(`${seed}\0${count++}`).digest().readUInt32LE(0) % n;
}

/** @param others further programs of the set; one of the same language may be put behind. */
export function mutate(program: SetProgram, n: number, seed: number, others: readonly SetProgram[]): SetProgram {
  const draw = drawOf(`${seed}/${program.file}/${n}`);
  const kin = others.filter(({ language, kind }) => language === program.language && kind === "hostile");
  let lines = program.text.split("\n");
  for (let left = 1 + draw(MAX_CHANGES); left > 0; left--) lines = CHANGES[draw(CHANGES.length)]!(lines, draw, kin);
  return { ...program, id: `${program.id}~${n}`, text: lines.join("\n"), mutated: true };
}

type Change = (lines: string[], draw: Draw, kin: readonly SetProgram[]) => string[];

const NUMBERS = ["0", "1", "-1", "2", "255", "4096", "65536", "2147483647", "4294967296"];
const STRING = /(["'])(?:(?!\1)[^\\\n])*\1/g;

const CHANGES: readonly Change[] = [
  function without(lines, draw) {
    return lines.toSpliced(draw(lines.length), 1);
  },
  function twice(lines, draw) {
    const at = draw(lines.length);
    return lines.toSpliced(at, 0, lines[at]!);
  },
  function swapped(lines, draw) {
    const [one, two] = [draw(lines.length), draw(lines.length)];
    return lines.with(one, lines[two]!).with(two, lines[one]!);
  },
  function otherNumber(lines, draw) {
    return replaceOne(lines, /\b\d+\b/g, draw, () => NUMBERS[draw(NUMBERS.length)]!);
  },
  function otherText(lines, draw) {
    const texts = lines.join("\n").match(STRING) ?? [];
    return texts.length === 0 ? lines : replaceOne(lines, STRING, draw, () => texts[draw(texts.length)]!);
  },
  function cutShort(lines, draw) {
    return lines.slice(0, 1 + draw(lines.length));
  },
  function another(lines, draw, kin) {
    return kin.length === 0 ? lines : [...lines, ...kin[draw(kin.length)]!.text.split("\n")];
  },
];

/** One of the pattern's finds in the whole text becomes something else. */
function replaceOne(lines: string[], pattern: RegExp, draw: Draw, by: () => string): string[] {
  const text = lines.join("\n");
  const finds = [...text.matchAll(pattern)];
  if (finds.length === 0) return lines;
  const found = finds[draw(finds.length)]!;
  return (text.slice(0, found.index) + by() + text.slice(found.index + found[0].length)).split("\n");
}
