/**
 * What an owner writes to have definitions made for a hypervisor of his own: machines, how they are walled off, the agent harness
 * and its bridge. Every value is checked here, before any writer sees it; docs/hypervisors.md explains each.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Json, parseStrict, type Refusal, refuse } from "lop";
import { z } from "zod";
import { isPlainText } from "./plain-text.ts";

export const PLAN_MAX_BYTES = 256 * 1024;
export const MAX_MACHINES_OF_PLAN = 64;
const MAX_CPU = 4095;
const MAX_MEMORY_MIB = 4 * 1024 * 1024;

const NAME = /^[a-z][a-z0-9-]{0,31}$/;
const Name = z.string().regex(NAME, "a name is small letters, digits and dashes, 32 at most");
/** Absolute, without `.`, `..` or empty parts. */
const Path = z
  .string()
  .max(1024)
  .refine((path) => isPlainText(path) && /^(\/(?!\.{1,2}(\/|$))[^/]+)+$/.test(path), "not a plain absolute path");
/** Goes into formats where commas, blanks and quotes end a value. */
const StrictPath = z
  .string()
  .max(64)
  .regex(/^(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)+$/, "only letters, digits, _ . - and /");
const Line = z.string().max(2048).refine(isPlainText, "control characters");
const PciAddress = z.string().regex(/^[0-9a-f]{4}:[0-9a-f]{2}:[01][0-9a-f]\.[0-7]$/, "like 0000:03:00.0");
const Cpu = z.int().min(0).max(MAX_CPU);

const Kernel = z.strictObject({ path: Path, initrd: Path.nullable().default(null), command_line: Line.default("") });
const Disk = z.strictObject({
  path: Path,
  format: z.enum(["raw", "qcow2"]).default("raw"),
  writable: z.boolean().default(false),
  /** The driver machine that gives this disk; null: the host itself. Xen only. */
  served_by: Name.nullable().default(null),
});

const common = {
  name: Name,
  memory_mib: z.int().min(16).max(MAX_MEMORY_MIB),
  vcpus: z.int().min(1).max(256).default(1),
  /** The host's processor for each virtual one, in order; empty: unpinned. */
  pins: z.array(Cpu).max(256).default([]),
  /** Processors of the monitor's own threads; empty: unpinned. KVM only. */
  emulator_pins: z.array(Cpu).max(256).default([]),
  /** Only a harness can do without: it boots from its first disk then. */
  kernel: Kernel.nullable().default(null),
  disks: z.array(Disk).max(16).default([]),
  /** A Unix socket on the host that the guest sees as its channel. */
  channel: z.boolean().default(false),
};
const Served = z.union([z.literal("none"), z.strictObject({ driver: Name })]).default("none");

/** The microVM that programs run in: our kernel, our agent, no network. */
const Crucible = z.strictObject({
  ...common,
  role: z.literal("crucible"),
  channel: z.boolean().default(true),
});
/** Owns a device of the host, so that its driver runs in there and not in the host's kernel. */
const Driver = z.strictObject({
  ...common,
  role: z.literal("driver"),
  serves: z.enum(["network", "storage"]),
  devices: z.array(PciAddress).min(1).max(16),
  /** Bridge inside the driver machine that the others' cards are on. Xen only. */
  bridge: z
    .string()
    .regex(/^[a-z][a-z0-9]{0,14}$/)
    .default("xenbr0"),
});
/** Where an agent works that is not ours: a whole machine, which reaches the hive through the bridge alone. */
const Harness = z.strictObject({ ...common, role: z.literal("agent-harness"), network: Served });

const Machine = z.discriminatedUnion("role", [Crucible, Driver, Harness]);
export type Machine = z.infer<typeof Machine>;
export type DriverMachine = z.infer<typeof Driver>;
export type MachineDisk = z.infer<typeof Disk>;

const Vagrant = z.strictObject({
  /** Takes memory and processors from this machine. */
  machine: Name,
  box: z.string().regex(/^[A-Za-z0-9][\w.-]{0,63}\/[A-Za-z0-9][\w.-]{0,63}$/, "like debian/bookworm64"),
  box_version: z.string().regex(/^\d[\w.+-]{0,31}$/),
  folders: z
    .array(z.strictObject({ host: Line.min(1), guest: Path }))
    .max(16)
    .default([]),
});
export type VagrantPlan = z.infer<typeof Vagrant>;

const Host = z
  .string()
  .max(253)
  .regex(/^[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?$/);
const Bridge = z.strictObject({
  /** Where the hive's sshd is, seen from the harness. */
  host: Host,
  port: z.int().min(1).max(65_535).default(22),
  user: z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/),
  identity_file: StrictPath.default("/etc/axiom/bridge/identity"),
  known_hosts_file: StrictPath.default("/etc/axiom/bridge/known_hosts"),
  /** The hive's port on the far side, and where it is offered on this side. Loopback on both. */
  hive_port: z.int().min(1).max(65_535).default(4180),
  listen_port: z.int().min(1).max(65_535).default(4180),
});
export type BridgePlan = z.infer<typeof Bridge>;

