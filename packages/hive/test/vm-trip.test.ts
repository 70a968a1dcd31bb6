import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crucibleFolder, openCrucible } from "forge";
import { isRefusal } from "lop";
import { expect, it } from "vitest";
import { axiom } from "./axiom-bin.ts";

it("a directive with minimum rung vm goes the whole trip; its proof names image, template and limits", async (ctx) => {
  if (isRefusal(openCrucible())) return ctx.skip("needs the guest image (axiom crucible build) and qemu-system-x86");
  const home = mkdtempSync(join(tmpdir(), "axiom-trip-"));
  const env = { AXIOM_CHAMBERS_VM: "auto", AXIOM_CRUCIBLE: crucibleFolder() };
  const code = "import os; print(6 * 7, os.uname().release.split('.')[0])";
  const args = ["do", "exec.run", "--language", "python", "--code", code, "--rung", "vm", "--json"];
  const ran = await axiom(home, args, { env });
  expect(ran.code, ran.stderr).toBe(0);
  const proof = JSON.parse(ran.stdout) as { outcome: { rung: string; stdout: string; result: { origin: object } } };
  expect(proof.outcome).toMatchObject({ rung: "vm", stdout: "42 6\n" });
  const digest = expect.stringMatching(/^[0-9a-f]{64}$/);
  expect(proof.outcome.result.origin).toEqual({ image: digest, template: digest, limits: digest });
  expect((await axiom(home, ["verify", "-"], { stdin: ran.stdout })).code).toBe(0);
  rmSync(home, { recursive: true, force: true });
});
