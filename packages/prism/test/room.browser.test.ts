/**
 * The room in a real Chromium, built as it is served and under a strict content security policy: what an operator does with the
 * keyboard alone, and what he sees when things go wrong. The API behind it is the recorded one of fake-hive.ts.
 */
import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FakeHive, KEY } from "./fake-hive.ts";
import { buildPage, missing, Screen } from "./screen.ts";

const folder = join(tmpdir(), `prism-paths-${process.pid}`);
let screen: Screen;
let hive: FakeHive;

beforeAll(async () => {
  if (missing !== null) return;
  await buildPage(folder);
  screen = await Screen.start();
});

afterAll(async () => {
  await screen?.close();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(async (context) => {
  if (missing !== null) return context.skip(missing);
  hive = new FakeHive(folder);
  await hive.listen();
});

afterEach(() => hive?.cut());

const open = (path = `/#key=${KEY}`, options: BrowserContextOptions = {}) => screen.open(hive.url + path, options);

/** As the daemon tells it. */
const NEEDLE = {
  parameters: { language: "python", code: "print(6*7)" },
  route: { asked: ["exec"], reasons: ["tools: exec.run 99.0 %", "needles: exec 99.0 %"] },
  decode: {
    needle: "exec",
    tool: "exec.run",
    reasons: ["tools: exec.run 99.0 %", "needles: exec 99.0 %", "exec writes exec.run with 97.0 % for the whole card"],
    tokens: [
      { text: "<|tool:exec.run|>", forced: false, logprob: -0.01 },
      { text: "<|language=python|>", forced: false, logprob: -0.01 },
      { text: "<|mark|>", forced: true, logprob: null },
      { text: "run", forced: true, logprob: null },
      { text: " print", forced: true, logprob: null },
      { text: "<|+code|>", forced: false, logprob: -0.01 },
    ],
    tokens_per_s: 9876,
  },
};

describe("with the keyboard alone", () => {
  it("a tool is found, its card stated, its output read and its proof verified", async () => {
    const page = await open();
    await screen.openForm("exec.run");
    await screen.press("ArrowRight", "Tab", "Tab");
    await page.keyboard.type("print(6*7)");
    await screen.press("Control+Enter");
    await page.locator(".proof[data-look=verified]").waitFor();
    expect(hive.said[0]).toEqual({
      card: { tool: "exec.run", parameters: { language: "python", code: "print(6*7)" } },
    });
    expect(await screen.state()).toBe("verified");
    expect(await page.locator(".outcome pre").first().textContent()).toBe("42\n");
    expect(await page.locator(".ring").getAttribute("data-mood")).toBe("verified");
    expect(await page.locator(".rail-step[data-look=passed]").count()).toBe(8);
    expect(await page.locator("[aria-live=polite]").first().textContent()).toBe("Done. Proof verified.");
    expect(await screen.focused()).toBe("command");
    expect(screen.faults).toEqual([]);
  });

  it("a card that policy asks about is shown first and approved with Enter", async () => {
    const page = await open();
    await screen.openForm("files.write");
    await page.keyboard.type("notes/plan.md");
    await screen.press("Tab");
    await page.keyboard.type("# Plan");
    const hasty = pressAtOnce(page, ".approval");
    await screen.press("Control+Enter");
    await hasty;
    await expect.poll(() => screen.state()).toBe("awaiting approval");
    expect(await screen.focused()).toBe("effect");
    expect(await page.locator(".effect").textContent()).toContain("# Plan");
    await page.waitForTimeout(600);
    await screen.press("Enter");
    await page.locator(".proof[data-look=verified]").waitFor();
    expect(hive.said[1]).toEqual({ verb: "approve", explicit: false });
    expect(await screen.focused()).toBe("command");
  });

  it("a waiting card is refused with Escape, and the page says what happened", async () => {
    const page = await open();
    await screen.openForm("files.write");
    await page.keyboard.type("a.md");
    await screen.press("Tab");
    await page.keyboard.type("x");
    await screen.press("Control+Enter");
    await page.locator(".approval").waitFor();
    await screen.press("Escape");
    await page.locator(".sheet .refusal").waitFor();
    expect(hive.said[1]).toEqual({ verb: "refuse", why: "the operator said no" });
    expect(await screen.state()).toBe("refused");
  });

  it("a card that waits before its answer is here has the keys all the same", async () => {
    hive.answer_ms = 10 * hive.pace_ms;
    const page = await open();
    await screen.openForm("files.write");
    await page.keyboard.type("a.md");
    await screen.press("Tab");
    await page.keyboard.type("x");
    await screen.press("Control+Enter");
    await page.locator(".approval").waitFor();
    await screen.press("Escape");
    await page.locator(".sheet .refusal").waitFor();
    expect(hive.said[1]).toEqual({ verb: "refuse", why: "the operator said no" });
  });

  it("what cannot be undone wants Enter held for 600 ms", async () => {
    const page = await open();
    await screen.openForm("guard.resume");
    await screen.press("Space", "Control+Enter");
    await page.locator(".approval").waitFor();
    await page.waitForTimeout(600);
    await page.keyboard.down("Enter");
    await page.waitForTimeout(250);
    await page.keyboard.up("Enter");
    await page.waitForTimeout(600);
    expect(hive.said).toHaveLength(1);
    await page.keyboard.down("Enter");
    await page.locator(".proof[data-look=verified]").waitFor();
    await page.keyboard.up("Enter");
    expect(hive.said[1]).toEqual({ verb: "approve", explicit: true });
  });

  it("words get the plain refusal while no engine is present", async () => {
    const page = await open();
    await screen.command().waitFor();
    await page.keyboard.type("count the primes");
    await screen.press("Enter");
    await page.locator(".sheet .refusal").waitFor();
    expect(await page.locator(".refusal-code").textContent()).toBe("engine-absent");
    expect(await page.locator(".refusal-fix").textContent()).toContain("State the action card itself.");
    expect(await page.locator(".rail-step[data-look=refused] .rail-name").textContent()).toBe("route");
  });

  it("words show why a needle was asked, and every token, those the grammar forced set apart", async () => {
    hive.needle = { "run this python: print(6*7)": NEEDLE };
    const page = await open();
    await screen.command().waitFor();
    await page.keyboard.type("run this python: print(6*7)");
    await screen.press("Enter");
    await page.locator(".proof[data-look=verified]").waitFor();
    expect(hive.said[0]).toEqual({ words: "run this python: print(6*7)" });
    expect(await page.locator(".written-head").textContent()).toContain("9\u2009876 tokens/s");
    expect(await page.locator(".written-reasons li").allTextContents()).toEqual(NEEDLE.decode.reasons);
    expect(await page.locator(".written-token[data-forced=false]").allTextContents()).toEqual([
      "<|tool:exec.run|>",
      "<|language=python|>",
      "<|+code|>",
    ]);
    expect(await page.locator(".written-token[data-forced=true]").allTextContents()).toEqual([
      "<|mark|>",
      "run",
      " print",
    ]);
    expect(await page.locator(".written-tokens figcaption").textContent()).toBe(
      "6 tokens: 3 chosen, 3 forced by the grammar",
    );
    expect(await screen.axe()).toEqual([]);
    expect(screen.faults).toEqual([]);
  });

  it("Escape goes back one step at a time, then single keys act", async () => {
    const page = await open();
    await screen.openForm("exec.run");
    await screen.press("Escape");
    expect(await screen.command().inputValue()).toBe("exec.run");
    await screen.press("Escape", "Escape");
    expect(await screen.focused()).toBe("");
    await screen.press("?");
    await page.locator("dialog[open]").waitFor();
    await screen.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
    expect(await screen.focused()).toBe("open-help");
    await screen.press("3");
    expect(await page.evaluate(() => (document.activeElement as HTMLElement).dataset.needle)).toBe("snapshot");
    await screen.press("ArrowRight", "Enter");
    expect(await screen.command().inputValue()).toBe("recall.");
  });

  it("the hive is frozen by holding K and resumed", async () => {
    const page = await open();
    await screen.command().waitFor();
    await screen.press("Escape");
    await page.keyboard.down("k");
    await page.locator(".gate[data-kind=frozen]").waitFor();
    await page.keyboard.up("k");
    await page.locator(".gate .primary").click();
    await screen.command().waitFor();
  });

  it("god mode shows what a freeze holds; it goes on, or its wipe waits for a held Enter", async () => {
    const page = await open();
    hive.holdable = [
      {
        directive: "c".repeat(64),
        rung: "vm",
        since: "2026-11-21T06:00:00.000Z",
        until: "2026-11-21T07:00:00.000Z",
        ram_bytes: 40 << 20,
        snapshot: "5a".repeat(32),
      },
    ];
    const freeze = async () => {
      await screen.command().waitFor();
      await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
      await page.keyboard.down("k");
      await page.locator(".gate[data-kind=frozen]").waitFor();
      await page.keyboard.up("k");
    };
    await freeze();
    await screen.press("g");
    const row = page.locator(".held-runs li");
    await row.waitFor();
    expect(await row.textContent()).toMatch(/vm40\.0 MiB, since .* wiped at /);
    expect(await row.locator(".hash").getAttribute("title")).toBe("5a".repeat(32));
    expect(await screen.axe()).toEqual([]);
    await page.locator(".dialog .ways-out .primary").click();
    await freeze();
    await page.locator("#open-god").click();
    await page.locator('.dialog .ways-out button:text-is("Wipe them")').click();
    await page.locator(".approval").waitFor();
    expect(hive.said.at(-1)).toMatchObject({ card: { tool: "guard.resume", parameters: { wipe: true } } });
    await page.waitForTimeout(600);
    await page.keyboard.down("Enter");
    await page.locator(".proof[data-look=verified]").waitFor();
    await page.keyboard.up("Enter");
    expect(hive.said.at(-1)).toEqual({ verb: "approve", explicit: true });
  });

  it("Tab reaches everything and is never caught", async () => {
    const page = await open("/?demo=verified");
    await screen.command().waitFor();
    const seen = new Set<string>();
    for (let i = 0; i < 60; i++) {
      await screen.press("Tab");
      seen.add(await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 80) ?? ""));
    }
    for (const wanted of ["proof-verify", "proof-download", "open-help", 'class="past"', "needle-option", "command"])
      expect(
        [...seen].some((html) => html.includes(wanted)),
        wanted,
      ).toBe(true);
  });

  it("letters on their way to the command line never answer a card that comes up from elsewhere", async () => {
    const page = await open();
    await screen.command().waitFor();
    hive.stateElsewhere({ card: { tool: "files.write", parameters: { path: "a.md", content: "x" } } });
    await page.locator(".approval").waitFor();
    expect(await screen.focused()).toBe("command");
    await page.waitForTimeout(600);
    await page.keyboard.type("e");
    await screen.press("Escape", "Escape");
    expect(hive.said).toEqual([]);
    await screen.press("a");
    expect(await screen.focused()).toBe("effect");
    await screen.press("Enter");
    await page.locator(".proof[data-look=verified]").waitFor();
  });
});

