/**
 * What a killed hive leaves on the host, and whether the next start ended all of it: by the journals of its chambers, and by a
 * look of our own at processes, control groups, mounts and folders, which knows nothing of the journals.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

interface Standing {
  readonly init: { readonly pid: number; readonly started: string } | null;
  readonly cgroups: readonly string[];
  readonly folders: readonly string[];
}

const CGROUPS = "/sys/fs/cgroup";
const SHARED_MEMORY = "/dev/shm";

const textOf = (path: string): string => {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
};
const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

/** Field 22 of /proc/PID/stat; null when the process is gone or only waits to be collected. */
function startOf(pid: number | string): string | null {
  const stat = textOf(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return stat === "" || "ZX".includes(fields[0]!) ? null : fields[19]!;
}

/** What is carried from one piece of a long trial to the next. */
export interface LeftoverCount {
  readonly found: number;
  readonly ids: readonly string[];
}

export class Leftovers {
  readonly #home: string;
  readonly #folder: string;
  readonly #before = new Set(namesIn(SHARED_MEMORY));
  #left = new Map<string, Standing>();
  /** Ids of everything that was found standing after a kill: each has to be on record. */
  readonly #ids = new Set<string>();
  /** Processes of hives that were killed. */
  readonly #killed = new Set<number>();
  /** Things that were found standing after a kill: processes, control groups, folders. */
  found = 0;

  constructor(home: string, rung: string) {
    this.#home = home;
    this.#folder = join(home, "chambers", rung);
  }

  /** Ids of what was found and not checked yet. */
  get left(): readonly string[] {
    return [...this.#left.keys()];
  }

  count(): LeftoverCount {
    return { found: this.found, ids: [...this.#ids] };
  }

  goOn({ found, ids }: LeftoverCount): void {
    this.found = found;
    for (const id of ids) this.#ids.add(id);
  }

  /** Right after a kill, before the next start. */
  look(hive: number): void {
    this.#killed.add(hive);
    for (const name of namesIn(this.#folder).filter((one) => one.endsWith(".json"))) {
      const id = name.slice(0, -5);
      const standing = JSON.parse(readFileSync(join(this.#folder, name), "utf8")) as Standing;
      const { init, cgroups, folders } = standing;
      if (!this.#ids.has(id)) this.found += cgroups.length + folders.length + (init === null ? 0 : 1);
      this.#ids.add(id);
      this.#left.set(id, standing);
    }
  }

  /** After the next start. @returns what still stands. */
  check(): string[] {
    const faults: string[] = [];
    for (const [id, { init, cgroups, folders }] of this.#left) {
      if (init !== null && startOf(init.pid) === init.started) faults.push(`${id}: process ${init.pid} lives`);
      for (const path of [...cgroups, ...folders]) if (existsSync(path)) faults.push(`${id}: ${path} stands`);
    }
    this.#left = new Map();
    return faults;
  }

  /** When the last hive has come to its own end: nothing of any of them may be there. */
  checkNothing(): string[] {
    return [...this.#groups(), ...this.#processes(), ...this.#mounts(), ...this.#files()];
  }

  /** @param recorded how often the ledger tells of each. @param broken_starts after which one may be told again. */
  checkRecords(recorded: Readonly<Record<string, number>>, broken_starts: number): string[] {
    return [...this.#ids]
      .filter((id) => !(recorded[id]! >= 1 && recorded[id]! <= 1 + broken_starts))
      .map((id) => `${id} is on record ${recorded[id] ?? 0} times`);
  }

  /** Control groups are named by the process that made them, and stand below its own. */
  #groups(): string[] {
    return readdirSync(CGROUPS, { recursive: true, encoding: "utf8" })
      .filter((path) => this.#killed.has(Number(/^axiom-os-(\d+)-/.exec(basename(path))?.[1])))
      .map((path) => `control group ${path} stands`);
  }

  /** Every chamber's line names a folder in the home's own `tmp`. */
  #processes(): string[] {
    return namesIn("/proc")
      .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid && startOf(pid) !== null)
      .filter((pid) => textOf(`/proc/${pid}/cmdline`).includes(join(this.#home, "tmp")))
      .map((pid) => `process ${pid} lives: ${textOf(`/proc/${pid}/cmdline`).replaceAll("\0", " ").slice(0, 80)}`);
  }

  #mounts(): string[] {
    const lines = textOf("/proc/self/mountinfo").split("\n");
    return lines.filter((line) => line.includes(this.#home)).map((line) => `a mount stands: ${line}`);
  }

  #files(): string[] {
    const shared = namesIn(SHARED_MEMORY).filter((name) => name.startsWith("axiom-") && !this.#before.has(name));
    return [
      ...namesIn(join(this.#home, "tmp")).map((name) => `tmp/${name} stands`),
      ...shared.map((name) => `${join(SHARED_MEMORY, name)} stands`),
      ...namesIn(this.#folder).map((name) => `${name} is in the journal`),
    ];
  }
}
