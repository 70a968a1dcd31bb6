import { readFileSync } from "node:fs";
import { isRefusal } from "lop";
import { expect, test } from "vitest";
import { planOf } from "../src/index.ts";
import type { XenDomain } from "../src/xen-domain.ts";
import { xenXml, xlOfDomain } from "../src/xen-domain.ts";
import { xenDomain } from "../src/xen-machines.ts";
import { domainOfXl, libvirtOfXl } from "../src/xl-domain.ts";
import { readXl, xlText } from "../src/xl-text.ts";
import { examplePlan } from "./example-plan.ts";
import { child, has, type XmlTree, xmlTrees } from "./other-readers.ts";

const vector = (name: string): string => readFileSync(new URL(`./vectors/xl-libvirt/${name}`, import.meta.url), "utf8");
const PAIRS = ["test-fullvirt-type", "test-pvh-type"];

/** What libvirt adds of its own accord whatever the file says, and we leave to it: input devices, the loader's place, a balloon. */
const OF_LIBVIRT = new Set(["input", "loader", "memballoon"]);
const claimed = (tree: XmlTree): XmlTree => ({
  ...tree,
  text: tree.text.trim(),
  children: tree.children.filter(({ name }) => !OF_LIBVIRT.has(name)).map(claimed),
});

test.for(PAIRS)("%s: our XML of xl's file says what libvirt's does", (name, ctx) => {
  if (!has("python3")) return ctx.skip("needs python3 (apt install python3)");
  const converted = libvirtOfXl(vector(`${name}.cfg`));
  if (isRefusal(converted)) throw new Error(converted.why);
  const [ours, theirs] = xmlTrees([converted, vector(`${name}.xml`)]).map(claimed);
  expect(ours).toEqual(theirs);
});

test.for(PAIRS)("%s: written again it is the same domain", (name) => {
  const domain = domainOfXl(readXl(vector(`${name}.cfg`)));
  expect(domainOfXl(readXl(xlText(xlOfDomain(domain))))).toEqual(domain);
});

const plan = planOf(examplePlan());
if (isRefusal(plan)) throw new Error(plan.why);

test.for(plan.machines.map((machine) => [machine.name, machine] as const))("%s survives xl's format", ([, machine]) => {
  const domain = xenDomain(plan, machine);
  const file = xlText(xlOfDomain(domain));
  // Who serves a disk knows how it lies there, so the file does not say.
  const known = (one: XenDomain): XenDomain => ({
    ...one,
    disks: one.disks.map((disk) => (disk.backend === null ? disk : { ...disk, backend_type: "qdisk" })),
  });
  expect(known(domainOfXl(readXl(file)))).toEqual(known(domain));
});

test("disks and cards of full virtualisation", (ctx) => {
  if (!has("python3")) return ctx.skip("needs python3 (apt install python3)");
  const [tree] = xmlTrees([xenXml(domainOfXl(readXl(FULL)))]);
  const devices = child(tree, "devices")!;
  const disks = devices.children.filter(({ name }) => name === "disk");
  const facts = disks.map((disk) => [
    disk.attributes,
    child(disk, "source")?.attributes,
    child(disk, "target")?.attributes,
  ]);
  expect(facts).toEqual([
    [{ type: "block", device: "disk" }, { dev: "/dev/vg/a" }, { dev: "hda", bus: "ide" }],
    [{ type: "file", device: "disk" }, { file: "/var/b,c" }, { dev: "xvdb", bus: "xen" }],
    [{ type: "file", device: "cdrom" }, { file: "/root/boot.iso" }, { dev: "hdc", bus: "ide" }],
  ]);
  expect(disks.map((disk) => child(disk, "readonly") !== undefined)).toEqual([false, false, true]);
  expect(child(devices, "interface", "mac")?.attributes).toEqual({ address: "00:16:3e:66:92:9c" });
});

const FULL = `name = "x"
uuid = "c7a5fdb2-cdaf-9455-926a-d65c16db1809"
builder = "hvm"
memory = 394
disk = [ "format=raw,vdev=hda,access=rw,backendtype=phy,target=/dev/vg/a", "format=qcow2,vdev=xvdb,target=/var/b,c",
  "format=raw,vdev=hdc,access=ro,backendtype=qdisk,devtype=cdrom,target=/root/boot.iso" ]
vif = [ "mac=00:16:3E:66:92:9C,bridge=xenbr1,script=vif-bridge,model=e1000" ]
`;

test.for([
  ["vnc = 1", "vnc = 1 is not known here"],
  ['tpm = "x"', "tpm is not known here"],
  ['type = "hwm"', 'type: "hwm" is not known here'],
  ['disk = ["format=vhd,vdev=xvda,target=/x"]', 'format: "vhd" is not known here'],
  ['disk = ["format=raw,target=/x"]', '"format=raw," names no vdev'],
  ['vif = ["mac=00:16:3e:00:00:00,rate=1"]', '"mac=00:16:3e:00:00:00,rate=1": rate is not known here'],
  ["driver_domain = 1", "libvirt has no word for a driver domain"],
  ['memory = "many"', "memory: a number is wanted"],
])("%s is refused, not passed over", ([line, why]) => {
  const memory = line!.startsWith("memory") ? "" : "memory = 64\n";
  expect(libvirtOfXl(`name = "x"\n${memory}${line}\n`)).toMatchObject({ refused: "config-invalid", why });
});
