/** The live surface with its holds, on one journal: whatever this acknowledges is durable, and comes back after a stop as it was. */
import {
  type Base,
  type Change,
  KIND,
  MAX_CHANGES,
  readBase,
  readChanges,
  readText,
  readTogether,
  writeBase,
  writeChanges,
  writeText,
  writeTogether,
} from "./changes.ts";
import { type Fault, fault, isFault } from "./fault.ts";
import { type Hold, type HoldEvent, type HoldRequest, readHoldEvents, writeHoldEvents } from "./hold.ts";
import { type Granted, HOLD_LIMITS, HoldBook, type HoldLimits, type Times } from "./hold-book.ts";
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
  readonly limits?: Partial<HoldLimits> | undefined;
}

export interface DimensionChange extends Change {
  readonly dimension: string;
}

/** Makes a change if it fits. */
function changeIn(surface: Surface, { handle, slots, units }: Change): boolean {
  const fits = areSlots(slots) && slots.until - slots.from <= 0xffff && surface.canChange(handle, slots, units);
  if (fits) surface.change(handle, slots, units);
  return fits;
}

const undo = (surface: Surface, { handle, slots, units }: Change): void => surface.change(handle, slots, -units);

const beyond = (i: number): Fault =>
  fault("units-beyond", "The change leaves the calendar, or what a slot can hold.", `changes.${i}`);

export class LiveSurface {
  readonly #clock: LiveClock;
  readonly #surfaces = new Map<string, { readonly number: number; readonly surface: Surface }>();
  readonly #names: string[] = [];
  readonly #book: HoldBook;
  #journal!: Journal;
  /** Events of this turn that still have to go into one body. */
  #events: HoldEvent[] = [];
  #lastWritten: Promise<Fault | null> = Promise.resolve(null);
  #see: ((touched: readonly { readonly handle: number }[]) => void) | null = null;
  /** Bytes of an unacknowledged tail that a crash had left and opening cut off. */
  lost_bytes = 0;
  #bodies = 0;

  private constructor(clock: LiveClock, limits: HoldLimits) {
    this.#clock = clock;
    this.#book = new HoldBook((dimension) => this.#surfaces.get(dimension)?.surface, limits);
  }

  /** Faults: `journal-damaged`. */
  static async open({ file, sha256, clock, limits }: LivePorts): Promise<LiveSurface | Fault> {
    const live = new LiveSurface(clock, { ...HOLD_LIMITS, ...limits });
    const opened = await Journal.open(file, sha256, (body) => live.#apply(body));
    if (isFault(opened)) return opened;
    live.#journal = opened.journal;
    live.lost_bytes = opened.lost_bytes;
    return live;
  }

  #apply(body: Uint8Array): void {
    this.#bodies++;
    this.#applyBody(body);
  }

  #applyBody(body: Uint8Array): void {
    const kind = body[0];
    if (kind === KIND.together) readTogether(body, (inner) => this.#applyBody(inner));
    else if (kind === KIND.dimension) this.#addDimension(readText(body));
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

  /** Hands over whatever gets other free units from now on, when it does; with what is touched twice told twice. */
  watch(see: (touched: readonly { readonly handle: number }[]) => void): void {
    this.#see = see;
  }

  get dimensions(): readonly string[] {
    return this.#names;
  }

  /** Counts what was ever written: grows with every change, over restarts too. */
  get epoch(): number {
    return this.#bodies;
  }

  #append(body: Uint8Array): Promise<Fault | null> {
    this.#bodies++;
    return this.#journal.append(body);
  }

