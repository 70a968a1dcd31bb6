/** Standing queries of an embedded lattice: changes are gathered while others work, told to every query in short turns, and handed to readers. */
import { withoutHandle } from "./answer.ts";
import { Bell } from "./bell.ts";
import { type Fault, isFault } from "./fault.ts";
import type { ReadQuery } from "./find-query.ts";
import type { Ground } from "./ground.ts";
import type { LatticeNews } from "./lattice.ts";
import { StandingQueries, type StandingQuery } from "./standing.ts";

/** How long queries are told of a change before other work gets a turn. */
const TURN_MS = 4;

export interface StandingPorts {
  readonly ground: () => Ground;
  readonly epoch: () => number;
  readonly monotonic_ms: () => number;
  readonly breathe: () => Promise<void>;
}

interface Reader {
  readonly bell: Bell;
  readonly end: AbortController;
}

export class StandingDesk {
  readonly #ports: StandingPorts;
  readonly #queries: StandingQueries;
  readonly #readers = new Map<StandingQuery, Reader>();
  #records = new Set<number>();
  #units = new Set<number>();
  #telling: Promise<void> | null = null;

  constructor(ports: StandingPorts) {
    this.#ports = ports;
    this.#queries = new StandingQueries(ports.ground);
  }

  /** Ends with the signal, when the query's window has passed, and when the lattice is closed. Faults: those of `StandingQueries.add`. */
  subscribe(read: ReadQuery, signal: AbortSignal): AsyncIterable<LatticeNews> | Fault {
    const reader = { bell: new Bell(), end: new AbortController() };
    const standing = this.#queries.add(read, () => reader.bell.ring());
    if (isFault(standing)) return standing;
    this.#readers.set(standing, reader);
    const ended = AbortSignal.any([signal, reader.end.signal]);
    ended.addEventListener("abort", () => this.#leave(standing), { once: true });
    if (ended.aborted) this.#leave(standing);
    return this.#newsOf(standing, reader.bell, ended);
  }

  #leave(standing: StandingQuery): void {
    this.#queries.remove(standing);
    this.#readers.delete(standing);
  }

  async *#newsOf(standing: StandingQuery, bell: Bell, ended: AbortSignal): AsyncGenerator<LatticeNews> {
    try {
      for (let first = true; !ended.aborted; first = false) {
        const heard = bell.rung;
        const epoch = this.#ports.epoch();
        const { added, removed } = standing.take() ?? { added: [], removed: [] };
        if (first || added.length > 0 || removed.length > 0)
          yield { epoch, added: added.map(withoutHandle), removed: removed.map(({ id }) => id) };
        await bell.after(heard, ended);
      }
    } finally {
      this.#leave(standing);
    }
  }

  /** After records were put, removed, or got other hours. */
  touchRecords(handles: Iterable<number>): void {
    if (this.#queries.count === 0) return;
    for (const handle of handles) this.#records.add(handle);
    this.#telling ??= this.#tell();
  }

  /** After free units changed. */
  touchUnits(parts: Iterable<{ readonly handle: number }>): void {
    if (this.#queries.count === 0) return;
    for (const { handle } of parts) this.#units.add(handle);
    this.#telling ??= this.#tell();
  }

  async #tell(): Promise<void> {
    while (this.#records.size + this.#units.size > 0) {
      await this.#ports.breathe();
      const touched = { records: this.#records, units: this.#units };
      [this.#records, this.#units] = [new Set(), new Set()];
      let until_ms = this.#ports.monotonic_ms() + TURN_MS;
      for (const _ of this.#queries.touch(touched)) {
        if (this.#ports.monotonic_ms() < until_ms) continue;
        await this.#ports.breathe();
        until_ms = this.#ports.monotonic_ms() + TURN_MS;
      }
    }
    this.#telling = null;
  }

  /** Now and then: ends the queries whose window has passed. */
  tend(now_ms: number): void {
    for (const standing of this.#queries.passed(now_ms)) this.#readers.get(standing)?.end.abort();
  }

  async close(): Promise<void> {
    for (const { end } of [...this.#readers.values()]) end.abort();
    await this.#telling;
  }
}
