/** One chamber process, from bubblewrap's start to the last of its pid namespace: a box that runs one program. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, constants as fs, mkdtempSync, openSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { Cgroup } from "./cgroup.ts";
import { continueNamespace, stopNamespace } from "./chamber-os-freeze.ts";
import { inheritedDescriptors, type OsHost } from "./chamber-os-host.ts";
import { bubblewrapLine, CONTROL_FD, INFO_FD, LAUNCH, type OsShape, SPOOL_FD, WORK } from "./chamber-os-line.ts";
import { killNamed, killStarted, startOf } from "./process-start.ts";

/** A box that is not up by then never will be. */
export const BOOT_DEADLINE_MS = 20_000;
/** What the stage may say before it is ready. */
const MAX_SAYS = 2048;
const BURY_PAUSE_MS = 1;
const BURY_ROUNDS = 5000;
const READ_AHEAD_BYTES = 64 * 1024;

export interface BoxEnd {
  /** 128 and the signal when a signal ended the program. */
  code: number;
}

export class OsBox {
  readonly stdout: Socket;
  readonly stderr: Socket;
  readonly ended: Promise<BoxEnd>;
  readonly cgroup: Cgroup | null;
  readonly #name: string;
  readonly #child: ChildProcess;
  #init: { pid: number; started: string } | null = null;
  #over = false;

  private constructor(
    name: string,
    child: ChildProcess,
    streams: { stdout: Socket; stderr: Socket },
    cgroup: Cgroup | null,
  ) {
    this.#name = name;
    this.#child = child;
    this.stdout = streams.stdout;
    this.stderr = streams.stderr;
    this.cgroup = cgroup;
    for (const stream of child.stdio.slice(CONTROL_FD)) stream?.on("error", () => {}); // a box that dies tells it by its end
    this.ended = new Promise((done) => {
      child.once("error", () => done({ code: -1 }));
      child.once("exit", (code, signal) => {
        void this.#buryInit().then(() => done({ code: code ?? (signal === null ? -1 : 137) }));
      });
    });
  }

  /** Starts bubblewrap under the caps. @throws Error when it cannot be started. */
  static async start(
    host: OsHost,
    shape: OsShape,
    name: string,
    cgroup: Cgroup | null,
    ids: { uid: number; gid: number } | null,
  ): Promise<OsBox> {
    const pipes = await openPipes(host);
    const filter = openSync(host.filter, "r");
    const nothing = openSync("/dev/null", "r");
    try {
      const stdio: ("ignore" | "pipe" | number)[] = [
        "ignore",
        pipes.out[1],
        pipes.err[1],
        "pipe",
        "pipe",
        filter,
        "pipe",
      ];
      // Whatever an ancestor left open to be inherited is overwritten with nothing; "ignore" alone would let it pass.
      for (const fd of inheritedDescriptors().filter((one) => one >= stdio.length)) {
        while (stdio.length < fd) stdio.push("ignore");
        stdio[fd] = nothing;
      }
      const child = spawn("/bin/sh", ["-c", LAUNCH, "launch", ...bubblewrapLine(host.parts, shape, name)], {
        cwd: "/",
        env: {},
        stdio,
        ...(ids ?? {}),
      });
      const box = new OsBox(name, child, { stdout: reader(pipes.out[0]), stderr: reader(pipes.err[0]) }, cgroup);
      box.#place();
      return box;
    } finally {
      for (const fd of [pipes.out[1], pipes.err[1], filter, nothing]) closeSync(fd);
    }
  }

  get alive(): boolean {
    return !this.#over;
  }

  /** A box that waits must not keep the process alive; one that is claimed does again. */
  unref(): void {
    this.#child.unref();
    for (const fd of [CONTROL_FD, SPOOL_FD, INFO_FD]) this.#pipe(fd).unref();
  }
  ref(): void {
    this.#child.ref();
    for (const fd of [CONTROL_FD, SPOOL_FD, INFO_FD]) this.#pipe(fd).ref();
  }

  /** First process of the pid namespace as the host numbers it; null before the box is up. */
  get init(): { pid: number; started: string } | null {
    return this.#init;
  }

