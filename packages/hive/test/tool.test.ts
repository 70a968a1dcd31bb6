import { isRefusal } from "lop";
import { expect, test } from "vitest";
import needles from "../src/needles.json" with { type: "json" };
import { ToolTable } from "../src/tool.ts";

const table = new ToolTable({});
const check = (name: string, parameters: Record<string, never> | object) => {
  const tool = table.find(name);
  if (isRefusal(tool)) throw new Error(tool.why);
  return tool.checkParameters(parameters as never);
};

test("every tool of every needle is listed, with the part that brings it", () => {
  const names = needles.needles.flatMap((needle) => Object.keys(needle.tools));
  expect(table.all().map((tool) => tool.name)).toEqual(names);
  expect(needles.needles.length).toBe(12);
  for (const tool of table.all()) expect(tool.part, tool.name).toMatch(/^(forge|nest|hunt|lattice|lex|hive)$/);
});

test.each([
  ["exec.run", { language: "python", code: "" }, null],
  ["exec.run", { language: "python", code: "", timeout_seconds: 600 }, null],
  ["exec.run", { language: "python", code: "", timeout_seconds: 601 }, "timeout_seconds"],
  ["exec.run", { language: "python", code: "", timeout_seconds: 0 }, "timeout_seconds"],
  ["exec.run", { language: "python", code: "", timeout_seconds: 1.5 }, "timeout_seconds"],
  ["exec.run", { language: "ruby", code: "" }, "language"],
  ["exec.run", { code: "" }, "language"],
  ["exec.run", { language: "python", code: 1 }, "code"],
  ["exec.run", { language: "python", code: "", extra: 1 }, "extra"],
  ["lattice.find", { radius_km: 0 }, "radius_km"],
  ["lattice.plan", { legs: [] }, "legs"],
  ["lattice.plan", { legs: [{ what: "x" }] }, null],
  ["lattice.plan", { legs: [{ what: "x", typo: 1 }] }, "typo"],
  ["permit.grant", { host: "example.com", minutes: 1441 }, "minutes"],
])("%s %j", (name, parameters, fault) => {
  const refusal = check(name, parameters);
  if (fault === null) expect(refusal).toBeNull();
  else expect(refusal).toMatchObject({ refused: "parameters-invalid", why: expect.stringContaining(fault) });
});

test("a tool that nobody knows, also one with the name of something inherited", () => {
  for (const name of ["tea.make", "", "constructor", "__proto__", "toString"])
    expect(table.find(name)).toMatchObject({ refused: "tool-unknown" });
});
