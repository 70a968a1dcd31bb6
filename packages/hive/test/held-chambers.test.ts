/** The kill switch over real chambers: a counting program on os and vm, frozen in the middle, that goes on or is wiped. */
import { crucibleFolder, Ladder, openCrucible, osChamber, vm } from "forge";
import { isRefusal, nodeCrypto } from "lop";
import { verifyProof } from "lop/verify";
import { afterAll, describe, expect, test } from "vitest";
import type { Hive } from "../src/index.ts";
import { card, must, openTestHive, run, settings, simHome, start } from "./hive-home.ts";
import { statementsOf } from "./statements-of.ts";

const NUMBERS = 1500;
const COUNTED = Array.from({ length: NUMBERS }, (_, n) => `${n}\n`).join("");
/** Some of it printed at once, some after a moment: a freeze finds it in both. */
const COUNTING = `
import time
for n in range(${NUMBERS}):
    print(n, flush=True)
    if n % 15 == 0: time.sleep(0.05)
`;

const RUNGS = {
  os: {
    chamber: osChamber({ pool: 0 }),
    lacks: null as string | null,
  },
  vm: {
    chamber: vm({ pool: 0, folder: crucibleFolder() }),
    lacks: isRefusal(openCrucible()) ? "needs the guest image (axiom crucible build) and qemu-system-x86" : null,
  },
};
const probe = await RUNGS.os.chamber.probe();
if (!probe.ready) RUNGS.os.lacks = `needs bubblewrap (apt install bubblewrap): ${probe.why}`;

describe.each(["os", "vm"] as const)("%s", (rung) => {
  const { chamber, lacks } = RUNGS[rung];
  const opened: Hive[] = [];
  afterAll(async () => {
    for (const hive of opened) await hive.close();
    await chamber.close();
  });

  async function world() {
    const home = await simHome();
    const ladder = new Ladder([chamber]);
    const made = { ...home, ports: { ...home.ports, ladder } };
    const hive = await openTestHive(made);
    opened.push(hive);
    return { ...made, hive };
  }
  const python = (code: string, more = {}) => ({
    ...card("exec.run", { language: "python", code, timeout_seconds: 120, ...more }),
    rung,
  });
  const outputs = async (hive: Hive, id: string) =>
    ((await hive.directive(id))?.steps ?? [])
      .filter(({ phase }) => phase === "output")
      .map(({ detail }) => String(detail.text))
      .join("");
  const printing = (hive: Hive, id: string, text = "") =>
    expect.poll(() => outputs(hive, id), { timeout: 60_000, interval: 5 }).not.toBe(text);
  /** On a crowded machine a program may come to its end, or to its limit, before the test comes to its freeze. */
  const crowded = { retry: 2, timeout: 240_000 };
  const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

  test("frozen in the middle of counting: nothing comes while it is held, nothing is lost", crowded, async (ctx) => {
    if (lacks !== null) return ctx.skip(lacks);
    const { hive, disk } = await world();
    const id = await start(hive, python(COUNTING));
    await printing(hive, id);
    for (let freeze = 0; freeze < 3; freeze++) {
      const freezing = hive.freeze("a test of the kill switch");
      const before = await outputs(hive, id);
      expect(await freezing).toBeNull();
      if ((await hive.directive(id))?.ended_at) break;
      const { held } = hive.status();
      expect(held).toMatchObject([{ directive: id, rung }]);
      expect(held[0]!.ram_bytes).toBeGreaterThan(1 << 20);
      if (rung === "vm") {
        const sealed = await disk.read(`held/${id}.snapshot`);
        expect(Buffer.from(nodeCrypto.sha256(sealed)).toString("hex")).toBe(held[0]!.snapshot);
      } else expect(held[0]!.snapshot).toBeNull();
      await pause(100);
      expect(await outputs(hive, id)).toBe(before);
      expect(await hive.resume()).toBeNull();
      await printing(hive, id, before);
    }
    const view = must(await hive.ended(id));
    expect(view).toMatchObject({ state: "done", verified: true, quarantined: false });
    expect(view.outcome).toMatchObject({ status: "ok", rung, exit_code: 0, result: { freezes: {} } });
    expect(view.outcome?.stdout).toBe(COUNTED);
    expect(verifyProof(must(await hive.proof(id)), nodeCrypto)).toMatchObject({ verified: true });
    const own = (await statementsOf(hive)).filter(({ directive }) => directive === id);
    expect(own.filter(({ kind }) => kind === "outcome").length).toBe(1);
    const keys = own.filter(({ kind }) => kind === "held" || kind === "thawed").map(({ body }) => body.keys);
    // The keys of a resume are those that the next freeze finds.
    if (rung === "vm") expect(new Set(keys).size).toBe(keys.length / 2 + 1);
    expect(await disk.list("held").catch(() => [])).toEqual([]);
  });

  test("wiped: the run ends killed, once, and its files and its snapshot are nowhere", async (ctx) => {
    if (lacks !== null) return ctx.skip(lacks);
    const { hive, disk, workspace } = await world();
    const code = "open('kept.txt', 'w').write('x')\nprint('begun', flush=True)\nimport time\ntime.sleep(600)";
    const id = await start(hive, python(code));
    await printing(hive, id);
    await hive.freeze("a test of the kill switch");
    const { snapshot } = hive.status().held[0]!;
    const wipe = await start(hive, card("guard.resume", { wipe: true }));
    await expect.poll(async () => (await hive.directive(wipe))?.state).toBe("awaiting-approval");
    expect(await hive.approve(wipe, { explicit: true })).toBeNull();
    expect(must(await hive.ended(wipe)).outcome).toMatchObject({ status: "ok", result: { frozen: null, held: [] } });
    const view = must(await hive.ended(id));
    expect(view.outcome).toMatchObject({ status: "killed", stdout: "begun\n", files: [] });
    expect(view.verified).toBe(true);
    expect((await workspace.files()).size).toBe(0);
    expect(await disk.list("held").catch(() => [])).toEqual([]);
    const own = (await statementsOf(hive)).filter(({ directive }) => directive === id);
    expect(own.map(({ kind }) => kind)).toEqual(["admitted", "intent", "held", "wiped", "outcome"]);
    const template = rung === "vm" ? expect.stringMatching(/^[0-9a-f]{64}$/) : null;
    expect(own[3]!.body).toMatchObject({ rung, snapshot, template });
    const next = await run(hive, python("print('clean')"));
    expect(next.outcome).toMatchObject({ status: "ok", stdout: "clean\n" });
  }, 240_000);

  test(
    "time in a freeze is not the run's: a run held for longer than its limit comes to its end",
    crowded,
    async (ctx) => {
      if (lacks !== null) return ctx.skip(lacks);
      const { hive } = await world();
      const limit_s = rung === "vm" ? 10 : 5;
      const code = "import time\nprint('begun', flush=True)\ntime.sleep(0.5)\nprint('ended')";
      const id = await start(hive, python(code, { timeout_seconds: limit_s }));
      await printing(hive, id);
      await hive.freeze("a test of the kill switch");
      await pause(limit_s * 1000 + 500);
      expect(await hive.resume()).toBeNull();
      const view = must(await hive.ended(id));
      expect(view.outcome).toMatchObject({ status: "ok", stdout: "begun\nended\n" });
      const result = view.outcome?.result as { freezes: { held_ms: number } } | undefined;
      expect(result?.freezes.held_ms).toBeGreaterThan(limit_s * 1000);
    },
  );
});

test("limits of held runs are named", () => {
  const { held_runs, held_ms } = settings().limits;
  expect([held_runs, held_ms]).toEqual([8, 3_600_000]);
});
