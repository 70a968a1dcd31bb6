/** What lies over the map: the families with their signs, the heat with its hour, the scale. */
import { useMemo } from "react";
import type { MapDesk } from "./map-desk.ts";
import { Sign } from "./map-find.tsx";
import { RAMP } from "./map-heat.ts";
import { FAMILIES } from "./map-kinds.ts";
import { type MapView, metresText, scaleBar } from "./map-projection.ts";
import { type HeatKind, heatOf, heatSpan, hoursUntil, type MapState } from "./map-state.ts";
import { dayText, spanText } from "./map-time.ts";
import type { Span } from "./map-wire.ts";
import { countText } from "./sentence.ts";

interface Props {
  readonly desk: MapDesk;
  readonly map: MapState;
}

export function KindsPanel({ desk, map }: Props) {
  const counts = useMemo(() => {
    const sums = FAMILIES.map(() => 0);
    for (const { family } of map.points) sums[family]!++;
    return sums;
  }, [map.points]);
  return (
    <fieldset className="map-kinds panel">
      <legend className="unseen">What is drawn</legend>
      {FAMILIES.map(
        ({ name }, family) =>
          counts[family]! > 0 && (
            <label key={name} className="map-kind" data-on={!map.hidden.has(family)}>
              <input type="checkbox" checked={!map.hidden.has(family)} onChange={() => desk.toggle(family)} />
              <Sign family={family} />
              <span>{name}</span>
              <span className="map-kind-count mono">{countText(counts[family]!)}</span>
            </label>
          ),
      )}
    </fieldset>
  );
}

const HEATS: readonly (readonly [HeatKind, string])[] = [
  ["none", "Off"],
  ["price", "Price"],
  ["taken", "Taken"],
];
/** A day and a night ahead. */
const HOURS_AHEAD = 47;

export function HeatPanel({ desk, map }: Props) {
  const { heat, lattice } = map;
  const span = heatSpan(heat, desk.now_ms);
  const tz = lattice?.tz ?? "UTC";
  return (
    <section className="map-heat panel" aria-label="Heat">
      <div className="segments" role="radiogroup" aria-label="Heat shows">
        {HEATS.map(([kind, label]) => (
          <label key={kind} className="segment" data-on={heat.kind === kind}>
            <input
              type="radio"
              name="map-heat"
              checked={heat.kind === kind}
              onChange={() => void desk.warm({ kind })}
            />
            <span>{label}</span>
          </label>
        ))}
      </div>
      {heat.kind !== "none" && (
        <>
          <div className="map-hour">
            <label htmlFor="heat-hour">Hour</label>
            <output htmlFor="heat-hour">{dayText(span.from_ms, tz)}</output>
            <input
              id="heat-hour"
              type="range"
              min={0}
              max={HOURS_AHEAD}
              value={heat.hours}
              aria-valuetext={dayText(span.from_ms, tz)}
              onChange={(event) => void desk.warm({ hours: Number(event.target.value) })}
            />
          </div>
          <label className="map-dimension">
            <span>of</span>
            <select value={heat.dimension} onChange={(event) => void desk.warm({ dimension: event.target.value })}>
              {lattice?.dimensions.map((dimension) => (
                <option key={dimension}>{dimension}</option>
              ))}
            </select>
          </label>
          <HeatLegend desk={desk} map={map} />
        </>
      )}
    </section>
  );
}

/** Prices come from tasks that compete; where there are some at another hour, one step leads there. */
function NoPrice({ desk, map, priced }: Props & { readonly priced: Span | null }) {
  const hours = priced === null ? -1 : hoursUntil(priced.from_ms, desk.now_ms);
  const there = priced !== null && hours >= 0 && hours <= HOURS_AHEAD;
  return (
    <>
      <p className="muted" role="status">
        No unit has a price then: nothing competes for it.
        {!there && " Prices come when tasks are coordinated."}
      </p>
      {there && (
        <button type="button" onClick={() => void desk.warm({ hours })}>
          Show {dayText(priced.from_ms, map.lattice?.tz ?? "UTC")}
        </button>
      )}
    </>
  );
}

function HeatLegend({ desk, map }: Props) {
  const { heat, points } = map;
  const { kind, surface } = heat;
  const places = useMemo(() => heatOf({ heat, points }), [heat, points]);
  if (surface === null)
    return (
      <p className="muted" role="status">
        Reading the surface
      </p>
    );
  if (places.length === 0)
    return kind === "price" ? (
      <NoPrice desk={desk} map={map} priced={surface.priced} />
    ) : (
      <p className="muted" role="status">
        Nothing is taken then.
      </p>
    );
  const most = Math.max(...places.map((place) => place.heat));
  return (
    <div className="map-ramp" role="status">
      <span className="map-ramp-bar" aria-hidden="true">
        {RAMP.map(([red, green, blue]) => (
          <span key={red} style={{ background: `rgb(${red} ${green} ${blue})` }} />
        ))}
      </span>
      <span>{kind === "price" ? "worth little" : "free"}</span>
      <span>{kind === "price" ? `${spanText(most)} a unit` : `${Math.round(most * 100)} % taken`}</span>
      <span className="unseen">{`At ${countText(places.length)} places.`}</span>
    </div>
  );
}

const BAR_PX = 120;

export function ScaleBar({ view }: { view: MapView }) {
  const { metres, width_px } = scaleBar(view, BAR_PX);
  return (
    <span className="map-scale">
      <span className="map-scale-bar" style={{ width: `${width_px}px` }} aria-hidden="true" />
      {metresText(metres)}
    </span>
  );
}
