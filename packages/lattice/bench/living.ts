/** L5, L6: an index of --count capabilities that lives: what a put takes, the longest slice of a merge, and what its parts cost a search. */
import { buildSlices, find, type Ground, LivingIndex, toEnd } from "../src/index.ts";
import { chance } from "../test/city.ts";
import { makeMetropolis, makeQueries, recordOf } from "./metropolis.ts";
import { cpu_ms, figuresOf, groundOf, line, read, Stopwatch } from "./speed.ts";

const PUTS = 3000;
const SLICES_A_PUT = 4;
const ROUNDS = 20;

export function runLiving(count: number, seed: number): void {
  const city = makeMetropolis(count, seed);
  const base = toEnd(buildSlices(city.columns));
  const living = new LivingIndex(base);
  const random = chance(seed + 3);
  const records = Array.from({ length: PUTS }, () => recordOf(city, Math.floor(random() * count)));
  const puts: number[] = [];
  const slices: number[] = [];
  const before = cpu_ms();
  for (const record of records) {
    puts.push(timed(() => living.apply({ put: [record] })));
    for (let i = 0; i < SLICES_A_PUT; i++) slices.push(timed(() => living.tend()));
  }
  console.log(line(`put of one among ${count}, ms of wall time`, figuresOf(puts), 3));
  console.log(line("slice of a merge, ms of wall time", figuresOf(slices), 3));
  console.log(`both together: ${((cpu_ms() - before) / PUTS).toFixed(3)} CPU ms a put; parts: ${sizes(living)}`);
  compare(
    groundOf(city, base),
    { ...groundOf(city, base), index: living.version },
    makeQueries(city, 200, seed + 1).map(read),
  );
  living.apply({ put: records.concat(Array.from({ length: count / 25 }, (_, row) => recordOf(city, row))) });
  const merging = cpu_ms();
  let longest_ms = 0;
  while (true) {
    const from = cpu_ms();
    if (!living.tend()) break;
    longest_ms = Math.max(longest_ms, cpu_ms() - from);
  }
  const took_s = ((cpu_ms() - merging) / 1000).toFixed(2);
  console.log(
    `merge of everything: ${took_s} CPU s, the longest slice ${longest_ms.toFixed(1)} CPU ms; parts: ${sizes(living)}`,
  );
}

function timed(work: () => unknown): number {
  const from = performance.now();
  work();
  return performance.now() - from;
}

const sizes = (living: LivingIndex): string => living.version.parts.map(({ index }) => index.count).join(", ");

/** By turns, so that both have the same neighbours on the machine. */
function compare(whole: Ground, parted: Ground, queries: readonly ReturnType<typeof read>[]): void {
  const [one, several] = [new Stopwatch(queries.length), new Stopwatch(queries.length)];
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, query] of queries.entries()) one.run(i, () => find(whole, query));
    for (const [i, query] of queries.entries()) several.run(i, () => find(parted, query));
  }
  console.log(line("top 20 in one part, ms", figuresOf(one.least), 4));
  console.log(line(`top 20 in ${parted.index.parts.length} parts, ms`, figuresOf(several.least), 4));
}
