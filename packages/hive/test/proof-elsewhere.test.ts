/** Proofs as a hive hands them out, under the scripts that share no line with it (docs/verify-elsewhere). */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DirectiveBody } from "lop";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { API_KEY, card, must, openTestHive, program, simHome, start } from "./hive-home.ts";

const scripts = join(import.meta.dirname, "..", "..", "..", "docs", "verify-elsewhere");
const work = mkdtempSync(join(tmpdir(), "proof-elsewhere-"));
afterAll(() => rmSync(work, { recursive: true }));
const PATIENCE_MS = 240_000;

const TRIPS: readonly [string, DirectiveBody][] = [
  ["a run", program("print 42", "write out.txt hello")],
  ["a failed run", program("exit error")],
  ["a quarantined run", program(`print ${API_KEY}`)],
  ["a tool without a chamber", card("files.list")],
  ["an approved tool", card("permit.grant", { host: "example.com", minutes: 5 })],
  ["an explicitly approved tool", card("guard.resume", { wipe: true })],
];
const proofs: [string, string][] = [];

beforeAll(async () => {
  const hive = await openTestHive(await simHome());
  for (const [name, body] of TRIPS) {
    const id = await start(hive, body);
    const state = await vi.waitUntil(async () => {
      const view = await hive.directive(id);
      return view !== undefined && view.state !== "running" ? view.state : false;
    }, 30_000);
    if (state === "awaiting-approval") expect(await hive.approve(id, { explicit: true })).toBeNull();
    await hive.ended(id);
    const file = join(work, `${proofs.length}.json`);
    writeFileSync(file, must(await hive.proof(id)));
    proofs.push([name, file]);
  }
  await hive.close();
}, PATIENCE_MS);

const succeeds = (...command: string[]): boolean => spawnSync(command[0]!, command.slice(1)).status === 0;

function check(command: string[]): void {
  for (const [name, file] of proofs) {
    const done = spawnSync(command[0]!, [...command.slice(1), file], { encoding: "utf8" });
    expect(done.stdout + done.stderr, name).toMatch(/^verified: directive [0-9a-f]{64}$/m);
    expect(done.status, name).toBe(0);
  }
  expect(proofs.length).toBe(TRIPS.length);
}

test(
  "openssl and Go verify what a hive hands out",
  (context) => {
    const tools = ["openssl", "jq", "perl", "go"].every((name) => succeeds("bash", "-c", `command -v ${name}`));
    if (!tools || !existsSync("/usr/share/gocode/src/golang.org/x/mod/sumdb/note/note.go"))
      context.skip(
        "needs openssl, jq and Go's sumdb packages (apt install openssl jq golang-go golang-golang-x-mod-dev)",
      );
    check(["bash", join(scripts, "verify.sh")]);
  },
  PATIENCE_MS,
);

test(
  "Python's securesystemslib verifies what a hive hands out",
  (context) => {
    if (!succeeds("/usr/bin/python3", "-c", "import securesystemslib, cryptography"))
      context.skip("needs python3-securesystemslib (apt install python3-securesystemslib)");
    check(["/usr/bin/python3", join(scripts, "verify.py")]);
  },
  PATIENCE_MS,
);
