/** The hive on this machine: its real ports, and its settings from the configuration. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  DEFAULT_LIMITS as CHAMBER_LIMITS,
  type Chamber,
  EgressDesk,
  Ladder,
  type Language,
  MAX_LIMITS,
  MAX_WAITING_MACHINES,
  nodeNet,
  type OsOptions,
  osChamber,
  vm,
  Workspace,
  wasmJs,
  wasmPy,
} from "forge";
import { isRefusal, nodeChance, nodeClock, nodeCrypto, nodeDisk, type Refusal } from "lop";
import type { Config, Environment } from "./config.ts";
import { readEngineKey } from "./general-engine.ts";
import type { Hive } from "./hive.ts";
import { openHive } from "./hive-open.ts";
import type { HiveSettings } from "./hive-types.ts";
import { DEFAULT_LIMITS } from "./hive-types.ts";
import { latticeDesk } from "./lattice-engine.ts";
import type { LatticePort } from "./lattice-port.ts";
import { NeedleDesk } from "./needle-desk.ts";
import { VERSION } from "./version.ts";

const MIB = 1024 * 1024;
/** Shorter ones would be found in anything. */
const SECRET_MIN_CHARACTERS = 16;
const SHIPPED_POLICIES = fileURLToPath(new URL("../policies", import.meta.url));

/** Held by whoever has the hive open. */
export const HOME_LOCK = "lock";

export interface LocalHive {
  readonly hive: Hive;
  readonly lattice: LatticePort;
  close(): Promise<void>;
}

/** All of them, none, or those that run one language. */
export type ChambersWanted = "all" | "none" | { readonly language: string };

export interface LocalHiveOptions {
  home: string;
  config: Config;
  passphrase: string | null;
  environment: Environment;
  /** Strings that no result may carry out. */
  secrets: readonly string[];
  /** Interpreters that are kept warm; 0 for a process that runs one directive. */
  pool: number;
  /** Chambers that are opened: each has to prove itself first, which takes time. */
  chambers: ChambersWanted;
  start: NonNullable<HiveSettings["start"]>;
}

export async function openLocalHive(o: LocalHiveOptions): Promise<LocalHive | Refusal> {
  const egress = new EgressDesk(nodeNet);
  const opened = Promise.withResolvers<Hive | null>();
  const recordLeft = (rung: "os" | "vm") => async (one: LeftBehind) => (await opened.promise)?.leftover(rung, one);
  const ladder = new Ladder(chambersFor(o, egress, recordLeft));
  const workspace = await Workspace.open(join(o.home, "workspace"), workspaceLimits(o.config));
  if (isRefusal(workspace)) return workspace;
  const disk = nodeDisk(o.home);
  const { engine } = o.config;
  // A process of one directive ends before a better compilation pays.
  const vectors = o.start === "at-once" ? engine.vectors : "plain";
  const words = new NeedleDesk({ home: o.home, engine, environment: o.environment, vectors });
  const lattice = latticeDesk(o.home, o.config.lattice);
  const machine = { clock: nodeClock, chance: nodeChance, disk, crypto: nodeCrypto };
  const ports = { ...machine, ladder, workspace, words, egress, lattice };
  const letGo = async (): Promise<void> => {
    await words.close();
    await lattice.close();
    await ladder.close();
    await egress.close();
    await workspace.close();
  };
  // The chambers prove themselves in the background; whoever needs one waits for that one alone.
  beginProbes(ladder, o.chambers);
  const hive = await openHive(ports, settingsOf(o), { passphrase: o.passphrase });
  opened.resolve(isRefusal(hive) ? null : hive);
  if (isRefusal(hive)) {
    await letGo();
    return hive;
  }
  return {
    hive,
    lattice,
    close: async () => {
      await hive.close();
      await letGo();
    },
  };
}

/** What a killed daemon left in a chamber, and how many of its processes still had to be ended. */
type LeftBehind = Parameters<Hive["leftover"]>[1];

