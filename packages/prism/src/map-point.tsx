/** What is known of the chosen point, beside it on the map. The focus comes here and goes back to where it came from. */
import { useEffect, useLayoutEffect, useRef } from "react";
import { Key } from "./key.tsx";
import { chosenAt } from "./map-canvas.tsx";
import type { MapDesk } from "./map-desk.ts";
import { chosenPoint } from "./map-drawing.ts";
import { Sign } from "./map-find.tsx";
import { FAMILIES, kindText } from "./map-kinds.ts";
import { metresText } from "./map-projection.ts";
import { freeText } from "./map-read.ts";
import type { MapState } from "./map-state.ts";
import type { Capability } from "./map-wire.ts";
import { plainText } from "./sentence.ts";

/** What the card says elsewhere, or what says nothing to people. */
const SAID = new Set(["street", "quarter", "city", "area"]);

export function PointCard({ desk, map }: { desk: MapDesk; map: MapState }) {
  const point = chosenPoint(map);
  const card = useRef<HTMLElement>(null);
  const before = useRef<HTMLElement | null>(null);
  useEffect(() => {
    if (map.chosen === null) return;
    before.current = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    card.current?.focus({ preventScroll: true });
  }, [map.chosen]);
  useLayoutEffect(() => put(card.current, desk));
  if (point === null) return null;
  const { capability, family } = point;
  const close = () => {
    desk.choose(null);
    before.current?.focus();
  };
  const planHere = () => {
    desk.turn("plan");
    desk.fillPlan({ near: capability.name });
  };
  return (
    <section
      ref={card}
      className="map-point panel"
      tabIndex={-1}
      aria-label={`${capability.name}, ${kindText(capability.category)}`}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        close();
      }}
    >
      <h3>
        <Sign family={family} /> {capability.name}
      </h3>
      <p className="muted">
        {kindText(capability.category)}
        <span className="unseen">, of the family {FAMILIES[family]!.name}</span>
      </p>
      <Known capability={capability} map={map} />
      <div className="map-answers">
        <button type="button" onClick={planHere}>
          Plan from here
        </button>
        <button type="button" className="quiet" onClick={close}>
          Close <Key>Esc</Key>
        </button>
      </div>
    </section>
  );
}

function Known({ capability, map }: { capability: Capability; map: MapState }) {
  const { attributes, hours, capacity, id } = capability;
  const hit = map.found?.hits.find((one) => one.id === id);
  const address = [attributes.street, attributes.quarter].filter((part) => typeof part === "string").join(", ");
  const has = Object.entries(attributes).filter(([key, value]) => !SAID.has(key) && value !== false);
  const facts: [string, string][] = [
    ["address", address],
    ["away", hit === undefined ? "" : metresText(hit.distance_m)],
    ["hours", hours === null ? "unknown" : (hours.text ?? hours.kind)],
    ["free", hit?.free ?? ""],
    ["has", freeText(capacity)],
    [
      "known",
      has.map(([key, value]) => (value === true ? key : `${key} ${plainText(value)}`).replaceAll("_", " ")).join(", "),
    ],
  ];
  return (
    <dl className="map-known">
      {facts.map(
        ([name, value]) =>
          value !== "" && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value.replaceAll("\n", ", ").replaceAll("- ", "")}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

const GAP_PX = 22;

/** Beside the point where there is room, and never over the window's edge. */
function put(card: HTMLElement | null, desk: MapDesk): void {
  const ground = card?.parentElement?.querySelector<HTMLElement>(".map-ground");
  if (card == null || ground == null || getComputedStyle(card).position !== "absolute") return;
  const size = { width: ground.clientWidth, height: ground.clientHeight };
  const at = chosenAt(desk, size);
  if (at === null) return;
  const layers = card.parentElement?.querySelector<HTMLElement>(".map-layers")?.offsetLeft ?? size.width;
  const right = at.x + GAP_PX + card.offsetWidth < layers - 8;
  const left_px = right ? at.x + GAP_PX : at.x - GAP_PX - card.offsetWidth;
  const top_px = Math.min(Math.max(8, at.y - 40), size.height - card.offsetHeight - 8);
  card.style.left = `${Math.round(Math.max(8, left_px))}px`;
  card.style.top = `${Math.round(top_px)}px`;
}
