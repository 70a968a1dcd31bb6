/** The rung os in the whole trip: a shell program to its proof, a page under a permit, a freeze. Counting through freezes: held-chambers. */
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { EgressDesk, Ladder, osChamber, wasmPy } from "forge";
import { nodeCrypto } from "lop";
import { verifyProof } from "lop/verify";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Hive } from "../src/index.ts";
import { card, must, openTestHive, run, simHome, start, type TestHome } from "./hive-home.ts";

const probed = osChamber({ pool: 0 });
const probe = await probed.probe();
await probed.close();
const missing = probe.ready ? null : `needs bubblewrap (apt install bubblewrap): ${probe.why}`;

let server: Server;
let served = 0;
let made: TestHome & { hive: Hive };
let ladder: Ladder;
const egress = new EgressDesk({
  resolve: async () => ["93.184.216.34"],
  connect: () => connect((server.address() as AddressInfo).port, "127.0.0.1"),
});

beforeAll(async () => {
  server = createServer((_request, response) => {
    served++;
    response.end("the page");
  }).listen(0, "127.0.0.1");
  const home = await simHome();
  ladder = new Ladder([wasmPy({ pool: 0 }), osChamber({ pool: 0, egress })]);
  const ports = { ...home.ports, ladder, egress };
  made = { ...home, hive: await openTestHive({ ...home, ports }) };
});
afterAll(async () => {
  await made.hive.close();
  await ladder.close();
  await egress.close();
  server.close();
});

const shell = (code: string, more = {}) => card("exec.run", { language: "shell", code, ...more });
const entries = async (kind: string): Promise<Record<string, unknown>[]> => {
  const found: Record<string, unknown>[] = [];
  for await (const { entry } of made.hive.entries()) {
    const envelope = JSON.parse(Buffer.from(entry).toString()) as { payload: string };
    const statement = JSON.parse(Buffer.from(envelope.payload, "base64").toString()) as {
      kind: string;
      body: Record<string, unknown>;
    };
    if (statement.kind === kind) found.push(statement.body);
  }
  return found;
};

test("a shell program runs on os, changes the workspace, and its proof says where it ran", async (ctx) => {
  if (missing !== null) return ctx.skip(missing);
  const view = await run(made.hive, shell("echo 42; echo kept > kept.txt; echo aside >&2"));
  expect(view).toMatchObject({ state: "done", verified: true, quarantined: false });
  expect(view.outcome).toMatchObject({ status: "ok", rung: "os", stdout: "42\n", stderr: "aside\n", exit_code: 0 });
  expect(Buffer.from(must(await made.workspace.read("kept.txt"))).toString()).toBe("kept\n");
  expect(verifyProof(must(await made.hive.proof(view.id)), nodeCrypto)).toMatchObject({ verified: true });
});

test("a directive that asks for os gets it, also for a language of a weaker rung", async (ctx) => {
  if (missing !== null) return ctx.skip(missing);
  const body = {
    ...card("exec.run", { language: "python", code: "import subprocess; print(subprocess.getoutput('echo native'))" }),
    rung: "os" as const,
  };
  expect((await run(made.hive, body)).outcome).toMatchObject({ status: "ok", rung: "os", stdout: "native\n" });
});

async function grant(): Promise<void> {
  const id = await start(made.hive, card("permit.grant", { host: "shop.example", minutes: 5 }));
  await expect.poll(async () => (await made.hive.directive(id))?.state).toBe("awaiting-approval");
  expect(await made.hive.approve(id, { explicit: true })).toBeNull();
  expect(must(await made.hive.ended(id)).outcome).toMatchObject({ status: "ok" });
}

test("a run fetches under a permit, not before it and not after its revocation; all of it is on record", async (ctx) => {
  if (missing !== null) return ctx.skip(missing);
  const fetch = shell("curl -s -S -f http://shop.example/page 2>&1");
  expect((await run(made.hive, fetch)).outcome?.stdout).toMatch(/403/);
  await grant();
  const view = await run(made.hive, fetch);
  expect(view.outcome?.stdout).toContain("the page");
  await expect
    .poll(() => entries("permit-use"))
    .toMatchObject([
      { decision: "allowed", host: "shop.example", port: 80, method: "GET", address: "93.184.216.34" },
      { decision: "closed", bytes_down: 8 },
    ]);
  expect((await run(made.hive, shell("curl -s -S -f http://other.example/ 2>&1"))).outcome?.stdout).toContain("403");
  expect(await entries("permit-use")).toMatchObject([
    {},
    {},
    { decision: "refused", host: "other.example", permit: null },
  ]);
  expect((await run(made.hive, card("permit.revoke", { host: "shop.example" }))).outcome).toMatchObject({
    status: "ok",
  });
  expect((await run(made.hive, fetch)).outcome?.stdout).toMatch(/403/);
}, 60_000);

test("a run that a freeze holds reaches nobody, and reaches out again after the resume", async (ctx) => {
  if (missing !== null) return ctx.skip(missing);
  await grant();
  const began = served;
  const code = "while :; do curl -s -S -f http://shop.example/page 2>&1 && echo; sleep 0.02; done";
  const id = await start(made.hive, shell(code, { timeout_seconds: 120 }));
  await expect.poll(() => served, { timeout: 30_000 }).toBeGreaterThan(began + 1);
  await made.hive.freeze("A test of the kill switch.");
  const allowed = async () => (await entries("permit-use")).filter(({ decision }) => decision === "allowed").length;
  const recorded = await allowed();
  // What was sent before the freeze may still arrive in this moment.
  await new Promise((done) => setTimeout(done, 200));
  const before = served;
  await new Promise((done) => setTimeout(done, 300));
  expect([served, await allowed()]).toEqual([before, recorded]);
  expect(made.hive.status().held).toMatchObject([{ directive: id, rung: "os", snapshot: null }]);
  expect(await made.hive.resume()).toBeNull();
  await expect.poll(() => served, { timeout: 30_000 }).toBeGreaterThan(before + 1);
  expect(await made.hive.cancel(id)).toBeNull();
  expect(must(await made.hive.ended(id))).toMatchObject({ state: "cancelled", outcome: { status: "killed" } });
}, 120_000);
