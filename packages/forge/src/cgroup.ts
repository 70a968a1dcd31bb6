/**
 * Control groups of runs: caps on memory, processes and processor time, the freezer, and the count of what was used.
 * v1 has a folder in each controller's hierarchy (Documentation/admin-guide/cgroup-v1), v2 one folder in all
 * (Documentation/admin-guide/cgroup-v2.rst). All files are tiny and answered by the kernel at once: the calls are synchronous.
 */
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";

export interface CgroupCaps {
  memory_bytes: number;
  /** Processes and threads. */
  pids: number;
  /** Processors' worth of time, 1 is one of them. */
  cpus: number;
}

export const CONTROLLERS = ["memory", "pids", "cpu", "freezer"] as const;
export type Controller = (typeof CONTROLLERS)[number];

const QUOTA_PERIOD_US = 100_000;
/** The freezer of v1 needs a few rounds to catch a tree that forks. */
const FREEZE_ROUNDS = 50;
const FREEZE_PAUSE_MS = 2;
const REMOVE_ROUNDS = 100;
const REMOVE_PAUSE_MS = 10;

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const read = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
};
const numberIn = (path: string): number => Number.parseInt(read(path), 10) || 0;
const fieldIn = (path: string, field: string): number =>
  Number(new RegExp(`^${field} (\\d+)`, "m").exec(read(path))?.[1] ?? 0);

/** The group of one run. */
export interface Cgroup {
  /** Every folder it has, for the journal of leftovers. */
  readonly folders: readonly string[];
  /** Takes a process in; what it starts afterwards is in too. */
  add(pid: number): void;
  peak_bytes(): number;
  /** Processes that the kernel killed because the cap on memory was reached. */
  oomKills(): number;
  /** @returns false when there is no freezer or it did not catch everybody. */
  freeze(): Promise<boolean>;
  thaw(): void;
  pids(): number[];
  /** Kills whoever is left and removes the folders. @returns false when something could not be removed. */
  end(): Promise<boolean>;
}

/** Where this process may make groups. */
export interface CgroupRoom {
  readonly version: 1 | 2;
  readonly holds: readonly Controller[];
  /** The folders that a group of this name has, or will have. */
  folders(name: string): readonly string[];
  make(name: string, caps: CgroupCaps): Cgroup;
}

interface Mount {
  folder: string;
  root: string;
  type: string;
  options: string[];
}

/** Lines of proc(5) mountinfo that are cgroup hierarchies. */
function cgroupMounts(mountinfo: string): Mount[] {
  return mountinfo.split("\n").flatMap((line) => {
    const [before, after] = line.split(" - ");
    const [type, , options] = after?.split(" ") ?? [];
    const fields = before!.split(" ");
    if (type !== "cgroup" && type !== "cgroup2") return [];
    return [{ folder: fields[4]!, root: fields[3]!, type, options: (options ?? "").split(",") }];
  });
}

/** This process's own folder in a hierarchy. Lines of /proc/self/cgroup: `id:controllers:path`. */
function ownFolder(mount: Mount, membership: string, matches: (controllers: string[]) => boolean): string {
  const line = membership
    .split("\n")
    .map((one) => /^\d+:([^:]*):(.*)$/.exec(one))
    .find((found) => found !== null && matches(found[1]!.split(",")));
  const path = relative(mount.root, line?.[2] ?? "/");
  return path.startsWith("..") ? mount.folder : join(mount.folder, path);
}

/**
 * Looks for a place where groups with at least caps on memory and processes can be made. @returns a sentence when there is none.
 * A trial group is made and removed: being able to write is what counts, not what is mounted.
 */
export function findCgroupRoom(trial: string): CgroupRoom | string {
  const mounts = cgroupMounts(read("/proc/self/mountinfo"));
  const membership = read("/proc/self/cgroup");
  const rooms = [roomV1(mounts, membership), roomV2(mounts, membership)].filter((room) => room !== null);
  if (rooms.length === 0) return "no cgroup hierarchy with memory and pids is mounted";
  const faults: string[] = [];
  for (const room of rooms)
    try {
      void room.make(trial, { memory_bytes: 16 * 1024 * 1024, pids: 8, cpus: 1 }).end();
      return room;
    } catch (fault) {
      faults.push(`cgroup v${room.version} cannot be used: ${(fault as Error).message}`);
    }
  return faults.join("; ");
}

