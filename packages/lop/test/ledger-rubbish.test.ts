import { expect, inject, test } from "vitest";
import { equal } from "../src/bytes.ts";
import { SimChance } from "../src/chance-sim.ts";
import { DiskError } from "../src/disk.ts";
import { SimDisk } from "../src/disk-sim.ts";
import { Ledger } from "../src/ledger.ts";
import { isRefusal } from "../src/refusal.ts";
import { entryOf, fill, openLedger, optionsOn } from "./ledger-helpers.ts";
import * as tamper from "./ledger-tamper.ts";

const SIZES = { segmentSizes: { min_bytes: 16 * 1024, max_bytes: 32 * 1024 } };

/** Rubbish over a part of a file, a piece cut out, a piece doubled, or the end gone. */
function spoil(bytes: Uint8Array, chance: SimChance): Uint8Array {
  const from = chance.below(bytes.length + 1);
  const to = Math.min(bytes.length, from + chance.below(2000));
  const kind = chance.below(5);
  if (kind === 0) return bytes.slice(0, from);
  const copy = bytes.slice();
  if (kind === 1) copy.fill(0, from, to);
  else if (kind === 2) copy.set(chance.bytes(to - from), from);
  else if (kind === 3) copy.copyWithin(from, to);
  else copy.copyWithin(to, from, from + (bytes.length - to));
  return copy;
}

test("whatever the folder holds: a ledger that gives true entries, or a refusal; never an exception, never a false entry", async () => {
  const seed = inject("seed");
  console.log(`seed ${seed} (AXIOM_SEED)`);
  const chance = new SimChance(seed);
  const made = new SimDisk();
  const ledger = await openLedger(made, SIZES);
  for (let chunk = 0; chunk < 15; chunk++) await fill(ledger, 20);
  await ledger.close();
  const image = made.image();
  const paths = [...image.files.keys()].filter((path) => image.files.get(path)!.length > 0);
  const seen = { opened: 0, refused: 0 };
  for (let round = 0; round < 250; round++) {
    const disk = new SimDisk({ image });
    for (let harm = 0; harm <= chance.below(3); harm++)
      disk.tamper(paths[chance.below(paths.length)]!, (bytes) => spoil(bytes, chance));
    await tamper.check(disk);
    const opened = await Ledger.open(optionsOn(disk, SIZES));
    if (isRefusal(opened)) {
      expect(["ledger-damaged", "ledger-unwritable"]).toContain(opened.refused);
      seen.refused++;
      continue;
    }
    seen.opened++;
    await judge(opened);
    await opened.close();
  }
  expect(seen.opened).toBeGreaterThan(20);
  expect(seen.refused).toBeGreaterThan(20);
});

async function judge(ledger: Ledger): Promise<void> {
  for (let index = 0; index < ledger.size; index += 7) {
    const entry = await ledger.read(index);
    if (!isRefusal(entry)) expect(equal(entry, entryOf(index))).toBe(true);
  }
  try {
    for await (const { index, entry } of ledger.entries(0)) expect(equal(entry, entryOf(index))).toBe(true);
  } catch (error) {
    expect(error).toBeInstanceOf(DiskError);
  }
}
