/** The hive itself over HTTP: status, keys, freeze, tools, policies. */
import { Envelope } from "lop";
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
  about: "Stops all work at once and admits nothing until `resume`. Runs on os and vm are held; `status` lists them.",
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
  about: "Ends a freeze; held runs go on. To wipe them state `guard.resume` with `wipe`.",
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

export const HIVE_ROUTES: readonly Route[] = [status, tools, unlock, lock, freeze, resume, policies, keys];
