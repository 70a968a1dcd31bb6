/** The tests of training/ (Python, torch) run with the rest, where Debian's packages are there. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** Debian's own Python: the packages below belong to it, and not to one that happens to stand before it on the path. */
const PYTHON = "/usr/bin/python3";

it("training: its own tests pass", { timeout: 300_000 }, (ctx) => {
  if (spawnSync(PYTHON, ["-c", "import torch, numpy, cryptography"]).status !== 0)
    return ctx.skip("needs torch (apt install python3-torch python3-cryptography)");
  const { status, stderr } = spawnSync(PYTHON, ["-m", "unittest", "discover", "-s", "training/tests", "-t", "."], {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, OMP_NUM_THREADS: "1", PYTHONDONTWRITEBYTECODE: "1" },
  });
  expect(status, stderr).toBe(0);
  expect(stderr).toMatch(/Ran \d\d+ tests/);
});
