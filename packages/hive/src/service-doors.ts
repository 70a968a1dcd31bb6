/**
 * Whether a systemd unit leaves the chambers what they are made with. An owner's own unit, one of an earlier version or a drop-in
 * may shut a rung without a word; here it is said in words. Semantics: systemd.exec(5), systemd.resource-control(5).
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CHAMBER_CALLS, CHAMBER_FAMILY, CHAMBER_NAMESPACES } from "./service.ts";

/** What a unit takes away. */
export interface ShutDoor {
  /** `os, vm`: the rungs are off, or the machine's monitor stands outside of bubblewrap; `caps`: weaker; `permits`: nobody is reached. */
  readonly shuts: "os, vm" | "caps" | "permits";
  /** The setting as it stands, and what it does. */
  readonly why: string;
}

/** Values of each setting in the order of the file and its drop-ins. An empty one takes back all before it. */
type Settings = ReadonlyMap<string, readonly string[]>;

/** The unit's own text first, then `UNIT.d/*.conf` by name. Null when there is no such unit. */
export function readUnit(path: string): string | null {
  if (!existsSync(path)) return null;
  const folder = `${path}.d`;
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".conf")) : [];
  return [path, ...names.sort().map((name) => join(folder, name))].map((file) => readFileSync(file, "utf8")).join("\n");
}

export function shutDoors(unit: string): ShutDoor[] {
  const settings = settingsOf(unit);
  return DOORS.flatMap(({ shuts, shut }) => {
    const why = shut(settings);
    return why === null ? [] : [{ shuts, why }];
  });
}

function settingsOf(unit: string): Settings {
  const settings = new Map<string, string[]>();
  for (const line of unit.split("\n")) {
    const [, name, value] = /^([A-Za-z]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined) continue;
    settings.set(name, value === "" ? [] : [...(settings.get(name) ?? []), value!]);
  }
  return settings;
}

const isOn = (settings: Settings, name: string): boolean =>
  /^(yes|true|on|1|strict|private)$/i.test(settings.get(name)?.at(-1) ?? "");

/** Of a list that allows, or with `~` before it denies: what of `wanted` it does not let pass. Later lines add to the first. */
function keptBack(
  lines: readonly string[],
  wanted: readonly string[],
  groups: (one: string) => readonly string[],
): string[] {
  if (lines.length === 0) return [];
  const denies = lines[0]!.startsWith("~");
  return wanted.filter((one) => {
    const names = [one, ...groups(one)];
    let passes = denies;
    for (const line of lines) {
      const named = line
        .replace(/^~/, "")
        .split(/\s+/)
        .some((word) => names.includes(word.split(":")[0]!));
      if (named) passes = !line.startsWith("~");
    }
    return !passes;
  });
}

/** Groups of system calls that hold one of ours (systemd-analyze syscall-filter; `seccomp` is in one of newer versions). */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  mount: ["@mount"],
  umount2: ["@mount"],
  pivot_root: ["@mount", "@privileged"],
  sethostname: ["@privileged"],
  capset: ["@privileged", "@system-service"],
  seccomp: ["@sandbox"],
};
const none = (): readonly string[] => [];

interface Door {
  readonly shuts: ShutDoor["shuts"];
  shut(settings: Settings): string | null;
}

/** A switch that must not be on. */
const off = (shuts: ShutDoor["shuts"], name: string, why: string): Door => ({
  shuts,
  shut: (settings) => (isOn(settings, name) ? `${name}=${settings.get(name)!.at(-1)}: ${why}` : null),
});

/** A list that must let something pass. */
const open = (
  name: string,
  wanted: readonly string[],
  groups: (one: string) => readonly string[],
  what: string,
): Door => ({
  shuts: "os, vm",
  shut: (settings) => {
    const lines = settings.get(name) ?? [];
    const held = isOn(settings, name) ? wanted : keptBack(lines, wanted, groups);
    return held.length === 0 ? null : `${name}: ${what} ${held.join(" ")}`;
  },
});

const COVERED = "a part of /proc is covered, and then the kernel gives no chamber a /proc of its own";

const DOORS: readonly Door[] = [
  open("RestrictNamespaces", CHAMBER_NAMESPACES, none, "a chamber needs the namespaces"),
  open("SystemCallFilter", CHAMBER_CALLS, (call) => GROUPS[call] ?? [], "bubblewrap needs the system calls"),
  open("RestrictAddressFamilies", [CHAMBER_FAMILY], none, "bubblewrap brings up a chamber's loopback over"),
  off("os, vm", "ProtectKernelTunables", COVERED),
  off("os, vm", "ProtectKernelLogs", COVERED),
  { shuts: "os, vm", shut: (s) => (s.get("ProcSubset")?.at(-1) === "pid" ? `ProcSubset=pid: ${COVERED}` : null) },
  off("os, vm", "ProtectHostname", "a chamber gets a host name of its own"),
  off("os, vm", "MemoryDenyWriteExecute", "Node and the monitor of machines compile at run time"),
  off("caps", "ProtectControlGroups", "no run can have a control group"),
  {
    shuts: "caps",
    shut: (settings) =>
      /^(|no|false|off|0)$/i.test(settings.get("Delegate")?.at(-1) ?? "")
        ? "Delegate=yes is missing: no run can have a control group"
        : null,
  },
  {
    shuts: "permits",
    shut: (settings) =>
      settings.get("IPAddressDeny")?.includes("any") ? "IPAddressDeny=any: a permitted stream reaches nobody" : null,
  },
];
