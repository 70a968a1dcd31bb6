/** L5: a whole service over --count capabilities: opened again, and its first answer, with no record read before it is asked for. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLattice } from "../src/embedded-node.ts";
import { isFault, type Lattice } from "../src/index.ts";
import { type Metropolis, MONDAY_MS, makeMetropolis, makeQueries, recordOf, WEEK_MS } from "./metropolis.ts";

const BATCH = 50_000;
const OPENINGS = 3;
const clock = { now_ms: () => MONDAY_MS + WEEK_MS, monotonic_ms: () => performance.now() };

async function opened(folder: string): Promise<Lattice> {
  const lattice = await openLattice({ folder, clock });
  if (isFault(lattice)) throw new Error(lattice.why);
  return lattice;
}

function* batches(city: Metropolis): Generator<unknown[]> {
  const { count } = city.columns;
  for (let from = 0; from < count; from += BATCH)
    yield Array.from({ length: Math.min(BATCH, count - from) }, (_, i) => {
      const { capability } = recordOf(city, from + i);
      const hours = city.patterns[city.pattern[from + i]!]!.rule;
      return { ...capability, name: capability.id, tz: "UTC", hours, capacity: { seats: city.free[from + i]! } };
    });
}

export async function runOpening(count: number, seed: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "lattice-bench-"));
  const city = makeMetropolis(count, seed);
  const [{ query }] = makeQueries(city, 1, seed + 1) as [ReturnType<typeof makeQueries>[number]];
  const asked = {
    ...query,
    open: { from_ms: MONDAY_MS + WEEK_MS + 9 * 3_600_000, until_ms: MONDAY_MS + WEEK_MS + 10 * 3_600_000 },
  };
  const first = await opened(folder);
  const putting = seconds();
  for (const batch of batches(city)) {
    const put = await first.put(batch);
    if (isFault(put)) throw new Error(put.why);
  }
  console.log(`put of ${count}: ${(seconds() - putting).toFixed(1)} CPU s`);
  await first.close();
  for (let i = 0; i < OPENINGS; i++) await openOnce(folder, asked);
  await rm(join(folder, "desk"));
  await openOnce(folder, asked, " without the desk's file, from the records");
  await rm(folder, { recursive: true });
}

const seconds = (): number => (process.cpuUsage().user + process.cpuUsage().system) / 1e6;

async function openOnce(folder: string, query: unknown, how = ""): Promise<void> {
  const [cpu, wall] = [seconds(), performance.now()];
  const lattice = await opened(folder);
  const [ready, ready_ms] = [seconds(), performance.now()];
  const answer = await lattice.find(query);
  if (isFault(answer)) throw new Error(answer.why);
  const told = `${answer.found.length} found after another ${(seconds() - ready).toFixed(2)} CPU s`;
  console.log(`opened${how}: ${(ready - cpu).toFixed(2)} CPU s, ${((ready_ms - wall) / 1000).toFixed(2)} s; ${told}`);
  await lattice.close();
}
