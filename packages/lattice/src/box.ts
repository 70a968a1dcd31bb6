/** Boxes around points, earth-centred, in heights: 32 points make a block, 32 blocks a group, 32 groups a region. */

/**
 * Boxes of one height: least x, y, z and greatest x, y, z of each, in metres. Searches read boxes more than anything else, so they are in single
 * precision, which is half a metre at the earth's radius.
 */
export type Boxes = Float32Array;

const SIDES = 6;
/** Boxes are drawn so much wider, which covers all rounding. */
const MARGIN_M = 1;

/**
 * Boxes of blocks, told within the box of their group: least x, y, z and greatest x, y, z in steps, a byte each. A step is 1/255 of the
 * longest side of the group's box, which is where the count begins. All of a group lie on three lines of cache.
 */
export type BlockBoxes = Uint8Array;
export const STEPS = 255;

/** Length of a step in a group whose box stands at `at`, in metres. */
export const stepOf = (groups: Boxes, at: number): number =>
  Math.max(groups[at + 3]! - groups[at]!, groups[at + 4]! - groups[at + 1]!, groups[at + 5]! - groups[at + 2]!) / STEPS;

/** @param groups boxes of what `blocks` are, 32 at a time. */
export function withinGroups(blocks: Boxes, groups: Boxes): BlockBoxes {
  const told = new Uint8Array(blocks.length);
  for (let at = 0; at < blocks.length; at += SIDES) {
    const group = Math.floor(at / (32 * SIDES)) * SIDES;
    const step = stepOf(groups, group);
    for (let side = 0; side < 3; side++) {
      const from = groups[group + side]!;
      told[at + side] = Math.max(0, Math.floor((blocks[at + side]! - from) / step));
      told[at + 3 + side] = Math.min(STEPS, Math.ceil((blocks[at + 3 + side]! - from) / step));
    }
  }
  return told;
}

/** @param at x, y, z of each point. */
export function boxesOfPoints(at: Float64Array): Boxes {
  const count = at.length / 3;
  const boxes = emptyBoxes((count + 31) >>> 5);
  for (let i = 0; i < count; i++) {
    const box = (i >>> 5) * SIDES;
    const [x, y, z] = [at[3 * i]!, at[3 * i + 1]!, at[3 * i + 2]!];
    widen(boxes, box, x - MARGIN_M, y - MARGIN_M, z - MARGIN_M);
    widen(boxes, box, x + MARGIN_M, y + MARGIN_M, z + MARGIN_M);
  }
  return boxes;
}

export function boxesOfBoxes(inner: Boxes): Boxes {
  const count = inner.length / SIDES;
  const boxes = emptyBoxes((count + 31) >>> 5);
  for (let i = 0; i < count; i++) {
    const from = i * SIDES;
    const to = (i >>> 5) * SIDES;
    widen(boxes, to, inner[from]!, inner[from + 1]!, inner[from + 2]!);
    widen(boxes, to, inner[from + 3]!, inner[from + 4]!, inner[from + 5]!);
  }
  return boxes;
}

function emptyBoxes(count: number): Boxes {
  const boxes = new Float32Array(count * SIDES);
  for (let i = 0; i < boxes.length; i++) boxes[i] = i % SIDES < 3 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  return boxes;
}

function widen(boxes: Boxes, at: number, x: number, y: number, z: number): void {
  if (x < boxes[at]!) boxes[at] = x;
  if (y < boxes[at + 1]!) boxes[at + 1] = y;
  if (z < boxes[at + 2]!) boxes[at + 2] = z;
  if (x > boxes[at + 3]!) boxes[at + 3] = x;
  if (y > boxes[at + 4]!) boxes[at + 4] = y;
  if (z > boxes[at + 5]!) boxes[at + 5] = z;
}
