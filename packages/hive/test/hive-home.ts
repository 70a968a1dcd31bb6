/** A whole hive for tests: real flow, keys, policies and ledger; simulated disk, chamber and workspace. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ladder } from "forge";
import {
  type Clock,
  type DirectiveBody,
  isRefusal,
  nodeChance,
  nodeClock,
  nodeCrypto,
  type Refusal,
  type Rung,
  SimDisk,
} from "lop";
import { SimChamber } from "../../../sim/chamber-sim.ts";
import { SimWorkspace } from "../../../sim/workspace-sim.ts";
import {
  DEFAULT_LIMITS,
  type DirectiveView,
  type Hive,
  type HivePorts,
  type HiveSettings,
  openHive,
} from "../src/index.ts";

const POLICIES = join(import.meta.dirname, "..", "policies");

export function shippedPolicies(): HiveSettings["policies"] {
  const files = readdirSync(POLICIES).filter((name) => name.endsWith(".cedar"));
  return {
    policies: Object.fromEntries(files.map((name) => [name, readFileSync(join(POLICIES, name), "utf8")])),
    schema: readFileSync(join(POLICIES, "axiom.cedarschema"), "utf8"),
  };
}

export const API_KEY = "axk_0123456789abcdef0123456789abcdef";

export function settings(changes: Partial<HiveSettings["limits"]> = {}): HiveSettings {
  return {
    version: "0.1.0",
    limits: { ...DEFAULT_LIMITS, ...changes },
    chamber: {
      wall_ms: 10_000,
      wall_ms_max: 600_000,
      memory_bytes: 64 << 20,
      output_bytes: 1 << 20,
      disk_bytes: 16 << 20,
      files: 1000,
    },
    policies: shippedPolicies(),
    secrets: [API_KEY],
  };
}

export interface TestHome {
  readonly ports: HivePorts;
  readonly disk: SimDisk;
  readonly chamber: SimChamber;
  readonly workspace: SimWorkspace;
}

export async function simHome(o: { disk?: SimDisk; clock?: Clock; rung?: Rung } = {}): Promise<TestHome> {
  const disk = o.disk ?? new SimDisk();
  const clock = o.clock ?? nodeClock;
  const chamber = new SimChamber(clock, o.rung ?? "wasm-py", ["javascript", "python"]);
  const ladder = new Ladder([chamber]);
  await ladder.probeAll();
  const workspace = new SimWorkspace(nodeCrypto);
  return {
    ports: { clock, chance: nodeChance, disk, crypto: nodeCrypto, ladder, workspace },
    disk,
    chamber,
    workspace,
  };
}

export function must<T>(value: T | Refusal): T {
  if (isRefusal(value)) throw new Error(`${value.refused}: ${value.why}`);
  return value;
}

export const openTestHive = async (home: TestHome, changes: Partial<HiveSettings["limits"]> = {}): Promise<Hive> =>
  must(await openHive(home.ports, settings(changes), { passphrase: null }));

export const card = (tool: string, parameters: Record<string, string | number | boolean> = {}): DirectiveBody => ({
  card: { tool, parameters },
});
export const program = (...lines: string[]): DirectiveBody =>
  card("exec.run", { language: "python", code: lines.join("\n") });

export async function start(hive: Hive, body: DirectiveBody): Promise<string> {
  return must(await hive.submit(must(await hive.sign(body)))).id;
}

export async function run(hive: Hive, body: DirectiveBody): Promise<DirectiveView> {
  return must(await hive.ended(await start(hive, body)));
}
