/** The map room on the real daemon with the made-up city: found, planned with a proof that the page checks, and heat of real prices. */
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { wallText } from "../src/map-time.ts";
import { addressOf, runAxiom, START_MAX_MS, startDaemon, stopDaemon } from "./daemon.ts";
import { MAP_MAX_BYTES, takePicture } from "./pictures.ts";
import { buildForDaemon, missing, Screen } from "./screen.ts";

const home = mkdtempSync(join(tmpdir(), "prism-map-"));
const HOUR_MS = 3_600_000;
/** Nine in the morning of tomorrow, UTC. */
const NINE_MS = Math.floor(Date.now() / (24 * HOUR_MS)) * 24 * HOUR_MS + 33 * HOUR_MS;
const PATIENT_MS = 180_000;
let daemon: ChildProcess;
let address: string;
let screen: Screen;

beforeAll(async () => {
  if (missing !== null) return;
  await buildForDaemon();
  await runAxiom(home, "lattice", "demo");
  daemon = startDaemon(home);
  address = await addressOf(daemon);
  screen = await Screen.start();
}, START_MAX_MS + PATIENT_MS);

afterAll(async () => {
  await screen?.close();
  await stopDaemon(daemon);
  rmSync(home, { recursive: true, force: true });
});

beforeEach((context) => {
  if (missing !== null) context.skip(missing);
});

/** Enters the map by its key. */
async function enterMap(): Promise<void> {
  await screen.open(address);
  await screen.command().waitFor();
  await screen.press("Escape", "m");
  await screen.page.locator(".map-room[data-phase=ready]").waitFor();
  await screen.page.locator('.map-canvas[data-drawn="5000"]').waitFor();
}

async function fill(fields: { readonly [id: string]: string }): Promise<void> {
  for (const [id, text] of Object.entries(fields)) await screen.page.locator(`#${id}`).fill(text);
}

it(
  "finds quiet cafés with wifi, nearest first, open and with their free seats",
  async () => {
    await enterMap();
    const at = wallText(NINE_MS, "UTC");
    await fill({ "find-what": "café", "find-near": "Old Town", "find-require": "wifi, quiet", "find-at": at });
    await screen.press("Enter");
    const { page } = screen;
    await page.locator(".map-hit").first().waitFor();
    const rows = await page.locator(".map-hit").allTextContents();
    expect(rows[0]).toMatch(/^1Violet Coffee75 mcafe, 28 seats freeopen$/);
    expect(rows.length).toBeGreaterThan(5);
    expect(await screen.focused()).toContain("map-hit");
    expect(await screen.axe()).toEqual([]);
    expect(screen.faults).toEqual([]);
  },
  PATIENT_MS,
);

it(
  "says why nothing was found, and which name is meant",
  async () => {
    await enterMap();
    const { page } = screen;
    await fill({ "find-what": "gallery", "find-near": "Old Town", "find-at": wallText(NINE_MS + 15 * HOUR_MS, "UTC") });
    await screen.press("Enter");
    await page.locator('.map-why [data-none="true"]').waitFor();
    expect(await page.locator(".map-why").textContent()).toContain("are known to be open then");
    await fill({ "find-near": "Nowhere" });
    await screen.press("Enter");
    await page.locator(".map-panel .refusal").waitFor();
    expect(await page.locator(".refusal-code").textContent()).toBe("place-unknown");
  },
  PATIENT_MS,
);

it(
  "leads from an hour without prices to the morning that the demo has made",
  async () => {
    await enterMap();
    const { page } = screen;
    await page.locator(".map-heat input").nth(1).check();
    await page.locator('.map-heat button:text("Show")').click();
    await page.locator(".map-ramp").waitFor();
    expect(await page.locator(".map-hour output").textContent()).toContain("09:00");
    expect(await screen.axe()).toEqual([]);
    expect(screen.faults).toEqual([]);
  },
  PATIENT_MS,
);

