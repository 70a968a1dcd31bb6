/**
 * Importing: a file of any size becomes batches of records and of faults. Every bad line or feature is told, with its number; whether
 * the good ones are kept is for the caller to decide. What is held in memory is one batch and one record, however long the file is.
 */
import type { AttributeKind } from "./attribute.ts";
import { type AttributeValue, type Capability, readCapability } from "./capability.ts";
import { type Fault, fault, isFault } from "./fault.ts";
import { HoursCompiler } from "./hours.ts";

/** Records of one batch. */
export const IMPORT_BATCH = 500;
/** Bytes of one record in a file. */
export const MAX_RECORD_BYTES = 4 * 1024 * 1024;
/** Ids that are remembered to find doubles; further ones are not compared. */
export const MAX_REMEMBERED_IDS = 1_000_000;
/** Faults told of one file: a file of the wrong kind is wrong everywhere. The rest is counted. */
export const MAX_TOLD_FAULTS = 10_000;

export type ImportSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

export interface ImportOptions {
  /** IANA time zone of records that name none. */
  readonly tz: string;
  /** What attributes hold in the lattice that the records are for; others hold what the file's first record says. */
  readonly kinds?: ReadonlyMap<string, AttributeKind>;
}

/** Words and sets of words go together; anything else under one key does not. */
const kindOf = (value: AttributeValue): AttributeKind =>
  typeof value === "boolean" ? "boolean" : typeof value === "number" ? "number" : "set";

export interface ImportBatch {
  readonly records: readonly Capability[];
  /** `at` begins with where: `line 12`, `feature 3`. */
  readonly faults: readonly Fault[];
  /** So far, over all batches: lines or features; those that are no capabilities; those that are bad; bytes. */
  readonly read: number;
  readonly passed_over: number;
  readonly bad: number;
  readonly bytes: number;
}

/** A record as an importer made it, before it is checked; null passes over; a fault is told. */
export type Drafted = Record<string, unknown> | Fault | null;

/** Checks drafts one after the other and hands them on in batches. */
export class ImportDesk {
  readonly #hours = new Map<string, Fault | null>();
  readonly #compiler = new HoursCompiler({ from_ms: 0, until_ms: 86_400_000 });
  readonly #ids = new Set<string>();
  readonly #kinds: Map<string, AttributeKind>;
  #records: Capability[] = [];
  #faults: Fault[] = [];
  #read = 0;
  #passed_over = 0;
  #bad = 0;
  bytes = 0;

  constructor({ kinds }: ImportOptions) {
    this.#kinds = new Map([...(kinds ?? [])].map(([key, kind]) => [key, kind === "word" ? "set" : kind]));
  }

  get full(): boolean {
    return this.#records.length + this.#faults.length >= IMPORT_BATCH;
  }

  /** `where`: `line 12`. */
  take(drafted: Drafted, where: string): void {
    this.#read++;
    if (drafted === null) this.#passed_over++;
    else {
      const record = isFault(drafted) ? drafted : this.#check(drafted);
      if (isFault(record)) this.refuse(record, where);
      else this.#records.push(record);
    }
  }

  refuse({ refused, why, at }: Fault, where: string): void {
    this.#bad++;
    if (this.#bad > MAX_TOLD_FAULTS) return;
    // The field stands in `at`; where `why` begins with it too, once is enough.
    const said = at !== "" && why.startsWith(`${at}: `) ? why.slice(at.length + 2) : why;
    this.#faults.push(fault(refused, said, at === "" ? where : `${where}: ${at}`));
  }

  #check(drafted: Record<string, unknown>): Capability | Fault {
    const record = readCapability(drafted);
    if (isFault(record)) return record;
    if (this.#ids.has(record.id))
      return fault("capability-duplicate", `The id "${record.id}" stands in this file before.`, "id");
    const wrong = this.#checkKinds(record) ?? this.#checkHours(record);
    if (wrong !== null) return wrong;
    if (this.#ids.size < MAX_REMEMBERED_IDS) this.#ids.add(record.id);
    return record;
  }

  #checkKinds({ attributes }: Capability): Fault | null {
    for (const [key, value] of Object.entries(attributes)) {
      const kind = kindOf(value);
      const known = this.#kinds.get(key) ?? kind;
      if (known !== kind)
        return fault("attribute-mismatch", `"${key}" holds a ${known}, not a ${kind}.`, `attributes.${key}`);
      this.#kinds.set(key, kind);
    }
    return null;
  }

  #checkHours({ hours, tz }: Capability): Fault | null {
    if (hours === null || hours.kind === "intervals") return null;
    const key = `${tz} ${hours.kind} ${hours.text}`;
    const known = this.#hours.get(key);
    if (known !== undefined) return known;
    const compiled = this.#compiler.compile(hours, tz, null);
    const wrong = isFault(compiled) ? compiled : null;
    if (this.#hours.size < MAX_REMEMBERED_IDS) this.#hours.set(key, wrong);
    return wrong;
  }

  /** What has come together since the last batch. */
  batch(): ImportBatch {
    const { bytes } = this;
    const counted = { read: this.#read, passed_over: this.#passed_over, bad: this.#bad, bytes };
    const made = { records: this.#records, faults: this.#faults, ...counted };
    this.#records = [];
    this.#faults = [];
    return made;
  }
}

/** Lines of UTF-8 text with their numbers. A line longer than MAX_RECORD_BYTES is handed on as null. A mark of byte order is dropped. */
export async function* linesOf(
  source: ImportSource,
  counted: (bytes: number) => void,
): AsyncGenerator<readonly [line: string | null, number: number]> {
  const decoder = new TextDecoder("utf-8");
  let [rest, number, overlong] = ["", 0, false];
  for await (const chunk of source) {
    counted(chunk.length);
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      yield [overlong || line.length > MAX_RECORD_BYTES ? null : line.replace(/\r$/, ""), ++number];
      overlong = false;
    }
    if (rest.length > MAX_RECORD_BYTES) [rest, overlong] = ["", true];
  }
  rest += decoder.decode();
  if (rest !== "" || overlong) yield [overlong ? null : rest, ++number];
}
