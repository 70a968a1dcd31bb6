import fc from "fast-check";
import { describe, expect, inject, test } from "vitest";
import { concat, utf8 } from "../src/bytes.ts";
import { SimChance } from "../src/chance-sim.ts";
import { SimClock } from "../src/clock-sim.ts";
import {
  FRAME_HEAD_BYTES,
  FRAME_MAX_BODY_BYTES,
  FRAME_MAX_QUEUED_BYTES,
  FRAME_TIMEOUT_MS,
  FrameParser,
  FrameWriter,
  frameBytes,
  readFrames,
} from "../src/frame.ts";
import { isRefusal, type Refusal } from "../src/refusal.ts";
import { codeOf } from "./helpers.ts";
import { fuzzFrames, GOOD_MAX_BYTES, MUTATIONS } from "./mutations.ts";

const bodies = (count: number) => Array.from({ length: count }, (_, i) => utf8(`body ${i} ${"x".repeat(i)}`));

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function all(source: AsyncIterable<Uint8Array>, clock = new SimClock()): Promise<(Uint8Array | Refusal)[]> {
  const read: (Uint8Array | Refusal)[] = [];
  for await (const body of readFrames(source, { clock })) read.push(body);
  return read;
}

describe("frames", () => {
  test("come out as they went in, whatever the chunks", async () => {
    const sent = bodies(40);
    const bytes = concat(...sent.map(frameBytes));
    for (const size of [1, 2, 3, 5, 7, 64, bytes.length])
      expect(await all(inChunks(bytes, size)), `${size}`).toEqual(sent);
  });

  test("parse alike in one chunk and in any", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.array(fc.nat(9), { maxLength: 60 }), (noise, cuts) => {
        const bytes = concat(frameBytes(utf8("a")), noise);
        const whole = [...new FrameParser().push(bytes)];
        const parser = new FrameParser();
        const parts: (Uint8Array | Refusal)[] = [];
        for (let at = 0, i = 0; at < bytes.length && !isRefusal(parts.at(-1)); i++) {
          const size = (cuts[i] ?? 4) + 1;
          parts.push(...parser.push(bytes.subarray(at, at + size)));
          at += size;
        }
        expect(parts.map((part) => codeOf(part))).toEqual(whole.map((part) => codeOf(part)));
      }),
    );
  });

  const head = (length: number, version = 1) => {
    const bytes = new Uint8Array(FRAME_HEAD_BYTES);
    new DataView(bytes.buffer).setUint32(0, length);
    bytes[4] = version;
    return bytes;
  };
  test.each([
    ["a length over the limit", head(FRAME_MAX_BODY_BYTES + 2), "packet-too-large"],
    ["the largest length", head(2 ** 32 - 1), "packet-too-large"],
    ["a length of nothing", head(0), "frame-malformed"],
    ["an empty body", head(1), "frame-malformed"],
    ["another version", head(10, 2), "frame-malformed"],
    ["an end inside the head", head(10).subarray(0, 3), "frame-malformed"],
    ["an end inside the body", concat(head(10), utf8("short")), "frame-malformed"],
  ])("with %s end the stream", async (_, bytes, code) => {
    const read = await all(
      inChunks(concat(frameBytes(utf8("good")), bytes, frameBytes(utf8("late"))).subarray(0, 9 + bytes.length), 4),
    );
    expect(read.map((part) => codeOf(part))).toEqual([utf8("good"), code]);
  });

  test("refuse a length before the rest of its frame arrives", () => {
    const parser = new FrameParser();
    expect([...parser.push(head(2 ** 31).subarray(0, 4))].map(codeOf)).toEqual(["packet-too-large"]);
    expect([...parser.push(frameBytes(utf8("more")))].map(codeOf)).toEqual(["packet-too-large"]);
  });

  test("of the largest size pass, and memory follows what arrived, not what was promised", () => {
    const parser = new FrameParser();
    const frame = frameBytes(new Uint8Array(FRAME_MAX_BODY_BYTES).fill(7));
    expect([...parser.push(frame.subarray(0, 100))]).toEqual([]);
    expect(parser.held_bytes).toBeLessThan(8192);
    expect([...parser.push(frame.subarray(100))]).toHaveLength(1);
    expect(parser.partial).toBe(false);
    expect(() => frameBytes(new Uint8Array(FRAME_MAX_BODY_BYTES + 1))).toThrow(RangeError);
    expect(() => frameBytes(new Uint8Array())).toThrow(RangeError);
  });

  test("cost the same a byte in drops of one as in one piece, within reason", () => {
    const frame = frameBytes(new Uint8Array(FRAME_MAX_BODY_BYTES).fill(7));
    const parser = new FrameParser();
    let most = 0;
    let got = 0;
    for (let at = 0; at < frame.length; at++) {
      for (const body of parser.push(frame.subarray(at, at + 1))) got += isRefusal(body) ? 0 : body.length;
      most = Math.max(most, parser.held_bytes);
    }
    expect(got).toBe(FRAME_MAX_BODY_BYTES);
    expect(most).toBeLessThanOrEqual(2 * frame.length);
  });
});

