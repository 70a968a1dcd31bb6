import { nodeCrypto, toHex } from "lop";
import { verifyProof } from "lop/verify";
import { afterEach, expect, test } from "vitest";
import type { Hive } from "../src/index.ts";
import { API_KEY, card, must, openTestHive, program, run, simHome, start, type TestHome } from "./hive-home.ts";

const open: Hive[] = [];
async function home(limits: Parameters<typeof openTestHive>[1] = {}): Promise<TestHome & { hive: Hive }> {
  const made = await simHome();
  const hive = await openTestHive(made, limits);
  open.push(hive);
  return { ...made, hive };
}
afterEach(async () => {
  for (const hive of open.splice(0)) await hive.close();
});

test("a directive travels to a proof that strangers can verify", async () => {
  const { hive, workspace } = await home();
  const view = await run(hive, program("print 42", "write out.txt hello"));
  expect(view).toMatchObject({ state: "done", verified: true, quarantined: false, refusal: null });
  expect(view.outcome).toMatchObject({ status: "ok", stdout: "42\n", rung: "wasm-py" });
  expect(view.outcome?.files).toMatchObject([{ path: "out.txt", change: "added", bytes: 5 }]);
  expect(toHex(must(await workspace.read("out.txt")))).toBe("68656c6c6f");
  const checked = verifyProof(must(await hive.proof(view.id)), nodeCrypto);
  expect(checked).toMatchObject({ verified: true, facts: { id: view.id, index: 4, approval: null } });
});

test("the steps are told in the order of the trip, with rising numbers", async () => {
  const { hive } = await home();
  const { steps } = await run(hive, program("print 1"));
  const ends = steps.filter((step) => step.phase === "passed" || step.phase === "skipped");
  expect(ends.map((step) => `${step.step} ${step.phase}`)).toEqual([
    "sign passed",
    "admit passed",
    "route skipped",
    "decode skipped",
    "judge passed",
    "approve skipped",
    "execute passed",
    "validate passed",
    "seal passed",
    "record passed",
    "prove passed",
  ]);
  expect(steps.map((step) => step.seq)).toEqual(steps.map((_, i) => steps[0]!.seq + i));
});

test.each([
  ["words", { words: "make tea" }, "engine-absent"],
  ["an unknown tool", card("tea.make"), "tool-unknown"],
  ["a tool of a part that is not built", card("lattice.find"), "tool-absent"],
  ["a missing parameter", card("files.read"), "parameters-invalid"],
  ["a parameter too much", card("guard.status", { verbose: true }), "parameters-invalid"],
  ["a language that nobody speaks", card("exec.run", { language: "cobol", code: "" }), "parameters-invalid"],
  ["a path outside", card("files.write", { path: "../x", content: "" }), "policy-denied"],
  ["a NUL in a path", card("files.read", { path: "a\0b" }), "path-outside-workspace"],
  ["a file that is not there", card("files.read", { path: "nothing" }), "path-not-found"],
  ["a rung that is not there", card("exec.run", { language: "shell", code: "ls" }), "rung-unavailable"],
])("%s is refused with a code, and leaves nothing behind", async (_, body, code) => {
  const { hive, workspace } = await home();
  const view = await run(hive, body);
  expect(view).toMatchObject({ state: "refused", refusal: { refused: code }, outcome: null, verified: null });
  expect(view.refusal?.why).toMatch(/[.]$|exist|chamber|workspace|NUL/);
  expect((await workspace.files()).size).toBe(0);
  expect(await hive.proof(view.id)).toMatchObject({ refused: code });
});

test("the same packet is admitted once, also when two copies come at once", async () => {
  const { hive, chamber } = await home();
  const packet = must(await hive.sign(program("print once")));
  const answers = await Promise.all([hive.submit(packet), hive.submit(packet), hive.submit(packet)]);
  expect(answers.filter((answer) => "refused" in answer)).toMatchObject([
    { refused: "packet-replayed" },
    { refused: "packet-replayed" },
  ]);
  const id = must(answers.find((answer) => "id" in answer)!).id;
  await hive.ended(id);
  expect(await hive.submit(packet)).toMatchObject({ refused: "packet-replayed" });
  expect([...chamber.began.values()]).toEqual([1]);
});

test("a packet that was changed, or is none, is refused without an entry", async () => {
  const { hive } = await home();
  const packet = must(await hive.sign(program("print 1")));
  const { size } = hive.status().ledger;
  const changed = { ...packet, payload: Buffer.from(`${Buffer.from(packet.payload, "base64")} `).toString("base64") };
  expect(await hive.submit(changed)).toMatchObject({ refused: "signature-invalid" });
  expect(await hive.submit({ ...packet, payloadType: "text/plain" })).toMatchObject({ refused: "packet-malformed" });
  expect(hive.status().ledger.size).toBe(size);
});

