/** Keys and packets for the tests of this package; everything follows from names. */
import { toHex, utf8 } from "../src/bytes.ts";
import type { Signer } from "../src/crypto.ts";
import { nodeCrypto, nodeSigner } from "../src/crypto-node.ts";
import type { KeyDirectory, KeyRole, KeyStatus } from "../src/manifest.ts";
import type { PacketFields } from "../src/packet.ts";
import { isRefusal, type Refusal } from "../src/refusal.ts";

export const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

/** The value, or a failure that says why it was refused. */
export function granted<T>(value: T | Refusal): T {
  if (isRefusal(value)) throw new Error(`${value.refused}: ${value.why}`);
  return value;
}

/** The code of a refusal; anything else as it is. */
export const codeOf = (value: unknown): unknown => (isRefusal(value) ? value.refused : value);

export const signerOf = (name: string): Signer => nodeSigner(nodeCrypto.sha256(utf8(name)));

export function directoryOf(...rows: readonly [Signer, KeyRole, KeyStatus?][]): KeyDirectory {
  const keys = new Map(
    rows.map(
      ([{ keyId, publicKey }, role, status]) => [keyId, { role, publicKey, status: status ?? "active" }] as const,
    ),
  );
  return { find: (keyId) => keys.get(keyId) };
}

export const packetFields = (change: Partial<PacketFields> = {}): PacketFields => ({
  typ: "directive",
  sid: "00112233445566778899aabbccddeeff",
  chan: "operator>hive",
  ctr: 1,
  nonce: toHex(nodeCrypto.sha256(utf8(String(change.ctr ?? 1)))).slice(0, 32),
  iat: NOW_MS,
  exp: NOW_MS + 60_000,
  sub: null,
  body: { words: "read my notes" },
  prev: null,
  ...change,
});
