import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, type TestContext } from "vitest";
import { checkUnits } from "../src/doctor-service.ts";
import { UNIT_NAME, unitOptions, unitText } from "../src/service.ts";
import { shutDoors } from "../src/service-doors.ts";

/**
 * Exposure by `systemd-analyze security`, 0 (sealed) to 10 (open), in tenths. Of it 9 are namespaces, mounts and the /proc that
 * the rungs os and vm are made with (docs/service.md); a unit that shut those rungs would have 16.
 */
const EXPOSURE_MAX_TENTHS = 25;

function analyze(context: Pick<TestContext, "skip">, ...args: string[]) {
  if (spawnSync("systemd-analyze", ["--version"]).error !== undefined)
    context.skip("needs systemd-analyze (apt install systemd)");
  return spawnSync("systemd-analyze", args, { encoding: "utf8" });
}

const root = mkdtempSync(join(tmpdir(), "axiom-unit-"));
afterAll(() => rmSync(root, { recursive: true }));

function unitFile(system: boolean, home = "/tmp/hive"): string {
  const path = join(mkdtempSync(join(root, "unit-")), UNIT_NAME);
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

  it.for([true, false])("leaves the chambers what they are made with (system: %s)", (system) => {
    const doors = shutDoors(unitText(unitOptions("/tmp/hive", system)));
    expect(doors.map(({ shuts }) => shuts)).toEqual(system ? ["permits"] : []);
  });

  it.for([
    ["RestrictNamespaces=yes", "user mnt pid net ipc uts cgroup"],
    ["RestrictNamespaces=user mnt", "pid net ipc uts cgroup"],
    ["RestrictNamespaces=~net", "net"],
    [
      "SystemCallFilter=@system-service\nSystemCallFilter=~@privileged",
      "mount umount2 pivot_root sethostname capset seccomp",
    ],
    ["SystemCallFilter=~@mount @privileged:EPERM", "mount umount2 pivot_root sethostname capset"],
    ["SystemCallFilter=~@mount\nSystemCallFilter=", null],
    ["RestrictAddressFamilies=AF_INET AF_UNIX", "AF_NETLINK"],
    ["RestrictAddressFamilies=~AF_PACKET", null],
    ["ProtectKernelTunables=true", "/proc"],
    ["ProtectKernelTunables=true\nProtectKernelTunables=no", null],
    ["ProtectKernelLogs = yes", "/proc"],
    ["ProcSubset=pid", "/proc"],
    ["ProtectHostname=yes", "host name"],
    ["# ProtectHostname=yes", null],
  ] as const)("a unit that shuts a rung is told: %s", ([lines, says]) => {
    const doors = shutDoors(`[Service]\nDelegate=yes\n${lines}\n`);
    expect(doors.map(({ why }) => why)).toEqual(says === null ? [] : [expect.stringContaining(says)]);
  });

  it("a drop-in that shuts a rung is found, and one that opens the way for permits", () => {
    const path = unitFile(true);
    expect(checkUnits([path])).toMatchObject([{ state: "missing", detail: expect.stringContaining("shuts permits") }]);
    mkdirSync(`${path}.d`);
    writeFileSync(join(`${path}.d`, "10-permits.conf"), "[Service]\nIPAddressDeny=\n");
    expect(checkUnits([path, `${path}.absent`])).toEqual([{ what: "service", state: "ok", detail: path, fix: null }]);
    writeFileSync(
      join(`${path}.d`, "20-hard.conf"),
      "[Service]\nRestrictNamespaces=\nRestrictNamespaces=yes\nDelegate=no\n",
    );
    expect(checkUnits([path]).map(({ detail }) => detail.slice(path.length + 1))).toEqual([
      expect.stringMatching(/^shuts the rungs os and vm: RestrictNamespaces/),
      expect.stringMatching(/^leaves the rung os without caps/),
    ]);
  });

  it("quotes what systemd would read otherwise", () => {
    const text = unitText({ system: false, home: "/home/a b/100%", node: "/opt/no de", program: "/x/$y" });
    expect(text).toContain('ExecStart="/opt/no de" --disable-warning=ExperimentalWarning /x/$$y');
    expect(text).toContain("100%%");
  });
});
