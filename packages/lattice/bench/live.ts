/** L6, L7: durable changes and holds a second on a real disk, beside what one synced write takes there. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isFault, LiveSurface } from "../src/index.ts";
import { nodeSha256, openJournalFile } from "../src/journal-node.ts";
import { chance } from "../test/city.ts";

const CLIENTS = 64;
const BATCH = 1000;
const BATCHES_UNDER_WAY = 16;
const CAPABILITIES = 100_000;

const clock = { now_ms: () => Date.now(), monotonic_ms: () => performance.now() };

async function withLive<T>(folder: string, name: string, run: (live: LiveSurface) => Promise<T>): Promise<T> {
  const live = await LiveSurface.open({ file: await openJournalFile(join(folder, name)), sha256: nodeSha256, clock });
  if (isFault(live)) throw new Error(live.why);
  const result = await run(live);
  await live.close();
  return result;
}

const base = (units: number) => Array.from({ length: CAPABILITIES }, (_, handle) => ({ handle, units }));

async function changes(live: LiveSurface, batches: number, seed: number): Promise<number> {
  const random = chance(seed);
  await live.setBase("seats", base(100));
  const made = Array.from({ length: 64 }, () =>
    Array.from({ length: BATCH }, () => {
      const from = 96 * Math.floor(random() * 14) + Math.floor(random() * 90);
      return {
        handle: Math.floor(random() * CAPABILITIES),
        slots: { from, until: from + 1 + Math.floor(random() * 6) },
        units: random() < 0.5 ? 1 : -1,
      };
    }),
  );
  const started = performance.now();
  let next = 0;
  const writer = async (): Promise<void> => {
    while (next < batches) {
      const result = await live.change("seats", made[next++ % made.length]!);
      if (result !== null) throw new Error(result.why);
    }
  };
  await Promise.all(Array.from({ length: BATCHES_UNDER_WAY }, writer));
  return (batches * BATCH * 1000) / (performance.now() - started);
}

async function holds(live: LiveSurface, count: number, hot: boolean, seed: number): Promise<number> {
  const random = chance(seed);
  await live.setBase("seats", base(hot ? 32_767 : 100));
  const started = performance.now();
  let left = count;
  let granted = 0;
  const client = async (): Promise<void> => {
    while (left-- > 0) {
      const from = 96 * Math.floor(random() * 14) + Math.floor(random() * 90);
      const handle = hot ? 0 : Math.floor(random() * CAPABILITIES);
      const hold = await live.hold({
        items: [{ handle, dimension: "seats", slots: { from, until: from + 4 }, units: 1 }],
        ttl_ms: 600_000,
      });
      if (!isFault(hold)) granted++;
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  if (granted === 0) throw new Error("no hold was granted");
  return (count * 1000) / (performance.now() - started);
}

async function syncs(folder: string): Promise<number> {
  const file = await openJournalFile(join(folder, "syncs"));
  const started = performance.now();
  for (let i = 0; i < 300; i++) await file.append(new Uint8Array(100));
  const rate = 300_000 / (performance.now() - started);
  await file.close();
  return rate;
}

export async function runLive(count: number, seed: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "lattice-bench-"));
  const rate = (value: number): string => Math.round(value).toLocaleString("en");
  console.log(`one synced write after another: ${rate(await syncs(folder))} a second`);
  console.log(
    `durable changes, ${BATCH} a batch: ${rate(await withLive(folder, "changes", (live) => changes(live, Math.ceil(count / BATCH), seed)))} a second`,
  );
  for (const hot of [true, false]) {
    const name = hot ? "one hot capability" : `${CAPABILITIES} capabilities`;
    console.log(
      `durable holds, ${CLIENTS} clients, ${name}: ${rate(await withLive(folder, name, (live) => holds(live, count / 20, hot, seed)))} a second`,
    );
  }
  await rm(folder, { recursive: true });
}
