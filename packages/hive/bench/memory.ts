/**
 * `npm run bench -w hive -- memory [--count 20000]`: heap of one hive on a real disk over many directives, after a garbage
 * collection each time. Flat means within 5 % from the first quarter on; before that, bounded caches fill up.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Ladder, Workspace } from "forge";
import { nodeChance, nodeClock, nodeCrypto, nodeDisk } from "lop";
import { openHive } from "../src/index.ts";
import { card, must, settings, run as travel } from "../test/hive-home.ts";

export const name = "memory";

const SAMPLES = 20;
const AT_ONCE = 16;
const FLAT = 0.05;

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { count: { type: "string", default: "20000" } } });
  const count = Number(values.count);
  const home = mkdtempSync(join(tmpdir(), "axiom-bench-memory-"));
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  try {
    const workspace = await Workspace.open(join(home, "workspace"));
    const ports = {
      clock: nodeClock,
      chance: nodeChance,
      disk: nodeDisk(home),
      crypto: nodeCrypto,
      ladder: new Ladder([]),
      workspace,
    };
    const hive = must(await openHive(ports, settings(), { passphrase: null }));
    const heap_mib: number[] = [];
    for (let sample = 0; sample < SAMPLES; sample++) {
      await many(count / SAMPLES, () => travel(hive, card("files.list")));
      collect();
      const { heapUsed, arrayBuffers, external } = process.memoryUsage();
      heap_mib.push((heapUsed + external + arrayBuffers) / 2 ** 20);
      process.stderr.write(
        `memory: ${Math.round(((sample + 1) * count) / SAMPLES)}: ${heap_mib.at(-1)!.toFixed(1)} MiB\n`,
      );
    }
    await hive.close();
    await workspace.close();
    report(count, heap_mib);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function many(count: number, work: () => Promise<{ verified: boolean | null }>): Promise<void> {
  let left = count;
  const worker = async () => {
    while (left-- > 0) if ((await work()).verified !== true) throw new Error("a directive was not proved");
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

function report(count: number, heap_mib: readonly number[]): void {
  const later = heap_mib.slice(heap_mib.length / 4);
  const mean = later.reduce((sum, one) => sum + one, 0) / later.length;
  const off = Math.max(...later.map((one) => Math.abs(one - mean) / mean));
  const met = off <= FLAT;
  console.log(JSON.stringify({ count, mean_mib: Number(mean.toFixed(1)), worst_off: Number(off.toFixed(3)), met }));
  process.exitCode = met ? 0 : 1;
}
