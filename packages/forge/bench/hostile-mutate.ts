/** Small changes of a program, told by a seed: an isolation that holds only against the very text of a set does not hold. */
import type { SetProgram } from "./hostile-set.ts";

/** A mutant that has nothing to do but wait is not waited for longer. */
export const MUTANT_WALL_S = 3;

type Random = (below: number) => number;

/** Park & Miller 1988. */
function randomFrom(seed: number): Random {
  let state = (seed % 2147483646) + 1;
  return (below) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
}

const seedOf = (text: string): number => [...text].reduce((sum, one) => (sum * 31 + one.charCodeAt(0)) % 2147483647, 7);

const NUMBERS = ["0", "-1", "1", "255", "4096", "65536", "2147483647", "-2147483648"];

const CHANGES: readonly ((lines: string[], random: Random) => void)[] = [
  (lines, random) => void lines.splice(random(lines.length), 1),
  (lines, random) => {
    const at = random(lines.length);
    lines.splice(at, 0, lines[at]!);
  },
  (lines, random) => {
    const [a, b] = [random(lines.length), random(lines.length)];
    [lines[a], lines[b]] = [lines[b]!, lines[a]!];
  },
  (lines, random) => {
    const at = random(lines.length);
    lines[at] = lines[at]!.replace(/\b\d+\b/, () => NUMBERS[random(NUMBERS.length)]!);
  },
  (lines, random) => {
    const at = random(lines.length);
    lines[at] = lines[at]!.replace(/\/(\w+)/, (whole) => ["/..", "/.", "//", `${whole}/..${whole}`][random(4)]!);
  },
  (lines, random) => {
    const at = random(lines.length);
    const line = lines[at]!;
    const cut = random(line.length + 1);
    lines[at] = line.slice(0, cut) + line.slice(cut + 1);
  },
];

/** The n-th mutant of a hostile program: one to three changes. The same seed and number give the same text. */
export function mutantOf(program: SetProgram, n: number, seed: number): SetProgram {
  const random = randomFrom(seed + n * 7919 + seedOf(program.file));
  const lines = program.text.split("\n");
  for (let left = 1 + random(3); left > 0 && lines.length > 0; left--) CHANGES[random(CHANGES.length)]!(lines, random);
  return { ...program, id: `${program.id}~${n}`, kind: "mutant", text: lines.join("\n") };
}
