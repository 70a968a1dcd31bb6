/** Standing queries over --count capabilities: what one change costs when only what it touched is tested again, beside asking every query anew. */
import { buildSlices, find, type Ground, isFault, LivingIndex, StandingQueries, toEnd } from "../src/index.ts";
import { chance } from "../test/city.ts";
import { makeMetropolis, makeQueries, recordOf } from "./metropolis.ts";
import { cpu_ms, groundOf, read } from "./speed.ts";

const QUERIES = 1000;
const CHANGES = 300;
/** What one change touches: records put, and places whose units change. */
const KINDS = [
  { records: 0, units: 1 },
  { records: 2, units: 20 },
];
const ASKED_AGAIN = 20;

export function runStanding(count: number, seed: number): void {
  const city = makeMetropolis(count, seed);
  const living = new LivingIndex(toEnd(buildSlices(city.columns)));
  const around = groundOf(city, living.version);
  const ground = (): Ground => ({ ...around, index: living.version });
  const standing = new StandingQueries(ground);
  const queries = makeQueries(city, QUERIES, seed + 1).map(read);
  const readers = queries.flatMap((query) => {
    const one = standing.add(query, () => undefined);
    return isFault(one) ? [] : [one];
  });
  const from = cpu_ms();
  for (let round = 0; round < ASKED_AGAIN; round++) for (const query of queries) find(ground(), query);
  const again_ms = (cpu_ms() - from) / ASKED_AGAIN;
  console.log(`${readers.length} standing queries over ${count}: all asked anew ${again_ms.toFixed(1)} CPU ms`);
  const random = chance(seed + 2);
  const some = (): number => Math.floor(random() * count);
  for (const { records, units } of KINDS) {
    let spent_ms = 0;
    for (let change = 0; change < CHANGES; change++) {
      const put = Array.from({ length: records }, () => recordOf(city, some()));
      living.apply({ put });
      while (living.tend());
      const touched = {
        records: new Set(put.map(({ handle }) => handle)),
        units: new Set(Array.from({ length: units }, some)),
      };
      const from = cpu_ms();
      for (const _ of standing.touch(touched));
      for (const reader of readers) reader.take();
      spent_ms += cpu_ms() - from;
    }
    const one_ms = spent_ms / CHANGES;
    console.log(
      `a change of ${records} records and ${units} places' units: ${one_ms.toFixed(2)} CPU ms, ${(again_ms / one_ms).toFixed(1)} ×`,
    );
  }
}