/** Tasks that compete for the same hours, so that these have prices. */
async function compete(): Promise<void> {
  const kinds = ["court", "desk", "meeting_room"];
  const quarters = [
    [54.7218, 2.77],
    [54.7155, 2.784],
    [54.7263, 2.756],
    [54.7272, 2.781],
    [54.704, 2.778],
  ] as const;
  const tasks = Array.from({ length: 240 }, (_, i) => {
    const [lat, lng] = quarters[i % quarters.length]!;
    const from = { lat: lat + ((i % 7) - 3) * 0.001, lng: lng + ((i % 11) - 5) * 0.0012 };
    const is = kinds[i % kinds.length]!;
    const find = { place: { from, radius_m: 1500 }, where: { all: [{ attribute: "category", is }] } };
    const span = { from_ms: NINE_MS, until_ms: NINE_MS + HOUR_MS };
    const legs = [{ name: is, find, ...span, minutes: 60, units: 1, dimension: "units" }];
    return { from, depart_ms: NINE_MS - HOUR_MS, legs, candidates: 12 };
  });
  const [base, key] = address.split("/#key=") as [string, string];
  const answer = await fetch(`${base}/v1/lattice/coordinate`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ tasks, deadline_ms: 10_000 }),
  });
  expect(((await answer.json()) as { prices: unknown[] }).prices.length).toBeGreaterThan(20);
}

it(
  "plans with a proof whose certificate the page checks, over the heat of prices; the picture in the README",
  async () => {
    await compete();
    await enterMap();
    const { page } = screen;
    await page.locator(".map-modes input").nth(1).check();
    await fill({ "plan-near": "Old Town", "plan-at": wallText(NINE_MS, "UTC") });
    const legs = [
      ["café", "University", "30"],
      ["gallery", "Old Town", "60"],
      ["swimming pool", "Riverside", "75"],
      ["restaurant", "Harbour", "60"],
    ];
    for (const [i, [what, near, minutes]] of legs.entries()) {
      if (i > 1) await page.locator(".map-add").click();
      await fill({ [`leg-${i + 1}`]: what!, [`leg-${i + 1}-near`]: near!, [`leg-${i + 1}-minutes`]: minutes! });
    }
    await page.locator('.map-answers button:text("with proof")').click();
    await page.locator('.map-certificate[data-check="holds"]').waitFor();
    await page.locator('.map-stated[data-look="verified"]').waitFor();
    expect(await page.locator(".map-check").textContent()).toContain("Checked here");
    expect(await page.locator(".map-visit").count()).toBe(4);
    const hours = Math.floor((NINE_MS - Date.now()) / HOUR_MS) + 1;
    await page.locator(".map-heat input").nth(1).check();
    await page.locator("#heat-hour").fill(String(hours));
    await page.locator(".map-ramp").waitFor();
    expect(await page.locator(".map-hour output").textContent()).toContain("09:00");
    expect(await screen.axe()).toEqual([]);
    expect(screen.faults).toEqual([]);
    await page.locator(".map-ground").focus();
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await page.waitForTimeout(300);
    await takePicture(screen, "map-room", MAP_MAX_BYTES);
  },
  PATIENT_MS * 2,
);

it(
  "a directive's answer opens on the map, and its point can be chosen",
  async () => {
    const page = await screen.open(address);
    await screen.openForm("lattice.find");
    await page.keyboard.type("café");
    await screen.press("Tab");
    await page.keyboard.type("Harbour");
    await screen.press("Control+Enter");
    await page.locator('.proof[data-look="verified"]').waitFor();
    await page.locator("#proof-map").click();
    await page.locator(".map-hit").first().waitFor();
    expect(await page.locator(".map-hit").count()).toBe(10);
    expect(await page.locator(".map-stated").textContent()).toContain("Proof verified");
    await screen.press("Enter");
    await page.locator(".map-point").waitFor();
    expect(await screen.focused()).toContain("map-point");
    await screen.press("Escape");
    expect(await screen.focused()).toContain("map-hit");
  },
  PATIENT_MS,
);
