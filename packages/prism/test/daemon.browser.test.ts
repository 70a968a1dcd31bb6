/** The page as the real daemon serves it, on a home of its own: stated, approved and refused with the keyboard, nothing recorded. */
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { HiveStatus } from "../src/wire.ts";
import { addressOf, START_MAX_MS, startDaemon, stopDaemon } from "./daemon.ts";
import { takePicture } from "./pictures.ts";
import { buildForDaemon, missing, Screen } from "./screen.ts";

const home = mkdtempSync(join(tmpdir(), "prism-daemon-"));
let daemon: ChildProcess;
let address: string;
let screen: Screen;

beforeAll(async () => {
  if (missing !== null) return;
  await buildForDaemon();
  daemon = startDaemon(home);
  address = await addressOf(daemon);
  screen = await Screen.start();
}, START_MAX_MS + 15_000);

afterAll(async () => {
  await screen?.close();
  await stopDaemon(daemon);
  rmSync(home, { recursive: true, force: true });
});

beforeEach((context) => {
  if (missing !== null) context.skip(missing);
});

const verified = '.proof[data-look="verified"]';

it("code runs in a chamber and its proof verifies in the page", async () => {
  const page = await screen.open(address);
  await screen.openForm("exec.run");
  await screen.press("ArrowRight", "Tab", "Tab");
  await page.keyboard.type("print(6*7)");
  await screen.press("Control+Enter");
  await page.locator(verified).waitFor();
  expect(await page.locator(".outcome pre").first().textContent()).toBe("42\n");
  expect(await screen.state()).toBe("verified");
  expect(await screen.axe()).toEqual([]);
  expect(screen.faults).toEqual([]);
});

it("a permit waits for Enter, is granted, listed and revoked", async () => {
  const page = await screen.open(address);
  await screen.openForm("permit.grant");
  await page.keyboard.type("docs.python.org");
  await screen.press("Tab");
  await page.keyboard.type("10");
  await screen.press("Enter");
  await page.locator(".approval").waitFor();
  expect(await page.locator(".effect").textContent()).toContain("host: docs.python.org");
  await page.waitForTimeout(600);
  await screen.press("Enter");
  await page.locator(verified).waitFor();
  expect(await page.locator(".chip").textContent()).toContain("approved");
  await screen.press("Escape", "p");
  await page.locator(".permits li").waitFor();
  expect(await page.locator(".permit-hosts").textContent()).toBe("docs.python.org");
  await page.locator(".permits button").click();
  await page.locator(".permits li").waitFor({ state: "detached" });
  expect(screen.faults).toEqual([]);
});

it("what waits is refused with Escape", async () => {
  const page = await screen.open(address);
  await screen.openForm("permit.grant");
  await page.keyboard.type("example.org");
  await screen.press("Tab");
  await page.keyboard.type("5");
  await screen.press("Enter");
  await page.locator(".approval").waitFor();
  await screen.press("Escape");
  await page.locator('.sheet[data-look="red"] .refusal').waitFor();
  expect(await page.locator(".sheet .refusal-code").textContent()).toBe("approval-refused");
});

it("what policy denies says which policy", async () => {
  const page = await screen.open(address);
  await screen.openForm("files.read");
  await page.keyboard.type("../etc/passwd");
  await screen.press("Enter");
  await page.locator(".sheet .refusal").waitFor();
  expect(await page.locator(".sheet .refusal").textContent()).toContain("stay-in-workspace");
});

it("plain words become a card with a verified proof, and the needle's reasons", async () => {
  const page = await screen.open(address);
  await screen.command().waitFor();
  await page.keyboard.type("which hosts are allowed right now?");
  await screen.press("Enter");
  await page.locator(verified).waitFor();
  expect(await page.locator(".sheet").textContent()).toContain("permit.list");
  expect(screen.faults).toEqual([]);
});

it("words that no tool serves are refused", async () => {
  const page = await screen.open(address);
  await screen.command().waitFor();
  await page.keyboard.type("why is the sky blue?");
  await screen.press("Enter");
  await page.locator(".sheet .refusal").waitFor();
  expect(await page.locator(".sheet .refusal-code").textContent()).toBe("no-needle-fits");
});

it("the hive freezes, says why, and resumes", async () => {
  const page = await screen.open(address);
  await screen.command().waitFor();
  await screen.press("Escape");
  await page.keyboard.down("k");
  await page.locator('.gate[data-kind="frozen"]').waitFor();
  await page.keyboard.up("k");
  await page.locator(".gate .primary").click();
  await screen.command().waitFor();
});

it("a run on os is held by the freeze, and goes on from god mode to its verified proof", async (ctx) => {
  const [url, key] = address.split("/#key=") as [string, string];
  const headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/json" };
  const status = async () => (await (await fetch(`${url}/v1/status`, { headers })).json()) as HiveStatus;
  await expect
    .poll(async () => (await status()).chambers.find(({ rung }) => rung === "os")?.why ?? "")
    .not.toMatch(/probed/);
  const os = (await status()).chambers.find(({ rung }) => rung === "os");
  if (os?.ready !== true) return ctx.skip(`needs bubblewrap (apt install bubblewrap): ${os?.why}`);
  const page = await screen.open(address);
  await screen.command().waitFor();
  const parameters = { language: "shell", code: "echo begun; sleep 8; echo ended" };
  const body = JSON.stringify({ card: { tool: "exec.run", parameters }, rung: "os" });
  await fetch(`${url}/v1/directives`, { method: "POST", headers, body });
  await page.locator(".printed, pre", { hasText: "begun" }).first().waitFor();
  await screen.press("Escape");
  await page.keyboard.down("k");
  await page.locator('.gate[data-kind="frozen"]').waitFor();
  await page.keyboard.up("k");
  await page.locator("#open-god").click();
  await page.locator(".held-runs li").waitFor();
  expect(await page.locator(".held-runs li").textContent()).toMatch(/Run shell code/);
  await page.locator(".dialog .ways-out .primary").click();
  await page.locator(verified).waitFor();
  expect(await page.locator(".outcome pre").first().textContent()).toBe("begun\nended\n");
  expect(screen.faults).toEqual([]);
}, 90_000);

it("the operator's key is locked, and opened again without a passphrase where none was set", async () => {
  const page = await screen.open(address);
  await screen.command().waitFor();
  await page.locator('.top-actions button:text-is("Lock")').click();
  await page.locator('.gate[data-kind="locked"]').waitFor();
  await page.keyboard.type("not the passphrase");
  await screen.press("Enter");
  await page.locator(".dock-refusal").waitFor();
  await screen.press("Enter");
  await screen.command().waitFor();
});

const PRIMES = `def primes(limit):
    sieve = bytearray([1]) * (limit + 1)
    for n in range(2, int(limit ** 0.5) + 1):
        if sieve[n]:
            sieve[n * n :: n] = bytes(len(sieve[n * n :: n]))
    return [n for n in range(2, limit + 1) if sieve[n]]

found = primes(100_000)
print(len(found), "primes below 100 000")
print("largest:", found[-1])`;

it("a longer program ends gold, and that is the picture in the README", async () => {
  const page = await screen.open(address);
  await screen.openForm("exec.run");
  await screen.press("ArrowRight", "Tab", "Tab");
  await page.keyboard.insertText(PRIMES);
  await screen.press("Control+Enter");
  await page.locator(verified).waitFor();
  expect(await page.locator(".outcome pre").first().textContent()).toBe("9592 primes below 100 000\nlargest: 99991\n");
  await page.evaluate(() => document.fonts.ready);
  await takePicture(screen, "done");
});
