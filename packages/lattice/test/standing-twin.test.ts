/** Subscriptions of the embedded engine beside their brute-force twins, which ask the whole search again: both end up knowing the same. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, it, vi } from "vitest";
import { Bell } from "../src/bell.ts";
import { openLattice } from "../src/embedded-node.ts";
import { isFault, type Lattice, type LatticeMatch, type LatticeNews } from "../src/index.ts";
import { AskedAgain } from "../src/news.ts";
import { chance } from "./city.ts";
import { CENTER, HOUR_MS, makeOpenCity, NOW_MS, randomQuery, sure } from "./lattice-world.ts";
import { SimClock } from "./live-world.ts";

const SEED = inject("seed");
const STEPS = 120;

/** What a reader knows who has heard all news so far. */
function reader(news: AsyncIterable<LatticeNews>): Map<string, LatticeMatch> {
  const known = new Map<string, LatticeMatch>();
  const read = async (): Promise<void> => {
    for await (const { added, removed } of news) {
      for (const id of removed) expect(known.delete(id)).toBe(true);
      for (const match of added) known.set(match.id, match);
    }
  };
  void read();
  return known;
}

const byId = (matches: Iterable<LatticeMatch>): LatticeMatch[] => [...matches].sort((a, b) => (a.id < b.id ? -1 : 1));

interface Pair {
  readonly query: object;
  readonly own: ReadonlyMap<string, LatticeMatch>;
  readonly twin: ReadonlyMap<string, LatticeMatch>;
}

async function check(lattice: Lattice, pairs: readonly Pair[]): Promise<void> {
  for (const { query, own, twin } of pairs) {
    const answer = await lattice.find(query);
    const found = byId(isFault(answer) ? [] : answer.found);
    await vi.waitFor(() => expect([byId(own.values()), byId(twin.values())]).toEqual([found, found]), 30_000);
  }
}

it(`subscriptions end up knowing what a search finds (seed ${SEED})`, async () => {
  const random = chance(SEED);
  const folder = await mkdtemp(join(tmpdir(), "lattice-"));
  const clock = new SimClock(NOW_MS);
  const lattice = sure(await openLattice({ folder, clock }));
  const city = makeOpenCity(400, SEED);
  sure(await lattice.put(city.slice(0, 250)));
  const bell = new Bell();
  const again = new AskedAgain((query) => lattice.find(query), bell);
  const stop = new AbortController();
  const pairs: Pair[] = [];
  const window = { from_ms: NOW_MS + HOUR_MS, until_ms: NOW_MS + 3 * HOUR_MS };
  const queries = [
    { place: { from: CENTER }, open: window, free: { seats: 2 }, limit: 12 },
    ...Array.from({ length: 24 }, () => ({ ...randomQuery(random), explain: false })),
  ];
  for (const query of queries) {
    const own = await lattice.subscribe(query, stop.signal);
    const twin = await again.subscribe(query, stop.signal);
    expect(isFault(own) && own.refused).toEqual(isFault(twin) && twin.refused);
    if (!isFault(own) && !isFault(twin)) pairs.push({ query, own: reader(own), twin: reader(twin) });
  }
  expect(pairs.length).toBeGreaterThan(12);
  const some = () => city[Math.floor(random() * city.length)]!;
  const part = () => ({ id: some().id, dimension: "seats", ...window, units: 1 + Math.floor(random() * 3) });
  for (let step = 0; step < STEPS; step++) {
    const pick = random();
    if (pick < 0.25) await lattice.put([{ ...some(), at: some().at, capacity: { seats: Math.floor(random() * 6) } }]);
    else if (pick < 0.4) await lattice.remove([some().id, some().id]);
    else if (pick < 0.6) await lattice.change([{ ...part(), units: random() < 0.5 ? -1 : 1 }]);
    else if (pick < 0.9) await lattice.hold({ items: [part(), part()], ttl_ms: 1 + Math.floor(random() * 20_000) });
    else clock.pass(5000);
    bell.ring();
    if (random() < 0.3 || step === STEPS - 1) await check(lattice, pairs);
  }
  stop.abort();
  await lattice.close();
  await rm(folder, { recursive: true });
}, 120_000);

it("ends when its window has passed, and when the lattice is closed", async () => {
  const folder = await mkdtemp(join(tmpdir(), "lattice-"));
  const clock = new SimClock(NOW_MS);
  const lattice = sure(await openLattice({ folder, clock }));
  sure(await lattice.put(makeOpenCity(20, SEED)));
  const never = new AbortController().signal;
  const open = { from_ms: NOW_MS, until_ms: NOW_MS + HOUR_MS };
  const passing = sure(await lattice.subscribe({ place: { from: CENTER }, open }, never))[Symbol.asyncIterator]();
  const standing = sure(await lattice.subscribe({ place: { from: CENTER } }, never))[Symbol.asyncIterator]();
  await passing.next();
  await standing.next();
  clock.pass(HOUR_MS);
  expect((await passing.next()).done).toBe(true);
  const last = standing.next();
  await lattice.close();
  expect((await last).done).toBe(true);
  await rm(folder, { recursive: true });
});
