/** Cursors: where a page ended. The order is total, so the last hit's key, distance and id are all it takes, beside the version paged through. */
import { type Fault, fault } from "./fault.ts";

/** Hits come after this. */
export interface After {
  /** What the order goes by first: metres, seconds or a price; +∞ where it is unknown. */
  readonly key: number;
  readonly distance_m: number;
  readonly id: string;
  /** Version that is paged through. */
  readonly epoch: number;
}

/** @param order begins every cursor, so that one of another order is noticed. */
export const writeCursor = ({ key, distance_m, id, epoch }: After, order: string): string =>
  [order, key, distance_m, epoch, encodeURIComponent(id)].join("~");

/** Faults: `cursor-malformed`. */
export function readCursor(text: string, order: string): After | Fault {
  const [ofOrder, key, metres, version, id, more] = text.split("~");
  const after = { key: numberIn(key), distance_m: numberIn(metres), epoch: numberIn(version) };
  const whole =
    ofOrder === order && after.distance_m >= 0 && Number.isSafeInteger(after.epoch) && !Number.isNaN(after.key);
  if (id === undefined || !whole || more !== undefined) return malformed();
  try {
    return { ...after, id: decodeURIComponent(id) };
  } catch {
    return malformed();
  }
}

const numberIn = (text: string | undefined): number => (text === undefined || text === "" ? Number.NaN : Number(text));
export const cursorOutlived = (): Fault =>
  fault("cursor-outlived", "What the cursor pages through is no longer kept.", "cursor");
const malformed = (): Fault => fault("cursor-malformed", "This is no cursor of ours.", "cursor");