describe("a frame that drips", () => {
  /** Yields one byte each `every_ms` of simulated time, for ever. */
  async function* drip(clock: SimClock, every_ms: number): AsyncGenerator<Uint8Array> {
    const frame = frameBytes(new Uint8Array(FRAME_MAX_BODY_BYTES).fill(1));
    for (let at = 0; ; at++) {
      await clock.sleep(every_ms);
      yield frame.subarray(at, at + 1);
    }
  }

  test.each([1, 999, FRAME_TIMEOUT_MS * 2])(
    "every %d ms is cut off at the deadline of the whole frame",
    async (every_ms) => {
      const clock = new SimClock();
      const read = all(drip(clock, every_ms), clock);
      await clock.advance(every_ms + FRAME_TIMEOUT_MS + 1);
      expect((await read).map(codeOf)).toEqual(["frame-timeout"]);
    },
  );

  test("does not count silence between frames", async () => {
    const clock = new SimClock();
    async function* rare(): AsyncGenerator<Uint8Array> {
      for (const body of bodies(3)) {
        await clock.sleep(100 * FRAME_TIMEOUT_MS);
        yield frameBytes(body);
      }
    }
    const read = all(rare(), clock);
    await clock.advance(400 * FRAME_TIMEOUT_MS);
    expect(await read).toEqual(bodies(3));
  });
});

describe("back-pressure", () => {
  test("asks for a chunk only when the last one's bodies were taken", async () => {
    let given = 0;
    async function* source(): AsyncGenerator<Uint8Array> {
      for (const body of bodies(10)) {
        given++;
        yield concat(frameBytes(body), frameBytes(body));
      }
    }
    let taken = 0;
    for await (const _ of readFrames(source(), { clock: new SimClock() })) {
      taken++;
      expect(given).toBe(Math.ceil(taken / 2));
    }
    expect(taken).toBe(20);
  });

  test("a writer waits for its sink, lets the urgent overtake, and refuses when too much waits", async () => {
    const written: number[] = [];
    let open: () => void = () => {};
    const writer = new FrameWriter({
      write: async (bytes) => {
        written.push(bytes[FRAME_HEAD_BYTES]!);
        if (written.length === 1)
          await new Promise<void>((resolve) => {
            open = resolve;
          });
      },
    });
    const sent = [
      writer.send(Uint8Array.of(1)),
      writer.send(Uint8Array.of(2)),
      writer.send(Uint8Array.of(9), { urgent: true }),
    ];
    const big = new Uint8Array(FRAME_MAX_BODY_BYTES).fill(3);
    while (writer.queued_bytes + big.length + FRAME_HEAD_BYTES <= FRAME_MAX_QUEUED_BYTES) sent.push(writer.send(big));
    expect(codeOf(await writer.send(big))).toBe("stream-congested");
    open();
    expect((await Promise.all(sent)).every((answer) => answer === null)).toBe(true);
    expect(written.slice(0, 4)).toEqual([1, 9, 2, 3]);
    expect(writer.queued_bytes).toBe(0);
  });

  test("a writer bounds the number of small and of urgent frames too", async () => {
    let open: () => void = () => {};
    const shut = new Promise<void>((resolve) => {
      open = resolve;
    });
    const writer = new FrameWriter({ write: () => shut });
    const answers: Promise<Refusal | null>[] = [];
    for (const urgent of [false, true])
      for (let i = 0; i < 5000; i++) answers.push(writer.send(Uint8Array.of(1), { urgent }));
    open();
    const codes = (await Promise.all(answers)).map(codeOf);
    expect(codes.filter((code) => code === null)).toHaveLength(2 * (FRAME_MAX_QUEUED_BYTES / 1024));
    expect(codes.filter((code) => code === "stream-congested")).toHaveLength(
      10_000 - 2 * (FRAME_MAX_QUEUED_BYTES / 1024),
    );
  });

  test("a writer whose sink failed says so to all who wait and all who come", async () => {
    const writer = new FrameWriter({ write: async () => Promise.reject(new Error("gone")) });
    const sent = [writer.send(utf8("a")), writer.send(utf8("b"))];
    expect((await Promise.allSettled(sent)).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await expect(writer.send(utf8("c"))).rejects.toThrow("gone");
  });
});

test("mutated frames: none is accepted, none crashes, memory is bounded", () => {
  const seed = inject("seed");
  const result = fuzzFrames(new SimChance(seed), 20_000);
  console.log(`mutated frames: ${result.frames} of ${MUTATIONS.length} kinds, ${result.refused} refused, seed ${seed}`);
  expect(result.accepted).toEqual([]);
  expect(result.crashes).toEqual([]);
  expect(result.held_max_bytes).toBeLessThanOrEqual(2 * (FRAME_MAX_BODY_BYTES + FRAME_HEAD_BYTES));
  expect(GOOD_MAX_BYTES).toBeGreaterThan(1000);
});
