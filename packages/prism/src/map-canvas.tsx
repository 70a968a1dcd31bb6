/** The map itself: drawn when something changed, moved by hand, wheel and keys. The lists beside it say the same in words. */
import { type KeyboardEvent, type PointerEvent, useEffect, useRef } from "react";
import type { MapDesk } from "./map-desk.ts";
import { chosenPoint, drawMap, type Ink, pointNear } from "./map-drawing.ts";
import { fitted, type MapView, type Margin, most, panned, type Size, toScreen, zoomed } from "./map-projection.ts";
import { focusOf } from "./map-state.ts";

const PAN_PX = 80;
const REACH_PX = 18;
/** A press that moves less than this is a click. */
const CLICK_PX = 4;
const NOWHERE: MapView = { x: 0.5, y: 0.5, zoom: 1 };

/** Turns of a wheel into levels of depth. */
const WHEEL_PX = 240;

export function MapCanvas({ desk, margin }: { desk: MapDesk; margin: () => Margin }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const grip = useRef<{ x: number; y: number; moved: number } | null>(null);
  useEffect(() => keepDrawn(canvas.current!, desk, margin), [desk, margin]);
  const sizeOf = (): Size => ({ width: canvas.current!.clientWidth, height: canvas.current!.clientHeight });
  const view = (): MapView => desk.state.view ?? NOWHERE;
  const middle = () => ({ x: sizeOf().width / 2, y: sizeOf().height / 2 });
  const chooseAt = (at: { x: number; y: number }, reach_px: number) =>
    desk.choose(pointNear({ state: desk.state, view: view(), size: sizeOf() }, at, reach_px)?.capability.id ?? null);

  const onPointerDown = (event: PointerEvent) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    grip.current = { x: event.clientX, y: event.clientY, moved: 0 };
  };
  const onPointerMove = (event: PointerEvent) => {
    const held = grip.current;
    if (held === null) return;
    const [right, down] = [event.clientX - held.x, event.clientY - held.y];
    grip.current = { x: event.clientX, y: event.clientY, moved: held.moved + Math.hypot(right, down) };
    desk.look(panned(view(), right, down));
  };
  const onPointerUp = (event: PointerEvent) => {
    const moved = grip.current?.moved ?? CLICK_PX;
    grip.current = null;
    const box = event.currentTarget.getBoundingClientRect();
    if (moved < CLICK_PX) chooseAt({ x: event.clientX - box.left, y: event.clientY - box.top }, REACH_PX);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const act = KEYS[event.key];
    if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (act === "choose") chooseAt(middle(), Number.POSITIVE_INFINITY);
    else if (act === "fit") desk.fit();
    else if (typeof act === "number") desk.look(zoomed(view(), sizeOf(), act, middle()));
    else desk.look(panned(view(), -act[0] * PAN_PX, -act[1] * PAN_PX));
  };
  return (
    <div
      className="map-ground"
      role="application"
      aria-roledescription="map"
      aria-label="Map. Arrows move it, plus and minus change its depth, 0 shows all, Enter chooses what is nearest to its middle."
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it takes keys.
      tabIndex={0}
      id="map"
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={() => {
        grip.current = null;
      }}
    >
      <canvas ref={canvas} className="map-canvas" />
    </div>
  );
}

const KEYS: { readonly [key: string]: readonly [number, number] | number | "choose" | "fit" } = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  "+": 1,
  "=": 1,
  "-": -1,
  _: -1,
  "0": "fit",
  Enter: "choose",
};

/** Draws once a frame at most, after a change of the state or the size; gives back the way to stop. */
function keepDrawn(canvas: HTMLCanvasElement, desk: MapDesk, margin: () => Margin): () => void {
  const pen = canvas.getContext("2d")!;
  const ink = inkOf(canvas);
  let frame = 0;
  // A map that was left and is entered again stays as it was.
  let fits = desk.state.view === null ? -1 : desk.state.fits;
  const draw = () => {
    frame = 0;
    const size = { width: canvas.clientWidth, height: canvas.clientHeight };
    if (size.width === 0) return;
    if (desk.state.fits !== fits) {
      fits = desk.state.fits;
      const focus = focusOf(desk.state);
      const view = fitted(focus.length > 0 ? focus : most(desk.state.points), size, margin());
      if (view !== null) desk.look(view);
    }
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawMap(pen, { state: desk.state, view: desk.state.view ?? NOWHERE, size, ink });
    canvas.dataset.drawn = String(desk.state.points.length);
  };
  const ask = () => {
    frame ||= requestAnimationFrame(draw);
  };
  const onWheel = (event: WheelEvent) => {
    event.preventDefault();
    const box = canvas.getBoundingClientRect();
    const about = { x: event.clientX - box.left, y: event.clientY - box.top };
    const size = { width: box.width, height: box.height };
    desk.look(zoomed(desk.state.view ?? NOWHERE, size, -event.deltaY / WHEEL_PX, about));
  };
  const stop = desk.store.subscribe(ask);
  const watch = new ResizeObserver(ask);
  watch.observe(canvas);
  canvas.addEventListener("wheel", onWheel, { passive: false });
  void document.fonts.ready.then(ask);
  return () => {
    stop();
    watch.disconnect();
    canvas.removeEventListener("wheel", onWheel);
    cancelAnimationFrame(frame);
  };
}

function inkOf(canvas: HTMLCanvasElement): Ink {
  const style = getComputedStyle(canvas);
  const token = (name: string) => style.getPropertyValue(name).trim();
  return { ground: token("--sea"), bone: token("--bone"), muted: token("--muted"), sans: token("--sans") };
}

/** Where the chosen point is on the canvas, in CSS pixels. */
export function chosenAt(desk: MapDesk, size: Size): { x: number; y: number } | null {
  const point = chosenPoint(desk.state);
  return point === null || desk.state.view === null ? null : toScreen(desk.state.view, size, point);
}
