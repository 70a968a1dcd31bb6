/** The map room in a real Chromium over recorded answers: with the keyboard alone, with wrong input, with an API that refuses. */
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DEMO_LATTICE, demoLattice } from "../src/demo-map.ts";
import { FakeHive, KEY } from "./fake-hive.ts";
import { buildPage, missing, Screen } from "./screen.ts";

const folder = join(tmpdir(), `prism-map-${process.pid}`);
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

/** Enters by the key M and waits for the map, or for what stands in its place. */
async function enterMap(phase = "ready"): Promise<void> {
  await screen.open(`${hive.url}/#key=${KEY}`);
  await screen.command().waitFor();
  await screen.press("Escape", "m");
  await screen.page.locator(`.map-room[data-phase=${phase}]`).waitFor();
}

const answers = () => hive.said.filter(({ path }) => path !== undefined);

describe("with the keyboard alone", () => {
  it("a capability is found, its point chosen, and left again", async () => {
    await enterMap();
    const { page } = screen;
    await screen.press("/");
    expect(await screen.focused()).toBe("find-what");
    await page.keyboard.type("Cafés");
    await screen.press("Tab");
    await page.keyboard.type("Old Town");
    await screen.press("Tab");
    await page.keyboard.type("wifi, not quiet");
    await screen.press("Enter");
    await page.locator(".map-hit").first().waitFor();
    expect(await screen.focused()).toContain("map-hit");
    expect(await page.locator(".map-sum").textContent()).toBe("9 found within 2 km of Old Town");
    expect(answers()[0]).toMatchObject({
      path: "/v1/lattice/query",
      place: { radius_m: 2000 },
      where: {
        all: [
          { attribute: "category", is: "cafe" },
          { attribute: "wifi", is: true },
          { attribute: "quiet", is: false },
        ],
      },
    });
    await screen.press("ArrowDown", "Enter");
    await page.locator(".map-point").waitFor();
    expect(await screen.focused()).toContain("map-point");
    expect(await screen.axe()).toEqual([]);
    await screen.press("Escape");
    expect(await screen.focused()).toContain("map-hit");
    expect(await page.locator(".map-point").count()).toBe(0);
    expect(screen.faults).toEqual([]);
  });

  it("the map is moved, deepened and asked what lies in its middle", async () => {
    await enterMap();
    const { page } = screen;
    const scale = () => page.locator(".map-scale").textContent();
    await page.locator('.map-canvas[data-drawn="240"]').waitFor();
    await page.locator("#map").focus();
    const before = await scale();
    await screen.press("+", "+", "ArrowLeft", "ArrowUp");
    expect(await scale()).not.toBe(before);
    await screen.press("Enter");
    await page.locator(".map-point").waitFor();
    await screen.press("Escape");
    expect(await screen.focused()).toBe("map");
    await screen.press("0");
    await expect.poll(scale).toBe(before);
    await screen.press("t");
    await screen.command().waitFor();
  });

  it("a day is planned, its route told with times and what its bound means", async () => {
    await enterMap();
    const { page } = screen;
    await page.locator(".map-modes input").first().focus();
    await screen.press("ArrowRight");
    await page.locator("#plan-near").fill("Old Town");
    await page.locator("#plan-at").fill("2026-11-22T09:00");
    await page.locator("#leg-1").fill("desk");
    await page.locator("#leg-2").fill("court");
    await screen.press("Enter");
    await page.locator(".map-visit").first().waitFor();
    expect(answers().at(-1)).toMatchObject({ order: "fixed", legs: [{ name: "desk", minutes: 45 }, { minutes: 60 }] });
    expect(await page.locator(".map-certificate").textContent()).toContain("can cost more than 1.10 % less");
    expect(await page.locator(".map-certificate").textContent()).toContain("The hive's word");
    await page.locator(".map-asked button").focus();
    await screen.press("Enter");
    await expect.poll(() => screen.focused()).toBe("plan-near");
  });

  it("the heat has an hour and a scale", async () => {
    await enterMap();
    const { page } = screen;
    await page.locator(".map-heat input").first().focus();
    await screen.press("ArrowRight");
    await page.locator(".map-ramp").waitFor();
    const hour = await page.locator(".map-hour output").textContent();
    await page.locator("#heat-hour").focus();
    await screen.press("ArrowRight");
    await expect.poll(() => page.locator(".map-hour output").textContent()).not.toBe(hour);
    await page.locator(".map-kind input").first().focus();
    await screen.press("Space");
    expect(await page.locator(".map-kind").first().getAttribute("data-on")).toBe("false");
  });
});

describe("when something is wrong", () => {
  it("an unknown kind and an unknown requirement are said at their fields, and nothing is asked", async () => {
    await enterMap();
    const { page } = screen;
    await page.locator("#find-what").fill("café bar");
    await page.locator("#find-require").fill("sauna");
    await screen.press("Enter");
    await page.locator("#find-what-note").waitFor();
    expect(await page.locator("#find-what-note").textContent()).toContain("cafe");
    expect(await page.locator("#find-require-note").textContent()).toContain("“sauna”");
    expect(await screen.focused()).toBe("find-what");
    expect(answers()).toEqual([]);
    expect(await screen.axe()).toEqual([]);
  });

  it("an empty answer says which condition left none", async () => {
    await enterMap();
    const { page } = screen;
    await page.locator("#find-what").fill("compute node");
    await page.locator("#find-require").fill("wifi, quiet");
    await screen.press("Enter");
    await page.locator('.map-why [data-none="true"]').waitFor();
    expect(await page.locator('.map-why [data-none="true"]').textContent()).toBe("0 are known for quiet");
  });

  it("a refusal says what, why and how to mend it", async () => {
    await enterMap();
    const { page } = screen;
    await page.locator("#find-near").fill("Nowhere");
    await screen.press("Enter");
    await page.locator(".map-panel .refusal").waitFor();
    expect(await page.locator(".refusal-code").textContent()).toBe("place-unknown");
    expect(await page.locator(".refusal-fix").textContent()).toContain("Name a quarter");
  });

  it("an empty lattice says how to fill it, and is read again on a press", async () => {
    hive.lattice = async (method, path, body) =>
      path === "/v1/lattice" ? { ...DEMO_LATTICE, capabilities: 0 } : demoLattice(method, path, body);
    await enterMap("empty");
    const { page } = screen;
    expect(await page.locator(".map-standing").textContent()).toContain("axiom lattice demo");
    expect(await screen.axe()).toEqual([]);
    hive.lattice = demoLattice;
    await page.locator(".map-standing button").click();
    await page.locator(".map-room[data-phase=ready]").waitFor();
  });

  it("a lattice that is not open says why", async () => {
    hive.lattice = async () => ({ ...DEMO_LATTICE, ready: false, why: "lattice.engine is none." });
    await enterMap("absent");
    expect(await screen.page.locator(".refusal").textContent()).toContain("lattice.engine is none.");
  });
});
