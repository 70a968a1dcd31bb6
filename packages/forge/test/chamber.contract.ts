/** What every rung must keep to. Each chamber's test file runs it with programs in its own language. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type Chamber,
  type ChamberEvent,
  type ChamberRequest,
  type ChamberResult,
  DEFAULT_LIMITS,
  type Language,
  runInChamber,
} from "../src/index.ts";

export interface Programs {
  language: Language;
  hello: string;
  /** Never ends. */
  loop: string;
  /** Prints "first" and then never ends. */
  printThenLoop: string;
  /** Reads `in`, writes its text twice to `out/twice`. */
  files: string;
  /** Prints chance, time and hash order; null on a rung that has only real ones and refuses a seed. */
  chance: string | null;
  /** Prints `x` for ever. */
  flood: string;
  exitSeven: string;
  /** Wall time within which a program certainly prints its first line; 300 when absent. */
  first_ms?: number;
  /** A freeze holds the run, and it can go on; else a freeze ends it. */
  pauses?: boolean;
}

const WALL_MS = 30_000;

/** FORGE_REPEATS=200 for the full size. */
const REPEATS = Number(process.env.FORGE_REPEATS ?? 12);

export function chamberContract(chamber: Chamber, programs: Programs): void {
  const request = (code: string, more: Partial<ChamberRequest> = {}): ChamberRequest => ({
    language: programs.language,
    code,
    files: new Map(),
    ...more,
    limits: { ...DEFAULT_LIMITS, wall_ms: WALL_MS, ...more.limits },
  });
  const go = async (code: string, more: Partial<ChamberRequest> = {}): Promise<ChamberResult> => {
    const result = await runInChamber(chamber, request(code, more));
    if ("refused" in result) throw new Error(result.why);
    return result;
  };
  const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString();
  const within = (limits: Partial<ChamberRequest["limits"]>): ChamberRequest["limits"] => ({
    ...DEFAULT_LIMITS,
    wall_ms: WALL_MS,
    ...limits,
  });

  beforeAll(async () => {
    expect(await chamber.probe()).toEqual({ ready: true });
  });
  afterAll(() => chamber.close());

  test("runs, prints, ends once", async () => {
    const result = await go(programs.hello);
    expect(result).toMatchObject({ status: "ok", why: null, exit_code: 0 });
    expect(text(result.stdout)).toBe("hello\n");
    expect(result.peak_bytes).toBeGreaterThan(0);
  });

  test("files in and out", async () => {
    const result = await go(programs.files, { files: new Map([["in", Buffer.from("ab")]]) });
    expect(text(result.files.get("out/twice"))).toBe("abab");
  });

  test("tells the exit code", async () => {
    expect(await go(programs.exitSeven)).toMatchObject({ status: "error", exit_code: 7 });
  });

  test("the output cap is exact", async () => {
    for (const output_bytes of [0, 1, 1000, 100_001]) {
      const result = await go(programs.flood, { limits: within({ output_bytes }) });
      expect(result.status).toBe("output-limit");
      expect(result.stdout.length).toBe(output_bytes);
    }
  });

  test("streams, and stops at the wall with what was printed", async () => {
    // On a busy machine the wall may come before the first line: then it is set further away.
    let wall_ms = programs.first_ms ?? 300;
    let result = await go(programs.printThenLoop, { limits: within({ wall_ms }) });
    for (; text(result.stdout) === "" && wall_ms < WALL_MS; wall_ms *= 4)
      result = await go(programs.printThenLoop, { limits: within({ wall_ms: wall_ms * 4 }) });
    expect(result).toMatchObject({ status: "timeout", exit_code: null });
    expect(text(result.stdout)).toBe("first\n");
  });

  test("a busy host thread does not move the deadline", async () => {
    // Other work may hold the chamber up, too; then the host thread is kept busy for longer.
    const took_ms = async (busy_ms: number): Promise<number> => {
      const running = go(programs.loop, { limits: within({ wall_ms: 300 }) });
      await new Promise((done) => setTimeout(done, 150));
      const end_ms = performance.now() + busy_ms;
      while (performance.now() < end_ms);
      const result = await running;
      expect(result.status).toBe("timeout");
      return result.took_ms;
    };
    const freed = async (busy_ms: number): Promise<boolean> => (await took_ms(busy_ms)) < busy_ms * 0.7;
    expect((await freed(2500)) || (await freed(5000)) || (await freed(10_000))).toBe(true);
  });

  test("a reader that leaves ends the run; freeze and kill have their own status", async () => {
    for (const how of ["leave", "freeze", "kill"] as const) {
      const session = await chamber.open(request(programs.printThenLoop));
      if ("refused" in session) throw new Error(session.why);
      const seen: ChamberEvent[] = [];
      for await (const event of session.exec(request(programs.printThenLoop))) {
        seen.push(event);
        if (event.type !== "stdout") continue;
        if (how === "leave") break;
        if (how === "kill") void session.kill("enough");
        else void session.freeze().then(() => (programs.pauses ? session.resume({ wipe: true }) : null));
      }
      if (how !== "leave") {
        expect(seen.filter((event) => event.type === "exit")).toHaveLength(1);
        expect(seen.at(-1)).toMatchObject({ type: "exit", status: how === "freeze" ? "frozen" : "killed" });
      }
      await session.kill("done");
    }
  });

  test("a reader that pauses pauses the guest", async () => {
    const session = await chamber.open(request(programs.flood, { limits: within({ output_bytes: 1 << 19 }) }));
    if ("refused" in session) throw new Error(session.why);
    let total = 0;
    for await (const event of session.exec(request(programs.flood))) {
      if (event.type !== "stdout") continue;
      total += event.bytes.length;
      if (total < 100_000) await new Promise((done) => setTimeout(done, 20));
    }
    expect(total).toBe(1 << 19);
    await session.kill("done");
  });

  test(`same code, seed and clock: same output, ${REPEATS} times`, async () => {
    if (programs.chance === null) {
      expect(await go(programs.hello, { seed: Buffer.from("seed") })).toMatchObject({ status: "denied" });
      return expect(await go(programs.hello, { time_ms: 0 })).toMatchObject({ status: "denied" });
    }
    const digests = new Set<string>();
    for (let i = 0; i < REPEATS; i++) {
      const result = await go(programs.chance, { seed: Buffer.from("seed"), time_ms: 1_700_000_000_000 });
      expect(result.status, text(result.stderr)).toBe("ok");
      digests.add(createHash("sha256").update(result.stdout).digest("hex"));
    }
    expect(digests.size).toBe(1);
    const free = await go(programs.chance);
    expect(digests).not.toContain(createHash("sha256").update(free.stdout).digest("hex"));
  }, 300_000);

  test("refuses what it cannot keep", async () => {
    const bad = await chamber.open(request("", { limits: within({ memory_bytes: 1 }) }));
    expect(bad).toMatchObject({ refused: "parameters-invalid" });
    const session = await chamber.open(request(""));
    if ("refused" in session) throw new Error(session.why);
    expect(await session.put("../x", new Uint8Array())).toMatchObject({ refused: "path-outside-workspace" });
    expect(await session.snapshot()).toMatchObject({ refused: expect.any(String) });
    await session.kill("done");
    const events: ChamberEvent[] = [];
    for await (const event of session.exec(request(""))) events.push(event);
    expect(events).toMatchObject([{ type: "exit", status: "killed" }]);
  });
}
