/**
 * The lattice in one process: records in a store of one file, the live surface on its journal, hours and the find index in memory. Docs:
 * docs/formats/lattice-store.md (what is durable when), docs/decisions/0092-lattice-store.md (why).
 */

import { toAnswer } from "./answer.ts";
import { AttributeDictionary } from "./attribute-dictionary.ts";
import type { Capability } from "./capability.ts";
import { checkConstraint } from "./constraint.ts";
import { coordinate } from "./coordination.ts";
import { type Fault, fault, isFault } from "./fault.ts";
import { type FindQuery, MAX_LIMIT, type ReadQuery, readQuery } from "./find-query.ts";
import type { Hold, HoldItem } from "./hold.ts";
import type { HoursIndex } from "./hours.ts";
import type { HoursDesk } from "./hours-desk.ts";
import type { IntegerSolver } from "./integer.ts";
import type {
  AttributeCount,
  CoordinateReply,
  Lattice,
  LatticeAnswer,
  LatticeChange,
  LatticeHold,
  LatticeHoldRequest,
  LatticeNews,
  PlanReply,
  SurfaceReply,
  WhyReply,
} from "./lattice.ts";
import { MAX_BATCH } from "./lattice.ts";
import type { DimensionChange, LiveClock, LiveSurface } from "./live.ts";
import type { LivingIndex } from "./living-index.ts";
import { plan } from "./planning.ts";
import type { PriceBook } from "./price-book.ts";
import { surface, why } from "./questions.ts";
import type { RecordStore, StoredRecord } from "./record-store.ts";
import {
  capabilityUnknown,
  checkWindows,
  dimensionOf,
  dimensionUnknown,
  readBatch,
  readLatticeChanges,
  readLatticeHold,
  type SlotUnits,
  tooLarge,
} from "./requests.ts";
import { areSlots, SLOT_MS, type Slots, slotsOf } from "./slot.ts";
import { StandingDesk } from "./standing-desk.ts";
import type { Match, Offering, Terrain, TerrainPlace } from "./terrain.ts";
import type { Window } from "./window.ts";

/** Ids whose handles and dimensions are kept at hand. */
const KNOWN_KEPT = 262_144;

/** Gives way to other work now and then. */
export type Breathe = () => Promise<void>;

export interface EmbeddedParts {
  readonly records: RecordStore;
  readonly live: LiveSurface;
  readonly index: LivingIndex;
  readonly hours: HoursDesk;
  readonly prices: PriceBook;
  readonly clock: LiveClock;
  readonly breathe: Breathe;
  /** Hex SHA-256. */
  readonly digest: (bytes: Uint8Array) => string;
  readonly integers: () => Promise<IntegerSolver>;
  /** Called once, last. */
  readonly atEnd: () => Promise<void>;
}

/** What of a capability holds and changes ask for, again and again. */
interface Known {
  readonly handle: number;
  readonly dimensions: readonly string[];
}

export class EmbeddedLattice implements Lattice, Terrain {
  readonly engine = "embedded";
  readonly #parts: EmbeddedParts;
  readonly #dictionary: AttributeDictionary;
  readonly #known = new Map<string, Known>();
  readonly #standing: StandingDesk;
  readonly #prices: PriceBook;
  /** Batches of records come one after another. */
  #turn: Promise<unknown> = Promise.resolve();
  #merging: Promise<void> | null = null;