test("more directives than the limit are refused, not queued", async () => {
  const { hive } = await home({ directives_in_flight: 2 });
  const packets = await Promise.all([1, 2, 3].map((n) => hive.sign(program(`print ${n}`, "sleep 50"))));
  const answers = await Promise.all(packets.map((packet) => hive.submit(must(packet))));
  expect(answers.filter((answer) => "refused" in answer)).toMatchObject([{ refused: "too-many-directives" }]);
});

const never = new AbortController().signal;
const WIPE = card("guard.resume", { wipe: true });

test("what cannot be undone waits for an explicit approval, and the proof holds it", async () => {
  const { hive } = await home();
  const id = await start(hive, WIPE);
  const waits = await hive.atRest(id, never);
  expect(waits).toMatchObject({ state: "awaiting-approval", ended_at: null });
  expect(await hive.atRest(id, never)).toEqual(waits);
  expect(hive.status()).toMatchObject({ awaiting: 1, running: 0 });
  expect(await hive.approve(id)).toMatchObject({ refused: "approval-not-explicit" });
  expect(await hive.approve(id, { explicit: true })).toBeNull();
  const view = must(await hive.ended(id));
  expect(view).toMatchObject({
    state: "done",
    verified: true,
    verdict: { decision: "approve", impact: "irreversible" },
  });
  const checked = verifyProof(must(await hive.proof(id)), nodeCrypto);
  expect(checked).toMatchObject({ verified: true, facts: { approval: { level: "explicit" } } });
  expect(await hive.approve(id, { explicit: true })).toMatchObject({ refused: "directive-over" });
});

test("a refused approval, a late one and a cancelled wait end the directive", async () => {
  const { hive } = await home();
  const [said, cancelled] = [await start(hive, WIPE), await start(hive, WIPE)];
  for (const id of [said, cancelled]) await hive.atRest(id, never);
  expect(await hive.refuseApproval(said, "not today")).toBeNull();
  expect(await hive.cancel(cancelled)).toBeNull();
  const { hive: hurried } = await home({ approval_ms: 60 });
  const late = await hurried.ended(await start(hurried, WIPE));
  expect([await hive.atRest(said, never), await hive.ended(cancelled), late]).toMatchObject([
    { state: "refused", refusal: { refused: "approval-refused", why: "The operator said no: not today" } },
    { state: "cancelled", refusal: { refused: "cancelled" } },
    { state: "refused", refusal: { refused: "approval-expired" } },
  ]);
});

test("a cancel ends the run, changes nothing, and is proved", async () => {
  const { hive, workspace } = await home();
  const id = await start(hive, program("write x.txt gone", "sleep 60000"));
  await expect.poll(async () => (await hive.directive(id))?.step).toBe("execute");
  expect(await hive.cancel(id)).toBeNull();
  const view = must(await hive.ended(id));
  expect(view).toMatchObject({ state: "cancelled", verified: true, outcome: { status: "killed", files: [] } });
  expect((await workspace.files()).size).toBe(0);
  expect(await hive.cancel(id)).toMatchObject({ refused: "directive-over" });
  expect(await hive.cancel("0".repeat(64))).toMatchObject({ refused: "directive-unknown" });
});

test("the kill switch ends running work, refuses new work, and lets go again", async () => {
  const { hive, workspace } = await home();
  const id = await start(hive, program("write x.txt gone", "sleep 60000"));
  await expect.poll(async () => (await hive.directive(id))?.step).toBe("execute");
  const freeze = await run(hive, card("guard.freeze"));
  expect(freeze).toMatchObject({ state: "done", verified: true });
  expect(must(await hive.ended(id))).toMatchObject({ state: "done", outcome: { status: "frozen" }, verified: true });
  expect((await workspace.files()).size).toBe(0);
  expect(await hive.submit(must(await hive.sign(program("print 1"))))).toMatchObject({ refused: "hive-frozen" });
  expect(await run(hive, card("guard.status"))).toMatchObject({ state: "done" });
  expect(await hive.resume()).toBeNull();
  expect(await run(hive, program("print 1"))).toMatchObject({ state: "done" });
});

