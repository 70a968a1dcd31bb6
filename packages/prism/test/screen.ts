/** A Chromium window on the built page, for tests: opens, types, looks, and notes everything that should not have happened. */
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type AxeBuilder from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from "playwright-core";

const CHROMIUM = "/usr/bin/chromium";
export const ROOT = fileURLToPath(new URL("..", import.meta.url));
export const DIST = join(ROOT, "dist");
export const SIZE = { width: 1280, height: 800 };
/** What a test that needs the browser says when it is not there. */
export const missing = existsSync(CHROMIUM) ? null : "needs chromium (apt install chromium)";

const require = createRequire(import.meta.url);
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const VITE = join(require.resolve("vite/package.json"), "..", "bin", "vite.js");

/** Builds the page as it is served. In a process of its own: the tests' NODE_ENV would build React's development half. */
export async function buildPage(folder: string): Promise<void> {
  const args = ["build", "--logLevel", "warn", "--emptyOutDir", "--outDir", folder];
  await promisify(execFile)(process.execPath, [VITE, ...args], {
    cwd: ROOT,
    env: { ...process.env, NODE_ENV: "production" },
  });
}

/** Builds into `dist`, where the daemon looks, unless what is there is newer than every source. */
export async function buildForDaemon(): Promise<void> {
  const sources = ["src", "../lop/src", "../lattice/src"].map((folder) => join(ROOT, folder));
  const newest = sources.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => statSync(join(folder, file)).mtimeMs),
  );
  const built = join(DIST, "index.html");
  if (!existsSync(built) || statSync(built).mtimeMs < Math.max(...newest)) await buildPage(DIST);
}

export class Screen {
  /** Errors of the page, breaches of its security policy, and requests to anywhere else. */
  faults: string[] = [];
  readonly #browser: Browser;
  #page: Page | null = null;
  #options = "";

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(): Promise<Screen> {
    return new Screen(await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] }));
  }

  get page(): Page {
    if (this.#page === null) throw new Error("no window is open");
    return this.#page;
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }

  /** A fresh window with nothing remembered. */
  async open(address: string, options: BrowserContextOptions = {}): Promise<Page> {
    await this.#page?.context().close();
    this.faults = [];
    this.#options = JSON.stringify(options);
    const context = await this.#browser.newContext({ viewport: SIZE, timezoneId: "UTC", locale: "en-GB", ...options });
    const page = await context.newPage();
    this.#page = page;
    page.setDefaultTimeout(60_000);
    this.#watch(page, new URL(address).origin);
    await page.goto(address);
    return page;
  }

  /** The same window again when it has these options, else a fresh one: a hundred windows would cost minutes. */
  async show(address: string, options: BrowserContextOptions = {}): Promise<Page> {
    if (this.#page === null || this.#options !== JSON.stringify(options)) await this.open(address, options);
    else await this.page.goto(address);
    await this.page.locator(".room").waitFor();
    // The map comes a little later, in a chunk of its own, and is drawn a frame after it.
    if (address.includes("demo=map-")) await this.page.locator(".map-canvas[data-drawn]").waitFor();
    await this.page.evaluate(() => document.fonts.ready);
    return this.page;
  }

  #watch(page: Page, origin: string): void {
    page.on("pageerror", (error) => this.faults.push(error.message));
    page.on("console", (message) => {
      if (/content security policy/i.test(message.text())) this.faults.push(message.text());
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(origin) && !/^(data|blob):/.test(request.url())) this.faults.push(request.url());
    });
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Id, or class, of what has the focus. */
  focused(): Promise<string> {
    return this.page.evaluate(() => document.activeElement?.id || document.activeElement?.className || "");
  }

  command(): Locator {
    return this.page.locator("#command");
  }

  /** The word at the head of the sheet. */
  async state(): Promise<string | null> {
    return this.page.locator(".sheet .state-word").textContent();
  }

  /** Types a tool's name into the command line and opens its form, by keyboard. */
  async openForm(tool: string): Promise<void> {
    await this.command().waitFor();
    await this.page.keyboard.type(tool);
    await this.page.locator(`.choice[aria-selected=true] .choice-name:text-is("${tool}")`).waitFor();
    await this.press("Enter");
    await this.page.locator(".tool-form").waitFor();
  }

  /** What axe finds wrong, a line each. */
  async axe(): Promise<string[]> {
    await this.page.evaluate(AXE);
    return this.page.evaluate(async () => {
      const { violations } = await (globalThis as unknown as { axe: typeof AxeBuilder }).axe.run({
        resultTypes: ["violations"],
      });
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(" | ")}`);
    });
  }
}
