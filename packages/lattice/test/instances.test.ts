import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { runInstances } from "../bench/instances.ts";

const folder = mkdtempSync(join(tmpdir(), "lattice-instances-"));
afterEach(() => {
  rmSync(folder, { recursive: true });
  vi.restoreAllMocks();
});

const tour = "3\n0 5 9\n5 0 4\n9 4 0\n0 100\n0 100\n0 100\n";

it("runs a folder of other names, says what is absent and what is broken, and goes on", () => {
  const files: Record<string, string> = {
    "tsptw/family/first.dat": tour,
    "tsptw/family/second.dat": "no numbers",
    "tsptw/family/third.dat": tour,
    "coord/any name.json": JSON.stringify({
      kind: "assignment",
      penalty_unassigned: 50,
      capacity: [1],
      tasks: [[[0, 3]], [[0, 4]]],
    }),
    "coord/legs_cut.json": '{"kind": "multi',
    "opening_hours/vectors.jsonl": "{}\nno JSON\n",
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const lines: string[] = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
  for (const only of ["coord", "gap/d", "tsptw", "opening_hours/intervals"])
    runInstances(folder, { seed: 1, seconds: 1, only, json: false });
  const said = lines.map((line) => line.replace(/[\d.]+ CPU s/, "CPU s"));
  expect(said[0]).toBe(
    "coord/assign_*: 1 instances, 1 solved (1 proven), mean gap unknown, worst gap unknown, own bound 0.000 % below, CPU s",
  );
  expect(said[1]).toMatch(/^coord\/legs_\*: legs_cut\.json: failed: .*legs_cut\.json: /);
  expect(said[2]).toMatch(/^coord\/legs_\*: 1 instances, 0 solved \(0 proven, 1 failed\)/);
  expect(said[3]).toBe("gap/d: skipped: data absent");
  expect(said[4]).toBe("tsptw: family/second.dat: failed: no file of times and windows");
  expect(said[5]).toMatch(/^tsptw: 3 instances, 2 solved \(2 proven, 1 failed\)/);
  expect(said[6]).toMatch(/^opening_hours\/intervals: failed: .*vectors\.jsonl, line 2: /);
});
