/** The live surface with its holds, on one journal: whatever this acknowledges is durable, and comes back after a stop as it was. */
import {
  type Base,
  type Change,
  KIND,
  MAX_CHANGES,
  readBase,
  readChanges,
  readText,
  writeBase,
  writeChanges,
  writeText,
} from "./changes.ts";
import { type Fault, fault, isFault } from "./fault.ts";
import { type Hold, type HoldEvent, type HoldRequest, readHoldEvents, writeHoldEvents } from "./hold.ts";
import { type Granted, HoldBook, type Times } from "./hold-book.ts";
import { Journal, type JournalFile, type Sha256 } from "./journal.ts";
import { areSlots, type Slots, slotsOf } from "./slot.ts";
import { MOST_UNITS, Surface } from "./surface.ts";

export const MAX_DIMENSIONS = 256;

/** Wall clock for what people are told, monotonic clock for what runs out. */
export interface LiveClock {
  now_ms(): number;
  monotonic_ms(): number;
}

export interface LivePorts {
  readonly file: JournalFile;
  readonly sha256: Sha256;
  readonly clock: LiveClock;
}

export class LiveSurface {
  readonly #clock: LiveClock;
  readonly #surfaces = new Map<string, { readonly number: number; readonly surface: Surface }>();
  readonly #names: string[] = [];
  readonly #book = new HoldBook((dimension) => this.#surfaces.get(dimension)?.surface);
  #journal!: Journal;
  /** Events of this turn that still have to go into one body. */
  #events: HoldEvent[] = [];
  #lastWritten: Promise<Fault | null> = Promise.resolve(null);
  /** Bytes of an unacknowledged tail that a crash had left and opening cut off. */
  lost_bytes = 0;

  private constructor(clock: LiveClock) {
    this.#clock = clock;
  }

  /** Faults: `journal-damaged`. */
  static async open({ file, sha256, clock }: LivePorts): Promise<LiveSurface | Fault> {
    const live = new LiveSurface(clock);
    const opened = await Journal.open(file, sha256, (body) => live.#apply(body));
    if (isFault(opened)) return opened;
    live.#journal = opened.journal;
    live.lost_bytes = opened.lost_bytes;
    return live;
  }

  #apply(body: Uint8Array): void {
    const kind = body[0];
    if (kind === KIND.dimension) this.#addDimension(readText(body));
    else if (kind === KIND.changes)
      readChanges(body, (d, handle, slots, units) => this.#numbered(d).change(handle, slots, units));
    else if (kind === KIND.base) readBase(body, (d, handle, units) => this.#numbered(d).setBase(handle, units));
    else for (const event of readHoldEvents(readText(body))) this.#book.apply(event, this.#times());
  }

  #numbered(dimension: number): Surface {
    return this.#surfaces.get(this.#names[dimension]!)!.surface;
  }

  #addDimension(name: string): { number: number; surface: Surface } {
    const added = { number: this.#names.length, surface: new Surface([]) };
    this.#names.push(name);
    this.#surfaces.set(name, added);
    return added;
  }

  get dimensions(): readonly string[] {
    return this.#names;
  }

  #times(): Times {
    return { now_ms: this.#clock.now_ms(), monotonic_ms: this.#clock.monotonic_ms() };
  }

  /** Units that capabilities have by default. A dimension that is new begins here. */
  async setBase(dimension: string, base: readonly Base[]): Promise<Fault | null> {
    const wrong = base.find(({ units }) => !(Number.isInteger(units) && units >= 0 && units <= MOST_UNITS));
    if (wrong !== undefined) return fault("units-beyond", `A base of ${wrong.units} units is not kept.`);
    if (base.length > MAX_CHANGES) return fault("units-beyond", `At most ${MAX_CHANGES} capabilities at a time.`);
    const known = this.#surfaces.get(dimension);
    if (known === undefined && this.#names.length >= MAX_DIMENSIONS) {
      return fault("dimension-unknown", `A lattice has at most ${MAX_DIMENSIONS} dimensions.`);
    }
    const { number, surface } = known ?? this.#addDimension(dimension);
    for (const { handle, units } of base) surface.setBase(handle, units);
    const bodies = [...(known === undefined ? [writeText(KIND.dimension, dimension)] : []), writeBase(number, base)];
    return (
      (await Promise.all(bodies.map((body) => this.#journal.append(body)))).find((result) => result !== null) ?? null
    );
  }

  /** Changes free units; all of them or, on a fault, none. Visible at once, durable when it resolves. */
  async change(dimension: string, changes: readonly Change[]): Promise<Fault | null> {
    const known = this.#surfaces.get(dimension);
    if (known === undefined) return fault("dimension-unknown", `There is no dimension "${dimension}".`, "dimension");
    if (changes.length > MAX_CHANGES) return fault("units-beyond", `At most ${MAX_CHANGES} changes at a time.`);
    for (let i = 0; i < changes.length; i++) {
      const { handle, slots, units } = changes[i]!;
      const fits =
        areSlots(slots) && slots.until - slots.from <= 0xffff && known.surface.canChange(handle, slots, units);
      if (fits) known.surface.change(handle, slots, units);
      else {
        for (const done of changes.slice(0, i)) known.surface.change(done.handle, done.slots, -done.units);
        return fault("units-beyond", "The change leaves the calendar, or what a slot can hold.", `changes.${i}`);
      }
    }
    return this.#journal.append(writeChanges(known.number, changes));
  }

  /** Free units in the worst slot that the window touches. */
  free(handle: number, dimension: string, window: { readonly from_ms: number; readonly until_ms: number }): number {
    return this.freeIn(handle, dimension, slotsOf(window));
  }

  freeIn(handle: number, dimension: string, slots: Slots): number {
    return this.#surfaces.get(dimension)?.surface.least(handle, slots) ?? 0;
  }

  /** All or nothing. Faults: `hold-too-much`, `dimension-unknown`, `key-reused`, `holds-full`, `journal-unwritable`. */
  hold(request: HoldRequest): Promise<Hold | Fault> {
    this.#expire();
    return this.#durably(this.#book.grant(request, this.#times()));
  }

  /** Faults: `hold-unknown`, `hold-over`, `journal-unwritable`. */
  confirm(fence: number): Promise<Hold | Fault> {
    this.#expire();
    return this.#durably(this.#book.confirm(fence, this.#times()));
  }

  release(fence: number): Promise<Hold | Fault> {
    this.#expire();
    return this.#durably(this.#book.release(fence));
  }

  look(fence: number): Hold | Fault {
    this.#expire();
    return this.#book.hold(fence);
  }

  /** Ends holds whose time is over; to be called now and then, and done anyway before each decision. */
  async expire(): Promise<Fault | null> {
    this.#expire();
    return this.#lastWritten;
  }

  #expire(): void {
    for (const event of this.#book.expire(this.#times())) this.#record(event);
  }

  async #durably(granted: Granted | Fault): Promise<Hold | Fault> {
    if (isFault(granted)) return granted;
    // A repeated request may come while the first is still being written: it waits for that write too.
    if (granted.event !== null) this.#record(granted.event);
    return (await this.#lastWritten) ?? granted.hold;
  }

  /** All events of one turn share a body, and the bodies of one turn share a write. */
  #record(event: HoldEvent): void {
    if (this.#events.push(event) === 1) this.#lastWritten = this.#writeEvents();
  }

  async #writeEvents(): Promise<Fault | null> {
    await null;
    const events = this.#events;
    this.#events = [];
    return this.#journal.append(writeText(KIND.holds, writeHoldEvents(events)));
  }

  close(): Promise<void> {
    return this.#journal.close();
  }
}
