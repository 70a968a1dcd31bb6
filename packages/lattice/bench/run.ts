/**
 * `npm run bench -w lattice -- [NAME] [--data DIR] [--count N] [--seed S]`
 *   speed     L2 to L5: search over --count capabilities (1,000,000), beside PostGIS
 *   live      L6, L7: --count durable changes (5,000,000), a twentieth as many holds
 *   opening   L5: a service over --count capabilities (1,000,000) is opened again
 *   standing  queries that stand over --count capabilities (100,000): a change told, beside asking all anew
 *   living    puts into an index of --count capabilities (1,000,000), and what its parts cost a search
 *   visible   L6: searches over --count capabilities (200,000) beside 200,000 changes a second
 *   spatial   L1: the PostGIS oracle, and --count random queries against brute force
 *   oversell  L8: --count random operations (1,000,000), 250 kills a million
 *   hours     L10: compiling rules over --count days (35), asking for openness
 *   plans     L11: --count tasks (50) of 8 legs, in fixed and in any order
 *   city      L14: --count tasks (10,000) compete for 100,000 capabilities, over all of them
 *   events    L15: 1,000 arrivals and cancellations among --count tasks (10,000)
 *   certificates L19: --count changes (100,000) of certificates, handed to the checkers
 *   instances every set of the folder --data: instances, solved, mean and worst gap, CPU s; --seconds S of CPU time for each instance,
 *             --only SET (a name's beginning), --json
 *   kills     L8: --count kills (50) of a process at random moments; not among "all"
 * Without a NAME: all of them; with --data alone, instances.
 */
import { parseArgs } from "node:util";
import { runCertificates } from "./certificates.ts";
import { runCity } from "./city.ts";
import { dataFolder, setFolder } from "./data-node.ts";
import { runEvents } from "./events.ts";
import { runHours } from "./hours.ts";
import { runInstances } from "./instances.ts";
import { runKills } from "./kills.ts";
import { runLive } from "./live.ts";
import { runLiving } from "./living.ts";
import { runOpening } from "./opening.ts";
import { runOversell } from "./oversell.ts";
import { runPlans } from "./plans.ts";
import { runBruteForce, runOracle } from "./spatial.ts";
import { runSpeed } from "./speed.ts";
import { runStanding } from "./standing.ts";
import { runVisible } from "./visible.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: "string" },
    count: { type: "string" },
    seed: { type: "string", default: "20261121" },
    seconds: { type: "string" },
    only: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const seed = Number(values.seed);

function spatial(): void {
  const folder = setFolder("spatial", values.data);
  if (folder === null) console.log("spatial: skipped: data absent");
  else {
    const { rows, equal, worst_m, first } = runOracle(folder);
    console.log(
      `spatial: ${equal} of ${rows} rows as PostGIS gave them, distances at most ${(worst_m * 1000).toFixed(3)} mm apart`,
    );
    if (first !== null) console.log(`  first difference: ${first}`);
  }
  const fuzz = runBruteForce(Number(values.count ?? 20_000), seed);
  console.log(`spatial: ${fuzz.queries} random queries (seed ${seed}), ${fuzz.different} different from brute force`);
}

const speed = (): Promise<void> => runSpeed(Number(values.count ?? 1_000_000), seed);

const opening = (): Promise<void> => runOpening(Number(values.count ?? 1_000_000), seed);

const standing = (): void => runStanding(Number(values.count ?? 100_000), seed);
const living = (): void => runLiving(Number(values.count ?? 1_000_000), seed);

const visible = (): Promise<void> => runVisible(Number(values.count ?? 200_000), seed);

const live = (): Promise<void> => runLive(Number(values.count ?? 5_000_000), seed);

const city = (): void => runCity(Number(values.count ?? 10_000), seed);

const events = (): void => runEvents(Number(values.count ?? 10_000), 1000, seed);

const certificates = (): void => runCertificates(Number(values.count ?? 100_000), seed);

function instances(): void {
  const data = values.data ?? dataFolder();
  if (data === null) console.log("instances: skipped: data absent");
  else {
    const seconds = values.seconds === undefined ? undefined : Number(values.seconds);
    if (runInstances(data, { seed, seconds, only: values.only, json: values.json }) > 0) process.exitCode = 1;
  }
}

const oversell = (): Promise<void> => runOversell(Number(values.count ?? 1_000_000), seed);
const kills = (): Promise<void> => runKills(Number(values.count ?? 50), seed);
const hours = (): void => runHours(Number(values.count ?? 35));
const plans = (): void => runPlans(Number(values.count ?? 50), seed);

const BENCHES: Readonly<Record<string, () => void | Promise<void>>> = {
  spatial,
  speed,
  opening,
  live,
  living,
  standing,
  visible,
  oversell,
  kills,
  hours,
  plans,
  city,
  events,
  certificates,
  instances,
};
const named =
  values.data === undefined && values.only === undefined
    ? Object.keys(BENCHES).filter((name) => name !== "kills")
    : ["instances"];
const names = positionals.length > 0 ? positionals : named;
for (const name of names) {
  const bench = BENCHES[name];
  if (bench === undefined) throw new Error(`no bench "${name}"; there are ${Object.keys(BENCHES).join(", ")}`);
  await bench();
}
