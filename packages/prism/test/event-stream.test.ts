import { describe, expect, it } from "vitest";
import { EVENT_MAX_CHARS, EventParser, RECONNECT_MAX_MS, readEvents, type StreamEvent } from "../src/event-stream.ts";

const TEXT =
  'retry: 1000\n\nid: 7\nevent: step\ndata: {"a":1}\n\n: still here\n\ndata: one\r\ndata: two\r\n\r\nid\ndata\n\n';
const EVENTS = [
  { event: "step", id: "7", data: '{"a":1}' },
  { event: "message", id: "7", data: "one\ntwo" },
  { event: "message", id: "", data: "" },
];

describe("the event parser", () => {
  it("gives the same events for every way of cutting the text", () => {
    for (let cut = 0; cut <= TEXT.length; cut++) {
      const parser = new EventParser();
      expect([...parser.push(TEXT.slice(0, cut)), ...parser.push(TEXT.slice(cut))]).toEqual(EVENTS);
    }
    const parser = new EventParser();
    expect([...TEXT].flatMap((letter) => parser.push(letter))).toEqual(EVENTS);
  });

  it("keeps what is unfinished to itself", () => {
    expect(new EventParser().push("data: half\n")).toEqual([]);
  });

  it("refuses an event that never ends", () => {
    expect(() => new EventParser().push("x".repeat(EVENT_MAX_CHARS + 1))).toThrow(RangeError);
  });
});

const body = (...pieces: string[]) => new Response(new Blob(pieces).stream(), { status: 200 });

/** Reads answers in their order until they run out; each opening is noted with the id it asked after. */
async function follow(answers: (Response | Error)[]) {
  const stop = new AbortController();
  const seen: StreamEvent[] = [];
  const asked: string[] = [];
  const lines: boolean[] = [];
  const waits: number[] = [];
  const end = await readEvents(
    {
      open: async (lastId) => {
        asked.push(lastId);
        const answer = answers.shift()!;
        if (answers.length === 0 && !(answer instanceof Response && answer.status === 401)) stop.abort();
        if (answer instanceof Error) throw answer;
        return answer;
      },
      sleep: async (wait_ms) => void waits.push(wait_ms),
      onEvent: (event) => void seen.push(event),
      onLine: (up) => void lines.push(up),
    },
    stop.signal,
  );
  return { end, seen, asked, lines, waits };
}

describe("the reader", () => {
  it("comes back after the last event it has seen", async () => {
    const run = await follow([body("id: 4\ndata: a\n\n"), body("id: 9\ndata: b\n\n"), body("")]);
    expect(run.asked).toEqual(["", "4", "9"]);
    expect(run.seen.map((event) => event.data)).toEqual(["a", "b"]);
  });

  it("says that the line is down, waits longer each time and no longer than the limit", async () => {
    const down = Array.from({ length: 9 }, () => new TypeError("refused"));
    const run = await follow([...down, body("")]);
    expect(run.lines.slice(0, 9)).toEqual(Array(9).fill(false));
    expect(run.waits.slice(0, 3)).toEqual([250, 500, 1000]);
    expect(Math.max(...run.waits)).toBe(RECONNECT_MAX_MS);
  });

  it("stops when the key is no longer good", async () => {
    expect((await follow([new Response("", { status: 401 })])).end).toBe("unauthorized");
  });

  it("takes a server's error as a line that is down", async () => {
    expect((await follow([new Response("", { status: 503 }), body("")])).lines[0]).toBe(false);
  });
});
