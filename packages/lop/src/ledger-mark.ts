/**
 * The mark: how far tiles and positions are known to be on disk, with what is needed to go on from there. Written whole
 * (`writeAtomic`), and after everything it speaks of is synced. What it says of hashes is held against its signed checkpoint.
 */
import { fromBase64, fromHex, fromUtf8, toBase64, toHex, utf8 } from "./bytes.ts";
import type { Crypto } from "./crypto.ts";
import type { Disk } from "./disk.ts";

const FORMAT = "axiom-ledger-mark/1";

export interface LedgerMark {
  /** Signed note. */
  readonly checkpoint: string;
  /** Where the record after that checkpoint goes. */
  readonly position: number;
  /** Row 0 of the unfinished tile of each level. */
  readonly rows: readonly Uint8Array[];
}

export async function writeMark(
  disk: Disk,
  path: string,
  crypto: Pick<Crypto, "sha256">,
  mark: LedgerMark,
): Promise<void> {
  const { checkpoint, position, rows } = mark;
  const body = JSON.stringify({ format: FORMAT, checkpoint, position, rows: rows.map(toBase64) });
  await disk.writeAtomic(path, utf8(`${toHex(crypto.sha256(utf8(body)))}\n${body}\n`));
}

/** Null when there is none, or what is there is not one. */
export async function readMark(disk: Disk, path: string, crypto: Pick<Crypto, "sha256">): Promise<LedgerMark | null> {
  if (!(await disk.exists(path))) return null;
  return parseMark(crypto, await disk.read(path));
}

export function parseMark(crypto: Pick<Crypto, "sha256">, bytes: Uint8Array): LedgerMark | null {
  try {
    const [digest, body, end, ...more] = fromUtf8(bytes).split("\n");
    if (digest === undefined || body === undefined || end !== "" || more.length > 0) return null;
    if (toHex(crypto.sha256(utf8(body))) !== toHex(fromHex(digest))) return null;
    const mark = JSON.parse(body) as { format: string; checkpoint: string; position: number; rows: string[] };
    if (mark.format !== FORMAT || !Number.isSafeInteger(mark.position) || typeof mark.checkpoint !== "string")
      return null;
    return { checkpoint: mark.checkpoint, position: mark.position, rows: mark.rows.map(fromBase64) };
  } catch {
    return null;
  }
}
