/**
 * Every state of the room in a real Chromium: axe, the pictures for the docs, narrow and zoomed and right to left, stillness,
 * long streams, and what the first paint loads.
 */
import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DEMOS, MAP_DEMOS } from "../src/demo.ts";
import { FakeHive, KEY } from "./fake-hive.ts";
import { takePicture } from "./pictures.ts";
import { differingShare } from "./png.ts";
import { buildPage, missing, Screen, SIZE } from "./screen.ts";

const FIRST_PAINT_MAX_BYTES = 110_000;
/** A picture may be this far from the one in docs/images before somebody has to look. */
const DIFFERENCE_MAX = 0.01;

const PIECES = 200;
/** 200 pieces a second leave 5 ms for each. */
const PIECE_MAX_MS = 5;
const verified = '.proof[data-look="verified"]';

const folder = join(tmpdir(), `prism-states-${process.pid}`);
let screen: Screen;
let hive: FakeHive;

beforeAll(async () => {
  if (missing !== null) return;
  await buildPage(folder);
  hive = new FakeHive(folder);
  await hive.listen();
  screen = await Screen.start();
});

afterAll(async () => {
  await screen?.close();
  await hive?.cut();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach((context) => {
  if (missing !== null) context.skip(missing);
});

const show = (name: string, options: BrowserContextOptions = {}) => screen.show(`${hive.url}/?demo=${name}`, options);

/** A clock of the time that the page's thread has worked, in seconds: other programs on the machine do not count. */
async function threadClock(page: Page): Promise<() => Promise<number>> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
  return async () => {
    const { metrics } = await devtools.send("Performance.getMetrics");
    return metrics.find((metric) => metric.name === "TaskDuration")?.value ?? Number.NaN;
  };
}

/** Compares the window with the kept picture. */
async function comparePicture(name: string): Promise<void> {
  const { taken, path } = await takePicture(screen, name);
  const hint = `${path} looks different now; look at it, and take it anew with PRISM_PICTURES=write`;
  expect(differingShare(taken, readFileSync(path)), hint).toBeLessThanOrEqual(DIFFERENCE_MAX);
}

describe("every state", () => {
  it.each([...Object.keys(DEMOS), ...MAP_DEMOS])("%s: axe finds nothing", async (name) => {
    await show(name, { reducedMotion: "reduce" });
    expect(await screen.axe()).toEqual([]);
    expect(screen.faults).toEqual([]);
  });
});

describe("the pictures in docs/images", () => {
  const PICTURES = ["idle", "typing", "form", "approval", "irreversible", "executing", "verified", "denied", "locked"];
  const MAPS = ["map-found", "map-heat"];

  it.each([...PICTURES, ...MAPS])("%s", async (name) => {
    await show(name);
    await comparePicture(`hud-${name}`);
  });
});

describe("holds", () => {
  const overflow = () =>
    screen.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  const STATES = [
    "idle",
    "form",
    "approval",
    "verified",
    "denied",
    "locked",
    "held",
    "long",
    "list",
    "map-found",
    "map-plan",
  ];

  it.each(STATES)("%s at 320 px, at 200 %% zoom and right to left, without sideways scrolling", async (name) => {
    const page = await show(name, { reducedMotion: "reduce" });
    for (const [width, height] of [
      [640, 400],
      [320, 640],
    ] as const) {
      await page.setViewportSize({ width, height });
      expect(await overflow(), `${width}`).toBeLessThanOrEqual(0);
    }
    expect(await screen.axe()).toEqual([]);
    await page.setViewportSize(SIZE);
    await page.evaluate(() => document.documentElement.setAttribute("dir", "rtl"));
    expect(await overflow()).toBeLessThanOrEqual(0);
  });

  it.each(["idle", "verified", "approval", "refused", "map-found"])(
    "still when idle: nothing loops in %s",
    async (name) => {
      const page = await show(name);
      await page.waitForTimeout(700);
      const running = await page.evaluate(
        () => document.getAnimations().filter((one) => one.playState === "running").length,
      );
      expect(running).toBe(0);
    },
  );

  it("reduced motion: nothing moves even in flight", async () => {
    const page = await show("executing", { reducedMotion: "reduce" });
    await page.locator(".beam").first().waitFor();
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
  });

  it("higher contrast: strokes thicken", async () => {
    const page = await show("idle", { contrast: "more" });
    const width = await page
      .locator(".needle-body")
      .first()
      .evaluate((body) => Number.parseFloat(getComputedStyle(body).strokeWidth));
    expect(width).toBeGreaterThan(1.5);
  });

  it(`${PIECES} pieces of output cost at most ${PIECE_MAX_MS} ms each of the page's own time`, async () => {
    hive.pace_ms = 5;
    hive.pieces = Array.from({ length: PIECES }, (_, i) => `line ${i}\n`);
    // Caches that other work empties make a thread slower: three tries.
    let each_ms = Number.POSITIVE_INFINITY;
    for (let attempt = 0; attempt < 3 && each_ms > PIECE_MAX_MS; attempt++) {
      const page = await screen.open(`${hive.url}/#key=${KEY}`);
      await screen.openForm("exec.run");
      await screen.press("Tab", "Tab");
      await page.keyboard.type("1");
      const worked_s = await threadClock(page);
      const before_s = await worked_s();
      await screen.press("Control+Enter");
      await page.locator(verified).waitFor();
      each_ms = ((await worked_s()) - before_s) * (1000 / PIECES);
      console.log(`streaming: ${each_ms.toFixed(2)} ms of thread time a piece, proof check and all`);
    }
    expect(each_ms).toBeLessThanOrEqual(PIECE_MAX_MS);
  });
});

describe("the first paint", () => {
  it(`loads at most ${FIRST_PAINT_MAX_BYTES} bytes of JavaScript, gzipped, and nothing from elsewhere`, async () => {
    const loaded: string[] = [];
    const page = await screen.open(`${hive.url}/`);
    page.on("response", (response) => loaded.push(new URL(response.url()).pathname));
    await page.reload();
    await page.locator(".gate").waitFor();
    await page.waitForLoadState("networkidle");
    const scripts = [...new Set(loaded.filter((path) => path.endsWith(".js")))];
    const size_bytes = scripts.reduce((sum, path) => sum + gzipSync(readFileSync(join(folder, path))).length, 0);
    console.log(`first paint: ${size_bytes} bytes of JavaScript, gzipped, in ${scripts.length} files`);
    expect(scripts.length).toBeGreaterThan(0);
    expect(size_bytes).toBeLessThanOrEqual(FIRST_PAINT_MAX_BYTES);
    expect(screen.faults).toEqual([]);
  });
});
