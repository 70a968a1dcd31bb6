/** Machines of a plan as Xen domains. */
import {
  CHANNEL_NAME,
  channelPath,
  domainName,
  domainUuid,
  driverOf,
  type HypervisorPlan,
  type Machine,
  macAddress,
  networkOf,
} from "./hypervisor-plan.ts";
import { backendTypeOf, type XenCard, type XenDomain } from "./xen-domain.ts";

/** Passthrough wants a paravirtual guest: it has no device model in the host's domain, which pvh has not either but cannot pass devices. */
function typeOf(machine: Machine): XenDomain["type"] {
  if (machine.role === "driver") return "pv";
  return machine.kernel === null ? "hvm" : "pvh";
}

export function xenDomain(plan: HypervisorPlan, machine: Machine): XenDomain {
  const type = typeOf(machine);
  const crucible = machine.role === "crucible";
  return {
    name: domainName(machine),
    uuid: domainUuid(machine),
    type,
    memory_mib: machine.memory_mib,
    memory_max_mib: machine.memory_mib,
    vcpus: machine.vcpus,
    pins: machine.pins,
    kernel: machine.kernel,
    boot: type === "hvm" ? "disk" : null,
    clock: { base: "utc", offset_s: type === "hvm" ? 0 : null },
    on: { poweroff: "destroy", reboot: crucible ? "destroy" : "restart", crash: "destroy" },
    features: type === "hvm" ? ["acpi", "apic", "pae"] : [],
    device_model: null,
    disks: machine.disks.map(({ path, format, writable, served_by }, at) => ({
      path,
      format,
      writable,
      device: `xvd${String.fromCharCode(97 + at)}`,
      cdrom: false,
      backend_type: backendTypeOf(path),
      backend: served_by === null ? null : domainName({ name: served_by }),
    })),
    cards: cardsOf(plan, machine),
    devices: machine.role === "driver" ? machine.devices : [],
    driver: machine.role === "driver",
    channel: machine.channel ? { path: channelPath(plan, machine), name: CHANNEL_NAME } : null,
  };
}

function cardsOf(plan: HypervisorPlan, machine: Machine): XenCard[] {
  const name = networkOf(machine);
  const driver = name === null ? null : driverOf(plan, name, "network");
  if (driver === null) return [];
  return [
    {
      mac: macAddress("00:16:3e", machine),
      bridge: driver.bridge,
      script: null,
      model: null,
      backend: domainName(driver),
    },
  ];
}
