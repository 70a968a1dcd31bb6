/**
 * Holds rendered definitions against the real tools of this host, and says of each backend what was run and what was not. A tool
 * that is absent is no fault; a tool that refuses is.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { isRefusal, type Refusal } from "lop";
import { UNIT_FILE } from "./bridge-unit.ts";
import { domainName, type HypervisorPlan, readPlan } from "./hypervisor-plan.ts";
import {
  type Backend,
  type Definitions,
  definitionsIn,
  driftOf,
  PLAN_FILE,
  renderDefinitions,
} from "./hypervisor-render.ts";
import { startTwin } from "./kvm-twin.ts";
import { LibvirtSession } from "./libvirt-session.ts";
import { runTool, shortWords, type ToolRun } from "./tool-run.ts";

export interface CheckRow {
  readonly backend: Backend | "plan";
  readonly file: string;
  readonly tool: string;
  readonly result: "passed" | "failed" | "not run";
  readonly words: string;
}

const XL_CHECK = new URL("../hypervisor/xl-check.py", import.meta.url).pathname;
/** Exit status of the helper where Xen's library is absent. */
const XL_MISSING = '"missing"';

/** @returns a refusal when the folder holds no plan. */
export async function checkDefinitions(folder: string): Promise<CheckRow[] | Refusal> {
  const plan = readPlan(join(folder, PLAN_FILE));
  if (isRefusal(plan)) return plan;
  const there = definitionsIn(folder);
  const wanted = renderDefinitions(plan, backendsOf(there));
  const drifts = driftOf(folder, wanted);
  const context: Context = { folder, plan, there, wanted, changed: new Set(drifts.map(({ path }) => path)) };
  const rows: CheckRow[] = drifts.map(({ path, how }) => ({
    backend: "plan",
    file: path,
    tool: PLAN_FILE,
    result: "failed",
    words: `${how}; axiom forge render writes what the plan says`,
  }));
  for (const check of [checkSchemas, checkKvm, checkXen, checkXl, checkVagrant, checkBridge])
    rows.push(...(await check(context)));
  return rows;
}

interface Context {
  readonly folder: string;
  readonly plan: HypervisorPlan;
  readonly there: readonly string[];
  readonly wanted: Definitions;
  /** Files that are not what the plan gives. */
  readonly changed: ReadonlySet<string>;
}

const backendsOf = (paths: readonly string[]): Backend[] => [
  ...new Set(paths.filter((path) => path.includes("/")).map((path) => path.split("/")[0] as Backend)),
];

const inBackend = ({ there }: Context, backend: Backend, ending: string): string[] =>
  there.filter((path) => path.startsWith(`${backend}/`) && path.endsWith(ending));

function row(backend: Backend, file: string, tool: string, run: ToolRun, install: string, said = ""): CheckRow {
  if (run.missing) return { backend, file, tool, result: "not run", words: `needs ${tool} (apt install ${install})` };
  const words = run.passed ? said : shortWords(run.stderr || run.stdout);
  return { backend, file, tool, result: run.passed ? "passed" : "failed", words };
}

const notRun = (backend: Backend, file: string, tool: string, words: string): CheckRow => ({
  backend,
  file,
  tool,
  result: "not run",
  words,
});

async function checkSchemas(context: Context): Promise<CheckRow[]> {
  const rows: CheckRow[] = [];
  for (const backend of ["kvm", "xen"] as const)
    for (const path of inBackend(context, backend, ".xml")) {
      const run = await runTool("virt-xml-validate", [join(context.folder, path)]);
      rows.push(row(backend, path, "virt-xml-validate", run, "libvirt-clients libxml2-utils", "libvirt's schema"));
    }
  return rows;
}

async function checkKvm(context: Context): Promise<CheckRow[]> {
  const domains = inBackend(context, "kvm", ".xml");
  if (domains.length === 0) return [];
  const session = await LibvirtSession.open();
  if (typeof session === "string") return domains.map((path) => notRun("kvm", path, "libvirtd", session));
  const rows: CheckRow[] = [];
  try {
    for (const path of domains) rows.push(...(await checkDomain(context, session, path)));
  } finally {
    await session.close();
  }
  return rows;
}

async function checkDomain(context: Context, session: LibvirtSession, path: string): Promise<CheckRow[]> {
  const text = readFileSync(join(context.folder, path), "utf8");
  const machine = context.plan.machines.find((one) => path === `kvm/${domainName(one)}.xml`);
  if (machine === undefined)
    return [segmentRow(path, await defineAndForget(session, "net-", session.write("segment.xml", text)))];
  const defined = await defineRow(session, path, text);
  if (context.changed.has(path))
    return [
      defined,
      notRun("kvm", path, "libvirtd start", "changed by hand; the twin that is started comes from the plan"),
    ];
  const { started, words } = await startTwin(session, context.plan, machine);
  return [
    defined,
    { backend: "kvm", file: path, tool: "libvirtd start", result: started ? "passed" : "failed", words },
  ];
}

/** `net-define` where `kind` is `net-`. */
async function defineAndForget(session: LibvirtSession, kind: "" | "net-", file: string): Promise<ToolRun> {
  const run = await session.virsh(`${kind}define`, "--validate", file);
  const name = /'([^']+)' defined|Network (\S+) defined/.exec(run.stdout);
  if (run.passed && name !== null) await session.virsh(`${kind}undefine`, name[1] ?? name[2]!);
  return run;
}