  /** Resolves with a descriptor of the chamber's work folder when the files are in and the program only waits for `go`. @throws Error with what went wrong. */
  async prepare(archive: Uint8Array): Promise<number> {
    this.#pipe(SPOOL_FD).end(archive);
    const info = await this.#inTime(textUntil(this.#pipe(INFO_FD), "}"));
    const pid = Number(/"child-pid":\s*(\d+)/.exec(info)?.[1]);
    const started = Number.isInteger(pid) ? startOf(pid) : null;
    if (started === null) throw new Error(`bubblewrap did not start: ${await this.#lastWords(info)}`);
    this.#init = { pid, started };
    const said = await this.#inTime(textUntil(this.#pipe(CONTROL_FD), "ready\n"));
    if (!said.endsWith("ready\n")) throw new Error(`the chamber did not get ready: ${await this.#lastWords(said)}`);
    return openSync(`/proc/${pid}/root${WORK}`, fs.O_RDONLY | fs.O_DIRECTORY);
  }

  go(command: string): void {
    this.#pipe(CONTROL_FD).end(`${command}\n`);
  }

  /** Stops every process of the box, until `thaw`. @returns false when they cannot be held. */
  async freeze(): Promise<boolean> {
    if (this.#over) return true;
    if (this.cgroup !== null && (await this.cgroup.freeze())) return true;
    return this.#init !== null && stopNamespace(this.#init.pid);
  }

  thaw(): void {
    if (this.#over) return;
    this.cgroup?.thaw();
    if (this.#init !== null) continueNamespace(this.#init.pid);
  }

  /** Ends every process of the box, frozen ones too. */
  kill(): void {
    if (this.#over) return;
    if (this.#init !== null) killStarted(this.#init.pid, this.#init.started);
    else this.#child.kill("SIGKILL");
    // A process that the freezer of v1 holds dies only when it is let go; with the signal before it, it runs no step.
    this.cgroup?.thaw();
  }

  /**
   * bubblewrap outside ends with the program; its process inside may still wait for others, and goes last, when everybody in
   * the namespace is gone (pid_namespaces(7)). While its number is not known, it is found by the name of the box.
   */
  async #buryInit(): Promise<void> {
    this.kill();
    this.#over = true;
    const init = this.#init;
    if (init === null) killNamed(new Set([this.#name]));
    for (let i = 0; init !== null && i < BURY_ROUNDS && startOf(init.pid) === init.started; i++)
      await new Promise((done) => setTimeout(done, BURY_PAUSE_MS));
  }

  /** Lets go of everything; the box must have ended. @returns false when its control group would not go. */
  async close(): Promise<boolean> {
    this.kill();
    this.ref();
    await this.ended;
    for (const stream of [this.stdout, this.stderr, ...this.#child.stdio.slice(CONTROL_FD)]) stream?.destroy();
    return (await this.cgroup?.end()) ?? true;
  }

  /** Into its control group first, while it is one process that waits. */
  #place(): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    this.cgroup?.add(pid);
    this.#pipe(CONTROL_FD).write("placed\n");
  }

  /** The types of Node know five of the streams. */
  #pipe(fd: number): Socket {
    return (this.#child.stdio as readonly unknown[])[fd] as Socket;
  }

  async #inTime<T>(word: Promise<T>): Promise<T> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error("it was not up in time")), BOOT_DEADLINE_MS);
    try {
      return await Promise.race([word, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** What bubblewrap itself said went to the program's stderr. */
  async #lastWords(said: string): Promise<string> {
    this.kill();
    await this.ended;
    const text = await textUntil(this.stderr, "\0");
    return (said + text).trim().slice(0, MAX_SAYS) || "it said nothing";
  }
}

const reader = (fd: number): Socket =>
  new Socket({ fd, readable: true, writable: false, readableHighWaterMark: READ_AHEAD_BYTES } as never);

async function openPipes(host: OsHost): Promise<{ out: [number, number]; err: [number, number] }> {
  const folder = mkdtempSync(join(host.stage, "pipes-"));
  try {
    await host.makePipes(folder);
    const ends = (name: string): [number, number] => {
      const path = join(folder, name);
      // The reader first and without waiting: a writer alone would wait for it.
      return [openSync(path, fs.O_RDONLY | fs.O_NONBLOCK), openSync(path, fs.O_WRONLY)];
    };
    return { out: ends("out"), err: ends("err") };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Text up to and with `mark`, or all of it. */
function textUntil(stream: Readable, mark: string): Promise<string> {
  return new Promise((done) => {
    let text = "";
    const finish = (): void => {
      stream.off("data", take).off("end", finish).off("close", finish).off("error", finish);
      stream.pause();
      done(text);
    };
    const take = (bytes: Buffer): void => {
      text += bytes.toString("latin1");
      if (text.includes(mark) || text.length > MAX_SAYS) finish();
    };
    if (stream.destroyed || stream.readableEnded) return done(text);
    stream.on("data", take).on("end", finish).on("close", finish).on("error", finish);
  });
}
