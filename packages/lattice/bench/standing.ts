/** Standing queries over --count capabilities: what one change costs when only what it touched is tested again, beside asking every query anew. */
import { buildSlices, find, type Ground, isFault, LivingIndex, StandingQueries, toEnd } from "../src/index.ts";
import { chance } from "../test/city.ts";
import { MONDAY_MS, makeMetropolis, makeQueries, recordOf } from "./metropolis.ts";
import { cpu_ms, groundOf, read } from "./speed.ts";

const QUERIES = 1000;
const CHANGES = 300;
/** Records of one change, and places whose units it changes. */
const RECORDS = 2;
const UNITS = 20;
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
  const random = chance(seed + 2);
  const some = (): number => Math.floor(random() * count);
  let [told, spent_ms] = [0, 0];
  for (let change = 0; change < CHANGES; change++) {
    const put = Array.from({ length: RECORDS }, () => recordOf(city, some()));
    living.apply({ put });
    while (living.tend());
    const units = new Set(Array.from({ length: UNITS }, some));
    const from = cpu_ms();
    for (const _ of standing.touch({ records: new Set(put.map(({ handle }) => handle)), units }));
    for (const reader of readers) if (reader.take() !== null) told++;
    spent_ms += cpu_ms() - from;
  }
  const from = cpu_ms();
  for (let round = 0; round < ASKED_AGAIN; round++) for (const query of queries) find(ground(), query);
  const again_ms = (cpu_ms() - from) / ASKED_AGAIN;
  const one_ms = spent_ms / CHANGES;
  console.log(
    `${readers.length} standing queries over ${count} (window from ${new Date(MONDAY_MS).toISOString().slice(0, 10)}): a change of ${RECORDS} records and ${UNITS} places' units ${one_ms.toFixed(2)} CPU ms, ${told} times told; all asked anew ${again_ms.toFixed(1)} CPU ms: ${(again_ms / one_ms).toFixed(1)} ×`,
  );
}
