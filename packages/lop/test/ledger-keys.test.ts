import { describe, expect, test } from "vitest";
import { utf8 } from "../src/bytes.ts";
import { SimClock } from "../src/clock-sim.ts";
import type { Signer } from "../src/crypto.ts";
import { nodeCrypto } from "../src/crypto-node.ts";
import { SimDisk } from "../src/disk-sim.ts";
import { Ledger } from "../src/ledger.ts";
import { checkLedger } from "../src/ledger-check.ts";
import { verifierKey } from "../src/note.ts";
import { verifyTlogProof } from "../src/tlog-proof.ts";
import { codeOf, granted, signerOf } from "./helpers.ts";

const origin = "axiom-hive/rotated";
const [first, second] = [signerOf("first hive key"), signerOf("second hive key")];
const disk = new SimDisk();
const open = (signer: Signer, formerKeys: readonly Uint8Array[] = []) =>
  Ledger.open({ disk, folder: "ledger", crypto: nodeCrypto, signer, formerKeys, origin, clock: new SimClock() });

describe("a ledger whose key was rotated", () => {
  test("goes on under the new key, and proves old entries under it", async () => {
    const before = granted(await open(first));
    granted(await before.append(utf8("old")));
    await before.close();
    const after = granted(await open(second, [first.publicKey]));
    expect(after.repaired).toBeNull();
    granted(await after.append(utf8("new")));
    const log = { origin, publicKey: second.publicKey };
    expect(verifyTlogProof(nodeCrypto, await after.prove(0), utf8("old"), log)).toEqual({ index: 0, size: 2 });
    await after.close();
  });

  test("is refused to a key that nobody vouches for", async () => {
    expect(codeOf(await open(signerOf("thief")))).toBe("ledger-damaged");
  });

  test("is sound to a check that knows both keys, and to no other", async () => {
    const key = verifierKey(nodeCrypto, { name: origin, type: 1, publicKey: second.publicKey });
    const check = (formerKeys: readonly Uint8Array[]) =>
      checkLedger({ disk, folder: "ledger", crypto: nodeCrypto, verifierKey: key, formerKeys });
    expect((await check([first.publicKey])).findings).toEqual([]);
    expect((await check([])).findings).not.toEqual([]);
  });
});
