import { type DiskImage, SimDisk } from "lop";
import { expect, test } from "vitest";
import type { Hive } from "../src/index.ts";
import { card, must, openTestHive, program, run, simHome, start } from "./hive-home.ts";

const restarted = async (image: DiskImage) => {
  const home = await simHome({ disk: new SimDisk({ image }) });
  return { ...home, hive: await openTestHive(home) };
};
const reached = (hive: Hive, id: string, step: string) =>
  expect.poll(async () => (await hive.directive(id))?.step, { interval: 2 }).toBe(step);

test("a hive that died during a run reports it as interrupted, and never runs it again", async () => {
  const home = await simHome();
  const hive = await openTestHive(home);
  const packet = must(await hive.sign(program("print once", "sleep 100000")));
  const { id } = must(await hive.submit(packet));
  await reached(hive, id, "execute");
  await expect.poll(() => home.chamber.began.size).toBe(1);
  const next = await restarted(home.disk.image());
  expect(next.hive.status().recovered.interrupted).toEqual([id]);
  expect(await next.hive.directive(id)).toMatchObject({
    state: "interrupted",
    step: "execute",
    refusal: { refused: "interrupted" },
  });
  expect(await next.hive.submit(packet)).toMatchObject({ refused: "packet-replayed" });
  expect(next.chamber.began.size).toBe(0);
  expect(await next.hive.proof(id)).toMatchObject({ refused: "interrupted" });
  await next.hive.close();
  const third = await restarted(next.disk.image());
  expect(third.hive.status().recovered.interrupted).toEqual([]);
  await hive.close();
});

test("a directive that awaited its approval ends as interrupted; nothing of it was begun", async () => {
  const home = await simHome();
  const hive = await openTestHive(home);
  const id = await start(hive, card("guard.resume", { wipe: true }));
  await reached(hive, id, "approve");
  const next = await restarted(home.disk.image());
  const view = await next.hive.directive(id);
  expect(view).toMatchObject({ state: "interrupted" });
  expect(view?.refusal?.why).toContain("nothing was done");
  expect(await next.hive.approve(id, { explicit: true })).toMatchObject({ refused: "directive-over" });
  await hive.close();
});

test("a crash after any single write leaves a home that opens, loses nothing acknowledged and runs nothing twice", async () => {
  const disk = new SimDisk();
  const home = await simHome({ disk });
  const hive = await openTestHive(home);
  const states: { image: DiskImage; acknowledged: string[]; ended: string[] }[] = [];
  const acknowledged: string[] = [];
  const ended: string[] = [];
  const packets = await Promise.all([1, 2, 3].map((n) => hive.sign(program(`print ${n}`, `write ${n}.txt x`))));
  disk.faults = ({ do: verb }) => {
    if (verb !== "read") states.push({ image: disk.image(), acknowledged: [...acknowledged], ended: [...ended] });
    return null;
  };
  for (const packet of packets) {
    const { id } = must(await hive.submit(must(packet)));
    acknowledged.push(id);
    if (must(await hive.ended(id)).verified) ended.push(id);
  }
  disk.faults = null;
  await hive.close();
  expect(states.length).toBeGreaterThan(30);
  const proofs_completed = new Set<string>();
  for (const state of states) {
    const next = await restarted(state.image);
    const { recovered } = next.hive.status();
    for (const id of recovered.proofs_completed) proofs_completed.add(id);
    for (const id of state.acknowledged) expect(await next.hive.directive(id), id).toBeDefined();
    for (const id of state.ended)
      expect(await next.hive.directive(id)).toMatchObject({ state: "done", verified: true });
    for (const packet of packets.slice(0, state.acknowledged.length))
      expect(await next.hive.submit(must(packet))).toMatchObject({ refused: "packet-replayed" });
    await next.hive.close();
  }
  // Every proof was cut off at least once between its leaf and its file, and made whole by the next start.
  expect(proofs_completed.size).toBe(3);
});

test("a frozen hive is still frozen after a restart, also when the freeze lies behind the last mark", async () => {
  const home = await simHome();
  const hive = await openTestHive(home);
  expect(await hive.freeze("smoke in the room")).toBeNull();
  await hive.close();
  const next = await restarted(home.disk.image());
  expect(next.hive.status().frozen).toMatchObject({ why: "smoke in the room" });
  await next.hive.close();
  const third = await restarted(next.disk.image());
  expect(third.hive.status().frozen).toMatchObject({ why: "smoke in the room" });
  expect(await third.hive.submit(must(await third.hive.sign(program("print 1"))))).toMatchObject({
    refused: "hive-frozen",
  });
  expect(await third.hive.resume()).toBeNull();
  expect(await run(third.hive, program("print 1"))).toMatchObject({ state: "done" });
  await third.hive.close();
});

test("a ledger that cannot be written freezes the hive: fail closed, and nothing is begun", async () => {
  const home = await simHome();
  const hive = await openTestHive(home);
  const packet = must(await hive.sign(program("print 1")));
  home.disk.faults = ({ do: verb, path }) =>
    verb.startsWith("sync") && path.startsWith("ledger/") ? { code: "io" } : null;
  expect(await hive.submit(packet)).toMatchObject({ refused: "ledger-unwritable" });
  home.disk.faults = null;
  expect(hive.status().frozen).not.toBeNull();
  expect(await hive.submit(must(await hive.sign(program("print 2"))))).toMatchObject({ refused: "ledger-unwritable" });
  expect(await hive.resume()).toMatchObject({ refused: "ledger-unwritable" });
  expect(home.chamber.began.size).toBe(0);
  await hive.close();
});

test("a full disk freezes the hive until there is room again", async () => {
  const home = await simHome();
  const hive = await openTestHive(home);
  home.disk.faults = ({ do: verb, path }) => (verb === "write" && path.startsWith("proofs/") ? { code: "full" } : null);
  const view = await run(hive, program("print 1"));
  expect(view).toMatchObject({ state: "interrupted", refusal: { refused: "disk-full" }, outcome: null });
  expect(hive.status().frozen).not.toBeNull();
  expect(await hive.submit(must(await hive.sign(program("print 2"))))).toMatchObject({ refused: "hive-frozen" });
  home.disk.faults = null;
  expect(await hive.resume()).toBeNull();
  expect(await run(hive, program("print 3"))).toMatchObject({ state: "done", verified: true });
  await hive.close();
});

test("a ledger without its keys is not given new ones", async () => {
  const home = await simHome();
  const hive = await openTestHive(home);
  await hive.close();
  const image = home.disk.image();
  const files = new Map([...image.files].filter(([path]) => !path.startsWith("keys/")));
  await expect(restarted({ ...image, files })).rejects.toThrow("keys-missing");
});
