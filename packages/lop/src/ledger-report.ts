/** What a check of a ledger has found. */
export const FINDINGS = {
  "segment-missing": "a segment of the row is not there, or has not its length",
  "record-damaged": "bytes that are no sound record where one must stand",
  "entry-changed": "an entry is not the one whose hash was signed",
  "entry-misplaced": "an entry stands where another belongs",
  "entries-missing": "entries between two others are gone",
  "root-mismatch": "entries do not hash to the root that was signed over them",
  "checkpoint-invalid": "a checkpoint is not signed by the ledger's key, or is of another size",
  "torn-tail": "the end is not a whole batch; the next start cuts it off",
  "tail-missing": "entries that were durable are gone from the end",
  "mark-damaged": "the mark is not sound; the next start makes everything again from the segments",
  "tiles-damaged": "a kept hash or position is not what the segments give",
  "rolled-back": "the ledger is older than a checkpoint that somebody remembers",
  forked: "the ledger's past is not the one that a remembered checkpoint signs",
  "remembered-invalid": "a remembered checkpoint is not signed by the ledger's key",
} as const satisfies Record<string, string>;
export type FindingKind = keyof typeof FINDINGS;

export interface Finding {
  readonly kind: FindingKind;
  /** File, below the ledger's folder. */
  readonly file: string;
  /** First byte in the file that is wrong, where one can be named. */
  readonly byte: number | null;
  /** First and last entry that it concerns, where any. */
  readonly entries: { readonly first: number; readonly last: number } | null;
  readonly why: string;
}

export interface LedgerReport {
  readonly sound: boolean;
  /** Entries under the last checkpoint that was read. */
  readonly size: number;
  readonly checkpoint: string | null;
  readonly segments: number;
  readonly bytes: number;
  readonly findings: readonly Finding[];
  /** More was found than is listed. */
  readonly cut: boolean;
}

export const FINDINGS_MAX = 1000;

/** For a report in one line. */
export const findingText = ({ kind, file, byte, entries, why }: Finding): string =>
  `${kind}: ${file}${byte === null ? "" : ` at byte ${byte}`}${entries === null ? "" : ` (entries ${entries.first}–${entries.last})`}: ${why}`;
