/**
 * Proof cards' replay data made by one process and run again by another. `npm run bench -w lex -- replay [--count N] [--model FILE]`
 * With `--child FILE` it is the other process: it reads the records and says how many replay to the same bits.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isRefusal, nodeCrypto, type ReplayData } from "lop";
import { replay, type Supervisor, type ToolCall } from "../src/index.ts";
import { openWriter } from "./eval.ts";

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

export async function replayBench(args: { count: number; model: string }): Promise<void> {
  const writer = await openWriter(args.model, "exact");
  const began = performance.now();
  const records = await record(writer, args.count);
  const made_ms = performance.now() - began;
  const folder = mkdtempSync(join(tmpdir(), "axiom-replay-"));
  try {
    const file = join(folder, "records.json");
    writeFileSync(file, JSON.stringify(records));
    const child = spawnSync(process.execPath, [fileURLToPath(import.meta.url), file, args.model], { encoding: "utf8" });
    console.log(
      `${records.length} cards made in ${(made_ms / 1000).toFixed(1)} s; another process: ${child.stdout.trim()}${child.stderr}`,
    );
    if (child.status !== 0) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function child(file: string, model: string): Promise<void> {
  const records = JSON.parse(readFileSync(file, "utf8")) as ReplayRecord[];
  const { same, first } = await rerun(await openWriter(model, "exact"), records);
  console.log(
    `${same} of ${records.length} replay to the same bits${first === null ? "" : `; first difference ${first}`}`,
  );
  process.exitCode = same === records.length ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await child(process.argv[2]!, process.argv[3]!);
