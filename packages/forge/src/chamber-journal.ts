/**
 * What runs of a chamber have standing on the host (processes, control groups, folders), written before it stands, so that
 * the next daemon finds what a killed one left. One small file each; a file is removed when its thing is gone.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sweepFolders } from "./cgroup.ts";
import { killNamed, killStarted, startOf } from "./process-start.ts";

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
  /** Stands among the words of every process it has, from the first one on. */
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
    const fresh = `${path}.${process.pid}.new`;
    writeFileSync(fresh, JSON.stringify(standing), { mode: 0o600 });
    renameSync(fresh, path);
  }

  gone(id: string): void {
    rmSync(join(this.#folder, `${id}.json`), { force: true });
  }

  /**
   * Ends what daemons that are gone left standing; what a live daemon has is left alone. Each is told of before it is
   * forgotten: whoever is killed in between tells it again, under the same id.
   */
  async sweep(tell: (one: Leftover) => Promise<void> = async () => {}): Promise<Leftover[]> {
    this.#dropUnfinished();
    const found: Leftover[] = [];
    const standing = this.#ownerless();
    const named = killNamed(new Set(standing.keys()));
    for (const [id, one] of standing) {
      const left = await endStanding(id, one, named.get(id) ?? 0);
      found.push(left);
      await tell(left);
      this.gone(id);
    }
    return found;
  }

  /** Files that a daemon was killed over. */
  #dropUnfinished(): void {
    for (const name of readdirSync(this.#folder)) {
      const pid = /\.(\d+)\.new$/.exec(name)?.[1];
      if (pid !== undefined && startOf(Number(pid)) === null) rmSync(join(this.#folder, name), { force: true });
    }
  }

  /** What daemons that are gone left, by id. */
  #ownerless(): Map<string, Standing> {
    const names = readdirSync(this.#folder).filter((one) => one.endsWith(".json"));
    const all = names.map((name) => [name.slice(0, -5), this.#read(name)] as const);
    return new Map(
      all.filter(
        (one): one is [string, Standing] => one[1] !== null && startOf(one[1].owner.pid) !== one[1].owner.started,
      ),
    );
  }

  #read(name: string): Standing | null {
    try {
      return JSON.parse(readFileSync(join(this.#folder, name), "utf8")) as Standing;
    } catch {
      return null;
    }
  }
}

async function endStanding(id: string, { init, began, cgroups, folders }: Standing, named: number): Promise<Leftover> {
  const alive = init !== null && killStarted(init.pid, init.started) ? 1 : 0;
  const killed = Math.max(alive, named, await sweepFolders(cgroups));
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  return { id, began, killed, cgroups, folders };
}
