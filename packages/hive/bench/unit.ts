/**
 * `npm run bench -w hive -- unit`: a real systemd as the first process of namespaces of its own, our unit for the machine under
 * it, and a directive on each rung that the daemon then has. Needs root; nothing of the host is changed but for a control group,
 * which goes with it.
 */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { crucibleFolder } from "forge";
import { unitText } from "../src/service.ts";

export const name = "unit";

const SYSTEMD = "/lib/systemd/systemd";
const HOUSE = fileURLToPath(new URL("../../..", import.meta.url));
const INSIDE = fileURLToPath(new URL("./unit-inside.sh", import.meta.url));
const LIMIT_MS = 180_000;
const RUNGS = ["wasm-py", "os", "vm"];

const ALONE = "DefaultDependencies=no\nAfter=open.service\nRequires=open.service\n";
const TARGET = "[Unit]\nDefaultDependencies=no\nWants=axiom.service ask.service\n";
const OPEN =
  "[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/umount /proc/sys\n";
const ASK = `[Unit]
DefaultDependencies=no
After=axiom.service
SuccessAction=exit-force
FailureAction=exit-force
[Service]
Type=oneshot
Environment=AXIOM_HOME=/var/lib/axiom
ExecStart=/bin/bash /opt/says/ask.sh
StandardOutput=file:/opt/says/answers
StandardError=file:/opt/says/answers
`;
const ASK_SCRIPT = `ax() { /opt/node --disable-warning=ExperimentalWarning /opt/axiom/packages/hive/src/axiom.ts "$@"; }
for n in $(seq 100); do [ -e /var/lib/axiom/daemon.json ] && break; sleep 0.2; done
for n in $(seq 50); do ax status | grep -q "being probed" || break; done
ax status
ax doctor 2>/dev/null | grep -A1 -E "^(ok|missing|broken) +(daemon|service) "
for rung in ${RUNGS.join(" ")}; do
  ax do exec.run --language python --code "print('ran on $rung')" --rung $rung 2>/dev/null | grep -E "verified|^ran on|refused"
done
`;

/** Where the unified hierarchy of control groups is mounted; null when it is not. */
const unified = (): string | null =>
  /^\d+ \d+ \S+ \S+ (\S+) .* - cgroup2 /m.exec(readFileSync("/proc/self/mountinfo", "utf8"))?.[1] ?? null;

function writeUnits(folder: string): void {
  const unit = unitText({
    system: true,
    home: "",
    node: "/opt/node",
    program: "/opt/axiom/packages/hive/src/axiom.ts",
  })
    // Nobody made a passphrase here.
    .replace(/^LoadCredentialEncrypted=.*\n/m, "")
    .replace("[Unit]\n", `[Unit]\n${ALONE}`);
  const files = {
    "axiom.service": unit,
    "axiom-bench.target": TARGET,
    "open.service": OPEN,
    "ask.service": ASK,
    "ask.sh": ASK_SCRIPT,
  };
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
}

/** A control group goes when none stands below it. */
function removeGroups(group: string): void {
  for (const { name: below } of readdirSync(group, { withFileTypes: true }).filter((entry) => entry.isDirectory()))
    removeGroups(join(group, below));
  rmdirSync(group);
}

export async function run(): Promise<void> {
  const hierarchy = unified();
  if (process.getuid?.() !== 0 || !existsSync(SYSTEMD) || hierarchy === null) {
    console.error("unit: needs root, systemd, and a mounted cgroup2");
    process.exitCode = 2;
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "axiom-unit-"));
  const group = join(hierarchy, `axiom-unit-${process.pid}`);
  mkdirSync(group);
  try {
    writeUnits(folder);
    const own = `echo $$ > ${group}/cgroup.procs; exec unshare --kill-child --cgroup --mount --pid --fork --uts --ipc --net --propagation private /bin/bash "$@"`;
    const words = [INSIDE, folder, HOUSE, process.execPath, crucibleFolder()];
    const { status, stderr } = spawnSync("/bin/sh", ["-c", own, "unit", ...words], {
      timeout: LIMIT_MS,
      encoding: "utf8",
    });
    const answers = join(folder, "answers");
    const text = existsSync(answers) ? readFileSync(answers, "utf8") : `nothing was said (${status}): ${stderr}`;
    console.log(text.trim());
    process.exitCode = RUNGS.every((rung) => text.includes(`ran on ${rung}`)) ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
    removeGroups(group);
  }
}
