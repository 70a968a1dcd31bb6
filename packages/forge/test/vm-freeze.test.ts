/** The kill switch on a machine that survives it. FORGE_CYCLES=1000 for the full size. */
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { type ChamberEvent, DEFAULT_LIMITS, MAX_LIMITS, openMachine, type VmSession, vm } from "../src/index.ts";
import { vmLacks } from "./vm-here.ts";

const CYCLES = Number(process.env.FORGE_CYCLES ?? 25);
const COUNTING = `
import sys
for n in range(${CYCLES} * 40):
    print(n, flush=True)
    for _ in range(2000): pass
`;

const LIMITS = { ...DEFAULT_LIMITS, wall_ms: 600_000, output_bytes: MAX_LIMITS.output_bytes };

describe.skipIf(vmLacks !== null)("freeze", { retry: 2 }, () => {
  const chamber = vm({ pool: 1 });
  afterAll(() => chamber.close());

  const open = async (): Promise<VmSession> => {
    const session = await chamber.open({ language: "python", limits: LIMITS });
    if ("refused" in session) throw new Error(session.why);
    return session;
  };
  const textOf = (events: readonly ChamberEvent[]): string =>
    Buffer.concat(events.flatMap((one) => (one.type === "stdout" ? [one.bytes] : []))).toString();
  /** Reads until something was printed, then a little more. */
  async function begun(events: AsyncIterator<ChamberEvent>, more = 0): Promise<ChamberEvent[]> {
    const seen: ChamberEvent[] = [];
    for (let left = more; left >= 0; ) {
      const { value, done } = await events.next();
      if (done) return seen;
      seen.push(value);
      if (value.type === "stdout") left--;
    }
    return seen;
  }
  async function rest(events: AsyncIterator<ChamberEvent>): Promise<ChamberEvent[]> {
    const seen: ChamberEvent[] = [];
    for (let next = await events.next(); !next.done; next = await events.next()) seen.push(next.value);
    return seen;
  }

  it("cycles of freeze and resume lose no byte, and every one has new keys", async () => {
    const session = await open();
    const stream = session.exec({ code: COUNTING })[Symbol.asyncIterator]();
    const seen = await begun(stream);
    const heads = new Set<string>();
    for (let cycle = 0; cycle < CYCLES; cycle++) {
      expect(await session.freeze()).toBeNull();
      expect(await session.resume({ wipe: false })).toBeNull();
      heads.add(session.keySession!);
      seen.push(...(await begun(stream)));
    }
    seen.push(...(await rest(stream)));
    expect(seen.at(-1)).toMatchObject({ type: "exit", status: "ok" });
    expect(textOf(seen)).toBe(Array.from({ length: CYCLES * 40 }, (_, n) => `${n}\n`).join(""));
    expect(heads.size).toBe(CYCLES);
    await session.kill("done");
  }, 600_000);

  it("a snapshot opens with its key only, wiping destroys that, and the next program finds a clean machine", async () => {
    const canary = `canary-${Math.random().toString(36).slice(2)}`;
    const session = await open();
    const code = `word = "${canary.slice(0, 6)}" + "${canary.slice(6)}"\nheld = [word * 50 for _ in range(1000)]\nprint("held", flush=True)\nimport time\ntime.sleep(600)`;
    const stream = session.exec({ code })[Symbol.asyncIterator]();
    await begun(stream);
    expect(await session.snapshot()).toMatchObject({ refused: "chamber-not-frozen" });
    await session.freeze();
    const sealed = await session.snapshot();
    if ("refused" in sealed) throw new Error(sealed.why);
    expect(Buffer.from(sealed).includes(canary)).toBe(false);
    expect(openMachine(new Uint8Array(32), sealed)).toMatchObject({ refused: "snapshot-invalid" });
    expect(await session.resume({ wipe: true })).toBeNull();
    expect((await rest(stream)).at(-1)).toMatchObject({ type: "exit", status: "frozen" });
    expect(await session.snapshot()).toMatchObject({ refused: "chamber-not-frozen" });
    const again: ChamberEvent[] = [];
    for await (const event of session.exec({ code: 'print("clean")' })) again.push(event);
    expect(textOf(again)).toBe("clean\n");
    await session.kill("done");
    for (const folder of ["/dev/shm", "/tmp"])
      for (const name of readdirSync(folder).filter((one) => one.startsWith("axiom-vm-")))
        expect(() => execFileSync("grep", ["-rqa", canary, `${folder}/${name}`])).toThrow();
  });
});

it("this machine can run the vm rung", (ctx) => (vmLacks === null ? undefined : ctx.skip(vmLacks)));
