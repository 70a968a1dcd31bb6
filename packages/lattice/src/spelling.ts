/** Words as people spell them: without case, accents and plurals, and with a slip of the finger forgiven. */

const LETTERS: Readonly<Record<string, string>> = {
  ß: "ss",
  ø: "o",
  æ: "ae",
  œ: "oe",
  ł: "l",
  đ: "d",
  ð: "d",
  þ: "th",
  ı: "i",
};

/** Lower case, no accents, one blank between words: "Café  Zoë's" → "cafe zoes". */
export function fold(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/[ßøæœłđðþı]/g, (letter) => LETTERS[letter]!)
    .replace(/['’`´]/g, "")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/** English plurals, without a dictionary: both sides of a comparison go through it, so it need not be a word. */
export function singular(word: string): string {
  if (word.length <= 3 || word.endsWith("ss") || word.endsWith("us")) return word;
  if (word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  if (/(?:ch|sh|x|ss|z)es$/.test(word)) return word.slice(0, -2);
  return word.endsWith("s") ? word.slice(0, -1) : word;
}

export const singularAll = (folded: string): string => folded.split(" ").map(singular).join(" ");

/** Slips that a word of this length forgives. */
export const slipsFor = (length: number): number => (length < 4 ? 0 : length < 8 ? 1 : length < 14 ? 2 : 3);

/** Letters put in, left out, swapped with another or with the neighbour; `most + 1` when there are more (optimal string alignment). */
export function slips(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(swap, row[j]! + 1, next[j - 1]! + 1);
      const turned = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (turned) least = Math.min(least, before[j - 2]! + 1);
      next.push(least);
    }
    if (Math.min(...next) > most) return most + 1;
    [before, row] = [row, next];
  }
  return Math.min(row[b.length]!, most + 1);
}

/** The `count` known words that are nearest, best first. */
export function nearestWords(word: string, known: Iterable<string>, count: number): string[] {
  const best: [string, number][] = [];
  for (const each of known) {
    const within = each.includes(word) || word.includes(each) ? 0.5 : 0;
    const worst = best.length < count ? Math.max(word.length, each.length) : Math.ceil(best.at(-1)![1]);
    const far = within > 0 ? within : slips(word, each, worst);
    if (best.length === count && far >= best.at(-1)![1]) continue;
    best.push([each, far]);
    best.sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1));
    if (best.length > count) best.pop();
  }
  return best.map(([each]) => each);
}
