/**
 * An index that changes. What is put makes a small part of its own; what is removed or replaced is only marked; parts are merged so that each is
 * many times as large as the next one, which leaves a handful of them to search. Small merges are done at once, large ones in slices between
 * other work. Every change makes a version, and whoever holds a version keeps seeing it (0094).
 */
import { cursorOutlived } from "./cursor.ts";
import { type Fault, isFault } from "./fault.ts";
import { type FindAnswer, find } from "./find.ts";
import type { FindIndex, Part } from "./find-index.ts";
import type { ReadQuery } from "./find-query.ts";
import type { Ground } from "./ground.ts";
import { buildIndex, toEnd } from "./index-build.ts";
import type { Indexed } from "./index-columns.ts";
import { mergeSlices } from "./index-merge.ts";
import { Tombstones } from "./tombstones.ts";
import { aliveIn, Version } from "./version.ts";

/** A part is at least this many times as large as all smaller ones together, or they are to be merged. */
export const FAN_OUT = 32;
/** Merges of at most this many capabilities are done at once. */
export const MOST_MERGED_AT_ONCE = 2048;
/** With more parts than this a change waits until a merge is done, however large. */
export const MAX_PARTS = 16;
/** A part with more than this share of dead positions is to be merged. */
export const MOST_DEAD_SHARE = 0.25;
/** Versions that are kept for cursors, and how long after their last page. */
export const MAX_KEPT_VERSIONS = 32;
export const VERSION_KEPT_MS = 120_000;

export interface IndexChange {
  /** New capabilities and new forms of known ones; a handle stands for the same capability for ever. Of equal handles the last counts. */
  readonly put?: readonly Indexed[];
  /** Handles; unknown ones are passed over. Removals come before puts. */
  readonly remove?: readonly number[];
}

interface Merge {
  /** The parts as they were when it began. */
  readonly from: readonly Part[];
  readonly slices: Generator<void, FindIndex>;
}

export class LivingIndex {
  #version: Version;
  #merge: Merge | null = null;
  #kept: { readonly version: Version; readonly until_ms: number }[] = [];

  /** @param epoch of the first version; hand in one that no cursor of an earlier life can have. */
  constructor(base: FindIndex | null = null, epoch = 1) {
    this.#version = new Version(epoch, base === null ? [] : [{ index: base, dead: Tombstones.none }]);
  }

  /** The newest version. */
  get version(): Version {
    return this.#version;
  }

  /** Puts and removes, all seen at once; visible when it returns. */
  apply({ put = [], remove = [] }: IndexChange): Version {
    const fresh = [...new Map(put.map((record) => [record.handle, record])).values()];
    const gone = new Set([...remove, ...fresh.map(({ handle }) => handle)]);
    const parts: Omit<Part, "first">[] = bury(this.#version.parts, gone);
    if (fresh.length > 0) parts.push({ index: buildIndex(fresh), dead: Tombstones.none });
    this.#version = new Version(this.#version.epoch + 1, parts);
    this.#settle();
    return this.#version;
  }

  /** One slice of merging, well below a millisecond mostly; false when nothing is left to do. Call it between other work. */
  tend(): boolean {
    this.#merge ??= this.#begin(this.#due());
    if (this.#merge === null) return false;
    const slice = this.#merge.slices.next();
    if (slice.done) this.#finish(this.#merge.from, slice.value);
    return true;
  }

  /** Small merges at once; large ones only when there are too many parts to wait. */
  #settle(): void {
    for (let due = this.#due(); due.length > 0; due = this.#due()) {
      const crowded = this.#version.parts.length > MAX_PARTS;
      if (crowded && this.#merge !== null) this.#finish(this.#merge.from, toEnd(this.#merge.slices));
      else if (crowded || sumOf(due) <= MOST_MERGED_AT_ONCE) this.#finish(due, toEnd(mergeSlices(due)));
      else return;
    }
  }

  #begin(due: readonly Part[]): Merge | null {
    return due.length === 0 ? null : { from: due, slices: mergeSlices(due) };
  }

  /** The smallest parts that are too large beside each other, without those that are being merged. */
  #due(): readonly Part[] {
    const busy = new Set(this.#merge?.from.map(({ index }) => index));
    const free = this.#version.parts.filter(({ index }) => !busy.has(index));
    let until = free.length;
    let smaller = 0;
    for (let i = free.length - 1; i >= 0; i--) {
      const part = free[i]!;
      const crowded = smaller > 0 && aliveIn(part) <= FAN_OUT * smaller;
      if (crowded || part.dead.count > MOST_DEAD_SHARE * part.index.count) until = i;
      smaller += aliveIn(part);
    }
    return free.slice(until);
  }

  /** Puts the merged index in the place of its parts; what died meanwhile dies in it too. */
  #finish(from: readonly Part[], index: FindIndex): void {
    const merged = new Map(from.map((part) => [part.index, part.dead]));
    const died: number[] = [];
    const parts: Omit<Part, "first">[] = [];
    for (const part of this.#version.parts) {
      const before = merged.get(part.index);
      if (before === undefined) parts.push(part);
      else died.push(...part.dead.since(before).map((position) => part.index.handles[position]!));
    }
    // A part that died wholly has left the version; its handles count as gone as well.
    const left = new Set(this.#version.parts.map((part) => part.index));
    for (const part of from) if (!left.has(part.index)) died.push(...aliveHandles(part));
    parts.push({ index, dead: Tombstones.none.with(died.map((handle) => index.positionOf(handle))) });
    if (this.#merge?.from === from) this.#merge = null;
    this.#version = new Version(this.#version.epoch, parts);
  }

  /**
   * Runs a query over the newest version, or over the one that its cursor belongs to, which is kept while pages are asked for.
   * Faults besides those of `find`: `cursor-outlived`.
   */
  find(read: ReadQuery, around: Pick<Ground, "openness" | "room">, now_ms: number): FindAnswer | Fault {
    this.#kept = this.#kept.filter(({ until_ms }) => until_ms > now_ms);
    const version = this.#versionOf(read.after?.epoch ?? this.#version.epoch);
    if (isFault(version)) return version;
    const answer = find({ ...around, index: version, counts: null }, read);
    if (!isFault(answer) && answer.cursor !== null) this.#keep(version, now_ms);
    return answer;
  }

  #versionOf(epoch: number): Version | Fault {
    if (epoch === this.#version.epoch) return this.#version;
    const kept = this.#kept.find(({ version }) => version.epoch === epoch);
    return kept?.version ?? cursorOutlived();
  }

  #keep(version: Version, now_ms: number): void {
    const others = this.#kept.filter((kept) => kept.version.epoch !== version.epoch);
    this.#kept = [...others.slice(1 - MAX_KEPT_VERSIONS), { version, until_ms: now_ms + VERSION_KEPT_MS }];
  }
}

/** The parts with these handles marked dead. */
function bury(parts: readonly Part[], handles: ReadonlySet<number>): Omit<Part, "first">[] {
  return parts.map(({ index, dead }) => {
    const positions: number[] = [];
    for (const handle of handles) {
      const position = index.positionOf(handle);
      if (position >= 0 && !dead.has(position)) positions.push(position);
    }
    return { index, dead: dead.with(positions) };
  });
}

function aliveHandles({ index, dead }: Part): number[] {
  return [...index.handles].filter((_, position) => !dead.has(position));
}

const sumOf = (parts: readonly Part[]): number => parts.reduce((sum, part) => sum + aliveIn(part), 0);
