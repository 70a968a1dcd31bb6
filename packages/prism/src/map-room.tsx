/** The map room: what the lattice holds, on a map and in words. Loaded when it is first entered. */
import { useCallback, useEffect, useRef, useState } from "react";
import { useStore } from "zustand";
import { Hex } from "./hex.tsx";
import { MapCanvas } from "./map-canvas.tsx";
import { MapDesk } from "./map-desk.ts";
import { FindForm, FoundList } from "./map-find.tsx";
import { askedText } from "./map-form.ts";
import { HeatPanel, KindsPanel, ScaleBar } from "./map-layers.tsx";
import { PlanForm, RouteView } from "./map-plan.tsx";
import { PointCard } from "./map-point.tsx";
import type { Margin } from "./map-projection.ts";
import { type MapState, POINTS_MAX } from "./map-state.ts";
import { latticeApi } from "./map-wire.ts";
import { chosen, type RoomState } from "./room-state.ts";
import { countText } from "./sentence.ts";
import { RefusalView } from "./sheet.tsx";
import type { Room } from "./store.ts";
import "./style/map.css";
import "./style/map-panels.css";

/** One desk a room: the map stays as it was left. */
const desks = new WeakMap<Room, MapDesk>();

function deskOf(room: Room): MapDesk {
  const kept = desks.get(room);
  if (kept !== undefined) return kept;
  const ports = {
    api: latticeApi(room.ask),
    now_ms: room.now_ms,
    check: async (certificate: object) => (await import("./map-check.ts")).checkPlanHere(certificate),
  };
  const desk = new MapDesk(ports, room.mapStart);
  desks.set(room, desk);
  return desk;
}

export function MapRoom({ room, state }: { room: Room; state: RoomState }) {
  const [desk] = useState(() => deskOf(room));
  const map = useStore(desk.store);
  const live = state.line === "live";
  const asked = state.mapped === null ? undefined : state.directives[state.mapped];
  useEffect(() => {
    if (live) void desk.load();
  }, [desk, live]);
  useEffect(() => {
    if (asked !== undefined && map.phase === "ready") void desk.show(asked);
  }, [desk, asked, map.phase]);
  const side = useRef<HTMLDivElement>(null);
  const margin = useCallback(() => marginBeside(side.current), []);
  return (
    <main className="map-room" data-phase={map.phase} data-busy={map.busy}>
      <h2 className="unseen">Map of the lattice</h2>
      <MapCanvas desk={desk} margin={margin} />
      <div className="map-side" ref={side}>
        {map.phase === "ready" ? (
          <section className="map-panel panel" aria-label="Ask the lattice">
            <Modes desk={desk} mode={map.mode} />
            <Question {...{ room, desk, map }} />
            <Refusals map={map.refusal} room={state.refusal} />
            <Stated room={room} state={state} />
            {map.mode === "find" ? <FoundList {...{ desk, map }} /> : <RouteView {...{ desk, map }} />}
          </section>
        ) : (
          <Standing desk={desk} phase={map.phase} refusal={map.refusal} />
        )}
      </div>
      {map.phase === "ready" && (
        <>
          <PointCard desk={desk} map={map} />
          <div className="map-layers">
            <KindsPanel desk={desk} map={map} />
            <HeatPanel desk={desk} map={map} />
          </div>
          <p className="map-foot">
            {map.view !== null && <ScaleBar view={map.view} />}
            <span>
              {countText(map.points.length)} of {countText(map.lattice!.capabilities - map.areas.length)} capabilities
              {map.points.length + map.areas.length >= POINTS_MAX && ", the rest is found by asking"}
            </span>
          </p>
        </>
      )}
    </main>
  );
}

/** The map's free part, so that what is fitted does not end up under a panel. */
function marginBeside(side: HTMLElement | null): Margin {
  const beside = side !== null && getComputedStyle(side).position === "absolute";
  const end = beside && window.innerWidth >= 1100 ? 330 : 32;
  return { top: 64, bottom: 88, left: beside ? side.offsetWidth + 104 : 32, right: end };
}

