/** The map on a canvas, from what is known: ground, heat, points, what was found, the route, names. Nothing is fetched for it. */

import { drawHeat } from "./map-heat.ts";
import { FAMILIES, traceShape } from "./map-kinds.ts";
import { type MapView, metresPerPixel, type Size, toScreen, toWorld, type World } from "./map-projection.ts";
import { heatOf, type MapPoint, type MapState } from "./map-state.ts";
import { hourText } from "./map-time.ts";

export interface Ink {
  readonly ground: string;
  readonly bone: string;
  readonly muted: string;
  readonly sans: string;
}

export interface Scene {
  readonly state: MapState;
  readonly view: MapView;
  readonly size: Size;
  readonly ink: Ink;
}

/** Ranks are written into this many of the found. */
const RANKED = 9;
const EDGE_PX = 24;

type Place = (world: World) => World;

export function drawMap(pen: CanvasRenderingContext2D, scene: Scene): void {
  const { size, ink, state, view } = scene;
  const place: Place = (world) => toScreen(view, size, world);
  pen.fillStyle = ink.ground;
  pen.fillRect(0, 0, size.width, size.height);
  drawGrid(pen, scene);
  drawHeat(pen, heatOf(state), place, size, Math.min(48, Math.max(16, 90 / metresPerPixel(view))));
  const shown = shownOf(state);
  drawPoints(pen, scene, place, shown);
  const taken = drawMarks(pen, scene, place);
  drawNames(pen, scene, place, taken);
}

interface Shown {
  /** Ids of what an answer is about; null when there is none, and all points count alike. */
  readonly lit: ReadonlySet<string> | null;
}

function shownOf({ mode, found, route }: MapState): Shown {
  if (mode === "find" && found !== null) return { lit: new Set(found.hits.map(({ id }) => id)) };
  if (mode === "plan" && route?.planned) return { lit: new Set(route.visits.map(({ id }) => id)) };
  return { lit: null };
}

/** A net of round metres, so that distances can be read off. */
function drawGrid(pen: CanvasRenderingContext2D, { view, size }: Scene): void {
  const each = metresPerPixel(view);
  const step_px = [100, 250, 500, 1000, 2000, 5000, 10_000, 50_000, 200_000, 1_000_000]
    .map((m) => m / each)
    .find((px) => px >= 72);
  if (step_px === undefined) return;
  const origin = toScreen(view, size, { x: 0.5, y: 0.5 });
  pen.strokeStyle = "rgb(255 255 255 / 0.045)";
  pen.lineWidth = 1;
  pen.beginPath();
  for (let x = ((origin.x % step_px) + step_px) % step_px; x < size.width; x += step_px) {
    pen.moveTo(Math.round(x) + 0.5, 0);
    pen.lineTo(Math.round(x) + 0.5, size.height);
  }
  for (let y = ((origin.y % step_px) + step_px) % step_px; y < size.height; y += step_px) {
    pen.moveTo(0, Math.round(y) + 0.5);
    pen.lineTo(size.width, Math.round(y) + 0.5);
  }
  pen.stroke();
}

const isSeen = ({ x, y }: World, { width, height }: Size): boolean =>
  x > -EDGE_PX && y > -EDGE_PX && x < width + EDGE_PX && y < height + EDGE_PX;

export const radiusAt = (zoom: number): number => Math.min(7, Math.max(1.6, 0.55 * 1.42 ** (zoom - 10)));

/** A path a family: thousands of points in eight strokes of the pen. */
function drawPoints(pen: CanvasRenderingContext2D, { state, size, view }: Scene, place: Place, { lit }: Shown): void {
  const radius = radiusAt(view.zoom);
  for (const [number, family] of FAMILIES.entries()) {
    if (state.hidden.has(number)) continue;
    pen.beginPath();
    for (const point of state.points) {
      if (point.family !== number || lit?.has(point.capability.id)) continue;
      const at = place(point);
      if (isSeen(at, size)) traceShape(pen, family.shape, at.x, at.y, radius);
    }
    pen.globalAlpha = lit === null ? (state.heat.kind === "none" ? 0.85 : 0.5) : 0.4;
    inkShape(pen, family.shape === "ring", family.colour, radius);
  }
  pen.globalAlpha = 1;
}

function inkShape(pen: CanvasRenderingContext2D, hollow: boolean, colour: string, radius: number): void {
  if (hollow) {
    pen.strokeStyle = colour;
    pen.lineWidth = Math.max(1, radius / 3);
    pen.stroke();
  } else {
    pen.fillStyle = colour;
    pen.fill();
  }
}

