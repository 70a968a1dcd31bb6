/**
 * One model of a Xen domain, written as xl's file and as libvirt's XML; xl-domain.ts reads it from xl's. What the two formats say
 * of the same domain is libvirt's own rule (its tests/xlconfigdata; pairs of them stand in test/vectors/xl-libvirt).
 */
import { pciWords } from "./kvm-domain.ts";
import type { XlConfig, XlValue } from "./xl-text.ts";
import { type XmlElement, xml, xmlText } from "./xml-text.ts";

export interface XenDisk {
  path: string;
  format: "raw" | "qcow2";
  writable: boolean;
  /** `xvda`, or `hda` for an emulated one. */
  device: string;
  cdrom: boolean;
  /** How Xen reaches it: a block device by its kernel, an image by a QEMU. */
  backend_type: "phy" | "qdisk";
  /** Domain that serves it; null: the host's own. */
  backend: string | null;
}

export interface XenCard {
  mac: string;
  bridge: string;
  script: string | null;
  /** Of the emulated card; null: a paravirtual one. */
  model: string | null;
  /** Domain that serves it; null: the host's own. */
  backend: string | null;
}

export interface XenDomain {
  name: string;
  uuid: string;
  /** `pvh` boots a kernel without a device model, `pv` can take devices, `hvm` boots from a disk. */
  type: "pvh" | "pv" | "hvm";
  memory_mib: number;
  /** What it may grow to. */
  memory_max_mib: number;
  vcpus: number;
  pins: readonly number[];
  kernel: { path: string; initrd: string | null; command_line: string } | null;
  boot: "disk" | "cdrom" | "network" | null;
  /** Seconds beside the base; null where the guest keeps its own clock. */
  clock: { base: "utc" | "localtime"; offset_s: number | null };
  on: { poweroff: string; reboot: string; crash: string };
  /** Only hvm has them. */
  features: readonly ("acpi" | "apic" | "pae")[];
  device_model: string | null;
  disks: readonly XenDisk[];
  cards: readonly XenCard[];
  devices: readonly string[];
  /** It serves devices to other domains. */
  driver: boolean;
  channel: { path: string; name: string } | null;
}

export const backendTypeOf = (path: string): XenDisk["backend_type"] => (path.startsWith("/dev/") ? "phy" : "qdisk");

/** The whole file of xl. Keys that switch something off are written too: a default may change, a line does not. */
export function xlOfDomain(domain: XenDomain): XlConfig {
  const { kernel, channel } = domain;
  const entries: (readonly [string, XlValue | null])[] = [
    ["name", domain.name],
    ["uuid", domain.uuid],
    ["type", domain.type],
    ["memory", domain.memory_mib],
    ["maxmem", domain.memory_max_mib],
    ["vcpus", domain.vcpus],
    ["cpus", domain.pins.length === 0 ? null : domain.pins.map(String)],
    ["kernel", kernel?.path ?? null],
    ["ramdisk", kernel?.initrd ?? null],
    ["cmdline", kernel === null || kernel.command_line === "" ? null : kernel.command_line],
    ["boot", domain.boot === null ? null : BOOT[domain.boot]],
    ...(domain.type === "hvm" ? hvmEntries(domain) : []),
    ["localtime", domain.clock.base === "localtime" ? 1 : 0],
    ["rtc_timeoffset", domain.clock.offset_s],
    ["driver_domain", domain.driver ? 1 : null],
    ["disk", domain.disks.map(diskSpec)],
    ["vif", domain.cards.map(cardSpec)],
    // A device that the host's kernel still holds is taken from it.
    ["pci", domain.devices.length === 0 ? null : domain.devices.map((address) => `${address},seize=1`)],
    ["channel", channel === null ? null : [`connection=socket,path=${channel.path},name=${channel.name}`]],
    ["on_poweroff", domain.on.poweroff],
    ["on_reboot", domain.on.reboot],
    ["on_crash", domain.on.crash],
  ];
  return new Map(entries.filter((entry): entry is readonly [string, XlValue] => entry[1] !== null));
}

export const BOOT = { disk: "c", cdrom: "d", network: "n" } as const;

/** The device model is a QEMU in the host's domain: without rights, screen, USB or serial line. */
function hvmEntries({ features, device_model }: XenDomain): (readonly [string, XlValue | null])[] {
  const flags = (["acpi", "apic", "pae"] as const).map((name) => [name, features.includes(name) ? 1 : 0] as const);
  const off = (["vnc", "sdl", "usb"] as const).map((name) => [name, 0] as const);
  return [
    ...flags,
    ...off,
    ["serial", "none"],
    ["parallel", "none"],
    ["dm_restrict", 1],
    ["device_model_override", device_model],
  ];
}

/** `a=b` of what is there. */
const specOf = (parts: Readonly<Record<string, string | null>>): string =>
  Object.entries(parts)
    .flatMap(([key, value]) => (value === null ? [] : [`${key}=${value}`]))
    .join(",");

