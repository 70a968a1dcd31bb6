/** The lattice ring's drawing, as numbers: a square of 500 units, twelve needles at 30°, eleven steps around the heart. */

export const NEEDLES = [
  "exec",
  "files",
  "snapshot",
  "recall",
  "fetch",
  "watch",
  "find",
  "plan",
  "vitality",
  "wealth",
  "query",
  "guard",
] as const;

export const SIDE = 500;
export const CENTRE = SIDE / 2;
export const ORBIT = 186;
export const BEZEL = 230;
export const STEP_RING = 98;
export const HEART = 64;
export const NEEDLE = 13;

export interface Point {
  readonly x: number;
  readonly y: number;
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** Angle 0 is up; degrees grow clockwise. */
export function polar(radius: number, angle_deg: number, from: Point = { x: CENTRE, y: CENTRE }): Point {
  const radians = ((angle_deg - 90) * Math.PI) / 180;
  return { x: round(from.x + radius * Math.cos(radians)), y: round(from.y + radius * Math.sin(radians)) };
}

export const needleAngle_deg = (index: number): number => index * 30;

/** A closed hexagon, point up. */
export function hexagon(radius: number, at: Point = { x: CENTRE, y: CENTRE }): string {
  const corners = [0, 60, 120, 180, 240, 300].map((angle) => polar(radius, angle, at));
  return `M${corners.map(({ x, y }) => `${x} ${y}`).join("L")}Z`;
}

export function arc(radius: number, from_deg: number, to_deg: number): string {
  const start = polar(radius, from_deg);
  const end = polar(radius, to_deg);
  return `M${start.x} ${start.y}A${radius} ${radius} 0 ${to_deg - from_deg > 180 ? 1 : 0} 1 ${end.x} ${end.y}`;
}

const STEP_GAP_DEG = 5;

/** The arc of one of `count` steps, clockwise from the top. */
export function stepArc(index: number, count: number): string {
  const span = 360 / count;
  return arc(STEP_RING, index * span + STEP_GAP_DEG / 2, (index + 1) * span - STEP_GAP_DEG / 2);
}

/** Out to a needle (`bend` 1) or back from it (`bend` -1): a quadratic curve beside the straight spoke. */
export function beam(angle_deg: number, bend: 1 | -1): string {
  const start = polar(STEP_RING + 10, angle_deg + 4 * bend);
  const end = polar(ORBIT - NEEDLE - 5, angle_deg + 2 * bend);
  const pull = polar((STEP_RING + ORBIT) / 2, angle_deg + 10 * bend);
  const [from, to] = bend === 1 ? [start, end] : [end, start];
  return `M${from.x} ${from.y}Q${pull.x} ${pull.y} ${to.x} ${to.y}`;
}

/** Graduation of the bezel: `count` ticks as one path. */
export function ticks(count: number, inner: number, outer: number, skipEvery: number): string {
  const marks: string[] = [];
  for (let i = 0; i < count; i++) {
    if (skipEvery > 0 && i % skipEvery === 0) continue;
    const a = polar(inner, (360 / count) * i);
    const b = polar(outer, (360 / count) * i);
    marks.push(`M${a.x} ${a.y}L${b.x} ${b.y}`);
  }
  return marks.join("");
}

/** Which side of its needle a label stands on, so that it always lies outside the ring. */
export function labelSide(index: number): "top" | "right" | "bottom" | "left" {
  if (index === 0) return "top";
  if (index === 6) return "bottom";
  return index < 6 ? "right" : "left";
}
