/** `axiom training export`: approved against refused cards, as pairs to learn from (docs/formats/training-pairs.md). */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type MarkedCard, markCall } from "lex";
import { isRefusal } from "lop";
import type { BehaviorCard } from "raptor";
import { JOURNAL_PATH, type JournalLine } from "./card-journal.ts";
import { cardsOf } from "./needle-desk.ts";
import { EXIT, showRefusal, type Terminal, writeOutput } from "./terminal.ts";

export interface TrainingPair {
  readonly directive: string;
  readonly chosen: MarkedCard;
  readonly rejected: MarkedCard;
  /** Id of the directive whose card was refused. */
  readonly source: string;
}

export function runTrainingExport(terminal: Terminal, output: string | undefined): number {
  const cards = cardsOf(terminal.home);
  if (isRefusal(cards)) return showRefusal(terminal, cards);
  const pairs = pairsOf(readJournal(join(terminal.home, JOURNAL_PATH)), cards);
  const text = pairs.map((pair) => `${JSON.stringify(pair)}\n`).join("");
  if (output !== undefined) writeOutput(output, text);
  else if (text !== "") terminal.out(text.trimEnd());
  terminal.say(`${pairs.length} pairs${output === undefined ? "" : ` in ${output}`}`);
  return EXIT.ok;
}

/** A line that a crash cut off is passed over. */
function readJournal(path: string): JournalLine[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as JournalLine];
      } catch {
        return [];
      }
    });
}

/** A refused card against its correction, or against one that was approved for the same words. */
export function pairsOf(lines: readonly JournalLine[], cards: readonly BehaviorCard[]): TrainingPair[] {
  const approved = new Map<string, MarkedCard>();
  for (const { words, marks, ending } of lines) if (ending === "approved") approved.set(words, marks);
  const pairs = new Map<string, TrainingPair>();
  for (const { id, words, marks: rejected, ending, instead } of lines) {
    if (ending !== "refused") continue;
    const chosen = instead === null ? approved.get(words) : markCall(instead, words, cards);
    if (chosen === undefined || chosen === null || JSON.stringify(chosen) === JSON.stringify(rejected)) continue;
    if (instead !== null || !pairs.has(id)) pairs.set(id, { directive: words, chosen, rejected, source: id });
  }
  return [...pairs.values()];
}
