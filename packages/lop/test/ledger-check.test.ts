import { beforeAll, expect, inject, test } from "vitest";
import { SimChance } from "../src/chance-sim.ts";
import { type DiskImage, SimDisk } from "../src/disk-sim.ts";
import { openLedger } from "./ledger-helpers.ts";
import * as tamper from "./ledger-tamper.ts";

const seed = inject("seed");
const chance = new SimChance(seed);
let image: DiskImage;
let checkpoint: string;
let all: tamper.Place[];
let entries: tamper.Place[];

beforeAll(async () => {
  console.log(`seed ${seed} (AXIOM_SEED)`);
  ({ image, checkpoint } = await tamper.makeLedger(2000, chance));
  all = tamper.places(image);
  entries = all.filter((place) => place.kind === 1);
});

async function expectLocated(tampering: tamper.Tampering): Promise<void> {
  const report = await tamper.check(tampering.disk, tampering.remembered);
  expect(report.sound, tampering.name).toBe(false);
  expect(tampering.located(report.findings), `${tampering.name}: ${JSON.stringify(report.findings.slice(0, 5))}`).toBe(
    true,
  );
}

test("an untouched ledger is sound, closed or not", async () => {
  const report = await tamper.check(new SimDisk({ image }), [checkpoint]);
  expect(report.findings).toEqual([]);
  expect(report).toMatchObject({ sound: true, size: 2000, checkpoint });
  const disk = new SimDisk({ image });
  const ledger = await openLedger(disk);
  await Promise.all(Array.from({ length: 300 }, () => ledger.append(chance.bytes(50))));
  expect((await tamper.check(new SimDisk({ image: disk.image() }), [checkpoint])).findings).toEqual([]);
});

test("an empty ledger is sound", async () => {
  const made = await tamper.makeLedger(0, chance);
  expect(await tamper.check(new SimDisk({ image: made.image }))).toMatchObject({ sound: true, size: 0 });
});

test("single bits: in segments, beside them, behind their end", async () => {
  for (let round = 0; round < 4; round++) await expectLocated(tamper.flips(image, all, 150, chance));
  for (let round = 0; round < 10; round++) await expectLocated(tamper.flipBeside(image, chance));
  for (let round = 0; round < 5; round++) await expectLocated(tamper.flipInZeros(image, all, chance));
});

test("every single bit of a small ledger", async () => {
  const small = await tamper.makeLedger(6, chance, { bytes: 40, segmentSizes: { min_bytes: 2048, max_bytes: 2048 } });
  for (const [path, bytes] of small.image.files) {
    if (path.endsWith("lock")) continue;
    for (let bit = 0; bit < bytes.length * 8; bit += 1 + chance.below(40)) {
      const disk = new SimDisk({ image: small.image });
      disk.tamper(path, (b) => b.with(bit >> 3, b[bit >> 3]! ^ (1 << (bit & 7))));
      const report = await tamper.check(disk);
      if (report.sound) throw new Error(`bit ${bit} of ${path} changed unseen`);
    }
  }
});

test("changes, swaps and deletions, with checksums put right or not", async () => {
  for (let round = 0; round < 4; round++) {
    await expectLocated(tamper.change(image, entries, chance));
    for (const careful of [false, true]) {
      await expectLocated(tamper.swap(image, entries, chance, careful));
      await expectLocated(tamper.remove(image, all, chance, careful));
      await expectLocated(tamper.truncate(image, all, chance, careful));
    }
    await expectLocated(tamper.resign(image, all, chance));
    await expectLocated(tamper.removeSegment(image, all, chance));
  }
});

test("without tiles and mark a changed entry is located to its batch", async () => {
  const { disk, located } = tamper.change(image, entries, chance);
  for (const path of [...disk.image().files.keys()].filter((name) => /tiles|mark/.test(name))) await disk.remove(path);
  const report = await tamper.check(disk);
  expect(report.findings.map((finding) => finding.kind)).toContain("root-mismatch");
  expect(located(report.findings)).toBe(true);
});

test("a rollback and a fork show against a remembered checkpoint", async () => {
  const older = await tamper.makeLedger(500, new SimChance(1));
  const newer = await tamper.makeLedger(800, new SimChance(2), { from: older.image });
  const forked = await tamper.makeLedger(900, new SimChance(3), { from: older.image });
  const kinds = async (from: DiskImage, remembered: string[]) =>
    (await tamper.check(new SimDisk({ image: from }), remembered)).findings.map((finding) => finding.kind);
  expect(await kinds(newer.image, [older.checkpoint, newer.checkpoint])).toEqual([]);
  expect(await kinds(older.image, [older.checkpoint, newer.checkpoint])).toEqual(["rolled-back"]);
  expect(await kinds(forked.image, [older.checkpoint, newer.checkpoint])).toEqual(["forked"]);
  expect(await kinds(forked.image, [newer.checkpoint.replace("axiom", "other")])).toEqual(["remembered-invalid"]);
});
