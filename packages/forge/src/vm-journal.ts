/**
 * Which monitors run. A daemon that was killed leaves its list behind; the next one ends what is still alive on it.
 * A process is named by its number and its start time, so that a stranger who was given the number later is not touched.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Leftover {
  readonly pid: number;
  /** False: it had ended by itself. */
  readonly ended: boolean;
}

export class MonitorJournal {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  begin(pid: number): void {
    writeFileSync(
      this.#path(pid),
      JSON.stringify({ pid, born: birthOf(pid), by: process.pid, by_born: birthOf(process.pid) }),
    );
  }

  end(pid: number): void {
    rmSync(this.#path(pid), { force: true });
  }

  /** Ends what daemons that are gone have left. */
  sweep(): Leftover[] {
    return readdirSync(this.#folder).flatMap((name) => {
      const entry = this.#read(name);
      if (entry === null) return [];
      const { pid, born, by, by_born } = entry;
      if (by_born !== null && birthOf(by) === by_born) return [];
      const ended = born !== null && birthOf(pid) === born;
      if (ended) process.kill(pid, "SIGKILL");
      this.end(pid);
      return [{ pid, ended }];
    });
  }

  #path(pid: number): string {
    return join(this.#folder, `${pid}.json`);
  }

  #read(name: string): { pid: number; born: string | null; by: number; by_born: string | null } | null {
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
