/** What a freeze holds, over a simulated chamber: gate, records, limits, ways out. The real chambers: held-os and held-vm. */
import { type DiskImage, nodeCrypto, SimClock, SimDisk } from "lop";
import { verifyProof } from "lop/verify";
import { expect, test } from "vitest";
import type { Hive, HiveSettings } from "../src/index.ts";
import { card, must, openTestHive, program, run, simHome, start, type TestHome } from "./hive-home.ts";
import { statementsOf } from "./statements-of.ts";

type World = TestHome & { hive: Hive };

async function world(
  o: {
    rung?: "os" | "vm" | "wasm-py";
    clock?: SimClock;
    limits?: Partial<HiveSettings["limits"]>;
    image?: DiskImage;
  } = {},
): Promise<World> {
  const disk = o.image === undefined ? {} : { disk: new SimDisk({ image: o.image }) };
  const clock = o.clock === undefined ? {} : { clock: o.clock };
  const home = await simHome({ rung: o.rung ?? "vm", ...clock, ...disk });
  return { ...home, hive: await openTestHive(home, o.limits) };
}

const state = async (hive: Hive, id: string) => (await hive.directive(id))?.state;
const printed = async (hive: Hive, id: string) =>
  ((await hive.directive(id))?.steps ?? [])
    .filter(({ phase }) => phase === "output")
    .map(({ detail }) => detail.text)
    .join("");
const endings = async (hive: Hive, id: string) =>
  (await statementsOf(hive))
    .filter(({ directive }) => directive === id)
    .map(({ kind }) => kind)
    .filter((kind) => ["outcome", "refused", "cancelled", "interrupted"].includes(kind));

/** A program that has printed its first line and waits, so that a freeze finds it in the middle. */
async function begun({ hive }: World, ...more: string[]): Promise<string> {
  const id = await start(hive, program("print first", "wait", ...more, "print last"));
  await expect.poll(() => printed(hive, id), { interval: 2 }).toBe("first\n");
  return id;
}

test.each(["os", "vm"] as const)(
  "%s: a frozen run is held, goes on after a resume, and loses nothing",
  async (rung) => {
    const at = await world({ rung });
    const { hive, disk } = at;
    const id = await begun(at, "write kept.txt x");
    expect(await hive.freeze("a test")).toBeNull();
    const { held, running } = hive.status();
    expect(running).toBe(0);
    expect(held).toMatchObject([{ directive: id, rung }]);
    expect(await state(hive, id)).toBe("held");
    const file = `held/${id}.snapshot`;
    expect(await disk.exists(file)).toBe(rung === "vm");
    const digest = rung === "vm" ? Buffer.from(nodeCrypto.sha256(await disk.read(file))).toString("hex") : null;
    expect(held[0]?.snapshot).toBe(digest);
    at.chamber.release();
    await new Promise((done) => setTimeout(done, 50));
    expect(await printed(hive, id)).toBe("first\n");

    expect(await hive.resume()).toBeNull();
    expect(hive.status().held).toEqual([]);
    const view = must(await hive.ended(id));
    expect(view).toMatchObject({ state: "done", verified: true, quarantined: false });
    expect(view.outcome).toMatchObject({ status: "ok", stdout: "first\nlast\n", result: { freezes: { times: 1 } } });
    expect(view.steps.map(({ phase }) => phase)).toEqual(expect.arrayContaining(["held", "thawed"]));
    expect(verifyProof(must(await hive.proof(id)), nodeCrypto)).toMatchObject({ verified: true });
    expect(await disk.exists(file)).toBe(false);
    const own = (await statementsOf(hive)).filter(({ directive }) => directive === id);
    expect(own.map(({ kind }) => kind)).toEqual(["admitted", "intent", "held", "thawed", "outcome"]);
    expect(own[2]!.body).toMatchObject({ rung, snapshot: digest });
    if (rung === "vm") expect(own[2]!.body.keys).not.toEqual(own[3]!.body.keys);
  },
);

test("what can be held is held, the rest ends; the records come in their order", async () => {
  const at = await world({ limits: { held_runs: 1, chambers_at_once: 2 } });
  const first = await begun(at);
  const second = await begun(at);
  const freeze = await run(at.hive, card("guard.freeze"));
  expect(freeze.outcome?.result).toMatchObject({ frozen: {}, held: [{ directive: first }] });
  expect(must(await at.hive.ended(second)).outcome).toMatchObject({ status: "frozen", stdout: "first\n" });
  const kinds = (await statementsOf(at.hive)).map(({ kind }) => kind);
  expect(kinds.indexOf("freeze")).toBeLessThan(kinds.indexOf("held"));
  expect(kinds.filter((kind) => kind === "held").length).toBe(1);
  expect(await at.hive.resume()).toBeNull();
  at.chamber.release();
  expect(must(await at.hive.ended(first)).outcome).toMatchObject({ status: "ok" });
});

