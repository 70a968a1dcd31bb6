import { createHash, createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { expect, test } from "vitest";
import { toHex, utf8 } from "../src/bytes.ts";
import { SimClock } from "../src/clock-sim.ts";
import type { Crypto, Signer } from "../src/crypto.ts";
import { SimDisk } from "../src/disk-sim.ts";
import { Ledger } from "../src/ledger.ts";
import { isRefusal } from "../src/refusal.ts";
import { verifyTlogProof } from "../src/tlog-proof.ts";

const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash("sha256").update(bytes).digest());
const crypto: Crypto = {
  sha256,
  verify: (key, message, signature) =>
    verify(
      null,
      message,
      createPublicKey({
        key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(key).toString("base64url") },
        format: "jwk",
      }),
      signature,
    ),
};
const secret = createPrivateKey({
  key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.alloc(32, 7)]),
  format: "der",
  type: "pkcs8",
});
const publicKey = new Uint8Array(createPublicKey(secret).export({ format: "der", type: "spki" }).subarray(12));
const signer: Signer = {
  keyId: toHex(sha256(publicKey)),
  publicKey,
  sign: (message) => new Uint8Array(sign(null, message, secret)),
};

async function open(disk: SimDisk): Promise<Ledger> {
  const ledger = await Ledger.open({
    disk,
    folder: "ledger",
    crypto,
    signer,
    origin: "axiom-hive/test",
    clock: new SimClock(),
  });
  if (isRefusal(ledger)) throw new Error(JSON.stringify(ledger));
  return ledger;
}

test("entries come back, are proved, and survive a restart", async () => {
  const disk = new SimDisk();
  let ledger = await open(disk);
  const answers = await Promise.all(Array.from({ length: 700 }, (_, i) => ledger.append(utf8(`entry ${i}`))));
  expect(answers).toEqual(answers.map((_, index) => ({ index })));
  for (let round = 0; round < 3; round++) {
    expect(ledger.size).toBe(700);
    expect(ledger.repaired).toBeNull();
    for (const index of [0, 1, 255, 256, 511, 512, 699]) {
      expect(await ledger.read(index)).toEqual(utf8(`entry ${index}`));
      const proof = await ledger.prove(index);
      expect(verifyTlogProof(crypto, proof, utf8(`entry ${index}`), { origin: "axiom-hive/test", publicKey })).toEqual({
        index,
        size: 700,
      });
    }
    const all: number[] = [];
    for await (const { index, entry } of ledger.entries(250, 520)) {
      expect(entry).toEqual(utf8(`entry ${index}`));
      all.push(index);
    }
    expect(all).toEqual(Array.from({ length: 270 }, (_, i) => 250 + i));
    if (round < 1) await ledger.close();
    ledger = await open(round < 1 ? disk : new SimDisk({ image: disk.image() }));
  }
});