describe("the proof", () => {
  const done = async () => {
    const page = await open(`/#key=${KEY}`, { acceptDownloads: true });
    await screen.openForm("exec.run");
    await screen.press("Tab", "Tab");
    await page.keyboard.type("1");
    await screen.press("Control+Enter");
    await page.locator(".proof:not([data-look=flying])").waitFor();
    return page;
  };

  it("downloads as the exact file", async () => {
    const page = await done();
    await screen.press("Escape");
    const [download] = await Promise.all([page.waitForEvent("download"), screen.press("d")]);
    const golden = readFileSync(new URL("./golden/proof-run.json", import.meta.url));
    expect(readFileSync(await download.path()).equals(golden)).toBe(true);
    await screen.press("r");
    expect(await page.locator(".proof pre").textContent()).toBe(golden.toString());
  });

  it("that was changed on its way is not gold: the part is named", async () => {
    hive.tamper = (bytes) => Buffer.from(bytes.toString().replace('"stdout": "42', '"stdout": "43'));
    const page = await done();
    expect(await page.locator(".proof").getAttribute("data-look")).toBe("red");
    expect(await page.locator(".proof-head .mono").textContent()).toBe("outcome");
    expect(await page.locator(".ring").getAttribute("data-mood")).toBe("red");
    expect(await screen.state()).toBe("not verified");
    hive.tamper = (bytes) => bytes;
    await page.locator("#proof-verify").click();
    await page.locator(".proof[data-look=verified]").waitFor();
  });

  it("of a stranger is checked from a file, without any hive", async () => {
    const page = await open("/");
    await page.locator(".gate").waitFor();
    const file = (text: string) => ({ name: "proof.json", mimeType: "application/json", buffer: Buffer.from(text) });
    const golden = readFileSync(new URL("./golden/proof-wipe.json", import.meta.url), "utf8");
    await page.locator("input[type=file]").setInputFiles(file(golden));
    await page.locator("dialog .proof[data-look=verified]").waitFor();
    expect(await page.locator("dialog").textContent()).toContain("explicitly, by ");
    await screen.press("Escape");
    await page.locator("input[type=file]").setInputFiles(file(golden.replace('"wipe": true', '"wipe": false')));
    await page.locator("dialog .proof[data-look=red]").waitFor();
    expect(await page.locator("dialog .proof-head .mono").textContent()).toBe("card");
    expect(screen.faults).toEqual([]);
  });
});