test("a resume with a wipe waits for an explicit approval; then nothing of the held run is left", async () => {
  const at = await world();
  const { hive, disk, workspace } = at;
  const id = await begun(at, "write kept.txt x");
  await hive.freeze("a test");
  const { snapshot } = hive.status().held[0]!;
  const wipe = await start(hive, card("guard.resume", { wipe: true }));
  await expect.poll(() => state(hive, wipe)).toBe("awaiting-approval");
  expect(await state(hive, id)).toBe("held");
  expect(await hive.approve(wipe, { explicit: true })).toBeNull();
  expect(must(await hive.ended(wipe))).toMatchObject({
    state: "done",
    outcome: { result: { frozen: null, held: [] } },
  });
  const view = must(await hive.ended(id));
  expect(view).toMatchObject({ state: "done", verified: true });
  expect(view.outcome).toMatchObject({ status: "killed", stdout: "first\n", exit_code: null, files: [] });
  expect(await disk.list("held")).toEqual([]);
  expect((await workspace.files()).size).toBe(0);
  const all = await statementsOf(hive);
  expect(all.filter(({ kind }) => kind === "wiped")).toMatchObject([{ directive: id, body: { snapshot } }]);
  const kinds = all.map(({ kind }) => kind);
  expect(kinds.indexOf("wiped")).toBeLessThan(kinds.indexOf("resume"));
  expect(await endings(hive, id)).toEqual(["outcome"]);
});

test("a plain resume waits for approval too; the held run does not move before it", async () => {
  const at = await world();
  const id = await begun(at);
  await at.hive.freeze("a test");
  const resume = await start(at.hive, card("guard.resume"));
  await expect.poll(() => state(at.hive, resume)).toBe("awaiting-approval");
  expect(at.hive.status().frozen).not.toBeNull();
  expect(await at.hive.refuseApproval(resume, "not yet")).toBeNull();
  expect(await state(at.hive, id)).toBe("held");
  const again = await start(at.hive, card("guard.resume"));
  await expect.poll(() => state(at.hive, again)).toBe("awaiting-approval");
  expect(await at.hive.approve(again)).toBeNull();
  at.chamber.release();
  expect(must(await at.hive.ended(id)).outcome).toMatchObject({ status: "ok", stdout: "first\nlast\n" });
});

test("a run that nobody resumes is wiped when its time is over", async () => {
  const clock = new SimClock();
  const at = await world({ clock, limits: { held_ms: 60_000 } });
  const id = await start(at.hive, program("print first", "sleep 600000", "print last"));
  await expect.poll(() => printed(at.hive, id), { interval: 2 }).toBe("first\n");
  await at.hive.freeze("a test");
  await clock.advance(59_999);
  expect(at.hive.status().held.length).toBe(1);
  await clock.advance(2);
  const view = must(await at.hive.ended(id));
  expect(view.outcome).toMatchObject({
    status: "killed",
    result: { freezes: { times: 1, held_ms: expect.closeTo(60_000, -2) } },
  });
  expect(view.outcome?.why).toContain("nobody resumed");
  expect(at.hive.status()).toMatchObject({ held: [], frozen: { why: "a test" } });
  expect(await endings(at.hive, id)).toEqual(["outcome"]);
});

test("a cancel of a held run wipes it, and nothing is shown of it any more", async () => {
  const at = await world();
  const id = await begun(at);
  await at.hive.freeze("a test");
  expect(await at.hive.cancel(id)).toBeNull();
  expect(must(await at.hive.ended(id))).toMatchObject({ state: "cancelled", outcome: { status: "killed" } });
  expect(await printed(at.hive, id)).toBe("first\n");
  expect(at.hive.status().held).toEqual([]);
  expect(await at.hive.resume()).toBeNull();
});

test("freezes and resumes as fast as they come: the last word counts, nothing is lost, one end", async () => {
  const at = await world();
  const lines = Array.from({ length: 60 }, (_, n) => [`print ${n}`, "sleep 1"]).flat();
  const id = await start(at.hive, program(...lines, "wait"));
  for (let round = 0; round < 12; round++) {
    await expect.poll(() => printed(at.hive, id), { interval: 1 }).not.toBe("");
    const freeze = at.hive.freeze(`round ${round}`);
    const before = await printed(at.hive, id);
    const resume = round % 3 === 0 ? at.hive.resume() : null;
    if (resume === null) expect(await printed(at.hive, id)).toBe(before);
    await Promise.all([freeze, resume, ...(round % 2 === 0 ? [at.hive.freeze("again")] : [])]);
    const { frozen, held } = at.hive.status();
    expect(held.length).toBe(frozen === null ? 0 : 1);
    expect(await at.hive.resume()).toBeNull();
  }
  at.chamber.release();
  const view = must(await at.hive.ended(id));
  expect(view.outcome?.stdout).toBe(Array.from({ length: 60 }, (_, n) => `${n}\n`).join(""));
  expect(await endings(at.hive, id)).toEqual(["outcome"]);
});

test("a stop of the hive wipes what it holds; the run has its one end", async () => {
  const at = await world();
  const id = await begun(at);
  await at.hive.freeze("a test");
  const image = () => at.disk.image();
  await at.hive.close();
  const next = await world({ image: image() });
  expect(next.hive.status()).toMatchObject({ frozen: { why: "a test" }, held: [], recovered: { interrupted: [] } });
  expect(await endings(next.hive, id)).toEqual(["outcome"]);
  expect(await next.disk.list("held")).toEqual([]);
});

