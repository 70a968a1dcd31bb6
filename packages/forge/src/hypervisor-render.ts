/** A plan as files: what `axiom forge render` writes. The same plan gives the same bytes. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { prettyText } from "lop";
import { bridgeUnit, UNIT_FILE } from "./bridge-unit.ts";
import { domainName, type HypervisorPlan, type Machine } from "./hypervisor-plan.ts";
import { kvmDomain, kvmSegment } from "./kvm-domain.ts";
import { vagrantfile } from "./vagrantfile.ts";
import { xenXml, xlOfDomain } from "./xen-domain.ts";
import { xenDomain } from "./xen-machines.ts";
import { xlText } from "./xl-text.ts";

export const BACKENDS = ["kvm", "xen", "xl", "vagrant"] as const;
export type Backend = (typeof BACKENDS)[number];

/** The plan as it was read, defaults filled in; `axiom forge check` reads it again. */
export const PLAN_FILE = "plan.json";

export interface Definitions {
  /** Text by path below the folder. */
  readonly files: ReadonlyMap<string, string>;
  /** What a backend has no words for, so that nothing is left out in silence. */
  readonly left_out: readonly { readonly backend: Backend; readonly what: string; readonly why: string }[];
}

type Entry = { path: string; text: string } | { what: string; why: string };

export function renderDefinitions(plan: HypervisorPlan, backends: readonly Backend[] = BACKENDS): Definitions {
  const files = new Map([[PLAN_FILE, prettyText(plan)]]);
  const left_out: Definitions["left_out"][number][] = [];
  for (const backend of BACKENDS.filter((one) => backends.includes(one)))
    for (const entry of WRITERS[backend](plan))
      if ("path" in entry) files.set(join(backend, entry.path), entry.text);
      else left_out.push({ backend, ...entry });
  return { files, left_out };
}

const WRITERS: Readonly<Record<Backend, (plan: HypervisorPlan) => Entry[]>> = {
  kvm: kvmEntries,
  xen: (plan) => plan.machines.map((machine) => xenEntry(plan, machine)),
  xl: (plan) =>
    plan.machines.map((machine) => ({
      path: `${domainName(machine)}.cfg`,
      text: xlText(xlOfDomain(xenDomain(plan, machine))),
    })),
  vagrant: vagrantEntries,
};

function kvmEntries(plan: HypervisorPlan): Entry[] {
  return plan.machines.flatMap((machine): Entry[] => {
    const name = domainName(machine);
    if (machine.disks.some(({ served_by }) => served_by !== null))
      return [{ what: name, why: "a disk that another machine serves is Xen's alone" }];
    if (machine.role === "driver" && machine.serves === "storage")
      return [{ what: name, why: "KVM has no way to give a machine's disks to another machine" }];
    const domain = { path: `${name}.xml`, text: kvmDomain(plan, machine) };
    return machine.role === "driver"
      ? [domain, { path: `segment-${machine.name}.xml`, text: kvmSegment(machine) }]
      : [domain];
  });
}

const xenEntry = (plan: HypervisorPlan, machine: Machine): Entry =>
  machine.role === "driver"
    ? { what: domainName(machine), why: "libvirt has no word for a driver domain; start it from its xl file" }
    : { path: `${domainName(machine)}.xml`, text: xenXml(xenDomain(plan, machine)) };

function vagrantEntries({ vagrant, machines, bridge }: HypervisorPlan): Entry[] {
  const machine = machines.find(({ name }) => name === vagrant?.machine);
  const unit = bridge === null ? [] : [{ path: UNIT_FILE, text: bridgeUnit(bridge) }];
  if (vagrant === null || machine === undefined) return unit;
  return [{ path: "Vagrantfile", text: vagrantfile(vagrant, machine, bridge) }, ...unit];
}

/** @throws Error of node:fs. */
export function writeDefinitions(folder: string, { files }: Definitions): void {
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

export interface Drift {
  readonly path: string;
  readonly how: "missing" | "changed" | "no longer rendered";
}

/** How a folder differs from what the plan gives. */
export function driftOf(folder: string, { files }: Definitions): Drift[] {
  const there = new Set(definitionsIn(folder));
  const drifts = [...files].flatMap(([path, text]): Drift[] => {
    if (!there.has(path)) return [{ path, how: "missing" }];
    return readFileSync(join(folder, path), "utf8") === text ? [] : [{ path, how: "changed" }];
  });
  const stale = [...there].filter((path) => !files.has(path));
  return [...drifts, ...stale.map((path): Drift => ({ path, how: "no longer rendered" }))];
}

/** Paths of definitions in a folder: the plan, and the files of each backend's folder. */
export function definitionsIn(folder: string): string[] {
  const names = (path: string): string[] => {
    try {
      return readdirSync(path, { withFileTypes: true }).flatMap((one) => (one.isFile() ? [one.name] : []));
    } catch (fault) {
      if ((fault as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw fault;
    }
  };
  const plan = names(folder).filter((name) => name === PLAN_FILE);
  return [...plan, ...BACKENDS.flatMap((backend) => names(join(folder, backend)).map((name) => join(backend, name)))];
}
