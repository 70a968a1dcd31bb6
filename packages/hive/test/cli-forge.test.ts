/** `axiom forge` as a user meets it. What the files hold is forge's own tests' matter. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { axiom } from "./axiom-bin.ts";

const home = mkdtempSync(join(tmpdir(), "axiom-forge-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const at = (...names: string[]): string => join(home, ...names);

const PLAN = {
  v: 1,
  machines: [
    {
      role: "crucible",
      name: "crucible",
      memory_mib: 96,
      kernel: { path: "/vmlinux" },
      disks: [{ path: "/root.squashfs" }],
    },
  ],
};

test("render, check for drift, check with the tools, convert", async () => {
  writeFileSync(at("plan.json"), JSON.stringify(PLAN));
  const render = ["forge", "render", "--config", at("plan.json"), "--out", at("out")];
  const first = await axiom(home, [...render, "--backend", "xl"]);
  expect([first.code, first.stdout]).toEqual([0, "wrote     plan.json\nwrote     xl/axiom-crucible.cfg\n"]);
  expect(await axiom(home, [...render, "--backend", "xl", "--check"])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^matches .*: \d+ files/),
  });
  writeFileSync(at("out/xl/axiom-crucible.cfg"), `${readFileSync(at("out/xl/axiom-crucible.cfg"), "utf8")}vnc = 1\n`);
  const drift = await axiom(home, [...render, "--backend", "xl", "--check"]);
  expect([drift.code, drift.stdout]).toEqual([1, "changed   xl/axiom-crucible.cfg\n"]);
  const checked = await axiom(home, ["forge", "check", at("out"), "--json"]);
  expect(checked.code).toBe(1);
  expect(JSON.parse(checked.stdout)).toMatchObject({ rows: [{ backend: "plan", result: "failed" }, {}, {}] });
  const converted = await axiom(home, ["forge", "convert", at("out/xl/axiom-crucible.cfg")]);
  expect([converted.code, converted.stderr]).toEqual([
    1,
    "refused: config-invalid\n  why: vnc = 1 is not known here\n  fix: Correct the file; xl.cfg(5) and docs/hypervisors.md say what is known.\n",
  ]);
});

test("what is wrong is said", async () => {
  writeFileSync(at("bad.json"), JSON.stringify({ ...PLAN, machines: [{ ...PLAN.machines[0], name: "</domain>" }] }));
  const bad = await axiom(home, ["forge", "render", "--config", at("bad.json"), "--out", at("bad")]);
  expect([bad.code, bad.stderr]).toEqual([
    1,
    "refused: config-invalid\n  why: machines.0.name: a name is small letters, digits and dashes, 32 at most\n  fix: Correct the plan; docs/hypervisors.md explains each key.\n",
  ]);
  writeFileSync(at("plan.json"), JSON.stringify(PLAN));
  const wrong = await axiom(home, [
    "forge",
    "render",
    "--config",
    at("plan.json"),
    "--out",
    at("bad"),
    "--backend",
    "hyperv",
  ]);
  expect([wrong.code, wrong.stderr]).toEqual([2, "usage: --backend is one of all, kvm, xen, xl, vagrant\n"]);
  expect(await axiom(home, ["forge", "check", at("nowhere")])).toMatchObject({ code: 1 });
});
