/** The room: edges, history, ring, the chosen directive, and the dock where things are stated. */
import { lazy, Suspense, useEffect } from "react";
import { useStore } from "zustand";
import { CommandLine } from "./command-line.tsx";
import { StatusLine, TopBar } from "./frame.tsx";
import { Gate, gateOf } from "./gate.tsx";
import { Ghosts } from "./ghosts.tsx";
import { History } from "./history.tsx";
import { HiveSheet } from "./hive-sheet.tsx";
import { Panels } from "./panels.tsx";
import { Ring } from "./ring.tsx";
import { ringView } from "./ring-view.ts";
import { listenForKeys } from "./room-keys.ts";
import { chosen, provedHere, type RoomState } from "./room-state.ts";
import { RefusalView, Sheet } from "./sheet.tsx";
import { StepRail } from "./step-rail.tsx";
import type { Room } from "./store.ts";
import { ToolForm } from "./tool-form.tsx";
import { announcement } from "./trip.ts";

/** A chunk of its own: the first paint does not pay for the map. */
const MapRoom = lazy(async () => ({ default: (await import("./map-room.tsx")).MapRoom }));

export interface RoomProps {
  readonly room: Room;
  /** Name of the demo state, null in the real room. */
  readonly demo: string | null;
  readonly onKey: (key: string) => void;
}

export function RoomView({ room, demo, onKey }: RoomProps) {
  const state = useStore(room.store);
  const view = chosen(state);
  const ring = ringView(state);
  useEffect(() => listenForKeys(room), [room]);
  return (
    <div className="room" data-mood={ring.mood} data-dock={dockOf(state)} data-hall={state.hall}>
      <TopBar room={room} state={state} demo={demo} />
      {state.hall === "map" ? (
        <Suspense fallback={<main className="map-waiting" aria-busy="true" />}>
          <MapRoom room={room} state={state} />
        </Suspense>
      ) : (
        <Trip room={room} state={state} onKey={onKey} />
      )}
      <StatusLine state={state} />
      <Ghosts room={room} ghosts={state.ghosts} />
      <Panels room={room} state={state} />
      <p className="unseen" aria-live="polite" role="status">
        {view === null ? "" : announcement(view, provedHere(state, view.id))}
      </p>
    </div>
  );
}

/** The room where directives are stated and watched. */
function Trip({ room, state, onKey }: Omit<RoomProps, "demo"> & { state: RoomState }) {
  const view = chosen(state);
  const ring = ringView(state);
  const typeNeedle = (needle: string) => {
    const tool = state.tools.find((candidate) => candidate.needle === needle);
    room.type(tool === undefined ? needle : `${tool.name.split(".")[0]}.`);
    document.getElementById("command")?.focus();
  };
  return (
    <main className="stage">
      <section className="centre" aria-label="Trip">
        <Ring view={ring} onChoose={typeNeedle} />
        <StepRail rail={ring.rail} verified={ring.mood === "verified"} />
      </section>
      <Dock room={room} state={state} onKey={onKey} />
      <div className="side side-end">
        {view !== null ? (
          <Sheet room={room} state={state} view={view} />
        ) : (
          state.status && <HiveSheet status={state.status} />
        )}
      </div>
      <div className="side side-start">
        <History room={room} state={state} />
      </div>
    </main>
  );
}

/** How tall the dock stands: the drawing around it makes room. */
function dockOf(state: RoomState): "line" | "composing" | "gate" {
  if (gateOf(state) !== null && state.refusal === null) return "gate";
  return state.refusal !== null || state.composer.mode === "form" || state.composer.at >= 0 ? "composing" : "line";
}

function Dock({ room, state, onKey }: { room: Room; state: RoomState; onKey: (key: string) => void }) {
  const { composer, refusal } = state;
  const gate = gateOf(state);
  return (
    <section className="dock" aria-label="State something">
      {refusal !== null && (
        <div className="dock-refusal panel">
          <RefusalView refusal={refusal} />
        </div>
      )}
      {gate !== null ? (
        <Gate key={gate} kind={gate} room={room} state={state} onKey={onKey} />
      ) : composer.mode === "form" ? (
        <ToolForm key={composer.tool.name} room={room} composer={composer} busy={state.busy} />
      ) : (
        <CommandLine room={room} state={state} composer={composer} />
      )}
    </section>
  );
}
