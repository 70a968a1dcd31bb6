/**
 * What a start learns from the ledger: which packets were admitted (so that none is admitted again), which directives the last
 * run left open (none is run again), which proofs were cut off just before their file, and whether the hive was frozen.
 */
import { fromBase64, fromUtf8, type JsonObject, type Ledger, type ReplayGuard, Statement } from "lop";
import type { Frozen } from "./hive-types.ts";
import { RecoveryWindow } from "./recovery-window.ts";

/** The hive writes a `mark` after so many entries; a start looks back no further than that for the last one. */
export const MARK_EVERY_ENTRIES = 8192;
const LOOK_BACK_ENTRIES = 512;

export interface OpenDirective {
  readonly id: string;
  /** Index of the `intent` entry; null when the directive had not got that far. */
  readonly intent: number | null;
  /** Of a run that a freeze held at the end: digest of its snapshot, null where there was none. Null when it was not held. */
  readonly held: { readonly snapshot: string | null } | null;
}

export interface Recovered {
  readonly open: readonly OpenDirective[];
  /** Directives with an outcome on the ledger since `from`, with its index. */
  readonly outcomes: readonly { readonly id: string; readonly index: number }[];
  readonly frozen: Frozen | null;
  /** Time of the last entry, Unix ms; 0 for an empty ledger. */
  readonly latest_ms: number;
  /** Body of the last `start`; null at the first one. */
  readonly lastStart: JsonObject | null;
  readonly window: RecoveryWindow;
}

export async function recover(ledger: Ledger, replay: ReplayGuard): Promise<Recovered> {
  const mark = await lastMark(ledger);
  const state = new Reading(replay, mark);
  for await (const { index, entry } of ledger.entries(mark?.from ?? 0)) {
    const statement = readOwn(entry);
    if (statement !== null) state.take(index, statement);
  }
  return state.result();
}

interface Mark {
  readonly from: number;
  readonly frozen: Frozen | null;
  readonly body: JsonObject;
}

/** Walks back, block by block, to the last `start` or `mark`. */
async function lastMark(ledger: Ledger): Promise<Mark | null> {
  for (let end = ledger.size; end > 0; end -= LOOK_BACK_ENTRIES) {
    let found: Mark | null = null;
    for await (const { entry } of ledger.entries(Math.max(0, end - LOOK_BACK_ENTRIES), end)) {
      const statement = readOwn(entry);
      if (statement?.kind === "start" || statement?.kind === "mark") found = markOf(statement.body);
    }
    if (found !== null) return found;
  }
  return null;
}

const markOf = (body: JsonObject): Mark => ({
  from: typeof body.from === "number" ? body.from : 0,
  frozen: (body.frozen as Frozen | null | undefined) ?? null,
  body,
});

/** Entries are read as the ledger gives them: it has checked their place; whether they were changed is `axiom ledger check`'s question. */
export function readOwn(entry: Uint8Array): Statement | null {
  try {
    const envelope = JSON.parse(fromUtf8(entry)) as { payload: string };
    const read = Statement.safeParse(JSON.parse(fromUtf8(fromBase64(envelope.payload))));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}

class Reading {
  readonly #replay: ReplayGuard;
  readonly #open = new Map<string, number | null>();
  readonly #held = new Map<string, string | null>();
  readonly #outcomes = new Map<string, number>();
  readonly #window = new RecoveryWindow();
  #frozen: Frozen | null;
  #lastStart: JsonObject | null;
  #latest_ms = 0;

  constructor(replay: ReplayGuard, mark: Mark | null) {
    this.#replay = replay;
    this.#frozen = mark?.frozen ?? null;
    this.#lastStart = mark?.body ?? null;
  }

  take(index: number, { kind, at, directive, body }: Statement): void {
    this.#latest_ms = Math.max(this.#latest_ms, Date.parse(at));
    if (kind === "admitted" || kind === "approval")
      this.#takePacket(index, kind === "admitted" ? directive : null, body);
    if (kind === "freeze") this.#frozen = { why: String(body.why), since: at };
    if (kind === "resume") this.#frozen = null;
    if (kind === "start" || kind === "mark") this.#lastStart = body;
    if (directive === null) return;
    if (kind === "admitted") this.#open.set(directive, null);
    if (kind === "intent") this.#open.set(directive, index);
    if (kind === "held") this.#held.set(directive, typeof body.snapshot === "string" ? body.snapshot : null);
    if (kind === "thawed" || kind === "wiped") this.#held.delete(directive);
    if (kind === "outcome") this.#outcomes.set(directive, index);
    if (kind === "outcome" || kind === "refused" || kind === "interrupted" || kind === "cancelled")
      this.#end(directive);
  }

  #takePacket(index: number, directive: string | null, body: JsonObject): void {
    const { key, sid, chan, ctr, nonce, exp } = body;
    this.#replay.accept(String(key), String(sid), String(chan), Number(ctr), String(nonce), Number(exp));
    this.#window.admitted(directive, index, Number(exp));
  }

  #end(directive: string): void {
    this.#open.delete(directive);
    this.#held.delete(directive);
    this.#window.ended(directive);
  }

  result(): Recovered {
    return {
      open: [...this.#open].map(([id, intent]) => {
        const snapshot = this.#held.get(id);
        return { id, intent, held: snapshot === undefined ? null : { snapshot } };
      }),
      outcomes: [...this.#outcomes].map(([id, index]) => ({ id, index })),
      frozen: this.#frozen,
      latest_ms: this.#latest_ms,
      lastStart: this.#lastStart,
      window: this.#window,
    };
  }
}
