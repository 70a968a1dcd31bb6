import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { addResult, type ExactnessRun, isDone, readResults, reportLines, unequal } from "../bench/exactness-results.ts";

const folder = mkdtempSync(join(tmpdir(), "logic-results-"));
const file = join(folder, "results.jsonl");
afterAll(() => rmSync(folder, { recursive: true }));

const run: ExactnessRun = { kernel: "k", model: "4M", mode: "row", tokens: 10, place: "V8", way: "steps" };

test("a run that stands in the file is not run again; one that differs in anything is", () => {
  expect(isDone(readResults(file), run)).toBe(false);
  addResult(file, { ...run, hash: "a", took_s: 1 });
  appendFileSync(file, '{"kernel":"k","mod');
  expect(isDone(readResults(file), run)).toBe(true);
  addResult(file, { ...run, tokens: 30, hash: "b", took_s: 1 });
  expect(readResults(file).map(({ hash }) => hash)).toEqual(["a", "b"]);
  for (const other of [{ kernel: "l" }, { tokens: 20 }, { way: "prefill" as const }, { place: "Chromium" }])
    expect(isDone(readResults(file), { ...run, ...other })).toBe(false);
});

test("places must agree, whatever the kernel; other lengths are another matter", () => {
  const result = { ...run, hash: "a", took_s: 1, processor: "x" };
  const longer = { ...result, tokens: 20, hash: "b" };
  expect(unequal([result, { ...result, place: "Chromium" }, longer])).toBe(false);
  const differs = [result, { ...result, kernel: "l", place: "Chromium", hash: "c" }];
  expect([unequal(differs), reportLines(differs)[0]]).toEqual([true, "4M row, 10 tokens: 2 DIFFERENT HASHES"]);
});
