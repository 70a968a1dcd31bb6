/** Whole numbers in English words: the other direction, written on its own. */
const SMALL =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");

/** @param and British: "one hundred and five". Up to 999,999,999. */
export function wordsOf(value: number, and: boolean): string {
  if (value >= 1_000_000) return joined(value, 1_000_000, "million", and);
  return value >= 1000 ? joined(value, 1000, "thousand", and) : belowThousand(value, and);
}

function joined(value: number, scale: number, name: string, and: boolean): string {
  const rest = value % scale;
  const head = `${belowThousand(Math.floor(value / scale), and)} ${name}`;
  if (rest === 0) return head;
  return `${head}${and && rest < 100 ? " and" : ""} ${wordsOf(rest, and)}`;
}

function belowThousand(value: number, and: boolean): string {
  if (value < 100) return belowHundred(value);
  const rest = value % 100;
  const head = `${SMALL[Math.floor(value / 100)]} hundred`;
  return rest === 0 ? head : `${head}${and ? " and" : ""} ${belowHundred(rest)}`;
}

function belowHundred(value: number): string {
  if (value < 20) return SMALL[value]!;
  const ones = value % 10;
  return `${TENS[Math.floor(value / 10) - 2]}${ones === 0 ? "" : `-${SMALL[ones]}`}`;
}
