/**
 * Which monitors run. A daemon that was killed leaves its list behind; the next one ends what is still alive on it.
 * A process is named by its number and its start time, so that a stranger who was given the number later is not touched.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Leftover {
  readonly id: string;
  readonly pid: number;
  /** UTC, when the daemon that is gone started it. */
  readonly began: string;
  /** Monitors that were still alive: one, or none when it had ended by itself. */
  readonly killed: number;
}

interface Entry {
  readonly pid: number;
  readonly born: string | null;
  readonly by: number;
  readonly by_born: string | null;
  readonly began: string;
}

export class MonitorJournal {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  begin(pid: number): void {
    const own = { by: process.pid, by_born: birthOf(process.pid) };
    const entry: Entry = { pid, born: birthOf(pid), ...own, began: new Date().toISOString() };
    writeFileSync(this.#path(pid), JSON.stringify(entry));
  }

  end(pid: number): void {
    rmSync(this.#path(pid), { force: true });
  }

  /** Ends what daemons that are gone have left. */
  sweep(): Leftover[] {
    return readdirSync(this.#folder).flatMap((name) => {
      const entry = this.#read(name);
      if (entry === null) return [];
      const { pid, born, by, by_born, began } = entry;
      if (by_born !== null && birthOf(by) === by_born) return [];
      const ended = born !== null && birthOf(pid) === born;
      if (ended) process.kill(pid, "SIGKILL");
      this.end(pid);
      return [{ id: `machine-${pid}-${born ?? "gone"}`, pid, began, killed: ended ? 1 : 0 }];
    });
  }

  #path(pid: number): string {
    return join(this.#folder, `${pid}.json`);
  }

  #read(name: string): Entry | null {
    try {
      return JSON.parse(readFileSync(join(this.#folder, name), "utf8"));
    } catch {
      return null;
    }
  }
}

/** Start time in clock ticks since the machine's boot (proc(5), field 22 of stat); null when there is no such process. */
function birthOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}