test("a hive that died while it held a run says so at the next start, once, and its snapshot is gone", async () => {
  const at = await world();
  const id = await begun(at);
  await at.hive.freeze("a test");
  const { snapshot } = at.hive.status().held[0]!;
  const next = await world({ image: at.disk.image() });
  expect(next.hive.status()).toMatchObject({ held: [], recovered: { interrupted: [id] } });
  const view = await next.hive.directive(id);
  expect(view).toMatchObject({ state: "interrupted", step: "execute" });
  expect(view?.refusal?.why).toContain("while a freeze held the run");
  const end = (await statementsOf(next.hive)).filter(({ kind }) => kind === "interrupted");
  expect(end).toMatchObject([{ directive: id, body: { held: { snapshot } } }]);
  expect(await next.disk.list("held")).toEqual([]);
  await next.hive.close();
  const third = await world({ image: next.disk.image() });
  expect(third.hive.status().recovered.interrupted).toEqual([]);
  await at.hive.close();
});

test("a snapshot that the disk does not take: the run is held without one", async () => {
  const at = await world();
  const id = await begun(at);
  at.disk.faults = ({ path }) => (path.startsWith("held/") ? { code: "io" } : null);
  await at.hive.freeze("a test");
  expect(at.hive.status().held).toMatchObject([{ directive: id, snapshot: null }]);
  at.disk.faults = null;
  await at.hive.resume();
  at.chamber.release();
  expect(must(await at.hive.ended(id)).outcome).toMatchObject({ status: "ok", stdout: "first\nlast\n" });
});

test("a ledger that cannot be written holds nothing", async () => {
  const at = await world();
  const id = await begun(at);
  at.disk.faults = ({ path, do: verb }) => (path.startsWith("ledger/") && verb !== "read" ? { code: "io" } : null);
  await at.hive.freeze("a test");
  expect(must(await at.hive.ended(id)).state).toBe("interrupted");
  expect(at.hive.status().held).toEqual([]);
  at.disk.faults = null;
  expect(await at.disk.list("held")).toEqual([]);
  expect(await at.hive.resume()).toMatchObject({ refused: "ledger-unwritable" });
});

test("a freeze that comes during a resume: held again, under one limit of time", async () => {
  const clock = new SimClock();
  const at = await world({ clock, limits: { held_ms: 60_000 } });
  const id = await start(at.hive, program("print first", "sleep 600000", "print last"));
  await expect.poll(() => printed(at.hive, id), { interval: 2 }).toBe("first\n");
  await at.hive.freeze("one");
  await clock.advance(50_000);
  const resume = at.hive.resume();
  await at.hive.freeze("two");
  expect(await resume).toMatchObject({ refused: "hive-frozen" });
  expect(at.hive.status()).toMatchObject({ frozen: { why: "two" }, held: [{ directive: id }] });
  const again = at.hive.resume();
  // The gate is open, and the chambers are being told.
  await expect.poll(() => at.hive.status().frozen, { interval: 0 }).toBeNull();
  await Promise.all([again, at.hive.freeze("three")]);
  expect(at.hive.status()).toMatchObject({ frozen: { why: "three" }, held: [{ directive: id }] });
  const kinds = (await statementsOf(at.hive)).filter(({ kind }) => /freeze|resume/.test(kind)).map(({ kind }) => kind);
  expect(kinds).toEqual(["freeze", "resume", "freeze", "resume", "freeze"]);
  expect(await at.hive.resume()).toBeNull();
  await clock.advance(400_000);
  expect(await state(at.hive, id)).toBe("running");
  await clock.advance(200_000);
  expect(must(await at.hive.ended(id)).outcome).toMatchObject({ status: "ok", stdout: "first\nlast\n" });
});

test("a crash after any write of freeze, resume, freeze and wipe: the run has exactly one end, and no snapshot stays", async () => {
  const at = await world();
  const { hive, disk } = at;
  const id = await begun(at);
  const images: DiskImage[] = [];
  disk.faults = ({ do: verb }) => {
    if (verb !== "read" && verb !== "write") images.push(disk.image());
    return null;
  };
  await hive.freeze("one");
  await hive.resume();
  await hive.freeze("two");
  const wipe = await start(hive, card("guard.resume", { wipe: true }));
  await expect.poll(() => state(hive, wipe)).toBe("awaiting-approval");
  expect(await hive.approve(wipe, { explicit: true })).toBeNull();
  await hive.ended(wipe);
  await hive.ended(id);
  disk.faults = null;
  const found: string[] = [];
  for (const image of images) {
    const next = await world({ image });
    const ends = await endings(next.hive, id);
    expect(ends.length).toBe(1);
    found.push(...ends);
    expect(next.hive.status().held).toEqual([]);
    expect(await next.disk.list("held").catch(() => [])).toEqual([]);
    await next.hive.close();
  }
  expect(new Set(found)).toEqual(new Set(["interrupted", "outcome"]));
}, 60_000);
