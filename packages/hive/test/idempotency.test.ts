import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Clock, type Envelope, nodeClock, refuse } from "lop";
import { describe, expect, it, onTestFinished } from "vitest";
import { Idempotency } from "../src/idempotency.ts";
import { FakeHive } from "./fake-hive.ts";
import { freshBench, freshHome, must } from "./http-world.ts";

const LIMITS = { keys: 64, hours: 24 };
const SLOT = { owner: "local", key: "k1", request: "r1" };
const BODY = { words: "hello" };
const clockAt = (now: { ms: number }): Clock => ({ ...nodeClock, now_ms: () => now.ms });

async function open(home: string, clock: Clock = nodeClock, limits = LIMITS): Promise<Idempotency> {
  const kept = must(await Idempotency.open(home, clock, limits));
  onTestFinished(() => kept.close());
  return kept;
}

describe("Idempotency-Key", () => {
  it("gives the same directive for the same key and body, also to many at once", async () => {
    const { ask, hive } = await freshBench();
    const send = () => ask("POST", "/v1/directives", BODY, { "Idempotency-Key": "a", Prefer: "wait=5" });
    const answers = await Promise.all(Array.from({ length: 20 }, send));
    const ids = await Promise.all(answers.map(async (answer) => ((await answer.json()) as { id: string }).id));
    expect(new Set(ids).size).toBe(1);
    expect(hive.submitted.length).toBe(1);
    expect(answers.filter(({ headers }) => headers.get("Idempotency-Replayed") === "true").length).toBe(19);
  });

  it("refuses the same key with another body, and keeps owners apart", async () => {
    const { ask, app, world, hive } = await freshBench();
    await ask("POST", "/v1/directives", BODY, { "Idempotency-Key": "a" });
    expect((await ask("POST", "/v1/directives", { words: "else" }, { "Idempotency-Key": "a" })).status).toBe(422);
    const { key } = must(world.keys.add("other", "operate", "2026-01-01T00:00:00.000Z"));
    const answer = await app.request("http://localhost/v1/directives", {
      method: "POST",
      headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json", "Idempotency-Key": "a" },
      body: JSON.stringify({ words: "else" }),
    });
    expect([answer.status, hive.submitted.length]).toEqual([200, 2]);
  });

  it("a retry after the hive died behind the admission finds the directive", async () => {
    const home = freshHome();
    const hive = new FakeHive();
    const first = must(await (await open(home)).once(SLOT, () => hive.sign(BODY), hive));
    // No close: the process is gone. The next one has the ledger (the same hive) and the file.
    const again = must(await (await open(home)).once(SLOT, () => hive.sign(BODY), hive));
    expect(again).toEqual({ id: first.id, again: true });
    expect(hive.submitted.length).toBe(1);
  });

  it("a retry after the hive died in front of the admission submits the very same packet", async () => {
    const home = freshHome();
    const hive = new FakeHive();
    const signed: Envelope[] = [];
    const sign = async () => {
      const packet = must(await hive.sign(BODY));
      signed.push(packet);
      return packet;
    };
    const dying = { ...hive, submit: () => new Promise<never>(() => {}), directive: hive.directive.bind(hive) };
    void (await open(home)).once(SLOT, sign, dying);
    while (readFileSync(join(home, "http", "idempotency.jsonl"), "utf8") === "") await nodeClock.sleep(5);
    const after = must(await (await open(home)).once(SLOT, sign, hive));
    expect(after.again).toBe(true);
    expect(hive.submitted).toEqual(signed);
    expect(signed.length).toBe(1);
  });

  it("signs anew when the old packet was never admitted and is too old now", async () => {
    const home = freshHome();
    const hive = new FakeHive();
    const dying = { submit: () => new Promise<never>(() => {}), directive: hive.directive.bind(hive) };
    void (await open(home)).once(SLOT, () => hive.sign(BODY), dying);
    while (readFileSync(join(home, "http", "idempotency.jsonl"), "utf8") === "") await nodeClock.sleep(5);
    hive.refuseNext = refuse("packet-expired", "Too old.");
    const after = must(await (await open(home)).once(SLOT, () => hive.sign(BODY), hive));
    expect([after.again, hive.submitted.length]).toEqual([false, 1]);
  });

  it("keeps nothing of a request that was refused", async () => {
    const home = freshHome();
    const hive = new FakeHive();
    const kept = await open(home);
    hive.refuseNext = refuse("hive-frozen", "Frozen.");
    expect(await kept.once(SLOT, () => hive.sign(BODY), hive)).toMatchObject({ refused: "hive-frozen" });
    expect(must(await kept.once(SLOT, () => hive.sign(BODY), hive)).again).toBe(false);
  });

  it("reads past a line that a crash cut off", async () => {
    const home = freshHome();
    const hive = new FakeHive();
    const first = must(await (await open(home)).once(SLOT, () => hive.sign(BODY), hive));
    appendFileSync(join(home, "http", "idempotency.jsonl"), '{"owner":"local","key":"k2","requ');
    expect(must(await (await open(home)).once(SLOT, () => hive.sign(BODY), hive)).id).toBe(first.id);
  });

  it("forgets what is old and what is too much, and its file stays small", async () => {
    const home = freshHome();
    const hive = new FakeHive();
    const now = { ms: 1_000_000 };
    const kept = await open(home, clockAt(now), { keys: 16, hours: 1 });
    const state = (key: string) => kept.once({ ...SLOT, key }, () => hive.sign(BODY), hive);
    for (let i = 0; i < 200; i++) must(await state(`k${i}`));
    expect(readFileSync(join(home, "http", "idempotency.jsonl"), "utf8").split("\n").length).toBeLessThan(16 * 4 + 4);
    expect(must(await state("k199")).again).toBe(true);
    expect(must(await state("k0")).again).toBe(false);
    now.ms += 3_600_001;
    expect(must(await state("k199")).again).toBe(false);
  });
});
