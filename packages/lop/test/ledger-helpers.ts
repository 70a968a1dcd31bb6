import { utf8 } from "../src/bytes.ts";
import { SimClock } from "../src/clock-sim.ts";
import { nodeCrypto, nodeSigner } from "../src/crypto-node.ts";
import type { Disk } from "../src/disk.ts";
import { Ledger, type LedgerOptions } from "../src/ledger.ts";
import { NOTE_ED25519, type NoteKey } from "../src/note.ts";
import { isRefusal, type Refusal } from "../src/refusal.ts";

export const ORIGIN = "axiom-hive/test";
export const signer = nodeSigner(new Uint8Array(32).fill(7));
export const LOG = { origin: ORIGIN, publicKey: signer.publicKey };
export const LOG_KEY: NoteKey = { name: ORIGIN, type: NOTE_ED25519, publicKey: signer.publicKey };

export const optionsOn = (disk: Disk, more: Partial<LedgerOptions> = {}): LedgerOptions => ({
  disk,
  folder: "ledger",
  crypto: nodeCrypto,
  signer,
  origin: ORIGIN,
  clock: new SimClock(),
  segmentSizes: { min_bytes: 64 * 1024, max_bytes: 1024 * 1024 },
  ...more,
});

export async function openLedger(disk: Disk, more: Partial<LedgerOptions> = {}): Promise<Ledger> {
  return agreed(await Ledger.open(optionsOn(disk, more)));
}

export function agreed<T>(value: T | Refusal): T {
  if (isRefusal(value)) throw new Error(`${value.refused}: ${value.why}`);
  return value;
}

export const entryOf = (index: number): Uint8Array => utf8(`entry ${index} ${"x".repeat(index % 300)}`);

export async function fill(ledger: Ledger, count: number): Promise<void> {
  const first = ledger.size;
  const answers = await Promise.all(Array.from({ length: count }, (_, i) => ledger.append(entryOf(first + i))));
  for (const answer of answers) agreed(answer);
}
