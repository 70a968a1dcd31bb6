/** One virtual machine and the monitor process that runs it. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { closeSync } from "node:fs";
import type { Duplex } from "node:stream";
import type { ChamberJournal } from "./chamber-journal.ts";
import { CrucibleWire, GUEST, HOST } from "./crucible-wire.ts";
import { killNamed, startOf } from "./process-start.ts";
import { ControlChannel, inTime } from "./vm-control.ts";
import { type Jail, type Owner, PLAIN_PATH } from "./vm-jail.ts";
import { CHANNEL_FD, CONTROL_FD, STATE_IN_FD } from "./vm-machine.ts";
import { outletFolder, StateOutlet } from "./vm-outlet.ts";

/** Kept of what a monitor says on standard error. */
const WORDS_MAX_BYTES = 2000;

export interface MonitorStart {
  readonly jail: Jail;
  readonly journal: ChamberJournal;
  readonly owner: Owner | null;
  /** Folders that the monitor may read beside its program. */
  readonly folders: readonly string[];
  readonly args: readonly string[];
  /** Inherited descriptors. The memory belongs to this machine from now on; it is closed with it. */
  readonly memory: number;
  readonly stateIn: number | "ignore";
  /** The guest's root. */
  readonly root: number;
}

export class Monitor {
  readonly control: ControlChannel;
  readonly wire: CrucibleWire;
  readonly memory: number;
  readonly #id = `machine-${randomUUID()}`;
  readonly #outlet: StateOutlet;
  readonly #child: ChildProcess;
  readonly #journal: ChamberJournal;
  readonly #gone = Promise.withResolvers<void>();
  #words = "";
  #alive = true;

  constructor(o: MonitorStart) {
    this.memory = o.memory;
    this.#journal = o.journal;
    const folders = [outletFolder()];
    o.journal.note(this.#id, { init: null, cgroups: [], folders });
    this.#outlet = new StateOutlet(folders[0]!, o.owner);
    // By its name among their words the processes are found again when nobody knows their numbers.
    const { file, args } = o.jail.command([...o.folders, ...folders], [...o.args, "-name", this.#id]);
    this.#child = spawn(file, args, {
      stdio: ["ignore", "ignore", "pipe", "pipe", "pipe", o.memory, o.stateIn, o.root],
      env: PLAIN_PATH,
      detached: true,
      ...o.owner,
    });
    const { pid } = this.#child;
    const started = pid === undefined ? null : startOf(pid);
    if (pid !== undefined && started !== null)
      o.journal.note(this.#id, { init: { pid, started }, cgroups: [], folders });
    this.#child.stderr!.on("data", (text: Buffer) => {
      this.#words = (this.#words + text).slice(-WORDS_MAX_BYTES);
    });
    this.#child.on("error", (fault) => this.#end(fault.message));
    this.#child.on("exit", () => this.#end(""));
    this.control = new ControlChannel(this.#child.stdio[CONTROL_FD] as Duplex);
    this.wire = new CrucibleWire(this.#child.stdio[CHANNEL_FD] as Duplex);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }
  get alive(): boolean {
    return this.#alive;
  }
  /** What the monitor said of a fault. */
  get words(): string {
    return this.#words.trim();
  }

  /** Restores the inherited state, and waits until the machine runs. @throws Error when it does not. */
  async restore(): Promise<void> {
    await ignoreShared(this.control);
    const runs = this.control.event("RESUME");
    await this.control.command("migrate-incoming", { uri: `fd:${STATE_IN_FD}` });
    await runs;
  }

  /** Devices and registers; the memory stays in its file. The machine stands still afterwards. @throws Error when it fails. */
  async save(): Promise<Uint8Array> {
    await ignoreShared(this.control);
    const state = await this.#outlet.open();
    await this.control.command("migrate", { uri: `unix:${this.#outlet.path}` });
    await this.control.migrated();
    return inTime(state(), "the machine's state did not come");
  }

  /** New session, new keys. @throws Error when the guest does not prove its key in time. */
  async wake(): Promise<void> {
    await inTime(this.wire.wake(Date.now()), "the guest did not wake");
  }

  /** What the guest's agent sends back, between two programs: it is there, and done with the last one. */
  async echo(bytes: Uint8Array): Promise<Uint8Array> {
    const { wire } = this;
    const answer = new Promise<Uint8Array>((resolve, reject) =>
      wire.listen({
        frame: ({ kind, payload }) => kind === GUEST.echo && resolve(payload.slice()),
        broken: (why) => reject(new Error(why)),
      }),
    );
    wire.send(HOST.echo, bytes);
    try {
      return await inTime(answer, "the guest did not answer");
    } finally {
      wire.listen(null);
    }
  }

  /** Ends the machine at once; nothing of it is left but what was saved. */
  async kill(): Promise<void> {
    if (this.#alive && this.#child.pid !== undefined) this.#child.kill("SIGKILL");
    await this.#gone.promise;
  }

  #end(words: string): void {
    if (!this.#alive) return;
    this.#alive = false;
    // bubblewrap that ends while it starts may leave the machine behind.
    if (!this.control.greeted) killNamed(new Set([this.#id]));
    this.#words += words;
    closeSync(this.memory);
    this.#outlet.close();
    this.#journal.gone(this.#id);
    for (const stream of this.#child.stdio) stream?.destroy();
    this.#gone.resolve();
  }
}

const ignoreShared = (control: ControlChannel): Promise<unknown> =>
  control.command("migrate-set-capabilities", {
    capabilities: [{ capability: "x-ignore-shared", state: true }],
  });
