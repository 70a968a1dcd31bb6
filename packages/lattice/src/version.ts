/** One state of a living index, for as long as somebody holds it: parts that never change, and what of each no longer counts. */
import type { FindIndex, Part, Searchable } from "./find-index.ts";
import { toEnd } from "./index-build.ts";
import { mergeSlices } from "./index-merge.ts";
import type { Tombstones } from "./tombstones.ts";

export class Version implements Searchable {
  readonly epoch: number;
  /** Largest first, so that a search has its best hits early; counted through from 0. */
  readonly parts: readonly Part[];

  constructor(epoch: number, parts: readonly Omit<Part, "first">[]) {
    this.epoch = epoch;
    let end = 0;
    this.parts = parts
      .filter(({ index, dead }) => index.count > dead.count)
      .sort((a, b) => aliveIn(b) - aliveIn(a))
      .map(({ index, dead }) => {
        end += index.count;
        return { index, dead, first: end - index.count };
      });
  }

  /** Capabilities that count. */
  get count(): number {
    return this.parts.reduce((sum, part) => sum + aliveIn(part), 0);
  }

  id(place: number): string {
    const { index, first } = this.#partOf(place);
    return index.id(place - first);
  }

  handle(place: number): number {
    const { index, first } = this.#partOf(place);
    return index.handles[place - first]!;
  }

  locate(handle: number): { readonly part: Part; readonly position: number } | null {
    for (const part of this.parts) {
      const position = part.index.positionOf(handle);
      if (position >= 0 && !part.dead.has(position)) return { part, position };
    }
    return null;
  }

  /** All of it as one index, to be written to a file; takes as long as merging everything does, unless there is but one part. */
  whole(): FindIndex {
    const [only] = this.parts;
    return this.parts.length === 1 && only!.dead.count === 0 ? only!.index : toEnd(mergeSlices(this.parts));
  }

  #partOf(place: number): Part {
    let i = this.parts.length - 1;
    while (this.parts[i]!.first > place) i--;
    return this.parts[i]!;
  }
}

export const aliveIn = ({ index, dead }: { readonly index: FindIndex; readonly dead: Tombstones }): number =>
  index.count - dead.count;
