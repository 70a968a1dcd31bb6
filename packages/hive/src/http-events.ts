/**
 * Step events as server-sent events (WHATWG HTML §9.2). One is read from the hive when the client has room for it, so a slow
 * client costs one event of memory; a client that takes nothing for a while is let go and resumes with `Last-Event-ID`.
 */
import { isRefusal, type Refusal, refuse } from "lop";
import type { StepEvent } from "./hive-types.ts";
import { type Call, type Route, route, type World } from "./http-route.ts";
import { EventsQuery } from "./http-schemas.ts";

export const HEARTBEAT_MS = 15_000;
/** How long a client may leave a written event unread. */
export const STALL_MS = 60_000;
/** What browsers wait before they connect again. */
const RETRY_MS = 1000;

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

/** The bytes of a stream: pulled one event at a time, a comment as heartbeat when nothing happens. */
export function eventBody(
  world: Pick<World, "hive" | "meters">,
  id: string | null,
  after: number,
  gone: AbortSignal,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const end = new AbortController();
  const signal = AbortSignal.any([gone, end.signal]);
  const events = world.hive.events(id, after, signal)[Symbol.asyncIterator]();
  let next: Promise<IteratorResult<StepEvent>> | null = null;
  let stall: NodeJS.Timeout | undefined;
  let open = true;
  const finish = (): void => {
    if (!open) return;
    open = false;
    clearTimeout(stall);
    end.abort();
    world.meters.streamEnded();
  };
  world.meters.streamBegan();
  gone.addEventListener("abort", finish, { once: true });
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(encoder.encode(`retry: ${RETRY_MS}\n\n`)),
      async pull(controller) {
        clearTimeout(stall);
        next ??= events.next();
        const item = await within(next, HEARTBEAT_MS);
        if (item === "late") controller.enqueue(encoder.encode(": still here\n\n"));
        else if (item.done) {
          finish();
          controller.close();
          return;
        } else {
          next = null;
          controller.enqueue(encoder.encode(frame(item.value)));
        }
        stall = setTimeout(() => {
          finish();
          controller.error(new Error("the client reads nothing"));
        }, STALL_MS);
        stall.unref();
      },
      cancel: finish,
    },
    { highWaterMark: 1 },
  );
}

async function within<T>(promise: Promise<T>, limit_ms: number): Promise<T | "late"> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), limit_ms);
    timer.unref();
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** JSON has no raw newlines, so one `data` line holds it. */
const frame = (event: StepEvent): string => `id: ${event.seq}\nevent: step\ndata: ${JSON.stringify(event)}\n\n`;
