/** Step events as server-sent events; whoever was let go resumes with `Last-Event-ID`. */
import { isRefusal, type Refusal, refuse } from "lop";
import type { StepEvent } from "./hive-types.ts";
import { type Call, type Route, route, type World } from "./http-route.ts";
import { EventsQuery } from "./http-schemas.ts";
import { streamBody } from "./http-stream.ts";

type EventsCall = Call<undefined, { after?: number | undefined }>;

const LAST_EVENT = { "Last-Event-ID": "`seq` of the last event that was received; the stream goes on after it." };
const STREAM = { 200: { about: "`event: step`, `id: seq`, `data: StepEvent`.", type: "text/event-stream" } };

const ofOne = route<undefined, { after?: number | undefined }>({
  method: "get",
  path: "/v1/directives/{id}/events",
  name: "eventsOfDirective",
  about: "The steps of one directive: the past ones, then live. Ends after the last.",
  scope: "read",
  query: EventsQuery,
  headers: LAST_EVENT,
  answers: STREAM,
  handle: async (call) => {
    const id = call.params.id!;
    const view = await call.world.hive.directive(id);
    return view === undefined
      ? refuse("directive-unknown", `No directive has the id ${id.slice(0, 80)}.`)
      : stream(call, id);
  },
});

const ofAll = route<undefined, { after?: number | undefined }>({
  method: "get",
  path: "/v1/events",
  name: "events",
  about: "The steps of all directives, live.",
  scope: "read",
  query: EventsQuery,
  headers: LAST_EVENT,
  answers: STREAM,
  handle: (call) => stream(call, null),
});

export const EVENT_ROUTES: readonly Route[] = [ofOne, ofAll];

function stream(call: EventsCall, id: string | null): Response | Refusal {
  const after = lastSeen(call);
  if (isRefusal(after)) return after;
  const { meters, settings } = call.world;
  if (meters.streams() >= settings.event_streams)
    return refuse("too-many-streams", `${settings.event_streams} event streams are open.`);
  return new Response(eventBody(call.world, id, after, call.signal), {
    headers: { "Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no" },
  });
}

function lastSeen({ headers, query }: EventsCall): number | Refusal {
  const text = headers.get("Last-Event-ID");
  if (text === null) return query.after ?? 0;
  return /^\d{1,15}$/.test(text) ? Number(text) : refuse("request-malformed", "Last-Event-ID is no sequence number.");
}

/** The bytes of a stream of step events. */
export function eventBody(
  world: Pick<World, "hive" | "meters">,
  id: string | null,
  after: number,
  gone: AbortSignal,
): ReadableStream<Uint8Array> {
  const end = new AbortController();
  const items = world.hive.events(id, after, AbortSignal.any([gone, end.signal]));
  return streamBody(world.meters, { items, gone, end, event: "step", idOf: ({ seq }: StepEvent) => seq });
}
