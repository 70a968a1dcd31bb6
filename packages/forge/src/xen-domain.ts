/**
 * One model of a Xen domain, written as xl's file and as libvirt's XML, and read back from xl's. What the two formats say of the
 * same domain is libvirt's own rule (its tests/xlconfigdata; pairs of them stand in test/vectors/xl-libvirt).
 */
import { pciWords } from "./kvm-domain.ts";
import type { XlConfig, XlValue } from "./xl-text.ts";
import { type XmlElement, xml, xmlText } from "./xml-text.ts";

export interface XenDisk {
  path: string;
  format: "raw" | "qcow2";
  writable: boolean;
  device: string;
  backend: string | null;
}

export interface XenCard {
  mac: string;
  bridge: string;
  backend: string;
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
    ["vif", domain.cards.map(({ mac, bridge, backend }) => `mac=${mac},bridge=${bridge},backend=${backend}`)],
    // A device that the host's kernel still holds is taken from it.
    ["pci", domain.devices.length === 0 ? null : domain.devices.map((address) => `${address},seize=1`)],
    ["channel", channel === null ? null : [`connection=socket,path=${channel.path},name=${channel.name}`]],
    ["on_poweroff", domain.on.poweroff],
    ["on_reboot", domain.on.reboot],
    ["on_crash", domain.on.crash],
  ];
  return new Map(entries.filter((entry): entry is readonly [string, XlValue] => entry[1] !== null));
}

const BOOT = { disk: "c", cdrom: "d", network: "n" } as const;

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

/** `target` comes last and takes the rest of the line, commas too (xl-disk-configuration(5)). */
function diskSpec({ path, format, writable, device, backend }: XenDisk): string {
  const access = writable ? "rw" : "ro";
  const where = backend === null ? [] : [`backend=${backend}`];
  return [`format=${format}`, `vdev=${device}`, `access=${access}`, ...where, `target=${path}`].join(",");
}

/** What `xl` would start. @throws SyntaxError on a key's value that it refuses or that this model has no place for. */
export function domainOfXl(config: XlConfig): XenDomain {
  const read = new XlReader(config);
  const type = read.oneOf("type", ["pvh", "pv", "hvm"] as const, "pv");
  const memory_mib = read.number("memory");
  const kernel = read.text("kernel", null);
  const offset_s = read.number("rtc_timeoffset", null);
  return {
    name: read.text("name"),
    uuid: read.text("uuid", ""),
    type,
    memory_mib,
    memory_max_mib: read.number("maxmem", memory_mib),
    vcpus: read.number("vcpus", 1),
    pins: read.list("cpus").map(Number),
    kernel:
      kernel === null
        ? null
        : { path: kernel, initrd: read.text("ramdisk", null), command_line: read.text("cmdline", "") },
    boot: type === "hvm" ? bootOf(read.text("boot", "c")) : null,
    clock: {
      base: read.number("localtime", 0) === 1 ? "localtime" : "utc",
      // Only a machine with a clock of hardware's can be off by something.
      offset_s: type === "hvm" ? (offset_s ?? 0) : offset_s,
    },
    on: {
      poweroff: read.text("on_poweroff", "destroy"),
      reboot: read.text("on_reboot", "restart"),
      crash: read.text("on_crash", "destroy"),
    },
    features: type === "hvm" ? (["acpi", "apic", "pae"] as const).filter((name) => read.number(name, 1) === 1) : [],
    device_model: read.text("device_model_override", read.text("device_model", null)),
    disks: read.list("disk").map(readDisk),
    cards: read.list("vif").map(readCard),
    devices: read.list("pci").map((spec) => spec.split(",")[0]!),
    driver: read.number("driver_domain", 0) === 1,
    channel: read.list("channel").map(readChannel)[0] ?? null,
  };
}

function bootOf(letters: string): XenDomain["boot"] {
  const found = Object.entries(BOOT).find(([, letter]) => letter === letters[0]);
  if (found === undefined) throw new SyntaxError(`boot = ${JSON.stringify(letters)} is not known`);
  return found[0] as XenDomain["boot"];
}

/** `a=b,c=d`; a value ends at the next comma. */
const words = (spec: string): Map<string, string> =>
  new Map(spec.split(",").map((part) => [part.split("=")[0]!.trim(), part.slice(part.indexOf("=") + 1)]));

function readDisk(spec: string): XenDisk {
  const [, head, path] = /^(.*?)\btarget=(.*)$/s.exec(spec) ?? [];
  if (head === undefined || path === undefined) throw new SyntaxError(`disk ${JSON.stringify(spec)} names no target`);
  const parts = words(head);
  const device = parts.get("vdev");
  if (device === undefined) throw new SyntaxError(`disk ${JSON.stringify(spec)} names no vdev`);
  return {
    path,
    format: parts.get("format") === "qcow2" ? "qcow2" : "raw",
    writable: parts.get("access") !== "ro",
    device,
    backend: parts.get("backend") ?? null,
  };
}

const readCard = (spec: string): XenCard => {
  const parts = words(spec);
  return {
    mac: parts.get("mac") ?? "",
    bridge: parts.get("bridge") ?? "xenbr0",
    backend: parts.get("backend") ?? "0",
  };
};

const readChannel = (spec: string): { path: string; name: string } => {
  const parts = words(spec);
  return { path: parts.get("path") ?? "", name: parts.get("name") ?? "" };
};

class XlReader {
  readonly #config: XlConfig;
  constructor(config: XlConfig) {
    this.#config = config;
  }

  text(key: string, otherwise?: string): string;
  text(key: string, otherwise: string | null): string | null;
  text(key: string, otherwise?: string | null): string | null {
    const value = this.#config.get(key) ?? otherwise;
    if (value === null || typeof value === "string") return value;
    throw new SyntaxError(`${key}: a string is wanted`);
  }

  number(key: string, otherwise?: number): number;
  number(key: string, otherwise: null): number | null;
  number(key: string, otherwise?: number | null): number | null {
    const value = this.#config.get(key) ?? otherwise;
    if (value === null || typeof value === "number") return value;
    throw new SyntaxError(`${key}: a number is wanted`);
  }

  oneOf<T extends string>(key: string, known: readonly T[], otherwise: T): T {
    const value = this.text(key, otherwise);
    const found = known.find((one) => one === value);
    if (found === undefined) throw new SyntaxError(`${key} = ${JSON.stringify(value)} is not known`);
    return found;
  }

  list(key: string): readonly string[] {
    const value = this.#config.get(key) ?? [];
    if (typeof value === "object") return value;
    throw new SyntaxError(`${key}: a list is wanted`);
  }
}

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

const xenDisk = ({ path, format, writable, device, backend }: XenDisk): XmlElement =>
  xml(
    "disk",
    { type: "file", device: "disk" },
    xml("driver", { name: "qemu", type: format }),
    xml("source", { file: path }),
    backend === null ? null : xml("backenddomain", { name: backend }),
    xml("target", { dev: device, bus: "xen" }),
    writable ? null : xml("readonly"),
  );

const xenCard = ({ mac, bridge, backend }: XenCard): XmlElement =>
  xml(
    "interface",
    { type: "bridge" },
    xml("mac", { address: mac }),
    xml("source", { bridge }),
    xml("backenddomain", { name: backend }),
  );
