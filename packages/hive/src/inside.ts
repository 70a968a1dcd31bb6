/** The hive opened inside this process, for one command: the same API, without a socket. The home is let go at the end. */
import { isRefusal, nodeClock, nodeDisk, type Refusal } from "lop";
import { pino } from "pino";
import { ApiKeys } from "./api-keys.ts";
import { type Connection, HiveClient, type Transport } from "./client.ts";
import { type Config, loadConfig } from "./config.ts";
import { makeHome } from "./home.ts";
import { makeApp } from "./http.ts";
import { Hud } from "./http-hud.ts";
import { Idempotency } from "./idempotency.ts";
import { type ChambersWanted, HOME_LOCK, type LocalHive, openLocalHive } from "./local-hive.ts";
import { HiveMeters } from "./metrics-hive.ts";
import { readPassphrase } from "./passphrase.ts";
import type { Terminal } from "./terminal.ts";

/** How long another command may hold the home before this one gives up. */
export const HOME_WAIT_MS = 15_000;
const HOME_POLL_MS = 100;
/** Shorter ones would be found in anything. */
const SECRET_MIN_CHARACTERS = 16;

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
  const secrets = [keys.local(), unlock.passphrase ?? ""].filter(({ length }) => length >= SECRET_MIN_CHARACTERS);
  await homeFree(home);
  const opening = { home, config, environment, ...unlock, secrets, pool: 0, chambers };
  const local = await openLocalHive({ ...opening, start: "when-acting" });
  return isRefusal(local) ? local : connectionTo(local, { home, keys, settings: config.http });
}

/** The API over an open hive, which is closed with the connection. */
async function connectionTo(
  local: LocalHive,
  { home, keys, settings }: { home: string; keys: ApiKeys; settings: Config["http"] },
): Promise<Connection | Refusal> {
  const limits = { keys: settings.idempotency_keys, hours: settings.idempotency_hours };
  const idempotency = await Idempotency.open(home, nodeClock, limits);
  if (isRefusal(idempotency)) {
    await local.close();
    return idempotency;
  }
  const { hive, lattice } = local;
  const meters = new HiveMeters();
  const trace = pino({ level: "silent" });
  const house = { hive, lattice, keys, idempotency, meters, settings, trace, clock: nodeClock, hud: new Hud() };
  const app = makeApp({ ...house, stopping: () => false });
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
