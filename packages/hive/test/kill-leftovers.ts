/** What a killed hive leaves on the host, by the journals of its chambers; and whether the next start ended and told all of it. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface Standing {
  readonly init: { readonly pid: number; readonly started: string } | null;
  readonly cgroups: readonly string[];
  readonly folders: readonly string[];
}

/** Field 22 of /proc/PID/stat; null when the process is gone or only waits to be collected. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return "ZX".includes(fields[0]!) ? null : fields[19]!;
  } catch {
    return null;
  }
}

export class Leftovers {
  readonly #folder: string;
  #left = new Map<string, Standing>();
  readonly #told = new Map<string, number>();
  /** Things that were found standing after a kill: processes, control groups, folders. */
  found = 0;

  constructor(home: string, rung: string) {
    this.#folder = join(home, "chambers", rung);
  }

  /** Things that the last look found. */
  get left(): number {
    return this.#left.size;
  }

  /** Right after a kill, before the next start. */
  look(): void {
    if (!existsSync(this.#folder)) return;
    for (const name of readdirSync(this.#folder).filter((one) => one.endsWith(".json")))
      this.#left.set(name.slice(0, -5), JSON.parse(readFileSync(join(this.#folder, name), "utf8")) as Standing);
  }

  /** After the next start, which says what it told of. @returns what still stands, or was told otherwise than once. */
  check(told: readonly string[]): string[] {
    const faults: string[] = [];
    for (const id of told) this.#told.set(id, (this.#told.get(id) ?? 0) + 1);
    for (const [id, { init, cgroups, folders }] of this.#left) {
      if (this.#told.get(id) !== 1) faults.push(`${id} was told ${this.#told.get(id) ?? 0} times`);
      if (init !== null && startOf(init.pid) === init.started) faults.push(`${id}: process ${init.pid} lives`);
      for (const path of [...cgroups, ...folders]) if (existsSync(path)) faults.push(`${id}: ${path} stands`);
      this.found += cgroups.length + folders.length + (init === null ? 0 : 1);
    }
    this.#left = new Map();
    return faults;
  }
}
