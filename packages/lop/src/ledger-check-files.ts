/** Finding one's way in the files of a ledger that may be damaged. */
import type { Disk } from "./disk.ts";
import { KIND, RECORD_HEADER_BYTES, readRecord } from "./ledger-record.ts";

export interface SegmentFile {
  /** Below the ledger's folder. */
  readonly name: string;
  readonly start: number;
  readonly length: number;
}

export async function segmentFiles(disk: Disk, folder: string): Promise<SegmentFile[]> {
  if (!(await disk.exists(folder))) return [];
  const files: SegmentFile[] = [];
  for (const name of await disk.list(folder)) {
    const start = /^(\d{16})\.seg$/.exec(name)?.[1];
    if (start === undefined) continue;
    const file = await disk.open(`${folder}/${name}`, "read");
    files.push({ name: `segments/${name}`, start: Number(start), length: await file.size() });
    await file.close();
  }
  return files;
}

/** −1 when all is zero from `at` on. */
export function firstNonZero(bytes: Uint8Array, at: number): number {
  for (let i = at; i < bytes.length; i++) if (bytes[i] !== 0) return i;
  return -1;
}

/** Where the next sound record begins, whatever stands before it; −1 when there is none. */
export function nextSound(bytes: Uint8Array, at: number): number {
  for (let i = at + 1; i + RECORD_HEADER_BYTES <= bytes.length; i++) {
    const kind = bytes[i + 4];
    if (kind !== KIND.entry && kind !== KIND.checkpoint && kind !== KIND.head) continue;
    if (readRecord(bytes, i) !== null) return i;
  }
  return -1;
}