test.each([
  ["the API key", `print ${API_KEY}`],
  ["a private key", "print -----BEGIN OPENSSH PRIVATE KEY-----"],
  ["an age key", `print AGE-SECRET-KEY-1${"Q".repeat(58)}`],
  ["a bearer token", `error Authorization: Bearer ${"t".repeat(32)}`],
  ["a key in a file", "write k.pem -----BEGIN PRIVATE KEY-----"],
])("%s in a result is withheld: a red card, nothing applied, nothing shown live", async (_, line) => {
  const { hive, workspace, disk } = await home();
  const view = await run(hive, program("print before", line, "write other.txt x"));
  expect(view).toMatchObject({ state: "done", quarantined: true, verified: true });
  expect(view.outcome).toMatchObject({ status: "denied", stdout: "", stderr: "", files: [] });
  expect((await workspace.files()).size).toBe(0);
  const secret = line.slice(line.indexOf(" ") + 1).replace("k.pem ", "");
  // The program itself holds the secret here, and the program is on the card; what must not show it is what came of it.
  expect(JSON.stringify([view.outcome, view.steps])).not.toContain(secret);
  expect(Buffer.from(must(await hive.proof(view.id))).toString()).toContain('"passed": false');
  const kept = JSON.parse(Buffer.from(await disk.read(`quarantine/${view.id}.json`)).toString());
  const files = Object.values(kept.files as Record<string, string>).map((text) =>
    Buffer.from(text, "base64").toString(),
  );
  expect([JSON.stringify(kept.outcome), ...files].join()).toContain(secret);
});

test("of two runs that change the same file at once, one is taken and the other is a red card", async () => {
  const { hive, workspace } = await home();
  const ids = [
    await start(hive, program("sleep 30", "write a.txt one")),
    await start(hive, program("sleep 30", "write a.txt two")),
  ];
  const views = await Promise.all(ids.map(async (id) => must(await hive.ended(id))));
  expect(views.map((view) => view.quarantined).sort()).toEqual([false, true]);
  const kept = Buffer.from(must(await workspace.read("a.txt"))).toString();
  expect(kept).toBe(views[0]!.quarantined ? "two" : "one");
});

test("a run that does not end ok changes nothing", async () => {
  const { hive, workspace } = await home();
  const view = await run(hive, program("write a.txt half", "exit error"));
  expect(view).toMatchObject({ state: "done", quarantined: false, outcome: { status: "error", files: [] } });
  expect((await workspace.files()).size).toBe(0);
});

test("files are written, read, listed and compared", async () => {
  const { hive } = await home();
  expect(await run(hive, card("files.write", { path: "a/b.txt", content: "grüße" }))).toMatchObject({ state: "done" });
  const read = await run(hive, card("files.read", { path: "a/b.txt" }));
  expect(read.outcome?.result).toMatchObject({ content: "grüße", encoding: "utf-8", bytes: 7 });
  const list = await run(hive, card("files.list"));
  expect(list.outcome?.result).toMatchObject({ files: [{ path: "a/b.txt" }] });
  const diff = await run(hive, card("files.diff"));
  expect(diff.outcome?.result).toMatchObject({ changes: [{ path: "a/b.txt", change: "added" }] });
});

test("a permit is granted after an approval, listed, and revoked at once", async () => {
  const { hive } = await home();
  const id = await start(hive, card("permit.grant", { host: "Example.com", minutes: 30 }));
  await expect.poll(async () => (await hive.directive(id))?.state).toBe("awaiting-approval");
  expect(await hive.approve(id)).toBeNull();
  expect(must(await hive.ended(id)).outcome?.result).toMatchObject({ hosts: ["example.com"], state: "live" });
  const listed = await run(hive, card("permit.list"));
  expect(listed.outcome?.result).toEqual({ permits: hive.permits() });
  const revoked = await run(hive, card("permit.revoke", { host: "example.com" }));
  expect(revoked).toMatchObject({ state: "done", quarantined: false });
  expect(hive.permits()).toMatchObject([{ state: "revoked" }]);
  expect(await hive.revokePermit("0".repeat(32))).toMatchObject({ refused: "permit-missing" });
});

test("locked keys sign nothing, unlocked ones do", async () => {
  const { hive } = await home();
  hive.lock();
  expect(hive.status().unlocked).toBe(false);
  expect(await hive.sign(program("print 1"))).toMatchObject({ refused: "keys-locked" });
  expect(await hive.unlock("guess")).toMatchObject({ refused: "wrong-passphrase" });
  expect(await hive.unlock(null)).toBeNull();
  expect(await hive.unlock(null)).toMatchObject({ refused: "already-unlocked" });
  expect(await run(hive, program("print 1"))).toMatchObject({ state: "done" });
});

test("two hives on one home: the second is refused", async () => {
  const { hive, ...made } = await home();
  expect(hive.status().frozen).toBeNull();
  const { openHive } = await import("../src/index.ts");
  const { settings } = await import("./hive-home.ts");
  expect(await openHive(made.ports, settings(), { passphrase: null })).toMatchObject({ refused: "home-in-use" });
});
