/** Boxes around points, earth-centred, in heights: 32 points make a block, 32 blocks a group, 32 groups a region. */

/**
 * Boxes of one height: least x, y, z and greatest x, y, z of each, in metres. Searches read boxes more than anything else, so they are in single
 * precision, which is half a metre at the earth's radius.
 */
export type Boxes = Float32Array;

const SIDES = 6;
/** Boxes are drawn so much wider, which covers all rounding. */
const MARGIN_M = 1;

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
