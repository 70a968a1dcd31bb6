/** Small panels over the room: help, permits, god mode. Esc closes; focus goes back to what opened them. */
import { type ReactNode, useEffect, useRef } from "react";
import { GodMode } from "./god-mode.tsx";
import { Key } from "./key.tsx";
import { CheckView } from "./proof-panel.tsx";
import type { RoomState, StrangeProof } from "./room-state.ts";
import { clockText } from "./sentence.ts";
import type { Room } from "./store.ts";

const KEYS: readonly (readonly [string, string])[] = [
  ["type", "a tool's name for its form, or a directive in words"],
  ["↓ ↑", "through the list; ↑ on an empty line brings the last card back"],
  ["Tab", "take the suggestion"],
  ["Esc", "one step back; from the empty line, leave it"],
  ["/", "back to the command line"],
  ["Enter", "approve; hold it for what cannot be undone"],
  ["A", "to the card that waits for you"],
  ["E", "edit the waiting card"],
  ["V D R", "verify, download, read the proof"],
  ["H", "history"],
  ["1 … 9 0 - =", "a needle of the ring, from the top"],
  ["F", "check any proof file; dropping one on the page does too"],
  ["X", "cancel what runs"],
  ["P", "permits"],
  ["G", "god mode: what runs, what a freeze holds"],
  ["+ - 0", "on the map: deeper, higher, all of it; arrows move it, Enter chooses its middle"],
  ["M T", "the map of the lattice, and back to the trip"],
  ["K", "hold to freeze the hive"],
];

export function Panels({ room, state }: { room: Room; state: RoomState }) {
  if (state.panel === "help")
    return (
      <Panel title="Keys" room={room} opener="open-help">
        <p className="muted">Single keys act while the command line is not in use.</p>
        <dl className="keys">
          {KEYS.map(([keys, does]) => (
            <div key={keys}>
              <dt>
                {keys.split(" ").map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
      </Panel>
    );
  if (state.panel === "file" && state.strange !== null)
    return (
      <Panel title="Proof file" room={room} opener="open-file">
        <StrangeProofView {...state.strange} />
      </Panel>
    );
  if (state.panel === "permits")
    return (
      <Panel title="Permits" room={room} opener="open-permits">
        <PermitList room={room} state={state} />
      </Panel>
    );
  if (state.panel === "god")
    return (
      <Panel title="God mode" room={room} opener="open-god">
        <GodMode room={room} state={state} />
      </Panel>
    );
  return null;
}

/** What a good proof proves is said; whether its root is to be trusted only the reader can know. */
function StrangeProofView({ name, check }: StrangeProof) {
  return (
    <section className="proof strange" data-look={check.verified ? "verified" : "red"}>
      <p className="mono permit-hosts">{name}</p>
      <CheckView check={check} />
      {check.verified && (
        <p className="muted">
          It stands on the root key <span className="mono digest">{check.facts.root}</span>. Compare it with one from a
          source you trust.
        </p>
      )}
    </section>
  );
}

function PermitList({ room, state }: { room: Room; state: RoomState }) {
  const live = state.permits.filter((permit) => permit.live);
  if (live.length === 0)
    return (
      <p className="muted">
        None. Nothing may leave this machine. State permit.grant to allow a host for some minutes.
      </p>
    );
  return (
    <ul className="permits">
      {live.map((permit) => (
        <li key={permit.id}>
          <span className="mono permit-hosts">{permit.hosts.join(", ")}</span>
          <span className="muted">
            until {clockText(permit.expires)}
            {permit.uses === null ? "" : `, ${permit.uses} uses`}
          </span>
          <button type="button" onClick={() => void room.revokePermit(permit.id)}>
            Revoke<span className="unseen"> the permit for {permit.hosts.join(", ")}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function Panel({ title, room, opener, children }: { title: string; room: Room; opener: string; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    return () => document.getElementById(opener)?.focus();
  }, [opener]);
  return (
    <dialog ref={dialog} className="dialog panel" aria-label={title} onClose={() => void room.show(null)}>
      <header className="form-head">
        <h2>{title}</h2>
        <button type="button" className="quiet" onClick={() => void room.show(null)}>
          Close <Key>Esc</Key>
        </button>
      </header>
      {children}
    </dialog>
  );
}
