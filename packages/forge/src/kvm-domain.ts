/**
 * libvirt's XML for KVM (https://libvirt.org/formatdomain.html). What is not named is off: no network card, no USB, no screen, no
 * balloon. The crucible is QEMU's `microvm` with its devices on virtio-mmio, which is what its kernel knows; the others are PCs.
 */
import {
  CHANNEL_NAME,
  channelPath,
  type DriverMachine,
  domainName,
  domainUuid,
  type HypervisorPlan,
  type Machine,
  type MachineDisk,
  macAddress,
  networkOf,
} from "./hypervisor-plan.ts";
import { type XmlElement, xml, xmlText } from "./xml-text.ts";

/** What a monitor takes beside the guest's memory, at most: QEMU's own heap, its devices, TCG's none. */
const MONITOR_MIB = 256;

export interface KvmHost {
  /** `tcg` makes a twin for a host without KVM: same devices, an emulated processor, nothing that only the machine's own daemon may set. */
  readonly accelerator: "kvm" | "tcg";
}

export function kvmDomain(
  plan: HypervisorPlan,
  machine: Machine,
  { accelerator }: KvmHost = { accelerator: "kvm" },
): string {
  const kvm = accelerator === "kvm";
  return xmlText(
    xml(
      "domain",
      { type: kvm ? "kvm" : "qemu" },
      xml("name", {}, domainName(machine)),
      xml("uuid", {}, domainUuid(machine)),
      xml("memory", { unit: "MiB" }, String(machine.memory_mib)),
      kvm ? xml("memtune", {}, xml("hard_limit", { unit: "MiB" }, String(machine.memory_mib + MONITOR_MIB))) : null,
      // Pages that are swapped out or merged with another guest's tell what is in them.
      kvm ? xml("memoryBacking", {}, xml("nosharepages"), xml("locked")) : null,
      xml("vcpu", { placement: "static" }, String(machine.vcpus)),
      cputune(machine),
      osOf(machine),
      machine.role === "crucible" ? null : xml("features", {}, xml("acpi"), xml("vmport", { state: "off" })),
      kvm
        ? xml("cpu", { mode: "host-passthrough", check: "none", migratable: "off" })
        : xml("cpu", { mode: "maximum" }),
      xml("clock", { offset: "utc" }),
      xml("on_poweroff", {}, "destroy"),
      xml("on_reboot", {}, machine.role === "crucible" ? "destroy" : "restart"),
      xml("on_crash", {}, "destroy"),
      xml("devices", {}, ...devicesOf(plan, machine)),
      kvm ? xml("seclabel", { type: "dynamic", model: plan.confinement, relabel: "yes" }) : null,
    ),
  );
}

function cputune({ pins, emulator_pins }: Machine): XmlElement | null {
  const rows = pins.map((cpu, vcpu) => xml("vcpupin", { vcpu, cpuset: cpu }));
  if (emulator_pins.length > 0) rows.push(xml("emulatorpin", { cpuset: emulator_pins.join(",") }));
  return rows.length === 0 ? null : xml("cputune", {}, ...rows);
}

function osOf({ role, kernel }: Machine): XmlElement {
  const type = xml("type", { arch: "x86_64", machine: role === "crucible" ? "microvm" : "q35" }, "hvm");
  if (kernel === null) return xml("os", {}, type, xml("boot", { dev: "hd" }));
  return xml(
    "os",
    {},
    type,
    xml("kernel", {}, kernel.path),
    kernel.initrd === null ? null : xml("initrd", {}, kernel.initrd),
    kernel.command_line === "" ? null : xml("cmdline", {}, kernel.command_line),
  );
}

function devicesOf(plan: HypervisorPlan, machine: Machine): (XmlElement | null)[] {
  const crucible = machine.role === "crucible";
  const address = crucible ? xml("address", { type: "virtio-mmio" }) : null;
  const card = networkOf(machine);
  return [
    ...machine.disks.map((disk, at) => diskOf(disk, at, address)),
    xml("controller", { type: "usb", model: "none" }),
    machine.channel ? xml("controller", { type: "virtio-serial", index: 0 }, address) : null,
    card === null ? null : cardOf(machine, card, true),
    ...(machine.role === "driver" ? driverDevices(machine) : []),
    // The crucible's kernel has no console: what a guest prints there would be a second way out.
    crucible ? null : xml("console", { type: "pty" }),
    machine.channel ? channelOf(channelPath(plan, machine)) : null,
    xml("memballoon", { model: "none" }),
    xml("rng", { model: "virtio" }, xml("backend", { model: "random" }, "/dev/urandom"), address),
  ];
}

function diskOf({ path, format, writable }: MachineDisk, at: number, address: XmlElement | null): XmlElement {
  const block = path.startsWith("/dev/");
  return xml(
    "disk",
    { type: block ? "block" : "file", device: "disk" },
    xml("driver", { name: "qemu", type: format }),
    xml("source", block ? { dev: path } : { file: path }),
    xml("target", { dev: `vd${String.fromCharCode(97 + at)}`, bus: "virtio" }),
    writable ? null : xml("readonly"),
    address,
  );
}

const channelOf = (path: string): XmlElement =>
  xml(
    "channel",
    { type: "unix" },
    xml("source", { mode: "bind", path }),
    xml("target", { type: "virtio", name: CHANNEL_NAME }),
  );

/** Isolated ports reach the driver machine and not each other. */
const cardOf = (machine: Machine, driver: string, isolated: boolean): XmlElement =>
  xml(
    "interface",
    { type: "network" },
    xml("mac", { address: macAddress("52:54:00", machine) }),
    xml("source", { network: segmentName(driver) }),
    xml("model", { type: "virtio" }),
    isolated ? xml("port", { isolated: "yes" }) : null,
  );

/** The devices themselves through VFIO, which needs and so enforces an IOMMU; and its end of the segment that it serves. */
function driverDevices(machine: DriverMachine): XmlElement[] {
  const passed = machine.devices.map((address) =>
    xml(
      "hostdev",
      { mode: "subsystem", type: "pci", managed: "yes" },
      xml("driver", { name: "vfio" }),
      xml("source", {}, xml("address", pciWords(address))),
    ),
  );
  return machine.serves === "network" ? [...passed, cardOf(machine, machine.name, false)] : passed;
}

/** `0000:03:00.0` as libvirt's attributes. */
export function pciWords(address: string): Record<string, string> {
  const [domain, bus, slot, f] = address.split(/[:.]/) as [string, string, string, string];
  return { domain: `0x${domain}`, bus: `0x${bus}`, slot: `0x${slot}`, function: `0x${f}` };
}

const segmentName = (driver: string): string => `axiom-segment-${driver}`;

/** The segment between a driver machine and those that it serves: no forwarding, no address of the host, no DHCP. */
export function kvmSegment(driver: DriverMachine): string {
  const named = { name: segmentName(driver.name) };
  return xmlText(
    xml(
      "network",
      {},
      xml("name", {}, named.name),
      xml("uuid", {}, domainUuid(named)),
      // An interface's name has 15 characters, too few for a machine's.
      xml("bridge", { name: `ax${domainUuid(named).slice(0, 8)}`, stp: "off", delay: 0 }),
    ),
  );
}
