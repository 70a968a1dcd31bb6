import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, type TestContext } from "vitest";
import { UNIT_NAME, unitOptions, unitText } from "../src/service.ts";

/** Exposure by `systemd-analyze security`, 0 (sealed) to 10 (open), in tenths. */
const EXPOSURE_MAX_TENTHS = 20;

function analyze(context: Pick<TestContext, "skip">, ...args: string[]) {
  if (spawnSync("systemd-analyze", ["--version"]).error !== undefined)
    context.skip("needs systemd-analyze (apt install systemd)");
  return spawnSync("systemd-analyze", args, { encoding: "utf8" });
}

function unitFile(system: boolean, home = "/tmp/hive"): string {
  const path = join(mkdtempSync(join(tmpdir(), "axiom-unit-")), UNIT_NAME);
  writeFileSync(path, unitText(unitOptions(home, system)));
  return path;
}

describe("the systemd unit", () => {
  it.for([true, false])("passes systemd-analyze verify (system: %s)", (system, context) => {
    const { status, stderr } = analyze(context, "verify", "--man=no", unitFile(system));
    // Units of the machine that the test runs on are none of ours.
    const ours = stderr.split("\n").filter((line) => line.includes(UNIT_NAME));
    expect([status, ours]).toEqual([0, []]);
  });

  it("exposes little", (context) => {
    const { status, stdout } = analyze(
      context,
      "security",
      "--offline=true",
      `--threshold=${EXPOSURE_MAX_TENTHS}`,
      unitFile(true),
    );
    expect([status, stdout.split("\n").find((line) => line.includes("Overall exposure"))]).toEqual([
      0,
      expect.any(String),
    ]);
  });

  it("quotes what systemd would read otherwise", () => {
    const text = unitText({ system: false, home: "/home/a b/100%", node: "/opt/no de", program: "/x/$y" });
    expect(text).toContain('ExecStart="/opt/no de" --disable-warning=ExperimentalWarning /x/$$y');
    expect(text).toContain("100%%");
  });
});
