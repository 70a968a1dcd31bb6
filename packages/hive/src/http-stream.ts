/**
 * Server-sent events (WHATWG HTML §9.2) out of anything that comes one after the other. One is taken when the client has room for it, so a
 * slow client costs one event of memory; a client that takes nothing for a while is let go.
 */
import type { HiveMeters } from "./metrics-hive.ts";

export const HEARTBEAT_MS = 15_000;
/** How long a client may leave a written event unread. */
export const STALL_MS = 60_000;
/** What browsers wait before they connect again. */
const RETRY_MS = 1000;

export interface StreamSource<T> {
  readonly items: AsyncIterable<T>;
  /** Aborts when the client goes away. */
  readonly gone: AbortSignal;
  /** Aborted here when the stream ends: whatever makes the items stops. */
  readonly end: AbortController;
  /** Name of the events. */
  readonly event: string;
  /** What `Last-Event-ID` will say. */
  idOf(item: T): number;
}

export const streamOf = <T>(meters: HiveMeters, source: StreamSource<T>): Response =>
  new Response(streamBody(meters, source), {
    headers: { "Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no" },
  });

/** The bytes of a stream: pulled one event at a time, a comment as heartbeat when nothing happens. */
export function streamBody<T>(meters: HiveMeters, source: StreamSource<T>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const items = source.items[Symbol.asyncIterator]();
  let next: Promise<IteratorResult<T>> | null = null;
  let stall: NodeJS.Timeout | undefined;
  let open = true;
  const finish = (): void => {
    if (!open) return;
    open = false;
    clearTimeout(stall);
    source.end.abort();
    meters.streamEnded();
  };
  meters.streamBegan();
  source.gone.addEventListener("abort", finish, { once: true });
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(encoder.encode(`retry: ${RETRY_MS}\n\n`)),
      async pull(controller) {
        clearTimeout(stall);
        next ??= items.next();
        const item = await within(next, HEARTBEAT_MS);
        if (item === "late") controller.enqueue(encoder.encode(": still here\n\n"));
        else if (item.done) {
          finish();
          controller.close();
          return;
        } else {
          next = null;
          controller.enqueue(encoder.encode(frame(source.event, source.idOf(item.value), item.value)));
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
const frame = (event: string, id: number, item: unknown): string =>
  `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(item)}\n\n`;
