import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, inject, test } from "vitest";
import { isPlainText } from "../src/plain-text.ts";
import { rubyText } from "../src/vagrantfile.ts";
import { readXl, xlText } from "../src/xl-text.ts";
import { xml, xmlText } from "../src/xml-text.ts";
import { has, rubyTexts, xenReading, xmlTrees } from "./other-readers.ts";

const folder = mkdtempSync(join(tmpdir(), "forge-text-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** FORGE_TEXTS=100000 for the full count. */
const COUNT = Number(process.env.FORGE_TEXTS ?? 2000);
const seed = inject("seed");
const HOSTILE = [
  "</domain>",
  '"',
  "'",
  "\\",
  "\\'",
  "]]>",
  "<!--",
  "&amp;",
  "%d",
  "#{1}",
  "$(id)",
  "`id`",
  "#",
  ";",
  ",",
  "=",
  "é😀",
  " ",
];
const piece = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: "binary", maxLength: 6 }));
const texts = fc.sample(fc.array(piece, { maxLength: 6 }), { seed, numRuns: COUNT }).map((pieces) => pieces.join(""));
const plain = texts.filter(isPlainText);

test(`no writer takes a line break or another control character (seed ${seed})`, () => {
  for (const text of [...texts.filter((one) => !isPlainText(one)), "a\nb", "a\0", "\u2028", "\ud800", "\u0085"])
    for (const write of [
      (one: string) => xmlText(xml("a", {}, one)),
      (one: string) => xlText(new Map([["a", one]])),
      rubyText,
    ])
      expect(() => write(text), JSON.stringify(text)).toThrow(TypeError);
});

test(`expat reads every text as it was given (seed ${seed})`, (ctx) => {
  if (!has("python3")) return ctx.skip("needs python3 (apt install python3)");
  const trees = xmlTrees(plain.map((text) => xmlText(xml("domain", { name: text }, xml("inner", {}, text)))));
  expect(trees.map(({ attributes }) => attributes.name)).toEqual(plain);
  expect(trees.map(({ children }) => children.map(({ text }) => text))).toEqual(plain.map((text) => [text]));
});

test(`Xen's parser and ours read every text and list as it was given (seed ${seed})`, (ctx) => {
  const config = new Map(plain.map((text, at) => [`k${at}`, at % 3 === 0 ? [text, text] : text] as const));
  expect(readXl(xlText(config))).toEqual(config);
  const some = [...config].slice(0, 500);
  writeFileSync(join(folder, "a.cfg"), xlText(new Map(some)));
  const reading = xenReading(
    join(folder, "a.cfg"),
    some.map(([key]) => key),
  );
  if (reading === null) return ctx.skip("needs libxlutil (apt install libxenmisc4.17)");
  expect(reading.faults).toEqual([]);
  for (const [key, value] of some)
    expect(reading.values[key]).toEqual(/^-?\d+$/.test(String(value)) ? Number(value) : value);
});

test(`Ruby reads every text as it was given (seed ${seed})`, (ctx) => {
  if (!has("ruby")) return ctx.skip("needs ruby (apt install vagrant)");
  expect(rubyTexts(plain.map(rubyText))).toEqual(plain);
});

const REFUSED = [
  "vcpus = eight",
  'name = "a',
  "name = ",
  '= "a"',
  'a = ["b" "c"]',
  'a = "b" c = "d"',
  'a = "b\\x41"',
  "a = [1]",
];
test.for(REFUSED)("ours refuses %s", (text) => {
  expect(() => readXl(`${text}\n`)).toThrow(SyntaxError);
});

test("numbers, quotes of both kinds, comments and lists over lines", () => {
  const text = `# a comment\na = 0x10 ; b = 'c"d' # another\nlist = [\n "x",\n 'y' ]\n\nempty = []`;
  expect(readXl(text)).toEqual(
    new Map<string, unknown>([
      ["a", 16],
      ["b", 'c"d'],
      ["list", ["x", "y"]],
      ["empty", []],
    ]),
  );
});
