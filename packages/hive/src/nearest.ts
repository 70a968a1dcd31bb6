/** What somebody probably meant. */

/** Slips of the pen in a word, as a share of its letters; beyond, a guess would mislead. */
const SLIPS_MAX = 0.4;
const SLIPS_ALWAYS = 2;

/** "; the nearest is NAME" for a sentence that says what is not known; empty when nothing known is like it. */
export function nearestHint(name: string, known: readonly string[]): string {
  const found = nearest(name.toLowerCase(), known);
  return found === null ? "" : `; the nearest is ${found}`;
}

/** The known name that begins so or has it as a part, else the one with the least edit distance (Levenshtein), if that is small. */
function nearest(name: string, known: readonly string[]): string | null {
  if (name === "") return null;
  const whole = known.find((each) => each.toLowerCase().split(/[.-]/).includes(name));
  const begun = known.find((each) => name.length > 1 && each.toLowerCase().startsWith(name));
  const [near] = known
    .map((each) => ({ each, slips: editDistance(name, each.toLowerCase()) }))
    .filter(({ each, slips }) => slips <= Math.max(SLIPS_ALWAYS, SLIPS_MAX * each.length) && slips < name.length)
    .sort((a, b) => a.slips - b.slips);
  return whole ?? begun ?? near?.each ?? null;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
