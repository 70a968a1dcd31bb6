/** The ledger over HTTP, for whoever wants to watch it: checkpoint and tiles in C2SP's formats, and entries to read. */
import { fromUtf8, refuse } from "lop";
import { json, type Route, route } from "./http-route.ts";
import { EntriesQuery, EntryList, NoQuery } from "./http-schemas.ts";
import { readTile } from "./tiles.ts";

const checkpoint = route<undefined, object>({
  method: "get",
  path: "/v1/ledger/checkpoint",
  name: "checkpoint",
  about: "The latest signed checkpoint of the ledger (C2SP tlog-checkpoint).",
  scope: "read",
  query: NoQuery,
  answers: { 200: { about: "A signed note.", type: "text/plain; charset=utf-8" } },
  handle: ({ world }) =>
    new Response(world.hive.ledger.checkpoint(), { headers: { "Content-Type": "text/plain; charset=utf-8" } }),
});

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
    const bytes = await readTile(world.hive.ledger, path);
    if (bytes !== null)
      return new Response(bytes as Uint8Array<ArrayBuffer>, {
        headers: { "Content-Type": "application/octet-stream" },
      });
    return refuse(
      "route-unknown",
      `The ledger has no tile ${path.slice(0, 80)}.`,
      "Read its size from /v1/ledger/checkpoint.",
    );
  },
});

const entries = route<undefined, { from?: number | undefined; limit: number }>({
  method: "get",
  path: "/v1/ledger/entries",
  name: "entries",
  about: "Entries of the ledger as they were signed; the latest when `from` is absent.",
  scope: "read",
  query: EntriesQuery,
  answers: { 200: { about: "Envelopes with their index.", schema: EntryList } },
  handle: async ({ world: { hive }, query: { from, limit } }) => {
    const first = from ?? Math.max(0, hive.ledger.size - limit);
    const found: { index: number; envelope: unknown }[] = [];
    for await (const { index, entry } of hive.ledger.entries(first, Math.min(hive.ledger.size, first + limit)))
      found.push({ index, envelope: JSON.parse(fromUtf8(entry)) });
    return json({ size: hive.ledger.size, entries: found });
  },
});

export const LEDGER_ROUTES: readonly Route[] = [checkpoint, tile, entries];