/** What an answer is about, and what was chosen; gives back what they cover. */
function drawMarks(pen: CanvasRenderingContext2D, scene: Scene, place: Place): Box[] {
  const { state, ink } = scene;
  const taken: Box[] = [];
  if (state.mode === "find" && state.found !== null) {
    const { from, radius_m, hits } = state.found;
    drawReach(pen, scene, place(toWorld(from)), radius_m);
    for (const [i, hit] of [...hits.entries()].reverse()) {
      const at = place(toWorld(hit.at));
      const point = state.points.find(({ capability }) => capability.id === hit.id);
      drawHit(pen, ink, at, point?.family ?? FAMILIES.length - 1, i < RANKED ? i + 1 : null);
      taken.push({ x: at.x - 12, y: at.y - 12, width: 24, height: 24 });
    }
  }
  if (state.mode === "plan" && state.route?.planned) taken.push(...drawRoute(pen, scene, place));
  const chosen = chosenPoint(state);
  if (chosen !== null) ringAt(pen, place(chosen), 16, ink.bone, 2);
  return taken;
}

export function chosenPoint({ chosen, points, areas }: MapState): MapPoint | null {
  if (chosen === null) return null;
  return [...points, ...areas].find(({ capability }) => capability.id === chosen) ?? null;
}

function ringAt(pen: CanvasRenderingContext2D, at: World, radius: number, colour: string, width: number): void {
  pen.beginPath();
  pen.arc(at.x, at.y, radius, 0, Math.PI * 2);
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.stroke();
}

/** Where it was searched from, and how far. */
function drawReach(pen: CanvasRenderingContext2D, { view, ink }: Scene, at: World, radius_m: number | null): void {
  if (radius_m !== null) {
    pen.setLineDash([3, 5]);
    pen.globalAlpha = 0.6;
    ringAt(pen, at, radius_m / metresPerPixel(view), ink.muted, 1);
    pen.globalAlpha = 1;
    pen.setLineDash([]);
  }
  drawOrigin(pen, ink, at);
}

function drawOrigin(pen: CanvasRenderingContext2D, ink: Ink, { x, y }: World): void {
  ringAt(pen, { x, y }, 6, ink.bone, 1.5);
  pen.beginPath();
  for (const [right, down] of [
    [0, -1],
    [1, 0],
    [0, 1],
    [-1, 0],
  ] as const) {
    pen.moveTo(x + right * 6, y + down * 6);
    pen.lineTo(x + right * 11, y + down * 11);
  }
  pen.stroke();
}

function drawHit(pen: CanvasRenderingContext2D, ink: Ink, at: World, family: number, rank: number | null): void {
  const { shape, colour } = FAMILIES[family]!;
  const radius = rank === null ? 6 : 10;
  pen.beginPath();
  traceShape(pen, shape, at.x, at.y, radius + 2.5);
  pen.fillStyle = ink.ground;
  pen.fill();
  pen.beginPath();
  traceShape(pen, shape, at.x, at.y, radius);
  pen.fillStyle = shape === "ring" ? ink.ground : colour;
  pen.fill();
  pen.strokeStyle = shape === "ring" ? colour : ink.bone;
  pen.lineWidth = 1.5;
  pen.stroke();
  if (rank !== null) write(pen, String(rank), at, `600 11px ${ink.sans}`, shape === "ring" ? ink.bone : ink.ground);
}

function write(pen: CanvasRenderingContext2D, text: string, at: World, font: string, colour: string): void {
  pen.font = font;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillStyle = colour;
  pen.fillText(text, at.x, at.y + 0.5);
}

interface Box extends World, Size {}

/** The route as the crow flies, which is how its times are reckoned; numbered stops with the time each begins. */
function drawRoute(pen: CanvasRenderingContext2D, { state, ink }: Scene, place: Place): Box[] {
  if (!state.route?.planned) return [];
  const { from, visits } = state.route;
  const stops = visits.map(({ at }) => place(toWorld(at)));
  const start = place(toWorld(from));
  for (const [width, colour] of [
    [8, ink.ground],
    [2.5, ink.bone],
  ] as const) {
    pen.beginPath();
    pen.moveTo(start.x, start.y);
    for (const stop of stops) pen.lineTo(stop.x, stop.y);
    pen.lineJoin = "round";
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.stroke();
  }
  drawArrows(pen, ink, [start, ...stops]);
  drawOrigin(pen, ink, start);
  const taken = stops.map((at): Box => ({ x: at.x - 16, y: at.y - 16, width: 32, height: 32 }));
  for (const [i, at] of stops.entries()) {
    const others = taken.filter((_, other) => other !== i);
    const sides = LABEL_SIDES_PX.map((aside_px): Box => ({ x: at.x + aside_px, y: at.y - 11, width: 50, height: 22 }));
    const label = sides.find((side) => !others.some((other) => meet(side, other))) ?? sides[0]!;
    drawStop(pen, ink, at, i + 1);
    drawTime(pen, ink, label, hourText(visits[i]!.from_ms, state.lattice?.tz ?? "UTC"));
    taken.push(label);
  }
  return taken;
}

