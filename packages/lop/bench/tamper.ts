/** A5: a ledger of 10^4 entries is tampered with; the check must see and locate every case. `--entries --flips --cases --seed` */
import { parseArgs } from "node:util";
import { SimChance } from "../src/chance-sim.ts";
import { nodeClock } from "../src/clock-node.ts";
import { SimDisk } from "../src/disk-sim.ts";
import * as tamper from "../test/ledger-tamper.ts";
import { report } from "./goal.ts";

export const name = "tamper";

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      entries: { type: "string", default: "10000" },
      flips: { type: "string", default: "20000" },
      cases: { type: "string", default: "20" },
      seed: { type: "string", default: "1" },
    },
  });
  const chance = new SimChance(Number(values.seed));
  const older = await tamper.makeLedger(Math.floor(Number(values.entries) / 2), chance, { bytes: 600 });
  const { image, checkpoint } = await tamper.makeLedger(Number(values.entries), chance, {
    from: older.image,
    bytes: 600,
  });
  const fork = await tamper.makeLedger(Number(values.entries), new SimChance(-1), { from: older.image, bytes: 600 });
  const start = nodeClock.monotonic_ms();
  const sound = await tamper.check(new SimDisk({ image }), [older.checkpoint, checkpoint]);
  if (!sound.sound) throw new Error("the untouched ledger is not sound");
  console.log(
    `${sound.size} entries, ${sound.bytes} bytes: checked in ${Math.round(nodeClock.monotonic_ms() - start)} ms`,
  );

  const tally = new Map<string, { tried: number; located: number }>();
  const judge = async (what: string, { disk, remembered, located }: tamper.Tampering, weight = 1) => {
    const { findings } = await tamper.check(disk, remembered);
    const row = tally.get(what) ?? { tried: 0, located: 0 };
    const ok = findings.length > 0 && located(findings);
    if (!ok) console.log(`not located: ${what}: ${JSON.stringify(findings.slice(0, 3))}`);
    tally.set(what, { tried: row.tried + weight, located: row.located + (ok ? weight : 0) });
  };
  const all = tamper.places(image);
  const entries = all.filter((place) => place.kind === 1);
  for (let done = 0; done < Number(values.flips); ) {
    const flips = tamper.flips(image, all, 500, chance);
    await judge("bit flips in records", flips, flips.count);
    done += flips.count;
  }
  for (let i = 0; i < Number(values.cases); i++) {
    await judge("bit flips beside the segments", tamper.flipBeside(image, chance));
    await judge("bit flips behind the end", tamper.flipInZeros(image, all, chance));
    await judge("changed entries, checksum right", tamper.change(image, entries, chance));
    await judge("swapped records", tamper.swap(image, entries, chance, false));
    await judge("swapped entries, all put right", tamper.swap(image, entries, chance, true));
    await judge("deleted records", tamper.remove(image, all, chance, false));
    await judge("deleted entries, all put right", tamper.remove(image, all, chance, true));
    await judge("truncated ends", tamper.truncate(image, all, chance, i % 2 === 0));
    await judge("removed segments", tamper.removeSegment(image, all, chance));
    await judge("changed signatures", tamper.resign(image, all, chance));
  }
  const judgedBy = (kind: string) => (f: readonly { kind: string }[]) => f.some((one) => one.kind === kind);
  await judge("rollbacks", {
    name: "",
    disk: new SimDisk({ image: older.image }),
    remembered: [checkpoint],
    located: judgedBy("rolled-back"),
  });
  await judge("forks", {
    name: "",
    disk: new SimDisk({ image: fork.image }),
    remembered: [checkpoint],
    located: judgedBy("forked"),
  });
  for (const [what, { tried, located }] of tally) console.log(`${what.padEnd(34)} ${located} of ${tried} located`);
  const [tried, located] = ["tried", "located"].map((field) =>
    [...tally.values()].reduce((sum, row) => sum + row[field as "tried" | "located"], 0),
  );
  report("A5 tamperings located", `${located} of ${tried}`, located === tried);
}

if (import.meta.main) await run(process.argv.slice(2));
