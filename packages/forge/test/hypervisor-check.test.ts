/** The definitions against the real tools: libvirt's schema and daemon, Xen's parser, Vagrant, systemd, ssh. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isRefusal } from "lop";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  BACKENDS,
  type CheckRow,
  checkDefinitions,
  driftOf,
  openCrucible,
  planOf,
  renderDefinitions,
  writeDefinitions,
} from "../src/index.ts";
import { examplePlan } from "./example-plan.ts";

const root = mkdtempSync(join(tmpdir(), "forge-check-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const plan = planOf(examplePlan());
if (isRefusal(plan)) throw new Error(plan.why);

const checked = async (folder: string): Promise<CheckRow[]> => {
  const rows = await checkDefinitions(folder);
  if (isRefusal(rows)) throw new Error(rows.why);
  return rows;
};
const sessions = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith("axv-"));

let rows: CheckRow[];
const before = sessions();

beforeAll(async () => {
  writeDefinitions(join(root, "all"), renderDefinitions(plan));
  rows = await checked(join(root, "all"));
}, 300_000);

/** Tools, the rows that they must give, and the package that brings each. */
const TOOLS = [
  ["virt-xml-validate", 7, "libvirt-clients libxml2-utils"],
  ["libvirtd define", 4, "libvirt-daemon libvirt-clients qemu-system-x86"],
  ["libvirtd start", 3, "libvirt-daemon libvirt-clients qemu-system-x86"],
  ["libxlutil", 5, "libxenmisc4.17"],
  ["vagrant validate", 1, "vagrant"],
  ["systemd-analyze", 1, "systemd autossh"],
  ["ssh -G", 1, "openssh-client"],
] as const;

test.for(TOOLS)("%s passes %i definitions", ([tool, count, packages], ctx) => {
  const own = rows.filter((row) => row.tool === tool);
  const lacking = rows.find(({ words }) => words.startsWith(`needs ${tool.split(" ")[0]}`));
  if (lacking !== undefined) return ctx.skip(`needs ${tool} (apt install ${packages})`);
  if (tool === "systemd-analyze" && !existsSync("/usr/bin/autossh"))
    return ctx.skip("needs autossh (apt install autossh)");
  expect(own.filter(({ result }) => result !== "passed")).toEqual([]);
  expect(own).toHaveLength(count);
});

test("the crucible's agent speaks over the channel of its definition", (ctx) => {
  if (isRefusal(openCrucible())) return ctx.skip("needs the guest image (axiom crucible build)");
  const started = rows.find(({ tool, file }) => tool === "libvirtd start" && file === "kvm/axiom-crucible.xml");
  if (started === undefined)
    return ctx.skip("needs libvirtd (apt install libvirt-daemon libvirt-clients qemu-system-x86)");
  expect(started.words).toContain("its agent is ready for python");
});

test("the report says what was not run", () => {
  const not_run = new Set(rows.filter(({ result }) => result === "not run").map(({ tool }) => tool));
  for (const tool of ["xen:///", "xl create", "vagrant up", "autossh"]) expect(not_run).toContain(tool);
  expect(rows.filter(({ backend }) => backend === "plan")).toEqual([]);
});

test("no daemon, machine or folder of a check is left", () => {
  expect(sessions()).toEqual(before);
});

test("a change by hand is told, and a tool's refusal is a failure", async (ctx) => {
  const folder = join(root, "changed");
  writeDefinitions(folder, renderDefinitions(plan, ["xen", "xl"]));
  const change = (path: string, from: string, to: string): void => {
    const text = readFileSync(join(folder, path), "utf8");
    expect(text).toContain(from);
    writeFileSync(join(folder, path), text.replace(from, to));
  };
  change("xen/axiom-crucible.xml", "<vcpu placement", "<vcpu plaecment");
  change("xl/axiom-crucible.cfg", "vcpus = 1", "vcpus = eight");
  change("xl/axiom-harness.cfg", "format=qcow2", "format=bogus");
  const after = await checked(folder);
  expect(
    after.filter(({ backend }) => backend === "plan").map(({ file, words }) => [file, words.split(";")[0]]),
  ).toEqual([
    ["xen/axiom-crucible.xml", "changed"],
    ["xl/axiom-crucible.cfg", "changed"],
    ["xl/axiom-harness.cfg", "changed"],
  ]);
  const lacking = after.find(({ words }) => words.startsWith("needs "));
  if (lacking !== undefined) return ctx.skip(lacking.words);
  const failed = after.filter(({ backend, result }) => backend !== "plan" && result === "failed");
  expect(failed.map(({ file }) => file)).toEqual([
    "xen/axiom-crucible.xml",
    "xl/axiom-crucible.cfg",
    "xl/axiom-harness.cfg",
  ]);
  expect(failed[2]!.words).toContain("unknown value for format");
});

test("a Vagrantfile that was changed by hand is not run", async () => {
  const folder = join(root, "ruby");
  writeDefinitions(folder, renderDefinitions(plan, ["vagrant"]));
  writeFileSync(join(folder, "vagrant/Vagrantfile"), `File.write(${JSON.stringify(join(folder, "ran"))}, 'x')`);
  const after = await checked(folder);
  expect(after.find(({ tool }) => tool === "vagrant validate")).toMatchObject({ result: "not run" });
  expect(existsSync(join(folder, "ran"))).toBe(false);
});

test("drift: missing, changed, no longer rendered", () => {
  const folder = join(root, "drift");
  const definitions = renderDefinitions(plan, ["xl"]);
  writeDefinitions(folder, definitions);
  expect(driftOf(folder, definitions)).toEqual([]);
  rmSync(join(folder, "xl/axiom-net.cfg"));
  writeFileSync(join(folder, "xl/axiom-store.cfg"), "");
  writeFileSync(join(folder, "xl/axiom-old.cfg"), "");
  expect(driftOf(folder, definitions)).toEqual([
    { path: "xl/axiom-net.cfg", how: "missing" },
    { path: "xl/axiom-store.cfg", how: "changed" },
    { path: "xl/axiom-old.cfg", how: "no longer rendered" },
  ]);
});

test("a folder without a plan is refused", async () => {
  expect(await checkDefinitions(join(root, "nowhere"))).toMatchObject({ refused: "config-invalid" });
  expect(BACKENDS).toHaveLength(4);
});