/** A host without KVM refuses a definition for KVM, and that is right; there the rest of it is held against libvirt. */
async function defineRow(session: LibvirtSession, path: string, text: string): Promise<CheckRow> {
  const tool = "libvirtd define";
  const file = session.write("definition.xml", text);
  const run = await defineAndForget(session, "", file);
  if (run.passed || !NO_KVM.test(run.stderr)) return row("kvm", path, tool, run, "libvirt-daemon", "as it is");
  session.write("definition.xml", withoutKvm(text));
  const words = "but for KVM itself and its processor, which this host has not";
  return row("kvm", path, tool, await defineAndForget(session, "", file), "libvirt-daemon", words);
}

const NO_KVM = /does not support virt type 'kvm'|domaintype=kvm/;
const withoutKvm = (text: string): string =>
  text
    .replace('<domain type="kvm">', '<domain type="qemu">')
    .replace(/<cpu mode="host-passthrough"[^>]*\/>/, '<cpu mode="maximum"/>');

const segmentRow = (path: string, run: ToolRun): CheckRow =>
  row("kvm", path, "libvirtd define", run, "libvirt-daemon", "as it is; not started, which needs root on the host");

async function checkXen(context: Context): Promise<CheckRow[]> {
  const why = "libvirt's Xen driver needs a running Xen; only the schema was held against it";
  return inBackend(context, "xen", ".xml").map((path) => notRun("xen", path, "xen:///", why));
}

async function checkXl(context: Context): Promise<CheckRow[]> {
  const rows: CheckRow[] = [];
  const files = inBackend(context, "xl", ".cfg");
  for (const path of files) rows.push(xlRow(path, await runTool("python3", [XL_CHECK, join(context.folder, path)])));
  const why = "it asks the hypervisor even for a dry run (-n), so it needs a running Xen";
  return [...rows, ...files.map((path) => notRun("xl", path, "xl create", why))];
}

interface XlAnswer {
  faults: string[];
  disks: unknown[];
  devices: boolean[];
}

function xlRow(path: string, run: ToolRun): CheckRow {
  if (run.missing) return row("xl", path, "python3", run, "python3");
  if (run.stdout.includes(XL_MISSING))
    return notRun("xl", path, "libxlutil", "needs libxlutil (apt install libxenmisc4.17)");
  if (!run.passed) return row("xl", path, "libxlutil", run, "python3");
  const { faults, disks, devices } = JSON.parse(run.stdout) as XlAnswer;
  const sound = faults.length === 0 && !disks.includes(null) && !devices.includes(false);
  const words = sound ? `Xen's parser; disks: ${disks.length}, devices: ${devices.length}` : faults.join("; ");
  return {
    backend: "xl",
    file: path,
    tool: "libxlutil",
    result: sound ? "passed" : "failed",
    words: shortWords(words),
  };
}

async function checkVagrant(context: Context): Promise<CheckRow[]> {
  const path = "vagrant/Vagrantfile";
  if (!context.there.includes(path)) return [];
  const tool = "vagrant validate";
  // The file is a program: only what we wrote ourselves is run.
  if (context.changed.has(path))
    return [notRun("vagrant", path, tool, "changed by hand; to validate it would be to run it")];
  const home = mkdtempSync(join(tmpdir(), "axiom-vagrant-"));
  try {
    const environment = {
      HOME: home,
      VAGRANT_HOME: home,
      VAGRANT_DOTFILE_PATH: join(home, "dot"),
      VAGRANT_CHECKPOINT_DISABLE: "1",
    };
    const run = await runTool("vagrant", ["validate", "--ignore-provider"], {
      cwd: join(context.folder, "vagrant"),
      environment,
    });
    return [
      row("vagrant", path, tool, run, "vagrant", "machine, folders and provisioning"),
      notRun("vagrant", path, "vagrant up", "the providers' own settings are only seen by the providers"),
    ];
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function checkBridge(context: Context): Promise<CheckRow[]> {
  const path = `vagrant/${UNIT_FILE}`;
  if (!context.there.includes(path)) return [];
  const file = join(context.folder, path);
  const verify = await runTool("systemd-analyze", ["verify", "--man=no", file]);
  // Faults of the host's other units are told too; they are not ours.
  const ours = verify.stderr.split("\n").filter((line) => line.includes(basename(path)));
  const run = { ...verify, passed: ours.length === 0, stderr: ours.join("\n") };
  return [
    row("vagrant", path, "systemd-analyze", run, "systemd", "the unit"),
    sshRow(path, await runTool("ssh", ["-G", ...sshWords(readFileSync(file, "utf8"))])),
    notRun("vagrant", path, "autossh", "a tunnel needs the hive's sshd, the key and its host key"),
  ];
}

/** What the unit hands to ssh. Credentials have no folder here; ssh only reads their names. */
function sshWords(unit: string): string[] {
  const line = /^ExecStart=\S+ -M 0 (.*)$/m.exec(unit)?.[1] ?? "";
  return line.replaceAll("%d", "/run/credentials").split(" ");
}

const SSH_WANTED = [
  /^stricthostkeychecking (true|yes)$/m,
  /^localforward \[?127\.0\.0\.1\]?:\d+ \[?127\.0\.0\.1\]?:\d+$/m,
  /^exitonforwardfailure yes$/m,
];

function sshRow(path: string, run: ToolRun): CheckRow {
  const strict = SSH_WANTED.every((wanted) => wanted.test(run.stdout));
  if (!run.passed || strict)
    return row("vagrant", path, "ssh -G", run, "openssh-client", "strict host keys, loopback on both ends");
  return {
    backend: "vagrant",
    file: path,
    tool: "ssh -G",
    result: "failed",
    words: "ssh does not understand it as strict and on loopback",
  };
}