/** A stop's time stands to its right, or to its left where something else is. */
const LABEL_SIDES_PX = [18, -68];

/** Which way it goes, in the middle of each stretch that has room. */
function drawArrows(pen: CanvasRenderingContext2D, ink: Ink, stops: readonly World[]): void {
  pen.fillStyle = ink.bone;
  for (const [i, to] of stops.slice(1).entries()) {
    const from = stops[i]!;
    if (Math.hypot(to.x - from.x, to.y - from.y) < 64) continue;
    const angle = Math.atan2(to.y - from.y, to.x - from.x);
    pen.save();
    pen.translate((from.x + to.x) / 2, (from.y + to.y) / 2);
    pen.rotate(angle);
    pen.beginPath();
    pen.moveTo(7, 0);
    pen.lineTo(-5, -5.5);
    pen.lineTo(-5, 5.5);
    pen.fill();
    pen.restore();
  }
}

function drawStop(pen: CanvasRenderingContext2D, ink: Ink, at: World, number: number): void {
  pen.beginPath();
  pen.arc(at.x, at.y, 13, 0, Math.PI * 2);
  pen.fillStyle = ink.bone;
  pen.fill();
  pen.strokeStyle = ink.ground;
  pen.lineWidth = 3;
  pen.stroke();
  write(pen, String(number), at, `600 13px ${ink.sans}`, ink.ground);
}

function drawTime(pen: CanvasRenderingContext2D, ink: Ink, { x, y, width, height }: Box, time: string): void {
  pen.beginPath();
  pen.roundRect(x, y, width, height, 7);
  pen.fillStyle = "rgb(16 19 26 / 0.94)";
  pen.fill();
  pen.strokeStyle = "rgb(255 255 255 / 0.18)";
  pen.lineWidth = 1;
  pen.stroke();
  write(pen, time, { x: x + width / 2, y: y + height / 2 }, `500 13px ${ink.sans}`, ink.bone);
}

const NAME_SIZES: { readonly [area: string]: readonly [least_zoom: number, font_px: number, most_zoom: number] } = {
  city: [5, 20, 12.2],
  town: [8, 16, 14],
  quarter: [12.2, 13, 17],
  street: [15.4, 11, 21],
};

/** Names of towns, quarters and streets, the larger first; none over another or over a mark. */
function drawNames(pen: CanvasRenderingContext2D, { state, view, size, ink }: Scene, place: Place, taken: Box[]): void {
  for (const [kind, [least, font_px, most]] of Object.entries(NAME_SIZES)) {
    if (view.zoom < least || view.zoom > most) continue;
    pen.font = `500 ${font_px}px ${ink.sans}`;
    pen.letterSpacing = kind === "street" ? "0.02em" : "0.08em";
    for (const { capability, x, y } of state.areas) {
      if (capability.attributes.area !== kind) continue;
      const at = place({ x, y });
      const width = pen.measureText(capability.name).width + 12;
      const box = { x: at.x - width / 2, y: at.y - font_px, width, height: font_px * 2 };
      if (!isSeen(at, size) || taken.some((other) => meet(box, other))) continue;
      taken.push(box);
      nameAt(pen, capability.name, at, kind === "street" ? ink.muted : ink.bone, ink.ground);
    }
  }
  pen.letterSpacing = "0px";
}

function nameAt(pen: CanvasRenderingContext2D, name: string, { x, y }: World, colour: string, ground: string): void {
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  pen.strokeStyle = ground;
  pen.lineWidth = 4;
  pen.globalAlpha = 0.85;
  pen.strokeText(name, x, y);
  pen.fillStyle = colour;
  pen.fillText(name, x, y);
  pen.globalAlpha = 1;
}

const meet = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** The drawn point nearest to a place on the screen, within reach of a finger; null when there is none. */
export function pointNear({ state, view, size }: Omit<Scene, "ink">, at: World, reach_px: number): MapPoint | null {
  let [best, least] = [null as MapPoint | null, reach_px];
  const { lit } = shownOf(state);
  for (const point of state.points) {
    if (state.hidden.has(point.family)) continue;
    const { x, y } = toScreen(view, size, point);
    // What an answer is about comes before what merely lies there.
    const away = Math.hypot(x - at.x, y - at.y) - (lit?.has(point.capability.id) ? 10 : 0);
    if (away < least) [best, least] = [point, away];
  }
  return best;
}