describe("the line", () => {
  it("takes the key out of the address and keeps it in the tab", async () => {
    const page = await open();
    await screen.command().waitFor();
    expect(page.url()).toBe(`${hive.url}/`);
    await page.reload();
    await screen.command().waitFor();
  });

  it("that breaks is said, and mends itself", async () => {
    const page = await open();
    await screen.command().waitFor();
    await hive.cut();
    await page.locator(".gate[data-kind=offline]").waitFor();
    await hive.listen();
    await screen.command().waitFor();
  });

  it("that drops in the middle of a run loses nothing", async () => {
    hive.pace_ms = 150;
    const page = await open();
    await screen.openForm("exec.run");
    await screen.press("Tab", "Tab");
    await page.keyboard.type("1");
    await screen.press("Control+Enter");
    await page.locator(".rail-step:nth-child(2)[data-look=passed]").waitFor();
    hive.dropStreams();
    await page.locator(".proof[data-look=verified]").waitFor();
    expect(await page.locator(".rail-step[data-look=passed]").count()).toBe(8);
  });

  it("with a key that is refused asks for another", async () => {
    const page = await open("/#key=wrong");
    await page.locator(".gate[data-kind=key-expired]").waitFor();
    await page.keyboard.type(KEY);
    await screen.press("Enter");
    await screen.command().waitFor();
  });

  it("without a key says where to find one", async () => {
    const page = await open("/");
    await page.locator(".gate[data-kind=no-key]").waitFor();
    expect(hive.requests.filter((request) => request.includes("/v1/"))).toEqual([]);
  });

  it("to a locked hive takes the passphrase, and says when it is wrong", async () => {
    hive.status = { ...hive.status, unlocked: false };
    const page = await open();
    await page.locator("#secret").waitFor();
    await page.keyboard.type("wrong");
    await screen.press("Enter");
    await page.locator(".dock-refusal").waitFor();
    await page.keyboard.type("correct horse");
    await screen.press("Enter");
    await screen.command().waitFor();
  });
});

/** Presses Enter in the very moment in which `selector` appears, as a key that was still held would. */
const pressAtOnce = (page: Page, selector: string): Promise<void> =>
  page.evaluate(
    (wanted) =>
      new Promise<void>((done) => {
        new MutationObserver((_, observer) => {
          if (document.querySelector(wanted) === null) return;
          observer.disconnect();
          (document.activeElement ?? document.body).dispatchEvent(
            new KeyboardEvent("keydown", { key: "Enter", bubbles: true }),
          );
          done();
        }).observe(document.body, { childList: true, subtree: true });
      }),
    selector,
  );