/** For one directive the interpreter that is booted as a probe is the one that will run it. */
function beginProbes(ladder: Ladder, wanted: ChambersWanted): void {
  if (wanted === "none") return;
  void (wanted === "all" ? ladder.probeAll() : ladder.pick(null, wanted.language as Language));
}

function chambersFor(
  { home, pool, chambers: wanted, config: { limits, chambers } }: LocalHiveOptions,
  egress: NonNullable<OsOptions["egress"]>,
  recordLeft: (rung: "os" | "vm") => (one: LeftBehind) => Promise<void>,
): Chamber[] {
  if (wanted === "none") return [];
  const warm = { pool, memory_bytes: limits.memory_mib * MIB };
  const own = {
    pids: chambers.os_pids,
    cpus: chambers.os_cpus,
    pool: Math.min(pool, 1),
    journal: join(home, "chambers", "os"),
  };
  const machines = { ...warm, pool: Math.min(pool, chambers.vm_warm, MAX_WAITING_MACHINES) };
  const all: Chamber[] = [
    wasmJs(warm),
    wasmPy(warm),
    ...(chambers.os ? [osChamber({ ...own, egress, leftover: recordLeft("os") })] : []),
    ...(chambers.vm === "off"
      ? []
      : [vm({ ...machines, egress, journal: join(home, "chambers", "vm"), leftover: recordLeft("vm") })]),
  ];
  return wanted === "all" ? all : all.filter(({ languages }) => languages.some((each) => each === wanted.language));
}

const workspaceLimits = ({ limits }: Config) => ({
  total_bytes: limits.workspace_mib * MIB,
  files: limits.workspace_files,
  file_bytes: limits.file_mib * MIB,
});

/** Strings that no result may carry out: the caller's, the key of an inference server, the address of a database with its password. */
function secretsOf({ secrets, config: { engine, lattice }, environment }: LocalHiveOptions): readonly string[] {
  const server = readEngineKey(engine, environment);
  const database = lattice.postgres_url;
  return [
    ...secrets,
    ...(isRefusal(server) || server.key === null ? [] : [server.key]),
    ...(database === null || database.length < SECRET_MIN_CHARACTERS ? [] : [database]),
  ];
}

function settingsOf(o: LocalHiveOptions): HiveSettings {
  const { home, start } = o;
  const { limits } = o.config;
  return {
    version: VERSION,
    limits: {
      ...DEFAULT_LIMITS,
      directives_in_flight: limits.directives_in_flight,
      chambers_at_once: limits.chambers_in_flight,
      approval_ms: limits.approval_minutes * 60_000,
      held_runs: limits.held_runs,
      held_ms: limits.held_minutes * 60_000,
    },
    chamber: {
      ...CHAMBER_LIMITS,
      wall_ms: limits.run_seconds * 1000,
      memory_bytes: limits.memory_mib * MIB,
      output_bytes: limits.output_kib * 1024,
      wall_ms_max: MAX_LIMITS.wall_ms,
    },
    policies: readPolicies(home),
    secrets: secretsOf(o),
    start,
  };
}

/** The owner's policies, when AXIOM_HOME/policies holds any; else the shipped ones. */
export function policyFolder(home: string): string {
  const own = join(home, "policies");
  return cedarFiles(own).length > 0 ? own : SHIPPED_POLICIES;
}

export const shippedPolicies = (): string => SHIPPED_POLICIES;

export function readPolicies(home: string): HiveSettings["policies"] {
  const folder = policyFolder(home);
  const policies = Object.fromEntries(
    cedarFiles(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );
  return { policies, schema: readFileSync(join(schemaFolder(folder), SCHEMA_FILE), "utf8") };
}

export const SCHEMA_FILE = "axiom.cedarschema";
const schemaFolder = (folder: string): string => (fileNames(folder).includes(SCHEMA_FILE) ? folder : SHIPPED_POLICIES);

const cedarFiles = (folder: string): string[] => fileNames(folder).filter((name) => name.endsWith(".cedar"));

function fileNames(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