  /** Makes dimensions known that are not yet. For whoever keeps base capacities elsewhere and hands them to `stock`. */
  async declare(dimensions: readonly string[]): Promise<Fault | null> {
    const fresh = [...new Set(dimensions)].filter((dimension) => !this.#surfaces.has(dimension));
    if (this.#names.length + fresh.length > MAX_DIMENSIONS)
      return fault("dimension-unknown", `A lattice has at most ${MAX_DIMENSIONS} dimensions.`);
    for (const dimension of fresh) this.#addDimension(dimension);
    const written = await Promise.all(fresh.map((dimension) => this.#append(writeText(KIND.dimension, dimension))));
    return written.find((result) => result !== null) ?? null;
  }

  /** Sets base units that are durable elsewhere. The dimension must be declared. */
  stock(dimension: string, handle: number, units: number): void {
    this.#surfaces.get(dimension)!.surface.setBase(handle, units);
  }

  /** The same for handles from 0 on. */
  stockAll(dimension: string, bases: Int16Array): void {
    this.#surfaces.get(dimension)!.surface.setBases(bases);
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
    return (await Promise.all(bodies.map((body) => this.#append(body)))).find((result) => result !== null) ?? null;
  }

  /** Changes free units; all of them or, on a fault, none. Visible at once, durable when it resolves. */
  async change(dimension: string, changes: readonly Change[]): Promise<Fault | null> {
    if (changes.length > MAX_CHANGES) return fault("units-beyond", `At most ${MAX_CHANGES} changes at a time.`);
    const known = this.#surfaces.get(dimension);
    if (known === undefined) return fault("dimension-unknown", `There is no dimension "${dimension}".`, "dimension");
    for (let i = 0; i < changes.length; i++) {
      if (changeIn(known.surface, changes[i]!)) continue;
      for (let done = i - 1; done >= 0; done--) undo(known.surface, changes[done]!);
      return beyond(i);
    }
    this.#see?.(changes);
    return this.#append(writeChanges(known.number, changes));
  }

  /** The same over several dimensions; all or none, whatever happens to the machine. */
  async changeEach(changes: readonly DimensionChange[]): Promise<Fault | null> {
    if (changes.length > MAX_CHANGES) return fault("units-beyond", `At most ${MAX_CHANGES} changes at a time.`);
    const wrong = this.#changeEach(changes);
    if (wrong !== null) return wrong;
    this.#see?.(changes);
    const byDimension = Map.groupBy(changes, ({ dimension }) => this.#surfaces.get(dimension)!.number);
    const bodies = [...byDimension].map(([number, group]) => writeChanges(number, group));
    return this.#append(bodies.length === 1 ? bodies[0]! : writeTogether(bodies));
  }

  #changeEach(changes: readonly DimensionChange[]): Fault | null {
    for (let i = 0; i < changes.length; i++) {
      const known = this.#surfaces.get(changes[i]!.dimension);
      if (known !== undefined && changeIn(known.surface, changes[i]!)) continue;
      for (let done = i - 1; done >= 0; done--)
        undo(this.#surfaces.get(changes[done]!.dimension)!.surface, changes[done]!);
      if (known !== undefined) return beyond(i);
      return fault("dimension-unknown", `There is no dimension "${changes[i]!.dimension}".`, `changes.${i}.dimension`);
    }
    return null;
  }

  /** Free units in the worst slot that the window touches. */
  free(handle: number, dimension: string, window: { readonly from_ms: number; readonly until_ms: number }): number {
    return this.freeIn(handle, dimension, slotsOf(window));
  }

  steady(dimension: string): Surface | undefined {
    return this.#surfaces.get(dimension)?.surface;
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

  /** The newest first. */
  holds(limit: number): Hold[] {
    this.#expire();
    return this.#book.newest(limit);
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
    if (this.#see !== null && event.e !== "confirmed") this.#see(this.#itemsOf(event));
    if (this.#events.push(event) === 1) this.#lastWritten = this.#writeEvents();
  }

  #itemsOf(event: HoldEvent): readonly { readonly handle: number }[] {
    if (event.e === "held") return event.items;
    const hold = this.#book.hold(event.fence);
    return isFault(hold) ? [] : hold.items;
  }

  async #writeEvents(): Promise<Fault | null> {
    await null;
    const events = this.#events;
    this.#events = [];
    return this.#append(writeText(KIND.holds, writeHoldEvents(events)));
  }

  close(): Promise<void> {
    return this.#journal.close();
  }
}
