import { expect, test } from "vitest";
import { utf8 } from "../src/bytes.ts";
import { SimClock } from "../src/clock-sim.ts";
import { nodeCrypto, nodeSigner } from "../src/crypto-node.ts";
import { SimDisk } from "../src/disk-sim.ts";
import { Ledger } from "../src/ledger.ts";
import { isRefusal } from "../src/refusal.ts";
import { verifyTlogProof } from "../src/tlog-proof.ts";

const signer = nodeSigner(new Uint8Array(32).fill(7));
const { publicKey } = signer;

async function open(disk: SimDisk): Promise<Ledger> {
  const ledger = await Ledger.open({
    disk,
    folder: "ledger",
    crypto: nodeCrypto,
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
      expect(
        verifyTlogProof(nodeCrypto, proof, utf8(`entry ${index}`), { origin: "axiom-hive/test", publicKey }),
      ).toEqual({
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