  constructor(parts: EmbeddedParts) {
    this.#parts = parts;
    this.#dictionary = new AttributeDictionary(parts.records.counts());
    this.#prices = parts.prices;
    this.#standing = new StandingDesk({
      ground: () => ({ index: parts.index.version, counts: null, ...this.#around() }),
      epoch: () => this.#epoch,
      monotonic_ms: () => parts.clock.monotonic_ms(),
      breathe: parts.breathe,
    });
    parts.live.watch((touched) => this.#standing.touchUnits(touched));
  }

  get horizon(): Window {
    return this.#parts.hours.horizon;
  }

  get #epoch(): number {
    return this.#parts.records.version + this.#parts.live.epoch;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  put(records: readonly unknown[]): Promise<{ added: number; replaced: number } | Fault> {
    return this.#inTurn(async () => {
      const batch = readBatch(records, this.#parts.hours.index);
      return isFault(batch) ? batch : this.#put(batch);
    });
  }

  async #put(batch: readonly Capability[]): Promise<{ added: number; replaced: number } | Fault> {
    const { records, live } = this.#parts;
    const gone = batch.flatMap(({ id }) => records.get(id) ?? []);
    const counts = this.#dictionary.edit({ gone, come: batch });
    if (isFault(counts)) return counts;
    const declared = await live.declare(batch.flatMap(({ capacity }) => Object.keys(capacity)));
    if (declared !== null) return declared;
    let next = records.nextHandle;
    const put = batch.map(
      (capability): StoredRecord => ({ handle: records.handleOf(capability.id) ?? next++, capability }),
    );
    const more = batch.length - gone.length;
    const unwritten = this.#write(() => records.write({ put, remove: [], more, counts }));
    if (unwritten !== null) return unwritten;
    this.#dictionary.take(counts);
    const before = new Map(gone.map((capability) => [capability.id, capability]));
    for (const { handle, capability } of put) this.#install(handle, capability, before.get(capability.id));
    this.#parts.index.apply({ put });
    this.#changed(put.map(({ handle }) => handle));
    return { added: more, replaced: gone.length };
  }

  #write(run: () => void): Fault | null {
    try {
      run();
      return null;
    } catch (error) {
      return fault("store-unwritable", `The records cannot be written: ${(error as Error).message}.`);
    }
  }

  #install(handle: number, capability: Capability, before: Capability | undefined): void {
    const { live, hours } = this.#parts;
    for (const dimension in before?.capacity) live.stock(dimension, handle, 0);
    for (const [dimension, units] of Object.entries(capability.capacity)) live.stock(dimension, handle, units);
    hours.set(handle, capability);
    this.#known.delete(capability.id);
  }

  remove(ids: readonly string[]): Promise<{ removed: number } | Fault> {
    return this.#inTurn(async () => {
      if (ids.length > MAX_BATCH) return tooLarge(ids.length, "ids");
      const { records, live, index } = this.#parts;
      const gone = [...new Set(ids)].flatMap((id) => records.get(id) ?? []);
      if (gone.length === 0) return { removed: 0 };
      const counts = this.#dictionary.edit({ gone, come: [] });
      if (isFault(counts)) return counts;
      const remove = gone.map(({ id }) => records.handleOf(id)!);
      const unwritten = this.#write(() => records.write({ put: [], remove, more: -gone.length, counts }));
      if (unwritten !== null) return unwritten;
      this.#dictionary.take(counts);
      for (const [i, { id, capacity }] of gone.entries()) {
        for (const dimension in capacity) live.stock(dimension, remove[i]!, 0);
        this.#known.delete(id);
      }
      index.apply({ remove });
      this.#changed(remove);
      return { removed: gone.length };
    });
  }

  /** Tells the standing queries, and lets the index merge between other work. */
  #changed(handles: readonly number[]): void {
    this.#standing.touchRecords(handles);
    this.#merging ??= this.#merge();
  }

  async #merge(): Promise<void> {
    do await this.#parts.breathe();
    while (this.#parts.index.tend());
    this.#merging = null;
  }

  async get(id: string): Promise<Capability | null> {
    return this.#parts.records.get(id);
  }
  async count(): Promise<number> {
    return this.#parts.records.count;
  }
  async attributes(): Promise<readonly AttributeCount[]> {
    return this.#dictionary.list();
  }
  async dimensions(): Promise<readonly string[]> {
    return [...this.#parts.live.dimensions].sort();
  }
  async records(after: string | null, limit: number): Promise<readonly Capability[]> {
    return this.#parts.records.page(after, Math.max(0, Math.min(limit, MAX_LIMIT)));
  }

  async find(query: unknown): Promise<LatticeAnswer | Fault> {
    const read = this.#read(query);
    if (isFault(read)) return read;
    const { index, clock } = this.#parts;
    const answer = index.find(read, this.#around(), clock.monotonic_ms());
    if (isFault(answer)) return answer;
    return toAnswer(answer, this.#epoch);
  }

  #around(): { openness: HoursIndex; room: LiveSurface } {
    return { openness: this.#parts.hours.index, room: this.#parts.live };
  }

  #read(query: unknown): ReadQuery | Fault {
    const { clock, hours, live } = this.#parts;
    const read = readQuery(query, clock.now_ms());
    if (isFault(read)) return read;
    void live.expire();
    const { where, free, open } = read.query;
    const known = new Set(live.dimensions);
    const dimension = Object.keys(free ?? {}).find((name) => !known.has(name));
    if (dimension !== undefined) return dimensionUnknown(dimension, `free.${dimension}`);
    return (
      (where === undefined ? null : checkConstraint([this.#dictionary], where, "where")) ?? hours.covers(open) ?? read
    );
  }

  async subscribe(query: unknown, signal: AbortSignal): Promise<AsyncIterable<LatticeNews> | Fault> {
    const read = this.#read(query);
    return isFault(read) ? read : this.#standing.subscribe(read, signal);
  }

  #lookUp(id: string): Known | null {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const { records } = this.#parts;
    const capability = records.get(id);
    if (capability === null) return null;
    if (this.#known.size >= KNOWN_KEPT) this.#known.delete(this.#known.keys().next().value!);
    const found = { handle: records.handleOf(id)!, dimensions: Object.keys(capability.capacity) };
    this.#known.set(id, found);
    return found;
  }

  #resolve(parts: readonly SlotUnits[], list: string): (DimensionChange & HoldItem)[] | Fault {
    const dimensions = new Set(this.#parts.live.dimensions);
    const resolved: (DimensionChange & HoldItem)[] = [];
    for (const [i, { id, dimension, slots, units }] of parts.entries()) {
      const known = this.#lookUp(id);
      if (known === null) return capabilityUnknown(id, `${list}.${i}.id`);
      const meant = dimensionOf(dimension, known.dimensions);
      if (!dimensions.has(meant)) return dimensionUnknown(meant, `${list}.${i}.dimension`);
      resolved.push({ handle: known.handle, dimension: meant, slots, units });
    }
    return resolved;
  }

  async change(changes: readonly LatticeChange[]): Promise<{ epoch: number } | Fault> {
    const read = readLatticeChanges(changes);
    const resolved = isFault(read) ? read : this.#resolve(read, "changes");
    if (isFault(resolved)) return resolved;
    if (resolved.length === 0) return { epoch: this.#epoch };
    return (await this.#parts.live.changeEach(resolved)) ?? { epoch: this.#epoch };
  }

  async free(id: string, dimension: string | null, window: Window): Promise<number | Fault> {
    const known = this.#lookUp(id);
    if (known === null) return capabilityUnknown(id, "id");
    const meant = dimensionOf(dimension, known.dimensions);
    if (!this.#parts.live.dimensions.includes(meant)) return dimensionUnknown(meant, "dimension");
    const slots = slotsOf(window);
    if (!areSlots(slots)) return fault("window-malformed", "The window ends before it begins.", "window");
    void this.#parts.live.expire();
    return this.#parts.live.freeIn(known.handle, meant, slots);
  }

  async hold(request: LatticeHoldRequest): Promise<LatticeHold | Fault> {
    const read = readLatticeHold(request);
    if (isFault(read)) return read;
    const wrong = checkWindows(read.items, this.horizon, this.now_ms());
    if (wrong !== null) return wrong;
    const items = this.#resolve(read.items, "items");
    if (isFault(items)) return items;
    return this.#told(await this.#parts.live.hold({ items, ttl_ms: read.ttl_ms, key: read.key }));
  }
  async confirm(fence: number): Promise<LatticeHold | Fault> {
    return this.#told(await this.#parts.live.confirm(fence));
  }
  async release(fence: number): Promise<LatticeHold | Fault> {
    return this.#told(await this.#parts.live.release(fence));
  }

  #told(hold: Hold | Fault): LatticeHold | Fault {
    return isFault(hold) ? hold : this.#view(hold);
  }

  async look(fence: number): Promise<LatticeHold | Fault> {
    return this.#told(this.#parts.live.look(fence));
  }
  async holds({ limit }: { limit: number }): Promise<readonly LatticeHold[]> {
    return this.#parts.live.holds(Math.max(0, Math.min(limit, MAX_LIMIT))).map((hold) => this.#view(hold));
  }

  #view({ items, ...hold }: Hold): LatticeHold {
    const told = items.map(({ handle, dimension, slots, units }) => ({
      id: this.#parts.records.idOf(handle)!,
      dimension,
      from_ms: slots.from * SLOT_MS,
      until_ms: slots.until * SLOT_MS,
      units,
    }));
    return { ...hold, items: told };
  }

  plan(task: unknown): Promise<PlanReply | Fault> {
    return plan(this, task);
  }
  coordinate(tasks: unknown): Promise<CoordinateReply | Fault> {
    return coordinate(this, this.#prices, tasks);
  }
  why(question: unknown): Promise<WhyReply | Fault> {
    return why(this, this.#prices, question);
  }
  surface(question: unknown): Promise<SurfaceReply | Fault> {
    return surface(this, this.#prices, question);
  }

  async match(query: FindQuery): Promise<Match | Fault> {
    const answer = await this.find(query);
    if (isFault(answer)) return answer;
    const places = answer.found.map(({ id }): TerrainPlace => {
      const { at, tz } = this.#parts.records.get(id)!;
      return { id, at, tz, ...this.#lookUp(id)! };
    });
    return { places, epoch: answer.epoch };
  }

  async offering(): Promise<Offering> {
    const { hours, live } = this.#parts;
    return {
      isOpen: ({ handle }, window) => hours.index.isOpen(handle, window),
      free: ({ handle }, dimension, slots: Slots) => live.freeIn(handle, dimension, slots),
    };
  }

  now_ms(): number {
    return this.#parts.clock.now_ms();
  }
  integers(): Promise<IntegerSolver> {
    return this.#parts.integers();
  }
  monotonic_ms(): number {
    return this.#parts.clock.monotonic_ms();
  }
  digest(bytes: Uint8Array): string {
    return this.#parts.digest(bytes);
  }

  /** Now and then: ends holds and standing queries whose time is over, and lets the horizon roll on. */
  async tend(): Promise<void> {
    await this.#parts.live.expire();
    this.#standing.tend(this.#parts.clock.now_ms());
    await this.#parts.hours.roll(this.#parts.records, this.#parts.breathe);
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.#standing.close();
    await this.#merging;
    await this.#parts.live.close();
    await this.#parts.atEnd();
    this.#parts.records.close();
  }
}
