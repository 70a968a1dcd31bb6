/**
 * What runs of a chamber have standing on the host (processes, control groups, folders), written before it stands, so that
 * the next daemon finds what a killed one left. One small file each; a file is removed when its thing is gone.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sweepFolders } from "./cgroup.ts";
import { killStarted, startOf } from "./process-start.ts";

interface Standing {
  v: 1;
  /** The daemon it belongs to. */
  owner: { pid: number; started: string };
  began: string;
  /** First process of the chamber; null when it was not known yet. */
  init: { pid: number; started: string } | null;
  cgroups: readonly string[];
  folders: readonly string[];
}

/** Something that was found at the start and ended. */
export interface Leftover {
  id: string;
  began: string;
  /** Processes that were still alive. */
  killed: number;
  cgroups: readonly string[];
  folders: readonly string[];
}

/** What is noted of one thing. */
export type StandingFields = Pick<Standing, "init" | "cgroups" | "folders">;

export class ChamberJournal {
  readonly #folder: string;
  readonly #owner = { pid: process.pid, started: startOf(process.pid) ?? "" };

  /** Makes the folder when it is absent. */
  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  note(id: string, fields: StandingFields): void {
    const standing: Standing = { v: 1, owner: this.#owner, began: new Date().toISOString(), ...fields };
    const path = join(this.#folder, `${id}.json`);
    writeFileSync(`${path}.new`, JSON.stringify(standing), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }

  gone(id: string): void {
    rmSync(join(this.#folder, `${id}.json`), { force: true });
  }

  /**
   * Ends what daemons that are gone left standing; what a live daemon has is left alone. Each is told of before it is
   * forgotten: whoever is killed in between tells it again, under the same id.
   */
  async sweep(tell: (one: Leftover) => Promise<void> = async () => {}): Promise<Leftover[]> {
    const found: Leftover[] = [];
    for (const name of readdirSync(this.#folder).filter((one) => one.endsWith(".json"))) {
      const standing = this.#read(name);
      if (standing === null || startOf(standing.owner.pid) === standing.owner.started) continue;
      const left = await endStanding(name.slice(0, -5), standing);
      found.push(left);
      await tell(left);
      rmSync(join(this.#folder, name), { force: true });
    }
    return found;
  }

  #read(name: string): Standing | null {
    try {
      return JSON.parse(readFileSync(join(this.#folder, name), "utf8")) as Standing;
    } catch {
      return null;
    }
  }
}

async function endStanding(id: string, { init, began, cgroups, folders }: Standing): Promise<Leftover> {
  const alive = init !== null && killStarted(init.pid, init.started) ? 1 : 0;
  const killed = Math.max(alive, await sweepFolders(cgroups));
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  return { id, began, killed, cgroups, folders };
}
