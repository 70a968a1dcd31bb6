/** Web Mercator (EPSG:3857) on a unit square, and the window onto it. */
export interface Point {
  /** Degrees north, degrees east. */
  readonly lat: number;
  readonly lng: number;
}

/** On the unit square: x from 180° west, y from the north. */
export interface World {
  readonly x: number;
  readonly y: number;
}

/** What the window shows: its middle, and how deep. The whole world is 256 · 2^zoom CSS pixels wide. */
export interface MapView extends World {
  readonly zoom: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const MIN_ZOOM = 1;
export const MAX_ZOOM = 20;
/** Nothing that fits is drawn deeper than this: a single point needs its surroundings. */
const MAX_FIT_ZOOM = 16;
const TILE_PX = 256;
/** Where the square ends. */
const MAX_LATITUDE = 85.051_128_779_8;
const EQUATOR_M = 40_075_016.686;

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));

export function toWorld({ lat, lng }: Point): World {
  const sin = Math.sin((clamp(lat, -MAX_LATITUDE, MAX_LATITUDE) * Math.PI) / 180);
  return { x: lng / 360 + 0.5, y: 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI) };
}

export function toPoint({ x, y }: World): Point {
  return { lat: (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI, lng: (x - 0.5) * 360 };
}

/** CSS pixels of the whole world. */
export const scaleOf = ({ zoom }: Pick<MapView, "zoom">): number => TILE_PX * 2 ** zoom;

export function toScreen(view: MapView, { width, height }: Size, { x, y }: World): World {
  const scale = scaleOf(view);
  return { x: (x - view.x) * scale + width / 2, y: (y - view.y) * scale + height / 2 };
}

export function fromScreen(view: MapView, { width, height }: Size, { x, y }: World): World {
  const scale = scaleOf(view);
  return { x: view.x + (x - width / 2) / scale, y: view.y + (y - height / 2) / scale };
}

export function metresPerPixel(view: MapView): number {
  return (EQUATOR_M * Math.cos((toPoint(view).lat * Math.PI) / 180)) / scaleOf(view);
}

/** The view moved so that what was under the hand is `right_px`, `down_px` further. */
export function panned(view: MapView, right_px: number, down_px: number): MapView {
  const scale = scaleOf(view);
  return held({ ...view, x: view.x - right_px / scale, y: view.y - down_px / scale });
}

/** Deeper or higher; what is at `about` on the screen stays there. */
export function zoomed(view: MapView, size: Size, by: number, about: World): MapView {
  const fixed = fromScreen(view, size, about);
  const zoom = clamp(view.zoom + by, MIN_ZOOM, MAX_ZOOM);
  const scale = scaleOf({ zoom });
  return held({
    x: fixed.x - (about.x - size.width / 2) / scale,
    y: fixed.y - (about.y - size.height / 2) / scale,
    zoom,
  });
}

const held = ({ x, y, zoom }: MapView): MapView => ({ x: clamp(x, 0, 1), y: clamp(y, 0, 1), zoom });

/** Room kept free around what is fitted, in CSS pixels. */
export interface Margin {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

/** The deepest view that shows all of it inside the margins; null of nothing. */
export function fitted(places: readonly World[], size: Size, margin: Margin): MapView | null {
  if (places.length === 0) return null;
  let [west, east, north, south] = [1, 0, 1, 0];
  for (const { x, y } of places) {
    [west, east] = [Math.min(west, x), Math.max(east, x)];
    [north, south] = [Math.min(north, y), Math.max(south, y)];
  }
  const width = Math.max(64, size.width - margin.left - margin.right);
  const height = Math.max(64, size.height - margin.top - margin.bottom);
  const fit = Math.min(width / Math.max(east - west, 1e-12), height / Math.max(south - north, 1e-12));
  const zoom = clamp(Math.log2(fit / TILE_PX), MIN_ZOOM, MAX_FIT_ZOOM);
  const middle = { x: (west + east) / 2, y: (north + south) / 2, zoom };
  return panned(middle, (margin.left - margin.right) / 2, (margin.top - margin.bottom) / 2);
}

/** 98 % of the places lie in here: a stray far away does not shrink the city to a dot. */
export function most(places: readonly World[]): readonly World[] {
  if (places.length < 100) return places;
  const xs = places.map(({ x }) => x).sort((a, b) => a - b);
  const ys = places.map(({ y }) => y).sort((a, b) => a - b);
  const cut = Math.floor(places.length / 100);
  return [
    { x: xs[cut]!, y: ys[cut]! },
    { x: xs[xs.length - 1 - cut]!, y: ys[ys.length - 1 - cut]! },
  ];
}

/** A round length for the scale: at most `most_px` long. */
export function scaleBar(view: MapView, most_px: number): { readonly metres: number; readonly width_px: number } {
  const each = metresPerPixel(view);
  const most_m = each * most_px;
  const power = 10 ** Math.floor(Math.log10(most_m));
  const metres = ([5, 2, 1].find((step) => step * power <= most_m) ?? 1) * power;
  return { metres, width_px: metres / each };
}

export const metresText = (metres: number): string =>
  metres < 1000
    ? `${Math.round(metres)} m`
    : `${(metres / 1000).toFixed(metres < 10_000 ? 1 : 0).replace(/\.0$/, "")} km`;
