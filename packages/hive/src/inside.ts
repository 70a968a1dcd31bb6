/** The hive opened inside this process, for one command: the same API, without a socket. The home is let go at the end. */
import { isRefusal, nodeClock, nodeDisk, type Refusal } from "lop";
import { pino } from "pino";
import { ApiKeys } from "./api-keys.ts";
import { type Connection, HiveClient, type Transport } from "./client.ts";
import { loadConfig } from "./config.ts";
import { makeHome } from "./home.ts";
import { makeApp } from "./http.ts";
import { Hud } from "./http-hud.ts";
import { Idempotency } from "./idempotency.ts";
import { type ChambersWanted, HOME_LOCK, openLocalHive } from "./local-hive.ts";
import { HiveMeters } from "./metrics-hive.ts";
import { readPassphrase } from "./passphrase.ts";
import type { Terminal } from "./terminal.ts";

/** How long another command may hold the home before this one gives up. */
export const HOME_WAIT_MS = 15_000;
const HOME_POLL_MS = 100;

export async function openInside(
  { home, environment }: Terminal,
  chambers: ChambersWanted,
): Promise<Connection | Refusal> {
  const unmade = makeHome(home);
  if (unmade !== null) return unmade;
  const loaded = loadConfig(home, environment);
  if (isRefusal(loaded)) return loaded;
  const { config } = loaded;
  const unlock = readPassphrase(environment, config.keys.passphrase_file);
  if (isRefusal(unlock)) return unlock;
  const keys = ApiKeys.open(home);
  if (isRefusal(keys)) return keys;
  const secrets = [keys.local(), ...(unlock.passphrase === null ? [] : [unlock.passphrase])].filter(
    ({ length }) => length >= 16,
  );
  await homeFree(home);
  const local = await openLocalHive({
    home,
    config,
    environment,
    ...unlock,
    secrets,
    pool: 0,
    chambers,
    start: "when-acting",
  });
  if (isRefusal(local)) return local;
  const limits = { keys: config.http.idempotency_keys, hours: config.http.idempotency_hours };
  const idempotency = await Idempotency.open(home, nodeClock, limits);
  if (isRefusal(idempotency)) {
    await local.close();
    return idempotency;
  }
  const meters = new HiveMeters();
  const app = makeApp({
    hive: local.hive,
    lattice: local.lattice,
    keys,
    idempotency,
    meters,
    settings: config.http,
    clock: nodeClock,
    hud: new Hud(),
    trace: pino({ level: "silent" }),
    stopping: () => false,
  });
  return {
    client: new HiveClient(insideTransport(app), keys.local()),
    daemon: false,
    close: async () => {
      await idempotency.close();
      meters.close();
      await local.close();
    },
  };
}

/** Commands on one home take turns: waits until nobody holds it. Who then comes first is decided when the hive opens. */
async function homeFree(home: string): Promise<void> {
  const until_ms = nodeClock.monotonic_ms() + HOME_WAIT_MS;
  while (nodeClock.monotonic_ms() < until_ms) {
    const lock = await nodeDisk(home).lock(HOME_LOCK);
    if (lock !== null) return lock.release();
    await nodeClock.sleep(HOME_POLL_MS);
  }
}

const insideTransport =
  (app: ReturnType<typeof makeApp>): Transport =>
  async (method, path, request) => {
    const answer = await app.request(`http://localhost${path}`, { method, ...request });
    return { status: answer.status, body: answer.body ?? nobody() };
  };

async function* nobody(): AsyncIterable<Uint8Array> {}
