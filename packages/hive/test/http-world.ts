/** A world of doors around a fake hive on a temporary home. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isRefusal, nodeClock, type Refusal } from "lop";
import { pino } from "pino";
import { onTestFinished } from "vitest";
import { ApiKeys } from "../src/api-keys.ts";
import { Config } from "../src/config.ts";
import { makeHome } from "../src/home.ts";
import { makeApp } from "../src/http.ts";
import { Hud } from "../src/http-hud.ts";
import type { World } from "../src/http-route.ts";
import { Idempotency } from "../src/idempotency.ts";
import { LatticeDesk } from "../src/lattice-desk.ts";
import type { LatticePort } from "../src/lattice-port.ts";
import { HiveMeters } from "../src/metrics-hive.ts";
import { FakeHive } from "./fake-hive.ts";

export function must<T>(value: T | Refusal): T {
  if (isRefusal(value)) throw new Error(`${value.refused}: ${value.why}`);
  return value as T;
}

const NO_LATTICE = new LatticeDesk(
  { engine: "none", home: null, tz: "UTC", region: null, horizon_days: 60 },
  nodeClock,
  () => {
    throw new Error("a lattice with the engine none is never opened");
  },
);

export const freshHome = (): string => {
  const home = mkdtempSync(join(tmpdir(), "axiom-doors-"));
  must(makeHome(home));
  return home;
};

export interface Bench {
  hive: FakeHive;
  world: World & { stop: boolean };
  home: string;
  key: string;
  app: ReturnType<typeof makeApp>;
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
}

export async function freshBench(
  options: { home?: string; hive?: FakeHive; hud?: string; lattice?: LatticePort } = {},
): Promise<Bench> {
  const home = options.home ?? freshHome();
  const hive = options.hive ?? new FakeHive();
  const keys = must(ApiKeys.open(home));
  const settings = Config.parse({}).http;
  const idempotency = must(await Idempotency.open(home, nodeClock, { keys: 64, hours: 24 }));
  onTestFinished(() => idempotency.close());
  const world = {
    hive,
    lattice: options.lattice ?? NO_LATTICE,
    keys,
    idempotency,
    meters: new HiveMeters(),
    settings,
    clock: nodeClock,
    hud: new Hud(options.hud ?? join(home, "no-hud")),
    trace: pino({ level: "silent" }),
    stopping: () => world.stop,
    stop: false,
  };
  const app = makeApp(world);
  const key = keys.local();
  const ask: Bench["ask"] = async (method, path, body, headers = {}) =>
    app.request(`http://127.0.0.1:4180${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
  return { hive, world, home, key, app, ask };
}