function roomV1(mounts: readonly Mount[], membership: string): CgroupRoom | null {
  const folders = new Map<Controller, string>();
  for (const controller of CONTROLLERS) {
    const mount = mounts.find(({ type, options }) => type === "cgroup" && options.includes(controller));
    if (mount)
      folders.set(
        controller,
        ownFolder(mount, membership, (names) => names.includes(controller)),
      );
  }
  if (!folders.has("memory") || !folders.has("pids")) return null;
  const places = [...new Set(folders.values())];
  const named = (name: string): string[] => places.map((folder) => join(folder, name));
  return {
    version: 1,
    holds: [...folders.keys()],
    folders: named,
    make: (name, caps) => new CgroupV1(folders, name, caps),
  };
}

/** v1 hierarchies may be mounted together (cpu,cpuacct): two controllers can share a folder. */
class CgroupV1 implements Cgroup {
  readonly folders: readonly string[];
  readonly #at: ReadonlyMap<Controller, string>;

  constructor(parents: ReadonlyMap<Controller, string>, name: string, caps: CgroupCaps) {
    this.#at = new Map([...parents].map(([controller, folder]) => [controller, join(folder, name)]));
    this.folders = [...new Set(this.#at.values())];
    for (const folder of this.folders) mkdirSync(folder);
    this.#write("memory", "memory.limit_in_bytes", caps.memory_bytes);
    try {
      this.#write("memory", "memory.memsw.limit_in_bytes", caps.memory_bytes);
    } catch {
      // A kernel that does not count swap has no such file.
    }
    this.#write("pids", "pids.max", caps.pids);
    this.#write("cpu", "cpu.cfs_period_us", QUOTA_PERIOD_US);
    this.#write("cpu", "cpu.cfs_quota_us", Math.round(caps.cpus * QUOTA_PERIOD_US));
  }

  add(pid: number): void {
    for (const folder of this.folders) writeFileSync(join(folder, "cgroup.procs"), String(pid));
  }

  peak_bytes(): number {
    return numberIn(this.#path("memory", "memory.max_usage_in_bytes"));
  }

  oomKills(): number {
    return fieldIn(this.#path("memory", "memory.oom_control"), "oom_kill");
  }

  async freeze(): Promise<boolean> {
    if (!this.#at.has("freezer")) return false;
    for (let round = 0; round < FREEZE_ROUNDS; round++) {
      this.#write("freezer", "freezer.state", "FROZEN");
      if (read(this.#path("freezer", "freezer.state")).trim() === "FROZEN") return true;
      await pause(FREEZE_PAUSE_MS);
    }
    return false;
  }

  thaw(): void {
    this.#write("freezer", "freezer.state", "THAWED");
  }

  pids(): number[] {
    return procsIn(this.#path("pids", "cgroup.procs"));
  }

  end(): Promise<boolean> {
    // A frozen process of v1 dies of no signal.
    return endGroup(this, () => this.thaw());
  }

  #path(controller: Controller, file: string): string {
    return join(this.#at.get(controller) ?? "/nonexistent", file);
  }

  #write(controller: Controller, file: string, value: string | number): void {
    if (this.#at.has(controller)) writeFileSync(this.#path(controller, file), String(value));
  }
}

/** Where the unified hierarchy lets us make groups; null where it has not what a run needs. */
export function roomV2(mounts: readonly Mount[], membership: string): CgroupRoom | null {
  const mount = mounts.find(({ type }) => type === "cgroup2");
  if (!mount) return null;
  const own = ownFolder(mount, membership, (names) => names.length === 1 && names[0] === "");
  // A daemon that has stepped aside already makes its groups where it stood before.
  const parent = basename(own) === LEAF ? dirname(own) : own;
  const offered = read(join(parent, "cgroup.controllers")).trim().split(" ");
  const wanted = ["memory", "pids", "cpu"].filter((name) => offered.includes(name)) as Controller[];
  if (!wanted.includes("memory") || !wanted.includes("pids")) return null;
  return {
    version: 2,
    holds: [...wanted, "freezer"],
    folders: (name) => [join(parent, name)],
    make: (name, caps) => {
      delegate(parent, wanted);
      return new CgroupV2(join(parent, name), caps, wanted);
    },
  };
}

/** Where a daemon stands that has stepped aside. */
const LEAF = "axiom-daemon";

/** A group with processes of its own cannot hand controllers down: the daemon steps aside into a leaf, with what it has started. */
export function delegate(parent: string, controllers: readonly Controller[]): void {
  const file = join(parent, "cgroup.subtree_control");
  const given = read(file).trim().split(" ");
  if (controllers.every((name) => given.includes(name))) return;
  const order = controllers.map((name) => `+${name}`).join(" ");
  try {
    writeFileSync(file, order);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== "EBUSY") throw fault;
    mkdirSync(join(parent, LEAF), { recursive: true });
    for (const pid of procsIn(join(parent, "cgroup.procs")).filter(isOurs)) moveTo(join(parent, LEAF), pid);
    writeFileSync(file, order);
  }
}

/** This process or one that descends from it; whoever else stands in the group is not ours to move. */
function isOurs(pid: number): boolean {
  for (let one = pid; one > 1; one = parentOf(one)) if (one === process.pid) return true;
  return false;
}

/** Field 4 of /proc/PID/stat; 0 when the process is gone. */
function parentOf(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] ?? 0);
}

function moveTo(folder: string, pid: number): void {
  try {
    writeFileSync(join(folder, "cgroup.procs"), String(pid));
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== "ESRCH") throw fault;
  }
}

export class CgroupV2 implements Cgroup {
  readonly folders: readonly string[];
  readonly #folder: string;

  /** Caps whose controllers are not among `controllers` are not written: the group has no file for them. */
  constructor(folder: string, caps: CgroupCaps, controllers: readonly Controller[]) {
    this.#folder = folder;
    this.folders = [folder];
    mkdirSync(folder);
    if (controllers.includes("memory")) this.#capMemory(caps.memory_bytes);
    if (controllers.includes("pids")) this.#write("pids.max", caps.pids);
    const quota_us = Math.round(caps.cpus * QUOTA_PERIOD_US);
    if (controllers.includes("cpu")) this.#write("cpu.max", `${quota_us} ${QUOTA_PERIOD_US}`);
  }

  #capMemory(memory_bytes: number): void {
    this.#write("memory.max", memory_bytes);
    // Half a tree that goes on after an out-of-memory kill is nobody's wish.
    for (const [file, value] of [
      ["memory.swap.max", 0],
      ["memory.oom.group", 1],
    ] as const)
      try {
        this.#write(file, value);
      } catch {
        // Older kernels have neither.
      }
  }

  add(pid: number): void {
    this.#write("cgroup.procs", pid);
  }

  peak_bytes(): number {
    return numberIn(join(this.#folder, "memory.peak")) || numberIn(join(this.#folder, "memory.current"));
  }

  oomKills(): number {
    return fieldIn(join(this.#folder, "memory.events"), "oom_kill");
  }

  async freeze(): Promise<boolean> {
    this.#write("cgroup.freeze", 1);
    for (let round = 0; round < FREEZE_ROUNDS; round++) {
      if (fieldIn(join(this.#folder, "cgroup.events"), "frozen") === 1) return true;
      await pause(FREEZE_PAUSE_MS);
    }
    return false;
  }

  thaw(): void {
    this.#write("cgroup.freeze", 0);
  }

  pids(): number[] {
    return procsIn(join(this.#folder, "cgroup.procs"));
  }

  end(): Promise<boolean> {
    return endGroup(this, () => this.#write("cgroup.freeze", 0));
  }

  #write(file: string, value: string | number): void {
    writeFileSync(join(this.#folder, file), String(value));
  }
}

const procsIn = (path: string): number[] =>
  read(path)
    .split("\n")
    .filter((line) => line !== "")
    .map(Number)
    // 0 stands for a process outside of what this one can see.
    .filter((pid) => pid > 0);

async function endGroup(group: Cgroup, thaw: () => void): Promise<boolean> {
  for (let round = 0; round < REMOVE_ROUNDS; round++) {
    for (const pid of group.pids()) killQuietly(pid);
    try {
      thaw();
    } catch {
      // The folder may be gone already.
    }
    if (removeFolders(group.folders)) return true;
    await pause(REMOVE_PAUSE_MS);
  }
  return false;
}

/** Kills what a run of a daemon that is gone left in these folders, and removes them. @returns how many were killed. */
export async function sweepFolders(folders: readonly string[]): Promise<number> {
  const killed = new Set<number>();
  for (let round = 0; round < REMOVE_ROUNDS && !removeFolders(folders); round++) {
    for (const pid of folders.flatMap((folder) => procsIn(join(folder, "cgroup.procs")))) {
      killQuietly(pid);
      killed.add(pid);
    }
    for (const folder of folders)
      for (const [file, value] of [
        ["freezer.state", "THAWED"],
        ["cgroup.freeze", "0"],
      ] as const)
        if (read(join(folder, file)) !== "") writeFileSync(join(folder, file), value);
    await pause(REMOVE_PAUSE_MS);
  }
  return killed.size;
}

function removeFolders(folders: readonly string[]): boolean {
  let gone = true;
  for (const folder of folders)
    try {
      rmdirSync(folder);
    } catch (fault) {
      if ((fault as NodeJS.ErrnoException).code !== "ENOENT") gone = false;
    }
  return gone;
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It is gone.
  }
}
