/** The room's edges: what it is called and what can always be done, above; the hive's vital signs, below. */

import { FileCheck } from "./file-check.tsx";
import { Hex } from "./hex.tsx";
import { HoldButton, useHold } from "./hold-button.tsx";
import { Key } from "./key.tsx";
import type { RoomState } from "./room-state.ts";
import { countText, treeHeadText } from "./sentence.ts";
import type { Room } from "./store.ts";

export function TopBar({ room, state, demo }: { room: Room; state: RoomState; demo: string | null }) {
  const freeze = () => void room.freeze();
  const hold = useHold(freeze);
  const { status } = state;
  return (
    <header className="top">
      <h1 className="wordmark">
        <Hex look="idle" />
        Axiom Hive
      </h1>
      <nav className="halls" aria-label="Rooms">
        {HALLS.map(([hall, label, key]) => (
          <button
            key={hall}
            type="button"
            className="quiet hall"
            id={`hall-${hall}`}
            aria-current={state.hall === hall ? "page" : undefined}
            onClick={() => room.enter(hall)}
          >
            {label} <Key>{key}</Key>
          </button>
        ))}
      </nav>
      {demo !== null && <p className="demo-mark">demo: {demo}. No hive behind this page.</p>}
      <div className="top-actions">
        {status?.unlocked && (
          <button type="button" className="quiet" onClick={() => void room.lock()}>
            Lock
          </button>
        )}
        <FileCheck room={room} />
        <button
          type="button"
          className="quiet"
          id="open-permits"
          aria-expanded={state.panel === "permits"}
          onClick={() => void room.show("permits")}
        >
          Permits <Key>P</Key>
        </button>
        <button
          type="button"
          className="quiet"
          id="open-help"
          aria-expanded={state.panel === "help"}
          onClick={() => void room.show("help")}
        >
          Help <Key>?</Key>
        </button>
        {status?.frozen ? (
          <button type="button" className="quiet" onClick={() => void room.resume()}>
            Resume
          </button>
        ) : (
          <HoldButton
            label="Freeze"
            hint="hold K"
            className="quiet"
            disabled={status === null}
            hold={hold}
            act={freeze}
          />
        )}
      </div>
    </header>
  );
}

const HALLS = [
  ["trip", "Trip", "T"],
  ["map", "Map", "M"],
] as const;

export function StatusLine({ state }: { state: RoomState }) {
  const { status } = state;
  return (
    <footer className="status">
      <span className="status-item" data-line={state.line}>
        <span className="lamp" aria-hidden="true" />
        {LINES[state.line]}
      </span>
      {status !== null && (
        <>
          <span className="status-item">
            ledger <span className="mono">{countText(status.ledger.size)}</span>
          </span>
          <span className="status-item">
            head <span className="mono">{treeHeadText(status.ledger.checkpoint) || "none"}</span>
          </span>
          {status.chambers.map(({ rung, ready }) => (
            <span key={rung} className="status-item mono" data-ready={ready}>
              {rung}
              <span className="unseen">{ready ? " ready" : " not here"}</span>
            </span>
          ))}
          <span className="status-item status-end">{standing(state)}</span>
        </>
      )}
    </footer>
  );
}

const LINES: { readonly [line in RoomState["line"]]: string } = {
  connecting: "connecting",
  live: "live",
  offline: "no line",
  "no-key": "no key",
  "key-expired": "key refused",
};

function standing({ status }: RoomState): string {
  if (status === null) return "";
  if (status.frozen) return `frozen: ${status.frozen.why}`;
  const awaiting = status.awaiting > 0 ? `${status.awaiting} awaiting approval, ` : "";
  return `${awaiting}${status.unlocked ? "unlocked" : "locked"}`;
}
