/** The hive's own words in the ledger: statements, signed with the hive's key, each in a DSSE envelope. Format: docs/formats/ledger.md. */
import {
  type Clock,
  type Envelope,
  envelopeBytes,
  isRefusal,
  type JsonObject,
  type Ledger,
  type Refusal,
  type Signer,
  STATEMENT_PAYLOAD_TYPE,
  type Statement,
  sealEnvelope,
  utf8,
} from "lop";

/** Refusals of the ledger after which nothing may go on. */
const STOPS: ReadonlySet<string> = new Set(["ledger-unwritable", "ledger-damaged", "disk-full"]);
/** Longest sentence that goes into an entry; an entry has at most 65,535 bytes. */
export const SENTENCE_MAX = 1000;

export type StatementKind = Statement["kind"];

export interface Written {
  readonly index: number;
  readonly at: string;
  readonly envelope: Envelope;
}

export interface StatementsOptions {
  readonly ledger: Ledger;
  readonly signer: Signer;
  readonly clock: Clock;
  /** No entry is dated before this; recovery hands in the time of the last one, for a clock that was set back. */
  readonly floor_ms: number;
  /** Called when the ledger does not take entries any more: the hive freezes. */
  readonly unwritable: (refusal: Refusal) => void;
}

export const instant = (ms: number): string => new Date(ms).toISOString();
export const sentence = (text: string): string =>
  text.length > SENTENCE_MAX ? `${text.slice(0, SENTENCE_MAX - 1)}…` : text;

/** Kind and body of an entry about the hive itself. */
export type OwnEntry = readonly [kind: StatementKind, body: JsonObject];

export class Statements {
  readonly #options: StatementsOptions;
  #opening: (() => readonly OwnEntry[]) | null = null;
  #opened: Promise<Refusal | null> | null = null;
  #latest_ms: number;

  constructor(options: StatementsOptions) {
    this.#options = options;
    this.#latest_ms = options.floor_ms;
  }

  get ledger(): Ledger {
    return this.#options.ledger;
  }

  /** Wall time that never goes back behind what the ledger already says. */
  now_ms(): number {
    this.#latest_ms = Math.max(this.#latest_ms, this.#options.clock.now_ms());
    return this.#latest_ms;
  }

  now(): string {
    return instant(this.now_ms());
  }

  /** Entries that come before whatever is written next, so that a run that only reads leaves no trace. */
  openWith(entries: () => readonly OwnEntry[]): void {
    this.#opening = entries;
  }

  /** Whether this run has written anything since `openWith`. */
  get opened(): boolean {
    return this.#opened !== null;
  }

  /** Writes the opening entries, unless they are there. What is refused is tried again by the next one. */
  open(): Promise<Refusal | null> {
    this.#opened ??= this.#open().then((refused) => {
      if (refused !== null) this.#opened = null;
      return refused;
    });
    return this.#opened;
  }

  async #open(): Promise<Refusal | null> {
    for (const [kind, body] of this.#opening?.() ?? []) {
      const written = await this.append(this.sign(kind, null, body));
      if (isRefusal(written)) return written;
    }
    return null;
  }

  /** Resolves when the entry is durable and under a signed tree head. */
  async write(kind: StatementKind, directive: string | null, body: JsonObject): Promise<Written | Refusal> {
    const refused = this.#opening === null ? null : await this.open();
    return refused ?? this.append(this.sign(kind, directive, body));
  }

  sign(kind: StatementKind, directive: string | null, body: JsonObject): { envelope: Envelope; at: string } {
    const at = this.now();
    const statement: Statement = { v: 1, kind, at, directive, body };
    return {
      at,
      envelope: sealEnvelope(this.#options.signer, STATEMENT_PAYLOAD_TYPE, utf8(JSON.stringify(statement))),
    };
  }

  async append(signed: { envelope: Envelope; at: string }): Promise<Written | Refusal> {
    const written = await this.#options.ledger.append(envelopeBytes(signed.envelope));
    if (isRefusal(written)) {
      if (STOPS.has(written.refused)) this.#options.unwritable(written);
      return written;
    }
    return { index: written.index, ...signed };
  }
}
