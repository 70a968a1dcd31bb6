import { expect, test } from "vitest";
import type { StepEvent } from "../src/index.ts";
import { EVENTS_KEPT, READER_QUEUE_MAX, StepEvents } from "../src/step-events.ts";

const note = (events: StepEvents, directive = "a") =>
  events.note({ directive, step: "admit", phase: "passed", at: "", took_us: null, detail: {} });
const never = new AbortController().signal;

async function collect(stream: AsyncIterable<StepEvent>): Promise<StepEvent[]> {
  const all: StepEvent[] = [];
  for await (const event of stream) all.push(event);
  return all;
}

test("the past comes first, then what happens, without a gap; it ends with the directive", async () => {
  const events = new StepEvents(100);
  const before = [note(events), note(events)];
  const stream = events.follow(
    "a",
    () => before,
    () => false,
    never,
  );
  const reading = collect(stream);
  await Promise.resolve();
  note(events);
  note(events, "another");
  note(events);
  events.end("a");
  expect((await reading).map((event) => event.seq)).toEqual([100, 101, 102, 104]);
});

test("a reader of everything gets every directive and ends when he leaves", async () => {
  const events = new StepEvents(0);
  const leave = new AbortController();
  const reading = collect(
    events.follow(
      null,
      () => [],
      () => false,
      leave.signal,
    ),
  );
  await Promise.resolve();
  note(events, "a");
  note(events, "b");
  await new Promise((resolve) => setTimeout(resolve, 5));
  leave.abort();
  expect((await reading).map((event) => event.directive)).toEqual(["a", "b"]);
});

test("a slow reader loses the oldest events and is told how many", async () => {
  const events = new StepEvents(0);
  const stream = events
    .follow(
      "a",
      () => [],
      () => false,
      never,
    )
    [Symbol.asyncIterator]();
  const first = stream.next();
  note(events);
  expect((await first).value?.seq).toBe(0);
  for (let i = 0; i < READER_QUEUE_MAX + 5; i++) note(events);
  const { value } = await stream.next();
  expect(value).toMatchObject({ phase: "missed", detail: { events: 5 } });
  expect((await stream.next()).value).toMatchObject({ seq: 6, phase: "passed" });
  await stream.return?.(undefined);
});

test("what is kept for late readers is bounded", () => {
  const events = new StepEvents(0);
  for (let i = 0; i < 3 * EVENTS_KEPT; i++) note(events);
  expect(events.recent(-1).length).toBe(EVENTS_KEPT);
  expect(events.recent(3 * EVENTS_KEPT - 3).map((event) => event.seq)).toEqual([
    3 * EVENTS_KEPT - 2,
    3 * EVENTS_KEPT - 1,
  ]);
});
