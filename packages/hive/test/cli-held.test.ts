/** The kill switch as a user meets it: a run that is held, goes on, is wiped, or whose daemon is killed meanwhile. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crucibleFolder, openCrucible, osChamber } from "forge";
import { type Envelope, isRefusal } from "lop";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axiom, type RunningDaemon, startDaemon, Transcript } from "./axiom-bin.ts";
import { Leftovers } from "./kill-leftovers.ts";

const probed = osChamber({ pool: 0 });
const probe = await probed.probe();
await probed.close();
const LACKS = {
  os: probe.ready ? null : `needs bubblewrap (apt install bubblewrap): ${probe.why}`,
  vm: isRefusal(openCrucible()) ? "needs the guest image (axiom crucible build) and qemu-system-x86" : null,
};
const SLOW_MS = 240_000;

describe.each(["os", "vm"] as const)("on %s", (rung) => {
  const at = mkdtempSync(join(tmpdir(), "axiom-held-"));
  const env = { AXIOM_CRUCIBLE: crucibleFolder(), AXIOM_CHAMBERS_VM: rung === "vm" ? "auto" : "off" };
  let daemon: RunningDaemon | null = null;
  beforeAll(async () => {
    if (LACKS[rung] === null) daemon = await startDaemon(at, env);
  }, SLOW_MS);
  afterAll(async () => {
    await daemon?.stop();
    rmSync(at, { recursive: true, force: true });
  }, SLOW_MS);

  const json = async <T>(...args: string[]): Promise<T> =>
    JSON.parse((await axiom(at, [...args, "--json"], { env })).stdout) as T;
  /** What is asked again and again is asked without a process of its own. */
  async function ask<T>(path: string): Promise<T> {
    const answer = await fetch(`${daemon!.url}${path}`, { headers: { Authorization: `Bearer ${daemon!.key}` } });
    return (await answer.json()) as T;
  }
  const show = (id: string) =>
    ask<{ state: string; steps: { phase: string }[]; refusal: unknown }>(`/v1/directives/${id}`);
  /** A run that has printed something and then sleeps. */
  async function begun(seconds: number): Promise<string> {
    const code = `echo begun; sleep ${seconds}; echo ended`;
    const said = await axiom(at, ["do", "exec.run", "--language", "shell", "--code", code, "--rung", rung, "--detach"]);
    const id = said.stdout.trim();
    const printed = async () => (await show(id)).steps.some(({ phase }) => phase === "output");
    await expect.poll(printed, { timeout: 60_000, interval: 200 }).toBe(true);
    return id;
  }
  const ends = (id: string) =>
    expect.poll(async () => (await show(id)).state, { timeout: 60_000, interval: 200 }).not.toMatch(/running|held/);

  // On vm what a user sees of these two is the same; what the machine does is in held-chambers.
  const onOs = rung === "os" ? it : () => {};
  onOs(
    "freeze, held, resume: the run goes on to its proof",
    async (ctx) => {
      if (LACKS[rung] !== null) return ctx.skip(LACKS[rung]);
      const id = await begun(1);
      const t = new Transcript(at);
      await t.run(["held"]);
      await t.run(["freeze", "drill"]);
      await t.run(["held"]);
      await t.run(["resume"]);
      await ends(id);
      await expect(String(t).replace(/\d+\.\d MiB/g, "N MiB")).toMatchFileSnapshot("golden/cli-held.txt");
      expect(await json("proof", id)).toMatchObject({ outcome: { status: "ok", stdout: "begun\nended\n" } });
    },
    SLOW_MS,
  );

  onOs(
    "a wipe waits for an explicit approval; then the run has ended killed",
    async (ctx) => {
      if (LACKS[rung] !== null) return ctx.skip(LACKS[rung]);
      const id = await begun(600);
      await axiom(at, ["freeze", "drill"]);
      const asked = await axiom(at, ["resume", "--wipe", "-q"]);
      expect(asked.code).toBe(3);
      await axiom(at, ["refuse", asked.stdout.trim()]);
      expect(await json("held")).toMatchObject({ held: [{ directive: id, rung }] });
      expect((await axiom(at, ["resume", "--wipe", "--approve", "-q"])).code).toBe(0);
      await ends(id);
      expect(await json("proof", id)).toMatchObject({ outcome: { status: "killed", stdout: "begun\n" } });
      expect(await ask("/v1/status")).toMatchObject({ frozen: null, held: [] });
    },
    SLOW_MS,
  );

  it(
    "a daemon that is killed while it holds a run: the next start ends all of it, and says so once",
    async (ctx) => {
      if (LACKS[rung] !== null) return ctx.skip(LACKS[rung]);
      const id = await begun(600);
      await axiom(at, ["freeze", "drill"]);
      const { held } = await json<{ held: { snapshot: string | null }[] }>("held");
      if (rung === "vm") expect(readdirSync(join(at, "held"))).toEqual([`${id}.snapshot`]);
      const leftovers = new Leftovers(at, rung);
      await daemon!.stop("SIGKILL");
      leftovers.look();
      daemon = await startDaemon(at, env);
      expect(await ask("/v1/status")).toMatchObject({
        frozen: { why: "drill" },
        held: [],
        recovered: { interrupted: [id] },
      });
      expect(await show(id)).toMatchObject({ state: "interrupted", refusal: { refused: "interrupted" } });
      if (rung === "vm") expect(readdirSync(join(at, "held"))).toEqual([]);
      // The chamber sweeps what was left when it proves itself, in the background.
      const told = async () =>
        (await statements())
          .filter(({ kind, body }) => kind === "leftover" && body.rung === rung)
          .map(({ body }) => String(body.id));
      await expect.poll(async () => (await told()).length, { timeout: 60_000, interval: 200 }).toBe(leftovers.left);
      expect(leftovers.left).toBeGreaterThan(0);
      expect(leftovers.check(await told())).toEqual([]);
      const own = (await statements()).filter(({ directive }) => directive === id);
      expect(own.map(({ kind }) => kind)).toEqual(["admitted", "intent", "held", "interrupted"]);
      expect(own[3]!.body.held).toEqual({ snapshot: held[0]!.snapshot });
      await axiom(at, ["resume"]);
    },
    SLOW_MS,
  );

  interface Row {
    kind: string;
    directive: string | null;
    body: Record<string, unknown>;
  }
  async function statements(): Promise<Row[]> {
    const { entries } = await ask<{ entries: { envelope: Envelope }[] }>("/v1/ledger/entries?limit=100");
    return entries.map(({ envelope }) => JSON.parse(Buffer.from(envelope.payload, "base64").toString()) as Row);
  }
});
