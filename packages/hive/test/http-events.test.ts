import { describe, expect, it, vi } from "vitest";
import { sseData } from "../src/client.ts";
import type { StepEvent } from "../src/hive-types.ts";
import { eventBody } from "../src/http-events.ts";
import { HEARTBEAT_MS, STALL_MS } from "../src/http-stream.ts";
import { type Bench, freshBench } from "./http-world.ts";

const CARD = { card: { tool: "exec.run", parameters: { language: "javascript", code: "6*7" } } };

async function stated({ ask }: Bench): Promise<string> {
  return ((await (await ask("POST", "/v1/directives", CARD)).json()) as { id: string }).id;
}

async function steps(answer: Response): Promise<StepEvent[]> {
  const events: StepEvent[] = [];
  for await (const data of sseData(answer.body!)) events.push(JSON.parse(data) as StepEvent);
  return events;
}

describe("event streams", () => {
  it("give the past, then the live steps, and end with the directive", async () => {
    const bench = await freshBench();
    bench.hive.endsAtOnce = false;
    const id = await stated(bench);
    const answer = await bench.ask("GET", `/v1/directives/${id}/events`);
    expect(answer.headers.get("Content-Type")).toBe("text/event-stream; charset=utf-8");
    const reading = steps(answer);
    bench.hive.emit({ directive: id, step: "execute", phase: "output", detail: { stream: "stdout", text: "4\n2" } });
    bench.hive.end(id);
    expect((await reading).map(({ step, phase }) => `${step} ${phase}`)).toEqual([
      "admit passed",
      "execute output",
      "prove passed",
    ]);
    expect(bench.world.meters.streams()).toBe(0);
  });

  it("are framed as the standard says", async () => {
    const bench = await freshBench();
    const id = await stated(bench);
    const text = await (await bench.ask("GET", `/v1/directives/${id}/events`)).text();
    expect(text).toMatch(
      /^retry: 1000\n\nid: 1\nevent: step\ndata: \{"seq":1,.*\}\n\nid: 2\nevent: step\ndata: .*\n\n$/,
    );
  });

  it("go on after Last-Event-ID, or ?after", async () => {
    const bench = await freshBench();
    const id = await stated(bench);
    const path = `/v1/directives/${id}/events`;
    expect(
      (await steps(await bench.ask("GET", path, undefined, { "Last-Event-ID": "1" }))).map(({ seq }) => seq),
    ).toEqual([2]);
    expect((await steps(await bench.ask("GET", `${path}?after=1`))).map(({ seq }) => seq)).toEqual([2]);
  });

  it("of all directives are let go when the client goes", async () => {
    const bench = await freshBench();
    await stated(bench);
    const answer = await bench.ask("GET", "/v1/events");
    const reader = answer.body!.getReader();
    await reader.read();
    await reader.read();
    expect(bench.world.meters.streams()).toBe(1);
    await reader.cancel();
    expect(bench.world.meters.streams()).toBe(0);
  });

  it("are limited in number", async () => {
    const bench = await freshBench();
    bench.world.settings.event_streams = 1;
    const first = await bench.ask("GET", "/v1/events");
    const second = await bench.ask("GET", "/v1/events");
    expect([first.status, second.status]).toEqual([200, 429]);
    await first.body!.cancel();
    const third = await bench.ask("GET", "/v1/events");
    expect(third.status).toBe(200);
    await third.body!.cancel();
  });

  it("read no further ahead than the client does", async () => {
    const bench = await freshBench();
    let read = 0;
    async function* endless(): AsyncIterable<StepEvent> {
      for (;;)
        yield { seq: ++read, directive: "x", step: "execute", phase: "output", at: "", took_us: null, detail: {} };
    }
    const hive = Object.assign(Object.create(bench.hive) as typeof bench.hive, { events: endless });
    const body = eventBody({ hive, meters: bench.world.meters }, null, 0, new AbortController().signal);
    const reader = body.getReader();
    for (let i = 0; i < 10; i++) await reader.read();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(read).toBeLessThanOrEqual(11);
    await reader.cancel();
  });

  it("beat while nothing happens, and let a client go that reads nothing", async () => {
    vi.useFakeTimers();
    try {
      const bench = await freshBench();
      const quiet = eventBody(bench.world, null, 0, new AbortController().signal).getReader();
      await quiet.read();
      const beat = quiet.read();
      await vi.advanceTimersByTimeAsync(HEARTBEAT_MS);
      expect(new TextDecoder().decode((await beat).value)).toBe(": still here\n\n");
      expect(bench.world.meters.streams()).toBe(1);
      await vi.advanceTimersByTimeAsync(HEARTBEAT_MS + STALL_MS);
      expect(bench.world.meters.streams()).toBe(0);
      await expect(quiet.read().then(() => quiet.read())).rejects.toThrow("reads nothing");
    } finally {
      vi.useRealTimers();
    }
  });
});
