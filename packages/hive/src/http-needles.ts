/** The needles over HTTP: who they are, what they remember. */
import { isRefusal } from "lop";
import { done, json, type Route, route } from "./http-route.ts";
import { NeedleBody, NeedleList, NoQuery } from "./http-schemas.ts";

const needles = route<undefined, object>({
  method: "get",
  path: "/v1/needles",
  name: "needles",
  about: "The needles: what each does, what it begins with, and the engine that writes for them.",
  scope: "read",
  query: NoQuery,
  answers: { 200: { about: "All of them.", schema: NeedleList } },
  handle: async ({ world }) => {
    const found = await world.hive.needles();
    return isRefusal(found) ? found : json({ needles: found, engine: world.hive.status().engine });
  },
});

const needle = route<undefined, object>({
  method: "get",
  path: "/v1/needles/{id}",
  name: "needle",
  about: "One needle, and what it remembers.",
  scope: "read",
  query: NoQuery,
  answers: { 200: { about: "The needle.", schema: NeedleBody } },
  handle: async ({ world, params }) => {
    const found = await world.hive.needle(params.id!);
    return isRefusal(found) ? found : json(found);
  },
});

const memory = route<undefined, object>({
  method: "get",
  path: "/v1/needles/{id}/memory",
  name: "needleMemory",
  about: "What a needle remembers, unsealed: the initial memory of a needle that shall go on from it.",
  scope: "admin",
  query: NoQuery,
  answers: { 200: { about: "docs/formats/memory.md", type: "application/octet-stream" } },
  handle: async ({ world, params }) => {
    const bytes = await world.hive.needleMemory(params.id!);
    const headers = { "Content-Type": "application/octet-stream" };
    return isRefusal(bytes) ? bytes : new Response(bytes as Uint8Array<ArrayBuffer>, { headers });
  },
});

const forget = route<undefined, object>({
  method: "delete",
  path: "/v1/needles/{id}/memory",
  name: "forgetNeedleMemory",
  about: "Forgets what a needle remembers. Directives do not change: each begins at the initial memory.",
  scope: "admin",
  query: NoQuery,
  answers: { 204: { about: "Done." } },
  handle: async ({ world, params }) => done(await world.hive.forgetNeedleMemory(params.id!)),
});

export const NEEDLE_ROUTES: readonly Route[] = [needles, needle, memory, forget];