const Plan = z.strictObject({
  v: z.literal(1),
  /** Where the host keeps the sockets of channels. */
  runtime_folder: StrictPath.default("/run/axiom"),
  /** The security driver that confines monitors; libvirt refuses to start a machine where it is absent. */
  confinement: z.enum(["apparmor", "selinux"]).default("apparmor"),
  machines: z.array(Machine).min(1).max(MAX_MACHINES_OF_PLAN),
  vagrant: Vagrant.nullable().default(null),
  bridge: Bridge.nullable().default(null),
});
export type HypervisorPlan = z.infer<typeof Plan>;

/** @param value what the file holds, parsed. */
export function planOf(value: unknown): HypervisorPlan | Refusal {
  const parsed = Plan.safeParse(value);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    return refusePlan(`${path.length === 0 ? "the plan" : path.join(".")}: ${message}`);
  }
  const fault = faultOf(parsed.data);
  return fault === null ? parsed.data : refusePlan(fault);
}

export function readPlan(path: string): HypervisorPlan | Refusal {
  let value: Json;
  try {
    value = parseStrict(readFileSync(path), { max_bytes: PLAN_MAX_BYTES });
  } catch (fault) {
    const { code, message } = fault as NodeJS.ErrnoException;
    if (code !== undefined) return refuse("config-invalid", `${path} cannot be read (${code}).`, "Check the path.");
    return refusePlan(`${path}: ${message}`);
  }
  return planOf(value);
}

const refusePlan = (why: string): Refusal =>
  refuse("config-invalid", why, "Correct the plan; docs/hypervisors.md explains each key.");

/** What no single value shows: names twice, machines that are not there, a device or processor given twice. */
function faultOf(plan: HypervisorPlan): string | null {
  const { machines, vagrant } = plan;
  const twice = repeated(machines.map(({ name }) => name));
  if (twice !== null) return `machines: ${twice} is there twice`;
  const device = repeated(machines.flatMap((one) => (one.role === "driver" ? one.devices : [])));
  if (device !== null) return `machines: the device ${device} is given twice`;
  const harness = machines.find(({ name }) => name === vagrant?.machine);
  if (vagrant !== null && harness?.role !== "agent-harness")
    return `vagrant.machine: ${vagrant.machine} is no machine of role agent-harness`;
  return machines.map((machine) => machineFault(machine, plan)).find((fault) => fault !== null) ?? null;
}

function machineFault(machine: Machine, plan: HypervisorPlan): string | null {
  const { name, vcpus, pins, disks } = machine;
  if (pins.length > 0 && pins.length !== vcpus) return `${name}.pins: ${pins.length} pins for ${vcpus} vcpus`;
  if (repeated(pins.map(String)) !== null) return `${name}.pins: a processor is named twice`;
  if (machine.role !== "agent-harness" && machine.kernel === null) return `${name}.kernel: a ${machine.role} needs one`;
  if (machine.role === "crucible" && vcpus !== 1) return `${name}.vcpus: the crucible's kernel knows one processor`;
  if (machine.role === "crucible" && disks.some(({ writable }) => writable))
    return `${name}.disks: a crucible's disks are read-only`;
  for (const { served_by } of disks)
    if (served_by !== null && driverOf(plan, served_by, "storage") === null)
      return `${name}.disks: ${served_by} is no driver machine that serves storage`;
  const network = networkOf(machine);
  if (network !== null && driverOf(plan, network, "network") === null)
    return `${name}.network: ${network} is no driver machine that serves the network`;
  return null;
}

export function driverOf(plan: HypervisorPlan, name: string, serves: DriverMachine["serves"]): DriverMachine | null {
  const found = plan.machines.find((one) => one.name === name);
  return found?.role === "driver" && found.serves === serves ? found : null;
}

/** Name of the driver machine that this machine's card leads to; null: it has none. */
export const networkOf = (machine: Machine): string | null =>
  machine.role === "agent-harness" && machine.network !== "none" ? machine.network.driver : null;

function repeated(names: readonly string[]): string | null {
  return names.find((name, at) => names.indexOf(name) !== at) ?? null;
}

/** What the hypervisor knows the machine by. */
export const domainName = ({ name }: { name: string }): string => `axiom-${name}`;

/** The same machine keeps its id however often it is rendered: RFC 9562, version 8, out of the name's digest. */
export function domainUuid(machine: { name: string }): string {
  const hex = createHash("sha256").update(`axiom-domain/1\0${machine.name}`).digest("hex");
  const variant = ((Number.parseInt(hex[16]!, 16) & 3) | 8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join("-");
}

/** A card's address under the hypervisor's own prefix (QEMU 52:54:00, Xen 00:16:3e), out of the machine's name. */
export function macAddress(prefix: "52:54:00" | "00:16:3e", machine: { name: string }): string {
  const hex = createHash("sha256").update(`axiom-mac/1\0${machine.name}`).digest("hex");
  // Xen's vendor gives the lower half of its range to whoever makes addresses up.
  const first = (Number.parseInt(hex.slice(0, 2), 16) & 0x7f).toString(16).padStart(2, "0");
  return `${prefix}:${first}:${hex.slice(2, 4)}:${hex.slice(4, 6)}`;
}

export const channelPath = (plan: HypervisorPlan, machine: Machine): string =>
  `${plan.runtime_folder}/${domainName(machine)}.sock`;
/** What the guest finds the channel under. */
export const CHANNEL_NAME = "org.axiom-hive.crucible";
