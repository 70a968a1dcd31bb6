/**
 * What became of the cards that needles wrote: kept in the home, so that the operator can train on his own decisions
 * (`axiom training export`). One JSON object a line; nothing of it leaves the machine by itself.
 */
import type { MarkedCard, ToolCall } from "lex";
import type { Disk, DiskFile } from "lop";
import { utf8 } from "lop";
import type { DirectiveView } from "./hive-types.ts";

export const JOURNAL_PATH = "training/cards.jsonl";
/** Beyond this nothing more is kept; `axiom training export` and an empty file begin anew. */
export const JOURNAL_MAX_BYTES = 64 * 1024 * 1024;
/** A card that the operator states so soon after he refused a needle's is taken as its correction. */
export const CORRECTION_MS = 10 * 60_000;

export interface JournalLine {
  readonly id: string;
  readonly at: string;
  readonly words: string;
  readonly call: ToolCall;
  readonly marks: MarkedCard;
  /** `approved`: it ran well, with or without being asked about. `refused`: the operator said no. */
  readonly ending: "approved" | "refused";
  /** What the operator stated instead. */
  readonly instead: ToolCall | null;
}

export class CardJournal {
  readonly #disk: Disk;
  #refused: { readonly line: JournalLine; readonly at_ms: number } | null = null;
  /** One after the other: lines must not run into each other. */
  #writing: Promise<void> = Promise.resolve();

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** @param marks null when the operator wrote the card himself, or a general model did, which cannot be taught here. */
  note(view: DirectiveView, marks: MarkedCard | null): Promise<void> {
    const line = marks === null ? this.#corrected(view) : this.#written(view, marks);
    if (line !== null) this.#writing = this.#writing.then(() => this.#append(line));
    return this.#writing;
  }

  #written(view: DirectiveView, marks: MarkedCard): JournalLine | null {
    const { id, words, card, ended_at } = view;
    const refused = view.refusal?.refused === "approval-refused";
    const well = view.state === "done" && view.outcome?.status === "ok" && view.quarantined === false;
    if (words === null || card === null || (!refused && !well)) return null;
    const call = { tool: card.tool, parameters: card.parameters };
    const ending = refused ? "refused" : "approved";
    const line: JournalLine = { id, at: ended_at ?? view.submitted_at, words, call, marks, ending, instead: null };
    this.#refused = refused ? { line, at_ms: Date.parse(line.at) } : null;
    return line;
  }

  #corrected({ card, state, submitted_at }: DirectiveView): JournalLine | null {
    const before = this.#refused;
    this.#refused = null;
    if (before === null || card === null || card.by !== "operator" || state !== "done") return null;
    if (Date.parse(submitted_at) - before.at_ms > CORRECTION_MS) return null;
    return { ...before.line, instead: { tool: card.tool, parameters: card.parameters } };
  }

  async #append(line: JournalLine): Promise<void> {
    await this.#disk.makeFolder("training");
    const file: DiskFile = await this.#disk.open(JOURNAL_PATH, "update");
    try {
      const size = await file.size();
      if (size < JOURNAL_MAX_BYTES) await file.write(size, utf8(`${JSON.stringify(line)}\n`));
    } finally {
      await file.close();
    }
  }
}