/** The form, or what was asked in a line. After an answer the focus goes to its first row. */
function Question({ room, desk, map }: { room: Room; desk: MapDesk; map: MapState }) {
  const answer = map.mode === "find" ? map.found : map.route;
  const before = useRef(answer);
  useEffect(() => {
    if (answer !== before.current && answer !== null && !map.asking)
      document.querySelector<HTMLElement>(".map-hit")?.focus({ preventScroll: true });
    before.current = answer;
  }, [answer, map.asking]);
  if (map.asking)
    return map.mode === "find" ? <FindForm {...{ room, desk, map }} /> : <PlanForm {...{ room, desk, map }} />;
  const change = () => {
    desk.ask();
    requestAnimationFrame(() => document.querySelector<HTMLElement>("#find-what, #plan-near")?.focus());
  };
  return (
    <p className="map-asked">
      <span dir="auto">{askedText(map)}</span>
      <button type="button" onClick={change}>
        Change
      </button>
    </p>
  );
}

const MODES = [
  ["find", "Find"],
  ["plan", "Plan"],
] as const;

function Modes({ desk, mode }: { desk: MapDesk; mode: "find" | "plan" }) {
  return (
    <div className="segments map-modes" role="radiogroup" aria-label="What to ask">
      {MODES.map(([value, label]) => (
        <label key={value} className="segment" data-on={mode === value}>
          <input type="radio" name="map-mode" checked={mode === value} onChange={() => desk.turn(value)} />
          <span>{label}</span>
        </label>
      ))}
    </div>
  );
}

function Refusals({ map, room }: { map: RoomState["refusal"]; room: RoomState["refusal"] }) {
  const refusal = map ?? room;
  return refusal === null ? null : <RefusalView refusal={refusal} />;
}

/** The directive whose outcome is shown here, or awaited. */
function Stated({ room, state }: { room: Room; state: RoomState }) {
  const view = state.mapped === null ? null : (state.directives[state.mapped] ?? null);
  if (view === null) return null;
  const proof = state.proofs[view.id];
  const verified = view.state === "done" && proof?.phase === "checked" && proof.check.verified;
  const word = verified ? "Proof verified" : STATED[view.state];
  return (
    <p className="map-stated" data-look={verified ? "verified" : "plain"}>
      <Hex
        look={verified ? "verified" : view.state === "running" ? "flying" : view.state === "done" ? "ended" : "red"}
      />
      <span role="status">{word}</span>
      <button
        type="button"
        className="quiet"
        onClick={() => {
          if (chosen(state)?.id !== view.id) room.select(view.id);
          room.enter("trip");
        }}
      >
        Show the proof card
      </button>
    </p>
  );
}

const STATED = {
  running: "Under way",
  held: "Held by the freeze",
  "awaiting-approval": "Waits for your approval",
  done: "Done, proof not verified yet",
  refused: "Refused",
  cancelled: "Cancelled",
  interrupted: "Interrupted",
} as const;

/** What there is instead of a map. */
function Standing({ desk, phase, refusal }: { desk: MapDesk; phase: string; refusal: RoomState["refusal"] }) {
  return (
    <section className="map-panel panel map-standing" aria-label="Lattice">
      {phase === "loading" && (
        <p role="status">
          <Hex look="flying" /> Reading the lattice
        </p>
      )}
      {phase === "empty" && (
        <>
          <h3>The lattice is empty.</h3>
          <p className="muted">Fill it with a made-up city, or with places of your own:</p>
          <pre className="mono">axiom lattice demo{"\n"}axiom lattice import FILE</pre>
        </>
      )}
      {phase === "absent" && refusal !== null && <RefusalView refusal={refusal} />}
      {phase !== "loading" && (
        <button type="button" onClick={() => void desk.load()}>
          Look again
        </button>
      )}
    </section>
  );
}
