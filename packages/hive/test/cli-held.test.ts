/** The kill switch as a user meets it: a run that is held, goes on, is wiped, or whose daemon is killed meanwhile. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crucibleFolder, openCrucible, osChamber } from "forge";
import { type Envelope, isRefusal } from "lop";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
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
const POLL = { timeout: 60_000, interval: 200 };

interface Row {
  kind: string;
  directive: string | null;
  body: Record<string, unknown>;
}
interface View {
  state: string;
  steps: { phase: string }[];
  refusal: unknown;
}

/** A home with a daemon, for programs on one rung. */
class House {
  readonly rung: "os" | "vm";
  readonly at = mkdtempSync(join(tmpdir(), "axiom-held-"));
  readonly #env: Record<string, string>;
  #daemon: RunningDaemon | null = null;

  constructor(rung: "os" | "vm") {
    this.rung = rung;
    this.#env = { AXIOM_CRUCIBLE: crucibleFolder(), AXIOM_CHAMBERS_VM: rung === "vm" ? "auto" : "off" };
  }

  async start(): Promise<void> {
    if (LACKS[this.rung] === null) this.#daemon = await startDaemon(this.at, this.#env);
  }

  get pid(): number {
    return this.#daemon!.child.pid!;
  }

  async stop(signal?: NodeJS.Signals): Promise<void> {
    await this.#daemon?.stop(signal);
  }

  async json<T>(...args: string[]): Promise<T> {
    return JSON.parse((await axiom(this.at, [...args, "--json"])).stdout) as T;
  }

  /** What is asked again and again is asked without a process of its own. */
  async ask<T>(path: string): Promise<T> {
    const { url, key } = this.#daemon!;
    const answer = await fetch(`${url}${path}`, { headers: { Authorization: `Bearer ${key}` } });
    return (await answer.json()) as T;
  }

  show(id: string): Promise<View> {
    return this.ask(`/v1/directives/${id}`);
  }

  async statements(): Promise<Row[]> {
    const { entries } = await this.ask<{ entries: { envelope: Envelope }[] }>("/v1/ledger/entries?limit=100");
    return entries.map(({ envelope }) => JSON.parse(Buffer.from(envelope.payload, "base64").toString()) as Row);
  }

  /** A run that has printed something and then sleeps. */
  async begun(seconds: number): Promise<string> {
    const code = `echo begun; sleep ${seconds}; echo ended`;
    const exec = ["do", "exec.run", "--language", "shell", "--code", code, "--rung", this.rung, "--detach"];
    const id = (await axiom(this.at, exec)).stdout.trim();
    await expect.poll(async () => (await this.show(id)).steps.map(({ phase }) => phase), POLL).toContain("output");
    return id;
  }

  async ends(id: string): Promise<void> {
    await expect.poll(async () => (await this.show(id)).state, POLL).not.toMatch(/running|held/);
  }
}

function house(rung: "os" | "vm"): House {
  const made = new House(rung);
  beforeAll(() => made.start(), SLOW_MS);
  afterAll(async () => {
    await made.stop();
    rmSync(made.at, { recursive: true, force: true });
  }, SLOW_MS);
  return made;
}

async function killedWhileHeld(home: House, ctx: TestContext): Promise<void> {
  const { rung, at } = home;
  if (LACKS[rung] !== null) return ctx.skip(LACKS[rung]);
  const id = await home.begun(600);
  await axiom(at, ["freeze", "drill"]);
  const { held } = await home.json<{ held: { snapshot: string | null }[] }>("held");
  if (rung === "vm") expect(readdirSync(join(at, "held"))).toEqual([`${id}.snapshot`]);
  const leftovers = new Leftovers(at, rung);
  const { pid } = home;
  await home.stop("SIGKILL");
  leftovers.look(pid);
  const { left } = leftovers;
  expect(left.length).toBeGreaterThan(0);
  await home.start();
  const recovered = { interrupted: [id] };
  expect(await home.ask("/v1/status")).toMatchObject({ frozen: { why: "drill" }, held: [], recovered });
  expect(await home.show(id)).toMatchObject({ state: "interrupted", refusal: { refused: "interrupted" } });
  if (rung === "vm") expect(readdirSync(join(at, "held"))).toEqual([]);
  // The chamber sweeps what was left when it proves itself, in the background.
  const told = async () =>
    (await home.statements())
      .filter(({ kind, body }) => kind === "leftover" && body.rung === rung)
      .map(({ body }) => String(body.id));
  await expect.poll(async () => (await told()).length, POLL).toBe(left.length);
  expect((await told()).sort()).toEqual([...left].sort());
  expect(leftovers.check()).toEqual([]);
  const own = (await home.statements()).filter(({ directive }) => directive === id);
  expect(own.map(({ kind }) => kind)).toEqual(["admitted", "intent", "held", "interrupted"]);
  expect(own[3]!.body.held).toEqual({ snapshot: held[0]!.snapshot });
}

describe("on os", () => {
  const home = house("os");

  it("freeze, held, resume: the run goes on to its proof", { timeout: SLOW_MS }, async (ctx) => {
    if (LACKS.os !== null) return ctx.skip(LACKS.os);
    // The kernel counts a sleep on while it holds the sleeper: after a long freeze this one ends at once.
    const id = await home.begun(10);
    const t = new Transcript(home.at);
    await t.run(["freeze", "drill"]);
    await t.run(["held"]);
    await t.run(["resume"]);
    await home.ends(id);
    await t.run(["held"]);
    await expect(String(t).replace(/\d+\.\d MiB/g, "N MiB")).toMatchFileSnapshot("golden/cli-held.txt");
    expect(await home.json("proof", id)).toMatchObject({ outcome: { status: "ok", stdout: "begun\nended\n" } });
  });

  it("a wipe waits for an explicit approval; then the run has ended killed", { timeout: SLOW_MS }, async (ctx) => {
    if (LACKS.os !== null) return ctx.skip(LACKS.os);
    const id = await home.begun(600);
    await axiom(home.at, ["freeze", "drill"]);
    const asked = await axiom(home.at, ["resume", "--wipe", "-q"]);
    expect(asked.code).toBe(3);
    await axiom(home.at, ["refuse", asked.stdout.trim()]);
    expect(await home.json("held")).toMatchObject({ held: [{ directive: id, rung: "os" }] });
    expect((await axiom(home.at, ["resume", "--wipe", "--approve", "-q"])).code).toBe(0);
    await home.ends(id);
    expect(await home.json("proof", id)).toMatchObject({ outcome: { status: "killed", stdout: "begun\n" } });
    expect(await home.ask("/v1/status")).toMatchObject({ frozen: null, held: [] });
  });

  it(
    "a daemon that is killed while it holds a run: the next start ends all of it, and says so once",
    {
      timeout: SLOW_MS,
    },
    (ctx) => killedWhileHeld(home, ctx),
  );
});

describe("on vm", () => {
  const home = house("vm");

  it(
    "a daemon that is killed while it holds a machine: the next start ends it, and shreds its snapshot",
    {
      timeout: SLOW_MS,
    },
    (ctx) => killedWhileHeld(home, ctx),
  );
});
