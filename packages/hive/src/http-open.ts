/** What is served without a key: health, metrics (to loopback), the API's description. */
import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context } from "hono";
import { isRefusal, type Refusal } from "lop";
import { checkKey, isLoopbackAddress } from "./http-guards.ts";
import { json, type Route, route, type World } from "./http-route.ts";
import { NoQuery } from "./http-schemas.ts";
import { OPENMETRICS_TYPE, PROMETHEUS_TYPE, wantsOpenMetrics } from "./metrics.ts";

const healthz = route<undefined, object>({
  method: "get",
  path: "/healthz",
  name: "healthz",
  about: "Whether the process answers.",
  scope: null,
  query: NoQuery,
  answers: { 200: { about: "It does." } },
  handle: () => json({ alive: true }),
});

const readyz = route<undefined, object>({
  method: "get",
  path: "/readyz",
  name: "readyz",
  about: "Whether directives are taken: not while starting, stopping or frozen.",
  scope: null,
  query: NoQuery,
  answers: { 200: { about: "They are." }, 503: { about: "They are not, and why." } },
  handle: ({ world }) => {
    const why = unready(world);
    return json({ ready: why === null, why }, why === null ? 200 : 503);
  },
});

function unready(world: World): string | null {
  if (world.stopping()) return "stopping";
  const { frozen } = world.hive.status();
  return frozen === null ? null : `frozen: ${frozen.why}`;
}

const metrics = route<undefined, object>({
  method: "get",
  path: "/metrics",
  name: "metrics",
  about: "Metrics for Prometheus and OpenMetrics scrapers. From other machines it wants a key.",
  scope: null,
  query: NoQuery,
  answers: { 200: { about: "The metrics.", type: "text/plain" } },
  handle: ({ world, headers }) => {
    const open = wantsOpenMetrics(headers.get("Accept") ?? undefined);
    return new Response(world.meters.text(open), {
      headers: { "Content-Type": open ? OPENMETRICS_TYPE : PROMETHEUS_TYPE },
    });
  },
});

/** Loopback may read the metrics as it is; others show a key. */
export function checkScraper(context: Context, world: World): Refusal | null {
  if (isLoopbackAddress(remoteOf(context))) return null;
  const caller = checkKey(context.req.header("Authorization") ?? null, world.keys, "read");
  return isRefusal(caller) ? caller : null;
}

/** Undefined when there is no socket: a request made inside the process. */
function remoteOf(context: Context): string | undefined {
  try {
    return getConnInfo(context).remote.address;
  } catch {
    return undefined;
  }
}

export const OPEN_ROUTES: readonly Route[] = [healthz, readyz, metrics];
