/** Templates: machines that were booted once, up to a waiting interpreter, and frozen. Every run begins as a clone of one. */
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { canonicalBytes } from "lop";
import { z } from "zod";
import type { ChamberOrigin, Limits } from "./chamber.ts";
import type { ChamberJournal } from "./chamber-journal.ts";
import { type Jail, nextOwner, type Owner, qemuVersion } from "./vm-jail.ts";
import { cloneLine, type Machine, templateLine } from "./vm-machine.ts";
import { changesOf, type Extent, fillMemory, SparseMemory, unnamedFile } from "./vm-memory.ts";
import { Monitor } from "./vm-monitor.ts";

/** Cold boot of the slowest interpreter on a busy machine. */
export const BOOT_TIMEOUT_MS = 60_000;

const Manifest = z.strictObject({
  v: z.literal(1),
  image: z.string(),
  language: z.string(),
  ram_bytes: z.int(),
  accelerator: z.string(),
  monitor: z.string(),
  /** Digests of the files beside this one. */
  state: z.string(),
  memory: z.string(),
  /** Offset and length of each piece of memory, in the order of the file. */
  extents: z.array(z.tuple([z.int(), z.int()])),
});

export interface Places {
  readonly jail: Jail;
  readonly journal: ChamberJournal;
  /** Templates are kept here. */
  readonly folder: string;
}

export class Template {
  readonly machine: Machine;
  /** SHA-256 of the manifest, which names state, memory and image by theirs. */
  readonly digest: string;
  readonly memory: SparseMemory;
  readonly #places: Places;
  /** Path of the device state. */
  readonly #state: string;

  private constructor(machine: Machine, places: Places, digest: string, memory: SparseMemory, state: string) {
    this.machine = machine;
    this.digest = digest;
    this.memory = memory;
    this.#places = places;
    this.#state = state;
  }

  /** The kept template, or a new one. @throws Error when the machine does not boot. */
  static async open(machine: Machine, places: Places): Promise<Template> {
    const folder = join(places.folder, nameOf(machine));
    const kept = Template.#read(machine, places, folder);
    if (kept) return kept;
    await make(machine, places, folder);
    const made = Template.#read(machine, places, folder);
    if (!made) throw new Error("the template that was just made does not read back");
    return made;
  }

  /** Null when there is none, or when a byte of it is not what was written. */
  static #read(machine: Machine, places: Places, folder: string): Template | null {
    if (!existsSync(join(folder, "template.json"))) return null;
    const text = readFileSync(join(folder, "template.json"));
    const manifest = Manifest.parse(JSON.parse(text.toString()));
    const state = join(folder, "state");
    const memory = new SparseMemory(machine.ram_bytes, manifest.extents);
    if (readInto(join(folder, "memory"), memory.extents) !== manifest.memory) return null;
    if (sha256(readFileSync(state)) !== manifest.state) return null;
    return new Template(machine, places, sha256(text), memory, state);
  }

  origin(limits: Limits): ChamberOrigin {
    const { digest: image } = this.machine.image;
    return { image, template: this.digest, limits: sha256(canonicalBytes({ ...limits })) };
  }

  /**
   * A running machine of its own memory, monitor, user and keys. The memory is written while the monitor starts: it touches none
   * before it restores. @throws Error when the machine does not come up.
   */
  async clone(): Promise<Monitor> {
    const owner = nextOwner();
    const memory = unnamedFile(this.machine.ram_bytes, owner);
    const monitor = this.#monitor(memory, owner);
    try {
      await Promise.all([fillMemory(memory, this.memory.extents), monitor.control.open()]);
      await monitor.restore();
      await monitor.wake();
      return monitor;
    } catch (fault) {
      await monitor.kill();
      throw new Error(`the machine did not start: ${(fault as Error).message} ${monitor.words}`.trim());
    }
  }

  /** Starts a monitor that waits to be restored. The memory file is its own from now on. */
  #monitor(memory: number, owner: Owner | null): Monitor {
    const [stateIn, root] = [openSync(this.#state, "r"), openSync(this.machine.image.root, "r")];
    try {
      const { jail, journal } = this.#places;
      return new Monitor({ jail, journal, owner, folders: [], args: cloneLine(this.machine), memory, stateIn, root });
    } finally {
      for (const fd of [stateIn, root]) closeSync(fd);
    }
  }
}

/** Fills the pieces one after the other from a file. @returns the digest of what they hold then. */
function readInto(path: string, pieces: readonly Extent[]): string {
  const file = openSync(path, "r");
  const sum = createHash("sha256");
  try {
    for (const { bytes } of pieces) {
      for (let at = 0; at < bytes.length; ) {
        const got = readSync(file, bytes, at, bytes.length - at, null);
        if (got === 0) break;
        at += got;
      }
      sum.update(bytes);
    }
    return sum.digest("hex");
  } finally {
    closeSync(file);
  }
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Everything that a clone must share with its template. */
const nameOf = (machine: Machine): string =>
  sha256(
    canonicalBytes({
      image: machine.image.digest,
      line: templateLine(machine),
      clone: cloneLine(machine),
      monitor: qemuVersion(),
    }),
  ).slice(0, 32);

async function make(machine: Machine, places: Places, folder: string): Promise<void> {
  const fresh = `${folder}.${process.pid}`;
  rmSync(fresh, { recursive: true, force: true });
  const id = `template-${nameOf(machine)}-${process.pid}`;
  places.journal.note(id, { init: null, cgroups: [], folders: [fresh] });
  mkdirSync(fresh, { recursive: true, mode: 0o700 });
  const memory = unnamedFile(machine.ram_bytes, null);
  // The template is ours, not a guest's: nothing untrusted has run in it, so it boots under our own user.
  const { jail, journal } = places;
  const root = openSync(machine.image.root, "r");
  const folders = [machine.image.folder];
  const args = templateLine(machine);
  const monitor = new Monitor({ jail, journal, owner: null, folders, args, memory, stateIn: "ignore", root });
  try {
    await boot(monitor);
    keep(machine, fresh, await monitor.save(), memory);
  } finally {
    await monitor.kill();
    closeSync(root);
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
  journal.gone(id);
}

async function boot(monitor: Monitor): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("the guest did not boot in time")), BOOT_TIMEOUT_MS);
  });
  try {
    await monitor.control.open();
    await Promise.race([monitor.wire.ready, late]);
  } catch (fault) {
    throw new Error(`${(fault as Error).message} ${monitor.words}`.trim());
  } finally {
    clearTimeout(timer);
  }
}

function keep(machine: Machine, folder: string, state: Uint8Array, memory: number): void {
  const pieces: Extent[] = [];
  for (const { offset, bytes } of changesOf(memory, new SparseMemory(machine.ram_bytes, [])))
    pieces.push({ offset, bytes: Uint8Array.from(bytes) });
  const bytes = Buffer.concat(pieces.map((piece) => piece.bytes));
  writeFileSync(join(folder, "memory"), bytes, { mode: 0o600 });
  writeFileSync(join(folder, "state"), state, { mode: 0o600 });
  const manifest: z.infer<typeof Manifest> = {
    v: 1,
    image: machine.image.digest,
    language: machine.language,
    ram_bytes: machine.ram_bytes,
    accelerator: machine.accelerator,
    monitor: qemuVersion(),
    state: sha256(state),
    memory: sha256(bytes),
    extents: pieces.map(({ offset, bytes: piece }) => [offset, piece.length]),
  };
  writeFileSync(join(folder, "template.json"), JSON.stringify(manifest), { mode: 0o600 });
}