/** `target` comes last and takes the rest of the line, commas too (xl-disk-configuration(5)). */
const diskSpec = ({ path, format, writable, device, cdrom, backend_type, backend }: XenDisk): string =>
  specOf({
    format,
    vdev: device,
    access: writable ? "rw" : "ro",
    devtype: cdrom ? "cdrom" : null,
    // Whoever serves it knows how it lies there.
    backendtype: backend === null ? backend_type : null,
    backend,
    target: path,
  });

const cardSpec = ({ mac, bridge, script, model, backend }: XenCard): string =>
  specOf({ mac, bridge, script, model, backend });

/** libvirt's XML of the same domain (its drvlibxl). A driver domain has no XML: libvirt has no word for it. */
export function xenXml(domain: XenDomain): string {
  return xmlText(
    xml(
      "domain",
      { type: "xen" },
      xml("name", {}, domain.name),
      xml("uuid", {}, domain.uuid),
      xml("memory", { unit: "KiB" }, String(domain.memory_max_mib * 1024)),
      xml("currentMemory", { unit: "KiB" }, String(domain.memory_mib * 1024)),
      xml("vcpu", { placement: "static" }, String(domain.vcpus)),
      domain.pins.length === 0
        ? null
        : xml("cputune", {}, ...domain.pins.map((cpu, vcpu) => xml("vcpupin", { vcpu, cpuset: cpu }))),
      xenOs(domain),
      domain.features.length === 0 ? null : xml("features", {}, ...domain.features.map((name) => xml(name))),
      xenClock(domain),
      xml("on_poweroff", {}, domain.on.poweroff),
      xml("on_reboot", {}, domain.on.reboot),
      xml("on_crash", {}, domain.on.crash),
      xml("devices", {}, ...xenDevices(domain)),
    ),
  );
}

const OS_TYPES = { pvh: ["xenpvh", "xenpvh"], pv: ["xenpv", "linux"], hvm: ["xenfv", "hvm"] } as const;
const BOOT_DEVICES = { disk: "hd", cdrom: "cdrom", network: "network" } as const;

function xenOs({ type, kernel, boot }: XenDomain): XmlElement {
  const [machine, word] = OS_TYPES[type];
  return xml(
    "os",
    {},
    xml("type", { arch: "x86_64", machine }, word),
    kernel === null ? null : xml("kernel", {}, kernel.path),
    kernel === null || kernel.initrd === null ? null : xml("initrd", {}, kernel.initrd),
    kernel === null || kernel.command_line === "" ? null : xml("cmdline", {}, kernel.command_line),
    boot === null ? null : xml("boot", { dev: BOOT_DEVICES[boot] }),
  );
}

const xenClock = ({ clock: { base, offset_s } }: XenDomain): XmlElement =>
  offset_s === null
    ? xml("clock", { offset: base, adjustment: "reset" })
    : xml("clock", { offset: "variable", adjustment: offset_s, basis: base });

function xenDevices({ device_model, disks, cards, devices, channel, type }: XenDomain): (XmlElement | null)[] {
  return [
    device_model === null ? null : xml("emulator", {}, device_model),
    ...disks.map(xenDisk),
    ...cards.map(xenCard),
    ...devices.map((address) =>
      xml(
        "hostdev",
        { mode: "subsystem", type: "pci", managed: "yes" },
        xml("driver", { name: "xen" }),
        xml("source", {}, xml("address", pciWords(address))),
      ),
    ),
    type === "hvm" ? null : xml("console", { type: "pty" }, xml("target", { type: "xen", port: 0 })),
    channel === null
      ? null
      : xml(
          "channel",
          { type: "unix" },
          xml("source", { mode: "bind", path: channel.path }),
          xml("target", { type: "xen", name: channel.name }),
        ),
    xml("memballoon", { model: "xen" }),
  ];
}

const BUSES: Readonly<Record<string, string>> = { xvd: "xen", hd: "ide", sd: "scsi" };

function xenDisk({ path, format, writable, device, cdrom, backend_type, backend }: XenDisk): XmlElement {
  const block = backend_type === "phy";
  return xml(
    "disk",
    { type: block ? "block" : "file", device: cdrom ? "cdrom" : "disk" },
    xml("driver", { name: block ? "phy" : "qemu", type: format }),
    xml("source", block ? { dev: path } : { file: path }),
    backend === null ? null : xml("backenddomain", { name: backend }),
    xml("target", { dev: device, bus: BUSES[device.replace(/[a-z]\d*$/, "")] ?? "xen" }),
    writable ? null : xml("readonly"),
  );
}

const xenCard = ({ mac, bridge, script, model, backend }: XenCard): XmlElement =>
  xml(
    "interface",
    { type: "bridge" },
    xml("mac", { address: mac }),
    xml("source", { bridge }),
    script === null ? null : xml("script", { path: script }),
    backend === null ? null : xml("backenddomain", { name: backend }),
    model === null ? null : xml("model", { type: model }),
  );
