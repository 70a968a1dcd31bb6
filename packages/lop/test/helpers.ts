/** Ports and packets for the tests of this package; everything follows from a seed. */
import { toHex, utf8 } from "../src/bytes.ts";
import type { Chance } from "../src/chance.ts";
import type { Clock } from "../src/clock.ts";
import type { Signer } from "../src/crypto.ts";
import { nodeCrypto, nodeSigner } from "../src/crypto-node.ts";
import type { KeyDirectory, KeyRole, KeyStatus } from "../src/manifest.ts";
import type { PacketFields } from "../src/packet.ts";

export const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

/** A chain of SHA-256: same seed, same bytes. */
export function seededChance(seed: string): Chance {
  let state = nodeCrypto.sha256(utf8(seed));
  return {
    bytes: (n) => {
      const out = new Uint8Array(n);
      for (let at = 0; at < n; at += 32) {
        state = nodeCrypto.sha256(state);
        out.set(state.subarray(0, Math.min(32, n - at)), at);
      }
      return out;
    },
  };
}

/** A clock that only moves when told to. */
export function handClock(): Clock & { wall_ms: number; passed_ms: number } {
  return {
    wall_ms: NOW_MS,
    passed_ms: 0,
    now_ms() {
      return this.wall_ms;
    },
    monotonic_ms() {
      return this.passed_ms;
    },
    async sleep(ms) {
      this.wall_ms += ms;
      this.passed_ms += ms;
    },
  };
}

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
