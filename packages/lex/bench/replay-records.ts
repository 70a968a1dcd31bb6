/** What a proof card keeps of a needle's work, made in bulk and run again. Knows no operating system. */
import { isRefusal, nodeCrypto, type ReplayData } from "lop";
import { replay, type Supervisor, type ToolCall } from "../src/index.ts";

export interface ReplayRecord {
  readonly words: string;
  readonly call: ToolCall;
  readonly replay: ReplayData;
}

const NOUNS = "lamp bridge harbour kettle orchard pillow tunnel window engine garden".split(" ");

/** Plain directives of many kinds, the same ones for the same number. */
export function directive(n: number): string {
  const noun = NOUNS[n % NOUNS.length]!;
  const ways = [
    `remember that the ${noun} code is ${1000 + n}`,
    `run this python: print(${n}*7)`,
    `let ${noun}${n}.example.org through for ${(n % 90) + 1} minutes`,
    `read ${noun}/notes-${n}.txt`,
    `watch https://${noun}.example/p/${n} every ${(n % 20) + 2} minutes`,
    `make a snapshot called ${noun}-${n}`,
    `search my notes for ${noun} ${n}`,
  ];
  return ways[n % ways.length]!;
}

export async function record(writer: Supervisor, count: number): Promise<ReplayRecord[]> {
  const made: ReplayRecord[] = [];
  for (let n = 0; made.length < count && n < count * 20; n++) {
    const words = directive(n);
    const route = await writer.route(words);
    const answer = isRefusal(route) ? route : await writer.decode(route);
    if (!isRefusal(answer)) made.push({ words, call: answer.call, replay: answer.replay });
  }
  return made;
}

/** How many give the same bits; the first difference of the others. */
export async function rerun(
  writer: Supervisor,
  records: readonly ReplayRecord[],
): Promise<{ same: number; first: string | null }> {
  let same = 0;
  let first: string | null = null;
  for (const { words, call, replay: data } of records) {
    const card = data.card;
    const needle = writer.needles.find((each) => each.cardHash === card)!;
    const found = await replay(data, { words, call }, needle, nodeCrypto);
    if (found === null) same++;
    else first ??= JSON.stringify(found);
  }
  return { same, first };
}
