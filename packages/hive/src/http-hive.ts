/** The hive itself over HTTP: status, keys, freeze, tools, policies, permits, ledger. */
import { Envelope, type Refusal, refuse } from "lop";
import { done, json, nothing, type Route, route } from "./http-route.ts";
import { FreezeRequest, NoQuery, Nothing, PolicyBody, StatusBody, ToolList, UnlockRequest } from "./http-schemas.ts";

const OK_EMPTY = { 204: { about: "Done." } };

const status = route<undefined, object>({
  method: "get",
  path: "/v1/status",
  name: "status",
  about: "How the hive is.",
  scope: "read",
  query: NoQuery,
  answers: { 200: { about: "Its state.", schema: StatusBody } },
  handle: ({ world }) => json(world.hive.status()),
});

const tools = route<undefined, object>({
  method: "get",
  path: "/v1/tools",
  name: "tools",
  about: "The tools, with the JSON Schema of their parameters.",
  scope: "read",
  query: NoQuery,
  answers: { 200: { about: "All of them.", schema: ToolList } },
  handle: ({ world }) => json({ tools: world.hive.tools() }),
});

const unlock = route<{ passphrase: string | null }, object>({
  method: "post",
  path: "/v1/unlock",
  name: "unlock",
  about: "Opens the operator's key. `passphrase` null: the owner set none.",
  scope: "admin",
  body: UnlockRequest,
  query: NoQuery,
  answers: OK_EMPTY,
  handle: async ({ world, body }) => done(await world.hive.unlock(body.passphrase)),
});

const lock = route<object, object>({
  method: "post",
  path: "/v1/lock",
  name: "lock",
  about: "Drops the operator's key from memory. The hive goes on recording and proving.",
  scope: "operate",
  body: Nothing,
  bodyOptional: true,
  query: NoQuery,
  answers: OK_EMPTY,
  handle: ({ world }) => {
    world.hive.lock();
    return nothing();
  },
});

const freeze = route<{ why: string }, object>({
  method: "post",
  path: "/v1/freeze",
  name: "freeze",
  about: "Stops all work at once and admits nothing until `resume`.",
  scope: "operate",
  body: FreezeRequest,
  query: NoQuery,
  answers: OK_EMPTY,
  handle: async ({ world, body }) => done(await world.hive.freeze(body.why)),
});

const resume = route<object, object>({
  method: "post",
  path: "/v1/resume",
  name: "resume",
  about: "Ends a freeze.",
  scope: "admin",
  body: Nothing,
  bodyOptional: true,
  query: NoQuery,
  answers: OK_EMPTY,
  handle: async ({ world }) => done(await world.hive.resume()),
});

const policies = route<undefined, object>({
  method: "get",
  path: "/v1/policies",
  name: "policies",
  about: "The policies in force, as they are written, and the digest of the set.",
  scope: "read",
  query: NoQuery,
  answers: { 200: { about: "Cedar policies by file name.", schema: PolicyBody } },
  handle: ({ world }) => json(world.hive.policies()),
});

const keys = route<undefined, object>({
  method: "get",
  path: "/v1/keys",
  name: "keys",
  about: "The key manifest, signed by the root key.",
  scope: "read",
  query: NoQuery,
  answers: { 200: { about: "docs/formats/keys.md", schema: Envelope } },
  handle: ({ world }) => json(world.hive.keys()),
});

const checkpoint = route<undefined, object>({
  method: "get",
  path: "/v1/ledger/checkpoint",
  name: "checkpoint",
  about: "The latest signed checkpoint of the ledger (C2SP tlog-checkpoint).",
  scope: "read",
  query: NoQuery,
  answers: { 200: { about: "A signed note.", type: "text/plain; charset=utf-8" } },
  handle: ({ world }) =>
    new Response(world.hive.status().ledger.checkpoint, { headers: { "Content-Type": "text/plain; charset=utf-8" } }),
});

/** C2SP tlog-tiles: level or `entries`, then the index in groups of three digits, `.p/W` for a partial tile. */
const TILE = /^(?:[0-9]{1,2}|entries)\/(?:x[0-9]{3}\/)*[0-9]{3}(?:\.p\/[1-9][0-9]{0,2})?$/;

const tile = route<undefined, object>({
  method: "get",
  path: "/v1/ledger/tile/{path}",
  name: "tile",
  about: "A tile of the ledger (C2SP tlog-tiles), such as `0/x001/067` or `entries/000.p/12`.",
  scope: "read",
  query: NoQuery,
  answers: { 200: { about: "Hashes or entries.", type: "application/octet-stream" } },
  handle: async ({ world, params }) => {
    const path = params.path!;
    const bytes = TILE.test(path) ? await world.tile(path) : null;
    if (bytes === null) return noTile(path);
    return new Response(bytes as Uint8Array<ArrayBuffer>, { headers: { "Content-Type": "application/octet-stream" } });
  },
});

const noTile = (path: string): Refusal =>
  refuse("route-unknown", `The ledger has no tile ${path.slice(0, 80)}.`, "Read its size from /v1/ledger/checkpoint.");

export const HIVE_ROUTES: readonly Route[] = [
  status,
  tools,
  unlock,
  lock,
  freeze,
  resume,
  policies,
  keys,
  checkpoint,
  tile,
];
