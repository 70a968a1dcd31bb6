/** Starts a machine of a plan here, as its twin under TCG: what this host has not is left out, and said. */
import { readFileSync, statSync } from "node:fs";
import { connect } from "node:net";
import { availableParallelism } from "node:os";
import { CrucibleWire } from "./crucible-wire.ts";
import { channelPath, domainName, type HypervisorPlan, type Machine, type MachineDisk } from "./hypervisor-plan.ts";
import { kvmDomain } from "./kvm-domain.ts";
import type { LibvirtSession } from "./libvirt-session.ts";
import { shortWords } from "./tool-run.ts";

/** Bigger images are not copied for a check. */
const COPY_MAX_BYTES = 512 * 1024 * 1024;
/** Stands for a disk that is not used: nothing of the owner's is ever written, and nothing of his is booted that could write. */
const EMPTY_DISK_BYTES = 1024 * 1024;
/** An emulated crucible boots in 2.5 s on an idle machine. */
const AGENT_DEADLINE_MS = 60_000;

export interface TwinEnd {
  readonly started: boolean;
  /** What happened, and then what was left out. */
  readonly words: string;
}

export async function startTwin(session: LibvirtSession, plan: HypervisorPlan, machine: Machine): Promise<TwinEnd> {
  const left_out = ["KVM", "locked memory", `confinement by ${plan.confinement}`];
  const twin = twinOf(session, machine, left_out);
  const here = { ...plan, runtime_folder: session.folder };
  const name = domainName(machine);
  const file = session.write(`${name}.xml`, kvmDomain(here, twin, { accelerator: "tcg" }));
  const ending = `; left out: ${left_out.join(", ")}`;
  for (const step of [
    ["define", "--validate", file],
    ["start", name],
  ]) {
    const run = await session.virsh(...step);
    if (!run.passed) return { started: false, words: `${step[0]}: ${shortWords(run.stderr)}${ending}` };
  }
  const boots = machine.role === "crucible" && twin.kernel !== null;
  const said = boots ? await agentWords(channelPath(here, machine)) : "its monitor ran";
  const state = (await session.virsh("domstate", name)).stdout.trim();
  const ended = await session.virsh("destroy", name);
  await session.virsh("undefine", name);
  const words = `defined, started (${said ?? `its agent said nothing in ${AGENT_DEADLINE_MS / 1000} s`}), then ${state}, destroyed`;
  return { started: state === "running" && ended.passed && said !== null, words: words + ending };
}

function twinOf(session: LibvirtSession, machine: Machine, left_out: string[]): Machine {
  const kernel = kernelOf(session, machine, left_out);
  const disks = machine.disks.map((disk, at) => diskOf(session, disk, `${machine.name}-${at}`, left_out));
  return { ...alone(machine, left_out), kernel, disks, ...pinsOf(machine, left_out) };
}

/** A crucible boots to its agent here, and would wait for as long as somebody else has its processor. */
function pinsOf({ role, pins, emulator_pins }: Machine, left_out: string[]): Pick<Machine, "pins" | "emulator_pins"> {
  const all = [...pins, ...emulator_pins];
  if (role !== "crucible" && Math.max(-1, ...all) < availableParallelism()) return { pins, emulator_pins };
  if (all.length > 0) left_out.push("pins");
  return { pins: [], emulator_pins: [] };
}

/** Without what other machines and the host's devices would give it. */
function alone(machine: Machine, left_out: string[]): Machine {
  if (machine.role === "driver") {
    left_out.push(`devices ${machine.devices.join(" ")}`, "the segment that it serves");
    return { ...machine, devices: [], serves: "storage" };
  }
  if (machine.role === "crucible" || machine.network === "none") return machine;
  left_out.push("its network card");
  return { ...machine, network: "none" };
}

function kernelOf(session: LibvirtSession, { name, kernel }: Machine, left_out: string[]): Machine["kernel"] {
  if (kernel === null) return null;
  const path = copyOf(session, kernel.path, `${name}-kernel`);
  const initrd = kernel.initrd === null ? null : copyOf(session, kernel.initrd, `${name}-initrd`);
  if (path !== null && (kernel.initrd === null || initrd !== null)) return { ...kernel, path, initrd };
  left_out.push(`the kernel ${kernel.path}, which is not here`);
  return null;
}

function diskOf(session: LibvirtSession, disk: MachineDisk, name: string, left_out: string[]): MachineDisk {
  const path = disk.writable ? null : copyOf(session, disk.path, name);
  if (path !== null) return { ...disk, path };
  left_out.push(
    disk.writable ? `the writable disk ${disk.path}` : `the disk ${disk.path}, which is not here or too big`,
  );
  return { ...disk, format: "raw", path: session.write(name, new Uint8Array(EMPTY_DISK_BYTES)) };
}

/** The session's user reaches nothing of the owner's. @returns null for what is no file here, cannot be read, or is too big. */
function copyOf(session: LibvirtSession, path: string, name: string): string | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile() || stat.size > COPY_MAX_BYTES) return null;
  try {
    return session.write(name, readFileSync(path));
  } catch {
    return null;
  }
}

/** The first frame of the agent of ours; null when none comes. */
async function agentWords(path: string): Promise<string | null> {
  const socket = connect(path);
  const wire = new CrucibleWire(socket);
  const late = Promise.withResolvers<null>();
  const timer = setTimeout(() => late.resolve(null), AGENT_DEADLINE_MS);
  try {
    const language = await Promise.race([wire.ready.catch(() => null), late.promise]);
    return language && `its agent is ready for ${language}`;
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}
