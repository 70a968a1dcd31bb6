/**
 * The daemon: takes the home, listens, opens the hive, writes `daemon.json`; and the same backwards at a stop, with what runs
 * given a limited time to end.
 */
import { isRefusal, nodeClock, type Refusal, refuse } from "lop";
import { ApiKeys } from "./api-keys.ts";
import type { Config, Environment } from "./config.ts";
import { bootId, readDaemon } from "./daemon-file.ts";
import type { HiveFace } from "./hive-types.ts";
import { makeHome, removeDaemon, writeDaemon } from "./home.ts";
import { makeApp } from "./http.ts";
import { Hud } from "./http-hud.ts";
import { type Fetch, type Listener, listen } from "./http-listen.ts";
import { refusal, type World } from "./http-route.ts";
import { Idempotency } from "./idempotency.ts";
import { type LocalHive, openLocalHive } from "./local-hive.ts";
import { HiveMeters } from "./metrics-hive.ts";
import { openTrace, type Trace } from "./trace.ts";

/** Open answers get this long once the hive is closed. */
export const CLOSE_ANSWERS_MS = 2000;
const POLL_MS = 50;

export interface Daemon {
  readonly url: string;
  readonly key: string;
  readonly hud: boolean;
  readonly local: LocalHive;
  /** Stops admitting, waits for what runs within `stop.grace_s`, cancels the rest, closes the ledger. A second call waits for the first. */
  stop(): Promise<void>;
}

export interface DaemonOptions {
  home: string;
  config: Config;
  passphrase: string | null;
  environment: Environment;
}

export async function startDaemon(o: DaemonOptions): Promise<Daemon | Refusal> {
  const running = readDaemon(o.home);
  if (running !== null)
    return refuse("home-in-use", `A daemon (process ${running.pid}) runs on ${o.home} at ${running.url}.`);
  const unmade = makeHome(o.home);
  if (unmade !== null) return unmade;
  const { trace, close: closeTrace } = openTrace(o.home, o.config.trace);
  // Until the hive is open every request is told so.
  let answer: Fetch = () => refusal(refuse("hive-stopping", "The daemon is starting.", "Try again in a moment."));
  const listener = await listen(o.config.http, (request, bindings) => answer(request, bindings));
  const opened = isRefusal(listener) ? listener : await open(o, trace);
  if (isRefusal(listener) || isRefusal(opened)) {
    if (!isRefusal(listener)) await listener.close(0);
    const refused = isRefusal(listener) ? listener : (opened as Refusal);
    trace.error({ refused: refused.refused, why: refused.why }, "not started");
    closeTrace();
    return refused;
  }
  const app = makeApp(opened.world);
  answer = (request, bindings) => app.fetch(request, bindings);
  writeDaemon(o.home, { pid: process.pid, url: listener.url, started_at: new Date().toISOString(), boot: bootId() });
  trace.info({ url: listener.url }, "started");
  return daemonOf(o, opened, listener, trace, closeTrace);
}

interface Opened {
  world: World;
  local: LocalHive;
  beginStop(): void;
  follow: AbortController;
}

async function open(o: DaemonOptions, trace: Trace): Promise<Opened | Refusal> {
  const keys = ApiKeys.open(o.home);
  if (isRefusal(keys)) return keys;
  const { http } = o.config;
  const idempotency = await Idempotency.open(o.home, nodeClock, {
    keys: http.idempotency_keys,
    hours: http.idempotency_hours,
  });
  if (isRefusal(idempotency)) return idempotency;
  const secrets = [keys.local(), ...(o.passphrase === null ? [] : [o.passphrase])].filter(({ length }) => length >= 16);
  const local = await openLocalHive({
    ...o,
    secrets,
    pool: o.config.limits.chambers_warm,
    chambers: "all",
    start: "at-once",
  });
  if (isRefusal(local)) {
    await idempotency.close();
    return local;
  }
  let stopping = false;
  const meters = new HiveMeters();
  const follow = new AbortController();
  meters.follow(local.hive, follow.signal);
  void traceDirectives(local.hive, trace, follow.signal);
  const world: World = {
    hive: local.hive,
    lattice: local.lattice,
    keys,
    idempotency,
    meters,
    settings: http,
    clock: nodeClock,
    hud: new Hud(),
    trace,
    stopping: () => stopping,
  };
  const beginStop = () => {
    stopping = true;
  };
  return { world, local, beginStop, follow };
}

function daemonOf(o: DaemonOptions, opened: Opened, listener: Listener, trace: Trace, closeTrace: () => void): Daemon {
  const { world, local } = opened;
  let stopped: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    opened.beginStop();
    trace.info({ running: world.hive.status().running }, "stopping");
    await quiet(world, o.config.stop.grace_s * 1000);
    await local.close();
    opened.follow.abort();
    await listener.close(CLOSE_ANSWERS_MS);
    await world.idempotency.close();
    world.meters.close();
    removeDaemon(o.home);
    trace.info("stopped");
    closeTrace();
  };
  return {
    url: listener.url,
    key: world.keys.local(),
    hud: world.hud.built,
    local,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** One line where a directive begins, is refused or ends; every step at `debug`. What it says stays in the ledger. */
async function traceDirectives(hive: HiveFace, trace: Trace, signal: AbortSignal): Promise<void> {
  for await (const { directive, step, phase, took_us, detail } of hive.events(null, 0, signal)) {
    const turn = phase === "refused" || (phase === "passed" && (step === "admit" || step === "prove"));
    const refused = phase === "refused" ? { refused: detail.refused } : {};
    trace[turn ? "info" : "debug"]({ directive, step, phase, took_us, ...refused }, "step");
  }
}

/** Waits until nothing runs, at most so long; what then still runs, closing the hive ends. */
async function quiet({ hive }: World, limit_ms: number): Promise<void> {
  const until_ms = nodeClock.monotonic_ms() + limit_ms;
  while (hive.status().running > 0 && nodeClock.monotonic_ms() < until_ms) await nodeClock.sleep(POLL_MS);
}
