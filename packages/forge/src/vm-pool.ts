/** Machines that are ready before anybody asks: restored, woken with their own keys, and standing still until they are taken. */

import { DEFAULT_LIMITS } from "./chamber.ts";
import { GUARD_GRACE_MS } from "./vm-guard.ts";
import { type GuestLanguage, type Machine, machineBytes } from "./vm-machine.ts";
import type { Monitor } from "./vm-monitor.ts";
import { VmRun } from "./vm-run.ts";
import { type Places, Template } from "./vm-template.ts";

const REHEARSAL_BYTES = 128 * 1024 * 1024;
const REHEARSAL_WALL_MS = 20_000;

export interface PoolOptions {
  readonly places: Places;
  readonly machine: Pick<Machine, "image" | "accelerator">;
  /** Machines of one kind that wait; 0 restores one when it is asked for. */
  readonly size: number;
}

/** A running machine of a kind. */
export interface Clone {
  readonly monitor: Monitor;
  readonly template: Template;
}

const cloneOf = async (template: Template): Promise<Clone> => ({ monitor: await template.clone(), template });

/** All machines of one language and size. */
class Shelf {
  readonly #options: PoolOptions;
  readonly #machine: Machine;
  readonly #waiting: Clone[] = [];
  #template: Promise<Template> | null = null;
  #filling: Promise<void> | null = null;
  #closed = false;

  constructor(options: PoolOptions, machine: Machine) {
    this.#options = options;
    this.#machine = machine;
  }

  /** Opened once; a failure is tried again at the next call. */
  template(): Promise<Template> {
    this.#template ??= Template.open(this.#machine, this.#options.places).catch((fault: Error) => {
      this.#template = null;
      throw fault;
    });
    return this.#template;
  }

  async take(): Promise<Clone> {
    for (let clone = this.#waiting.shift(); clone; clone = this.#waiting.shift()) {
      if (!clone.monitor.alive || clone.monitor.wire.broken !== null) continue;
      await clone.monitor.control.command("cont");
      return clone;
    }
    return cloneOf(await this.template());
  }

  /** Restores what is missing, one after the other. A failure shows at the next take. */
  fill(): Promise<void> {
    this.#filling ??= this.#fill()
      .catch(() => {})
      .finally(() => {
        this.#filling = null;
      });
    return this.#filling;
  }

  async #fill(): Promise<void> {
    while (!this.#closed && this.#waiting.length < this.#options.size) {
      const clone = await cloneOf(await this.template());
      await ready(clone.monitor, this.#machine.language);
      if (this.#closed) await clone.monitor.kill();
      else this.#waiting.push(clone);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#filling;
    await Promise.all(this.#waiting.splice(0).map(({ monitor }) => monitor.kill()));
  }
}

/** Rehearsed and standing still: it burns no CPU, and its clock is set again with each program. @throws Error when it fails. */
async function ready(monitor: Monitor, language: GuestLanguage): Promise<void> {
  const late = setTimeout(() => void monitor.kill(), REHEARSAL_WALL_MS + GUARD_GRACE_MS);
  try {
    await rehearse(monitor, language);
    await monitor.control.command("stop");
  } catch (fault) {
    await monitor.kill();
    throw fault;
  } finally {
    clearTimeout(late);
  }
}

const REHEARSALS: Readonly<Record<GuestLanguage, string>> = {
  python: "print(6 * 7)",
  javascript: "console.log(6 * 7)",
};

/**
 * Runs a program of ours once, in an interpreter that is then replaced. A restored machine without hardware help has to translate
 * all its code again; this does it while nobody waits. @throws Error when the program does not end well.
 */
async function rehearse(monitor: Monitor, language: GuestLanguage): Promise<void> {
  const limits = { ...DEFAULT_LIMITS, memory_bytes: REHEARSAL_BYTES, wall_ms: REHEARSAL_WALL_MS };
  const run = new VmRun(monitor, { language, code: REHEARSALS[language], limits, files: new Map(), egress: null });
  await run.begin();
  for await (const _ of run.events());
  if (run.end?.status !== "ok") throw new Error(`the rehearsal ended with ${run.end?.status}: ${run.end?.why}`);
  // Answered once the next interpreter waits.
  await monitor.echo(new Uint8Array(1));
}

export class VmPool {
  readonly #options: PoolOptions;
  readonly #shelves = new Map<string, Shelf>();

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  template(language: GuestLanguage, memory_bytes: number): Promise<Template> {
    return this.#shelf(language, memory_bytes).template();
  }

  take(language: GuestLanguage, memory_bytes: number): Promise<Clone> {
    return this.#shelf(language, memory_bytes).take();
  }

  fill(language: GuestLanguage, memory_bytes: number): Promise<void> {
    return this.#shelf(language, memory_bytes).fill();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#shelves.values()].map((shelf) => shelf.close()));
  }

  #shelf(language: GuestLanguage, memory_bytes: number): Shelf {
    const ram_bytes = machineBytes(language, memory_bytes);
    const key = `${language} ${ram_bytes}`;
    const shelf = this.#shelves.get(key) ?? new Shelf(this.#options, { ...this.#options.machine, language, ram_bytes });
    this.#shelves.set(key, shelf);
    return shelf;
  }
}
