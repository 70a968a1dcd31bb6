/** L6: searches while the surface changes, 200,000 durable changes a second: how long a search takes beside quiet times, and how soon a change is seen. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { buildSlices, type Change, find, type Ground, isFault, LiveSurface, slotsOf, toEnd } from "../src/index.ts";
import { nodeSha256, openJournalFile } from "../src/journal-node.ts";
import { chance } from "../test/city.ts";
import { MONDAY_MS, makeMetropolis, makeQueries, WEEK_MS } from "./metropolis.ts";
import { figuresOf, groundOf, line, read, Stopwatch } from "./speed.ts";

const CHANGES_A_SECOND = 200_000;
const BATCH = 1000;
const ROUNDS = 12;
const FEW_UNITS = 8;

const clock = { now_ms: () => Date.now(), monotonic_ms: () => performance.now() };

/** Writes batches as they fall due, until it is stopped; says how many were durable, and how long each took to be so. */
class Writer {
  readonly #live: LiveSurface;
  readonly #batches: readonly (readonly Change[])[];
  readonly waits_ms: number[] = [];
  #began = performance.now();
  #made = 0;

  constructor(live: LiveSurface, count: number, seed: number) {
    this.#live = live;
    const random = chance(seed);
    const days = WEEK_MS / 86_400_000;
    const first = slotsOf({ from_ms: MONDAY_MS, until_ms: MONDAY_MS + 1 }).from;
    const change = (): Change => {
      const from = first + 96 * Math.floor(random() * days) + Math.floor(random() * 90);
      return { handle: Math.floor(random() * count), slots: { from, until: from + 4 }, units: random() < 0.5 ? 1 : -1 };
    };
    this.#batches = Array.from({ length: 64 }, () => Array.from({ length: BATCH }, change));
  }

  start(): void {
    this.#began = performance.now();
  }

  /** The batches that are due by now; visible when it returns, durable later. */
  catchUp(): void {
    const due = ((performance.now() - this.#began) / 1000) * (CHANGES_A_SECOND / BATCH);
    for (; this.#made < due; this.#made++) {
      const from = performance.now();
      void this.#live.change("seats", this.#batches[this.#made % this.#batches.length]!).then((wrong) => {
        if (wrong !== null) throw new Error(wrong.why);
        this.waits_ms.push(performance.now() - from);
      });
    }
  }

  get rate(): number {
    return (this.#made * BATCH * 1000) / (performance.now() - this.#began);
  }
}

export async function runVisible(count: number, seed: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "lattice-bench-"));
  const live = await LiveSurface.open({
    file: await openJournalFile(join(folder, "journal")),
    sha256: nodeSha256,
    clock,
  });
  if (isFault(live)) throw new Error(live.why);
  const city = makeMetropolis(count, seed);
  for (let from = 0; from < count; from += 65_536) {
    const base = city.columns.handles.slice(from, from + 65_536);
    await live.setBase(
      "seats",
      [...base].map((handle) => ({ handle, units: city.free[handle]! + FEW_UNITS })),
    );
  }
  const room = {
    free: (handle: number, dimension: string, window: { from_ms: number; until_ms: number }) =>
      live.free(handle, dimension, window),
  };
  const ground: Ground = { ...groundOf(city, toEnd(buildSlices(city.columns))), room };
  const queries = makeQueries(city, 200, seed + 1).map(read);
  const writer = new Writer(live, count, seed + 2);
  const measure = async (turn: () => void) => {
    const watch = new Stopwatch(queries.length);
    for (let round = 0; round < ROUNDS; round++)
      for (const [i, query] of queries.entries()) {
        turn();
        watch.run(i, () => find(ground, query));
        await nextTurn();
      }
    return figuresOf(watch.least);
  };
  await measure(() => {});
  const quiet = await measure(() => {});
  writer.start();
  const busy = await measure(() => writer.catchUp());
  const rate = writer.rate;
  console.log(line("top 20 in quiet times, ms", quiet, 4));
  console.log(line(`top 20 beside ${Math.round(rate).toLocaleString("en")} changes a second, ms`, busy, 4));
  console.log(
    `p99 ${((busy.p99 / quiet.p99 - 1) * 100).toFixed(0)} % above quiet times; changes are seen by the next search`,
  );
  await live.close();
  console.log(line("durable after, ms", figuresOf(writer.waits_ms), 1));
  await rm(folder, { recursive: true });
}
