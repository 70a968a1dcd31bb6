/** Lives of one seed, one after the other: each is cut off at every point of the disk in every way, and the next one begins in one of the wrecks. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ladder } from "forge";
import { DEFAULT_LIMITS, type HiveSettings, type HomeKeys, openHive } from "hive";
import {
  crashStates,
  type DiskImage,
  isRefusal,
  Keyring,
  nodeCrypto,
  PolicySet,
  SimChance,
  SimClock,
  SimDisk,
} from "lop";
import { lookAfterCrash } from "./oracle.ts";
import { Life, openWorld, type Promised } from "./simulation.ts";
import { SimWorkspace } from "./workspace-sim.ts";

const POLICIES = join(import.meta.dirname, "..", "packages", "hive", "policies");
const START_MS = Date.UTC(2030, 0, 1);
/** Random things that are done in one life. */
const STEPS = 14;
/** Lives before a new seed begins with an empty home: histories stay short, states stay many. */
const LIVES = 4;
/** Mixtures of what is in the balance at each point, beside the enumerated ones. */
const SAMPLES = 4;

export interface CrashReport {
  readonly seed: number;
  states: number;
  lives: number;
  promises: number;
  interrupted: number;
  completed: number;
  torn: number;
  readonly faults: string[];
}

export const simSettings = (): HiveSettings => ({
  version: "sim",
  limits: { ...DEFAULT_LIMITS, approval_ms: 2000 },
  chamber: {
    wall_ms: 10_000,
    wall_ms_max: 600_000,
    memory_bytes: 64 << 20,
    output_bytes: 1 << 20,
    disk_bytes: 16 << 20,
    files: 1000,
  },
  policies: {
    policies: Object.fromEntries(
      readdirSync(POLICIES)
        .filter((name) => name.endsWith(".cedar"))
        .map((name) => [name, readFileSync(join(POLICIES, name), "utf8")]),
    ),
    schema: readFileSync(join(POLICIES, "axiom.cedarschema"), "utf8"),
  },
  secrets: [],
  // Small files and frequent marks: their making and changing then lies under the crashes as well.
  ledger: { segmentSizes: { min_bytes: 32 * 1024, max_bytes: 64 * 1024 }, mark_every_entries: 24 },
});

/** @param states how many crash states to look at; the trial ends with the first life that reaches it. */
export async function crashTrial(
  seed: number,
  states: number,
  progress: (report: CrashReport) => void = () => {},
): Promise<CrashReport> {
  const report: CrashReport = {
    seed,
    states: 0,
    lives: 0,
    promises: 0,
    interrupted: 0,
    completed: 0,
    torn: 0,
    faults: [],
  };
  const chance = new SimChance(seed);
  while (report.states < states && report.faults.length === 0) {
    const home = await newHome(seed + report.lives);
    let next: Wreck | null = { image: home.image, promises: [], now_ms: START_MS };
    for (let life = 0; life < LIVES && next !== null && report.states < states; life++) {
      next = await oneLife(next, home, chance, states, report);
      progress(report);
    }
  }
  return report;
}

/** Where a life begins: what the last crash left, and what had been promised by then. */
interface Wreck {
  readonly image: DiskImage;
  readonly promises: readonly Promised[];
  readonly now_ms: number;
}

interface Home {
  readonly image: DiskImage;
  readonly keys: HomeKeys;
  readonly settings: HiveSettings;
}

async function oneLife(
  start: Wreck,
  { keys, settings }: Home,
  chance: SimChance,
  states: number,
  report: CrashReport,
): Promise<Wreck | null> {
  const seed = chance.below(2 ** 31);
  const world = await openWorld(start.image, keys, settings, { seed, now_ms: start.now_ms, record: true });
  const life = new Life(
    world,
    chance,
    `life${report.lives}`,
    start.promises.map((promised) => ({ ...promised, at: 0 })),
  );
  await life.live(STEPS);
  const now_ms = world.clock.now_ms();
  // The wrecks are made from what was recorded until now; the hive itself may go on, nobody looks at it any more.
  const operations = [...world.disk.operations];
  report.lives++;
  report.promises += life.promises.length - start.promises.length;
  let next: Wreck | null = null;
  for (const { after, image } of crashStates(operations, { from: start.image, chance, samples: SAMPLES })) {
    const promises = life.promises.filter((promised) => promised.at <= after);
    const looked = await lookAfterCrash(image, promises, { keys, settings, now_ms, seed, proof: report.states });
    report.states++;
    report.interrupted += looked.interrupted;
    report.completed += looked.completed;
    if (looked.torn) report.torn++;
    for (const fault of looked.faults)
      report.faults.push(`seed ${report.seed}, state ${report.states}, after ${after}: ${fault}`);
    if (report.faults.length > 0) return null;
    // One wreck in some hundred becomes the next life's home; the last one that is chosen holds.
    if (next === null || chance.below(200) === 0) next = { image, promises, now_ms: now_ms + 2000 };
    if (report.states >= states) break;
  }
  await world.hive.freeze("The life is over.");
  await world.clock.advance(10_000);
  await world.hive.close();
  return next;
}

/** An empty home with keys of its own, made once; its key files take no part in the crashes. */
async function newHome(seed: number): Promise<Home> {
  const settings = simSettings();
  const clock = new SimClock(START_MS);
  const disk = new SimDisk();
  const chance = new SimChance(seed);
  const ports = {
    clock,
    chance,
    disk,
    crypto: nodeCrypto,
    ladder: new Ladder([]),
    workspace: new SimWorkspace(nodeCrypto),
  };
  const hive = await openHive(ports, settings, { passphrase: null });
  if (isRefusal(hive)) throw new Error(hive.why);
  await hive.close();
  const keyring = await Keyring.open({ disk, folder: "keys", chance, clock, crypto: nodeCrypto, passphrase: null });
  const policy = await PolicySet.load(settings.policies);
  if (isRefusal(keyring) || isRefusal(policy)) throw new Error("the home does not open");
  return { image: disk.image(), keys: { keyring, policy }, settings };
}
