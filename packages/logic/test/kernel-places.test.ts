// The same hash everywhere: compilers and instruction sets of V8, one and two threads, a browser, JavaScriptCore. The whole set,
// with arm64 and 10,000 tokens of three sizes: npm run bench -w logic -- exactness --tools yes.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hashAt } from "../bench/exactness.ts";
import { WAYS } from "../bench/exactness-hash.ts";
import { ENGINES_INSTALL, placesOf } from "../bench/exactness-places.ts";
import { KERNEL_MODES } from "../src/quantise.ts";
import { MODEL_FORMS, makeModel } from "./make-model.ts";

const TOKENS = 200;
const folder = mkdtempSync(join(tmpdir(), "logic-places-"));
const path = join(folder, "model.gguf");
const places = placesOf(process.env.AXIOM_ENGINES ?? null);
/** Those that this Node can be. */
const inside = places.filter(({ command }) => command?.[0] === process.execPath);
const browser = places.find(({ command }) => command === undefined)!;
const javaScriptCore = places.find(({ name }) => name.startsWith("JavaScriptCore"))!;

beforeAll(() => writeFileSync(path, makeModel(MODEL_FORMS.small)));
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(KERNEL_MODES)("%s", (mode) => {
  const what = { mode, tokens: TOKENS };
  const wanted = () => hashAt(inside[0]!, { ...what, way: "steps" }, path);

  test.each(inside.slice(1).map((place) => [place.name, place] as const))("%s", async (_, place) => {
    expect(await hashAt(place, { ...what, way: "steps" }, path)).toBe(await wanted());
  });
  test("Chromium", async (context) => {
    if (browser.missing !== null) context.skip(`needs a browser (${browser.missing})`);
    expect(await hashAt(browser, { ...what, way: "steps" }, path)).toBe(await wanted());
  });
  test("JavaScriptCore", async (context) => {
    if (javaScriptCore.missing !== null) context.skip(`needs ${ENGINES_INSTALL}, and AXIOM_ENGINES to name the folder`);
    expect(await hashAt(javaScriptCore, { ...what, way: "steps" }, path)).toBe(await wanted());
  });
  test.each(WAYS)("fed by %s", async (way) =>
    expect(await hashAt(inside[0]!, { ...what, way }, path)).toBe(await wanted()),
  );
});
