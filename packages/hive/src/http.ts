/** The HTTP API as one fetch function: guards, then the row of the route table that fits. The same function serves sockets, tests and the CLI. */
import { type Context, Hono } from "hono";
import { DiskError, isRefusal, type Refusal, refuse } from "lop";
import type { Caller } from "./api-keys.ts";
import { DIRECTIVE_ROUTES } from "./http-directives.ts";
import { EVENT_ROUTES } from "./http-events.ts";
import { checkHost, checkKey, checkOrigin, readBody, readQuery, SECURITY_HEADERS } from "./http-guards.ts";
import { HIVE_ROUTES } from "./http-hive.ts";
import { LATTICE_ROUTES } from "./http-lattice.ts";
import { LEDGER_ROUTES } from "./http-ledger.ts";
import { NEEDLE_ROUTES } from "./http-needles.ts";
import { checkScraper, OPEN_ROUTES } from "./http-open.ts";
import { PERMIT_ROUTES } from "./http-permits.ts";
import { json, type Route, refusal, type World } from "./http-route.ts";
import { openApiDocument } from "./openapi.ts";

export const ROUTES: readonly Route[] = [
  ...DIRECTIVE_ROUTES,
  ...EVENT_ROUTES,
  ...HIVE_ROUTES,
  ...NEEDLE_ROUTES,
  ...LATTICE_ROUTES,
  ...LEDGER_ROUTES,
  ...PERMIT_ROUTES,
  ...OPEN_ROUTES,
];

/** Who asks where no key is wanted. */
const NOBODY: Caller = { id: "nobody", name: "nobody", scope: "read" };

export function makeApp(world: World): Hono {
  const app = new Hono();
  for (const row of ROUTES)
    app.on(row.method.toUpperCase(), honoPath(row.path), (context) =>
      observed(context, world, row, () => serve(context, world, row)),
    );
  app.get("/openapi.json", (context) =>
    observed(
      context,
      world,
      null,
      () => guardOpen(context, world) ?? json(openApiDocument(ROUTES, world.hive.status().version)),
    ),
  );
  app.all("*", (context) => observed(context, world, null, () => unmatched(context, world)));
  return app;
}

/** `{id}` → `:id`; a last `{path}` takes what is left. */
const honoPath = (path: string): string => path.replace("{path}", ":path{.+}").replaceAll(/\{(\w+)\}/g, ":$1");

async function observed(
  context: Context,
  world: World,
  row: Route | null,
  answer: () => Promise<Response> | Response,
): Promise<Response> {
  const began_ms = world.clock.monotonic_ms();
  const response = await answered(world, answer);
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.headers.set(name, value);
  if (!response.headers.has("Cache-Control")) response.headers.set("Cache-Control", "no-store");
  const took_s = (world.clock.monotonic_ms() - began_ms) / 1000;
  world.meters.request(context.req.method, row?.path ?? "other", response.status, took_s);
  world.trace.debug(
    { method: context.req.method, route: row?.path ?? context.req.path.slice(0, 80), status: response.status, took_s },
    "request",
  );
  return response;
}

async function answered(world: World, answer: () => Promise<Response> | Response): Promise<Response> {
  try {
    return await answer();
  } catch (error) {
    return fault(world, error);
  }
}

async function serve(context: Context, world: World, row: Route): Promise<Response> {
  const stopped = guardOpen(context, world);
  if (stopped !== null) return stopped;
  if (row.path === "/metrics") {
    const barred = checkScraper(context, world);
    if (barred !== null) return refusal(barred);
  }
  const { req } = context;
  const caller = row.scope === null ? NOBODY : checkKey(req.header("Authorization") ?? null, world.keys, row.scope);
  if (isRefusal(caller))
    return refusal(caller, caller.refused === "unauthorized" ? { "WWW-Authenticate": "Bearer" } : {});
  const query = row.query === undefined ? { query: undefined } : readQuery(new URL(req.url), row.query);
  if (isRefusal(query)) return refusal(query);
  const body = row.body === undefined ? { body: undefined } : await readBody(req.raw, row.body, limitsOf(row));
  if (isRefusal(body)) return refusal(body);
  const params = req.param() as Record<string, string>;
  const answer = await row.handle({
    world,
    caller,
    ...body,
    ...query,
    params,
    headers: req.raw.headers,
    signal: req.raw.signal,
  });
  return isRefusal(answer) ? refusal(answer) : answer;
}

const limitsOf = ({ bodyOptional, body_max_bytes }: Route) => ({
  optional: bodyOptional ?? false,
  ...(body_max_bytes === undefined ? {} : { max_bytes: body_max_bytes }),
});

/** The guards that hold for every address. */
function guardOpen(context: Context, world: World): Response | null {
  const host = context.req.header("Host") ?? new URL(context.req.url).host;
  const refused = checkHost(host, allowedHosts(world)) ?? checkOrigin(context.req.header("Origin") ?? null, host);
  return refused === null ? null : refusal(refused);
}

const allowedHosts = ({ settings }: World): readonly string[] => [
  settings.bind,
  `[${settings.bind}]`,
  ...settings.hosts,
];

/** No route fits: a file of the HUD, a wrong method, or nothing at all. */
function unmatched(context: Context, world: World): Response {
  const stopped = guardOpen(context, world);
  if (stopped !== null) return stopped;
  const { method, path } = context.req;
  if (method === "GET" || method === "HEAD") {
    const file = world.hud.answer(path);
    if (file !== null) return isRefusal(file) ? hudAbsent(context, file) : file;
  }
  const methods = methodsOf(path);
  if (methods.length === 0) return refusal(refuse("route-unknown", `Nothing is served at ${path.slice(0, 120)}.`));
  const allow = methods.join(", ");
  return refusal(refuse("method-not-allowed", `${path.slice(0, 120)} takes ${allow}, not ${method}.`), {
    Allow: allow,
  });
}

function methodsOf(path: string): string[] {
  if (path === "/openapi.json" || path === "/") return ["GET", "HEAD"];
  const hits = ROUTES.filter((row) =>
    new RegExp(`^${row.path.replace("{path}", ".+").replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(path),
  );
  return hits.flatMap(({ method }) => (method === "get" ? ["GET", "HEAD"] : [method.toUpperCase()]));
}

/** A person at a browser gets a sentence, a program the refusal. */
function hudAbsent(context: Context, refused: Refusal): Response {
  if (!context.req.header("Accept")?.includes("text/html")) return refusal(refused);
  return new Response(`${refused.why} ${refused.fix}\n`, {
    status: 404,
    headers: { "Content-Type": "text/plain; charset=utf-8" },
  });
}

/** A disk that does not take what must be kept is the owner's to mend; anything else is our own fault, and the trace gets all of it. */
function fault(world: World, error: unknown): Response {
  world.trace.error({ err: error }, "fault");
  if (error instanceof DiskError)
    return refusal(refuse(error.code === "full" ? "disk-full" : "home-unusable", `${error.message}.`));
  return json(
    {
      fault: "internal",
      why: "The hive made a mistake; its trace says more.",
      fix: "Report it with the lines of AXIOM_HOME/trace.",
    },
    500,
  );
}
