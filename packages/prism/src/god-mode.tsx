/** God mode: what the hive does, and what a freeze holds, with the two ways out. */
import { HashText } from "./hash-text.tsx";
import { Hex } from "./hex.tsx";
import { Reading } from "./reading.tsx";
import type { RoomState } from "./room-state.ts";
import { Said } from "./said.tsx";
import { clockText, sentenceOf, sizeText } from "./sentence.ts";
import type { Room } from "./store.ts";
import type { HeldRun, HiveStatus } from "./wire.ts";

export function GodMode({ room, state }: { room: Room; state: RoomState }) {
  const { status } = state;
  if (status === null) return <p className="muted">The hive does not answer.</p>;
  return (
    <>
      <dl className="readings">
        {readingsOf(status, state.permits.filter((permit) => permit.live).length).map(([name, value, note]) => (
          <Reading key={name} name={name} value={value} note={note} />
        ))}
      </dl>
      <h3 className="column-head">Runs that the freeze holds</h3>
      <HeldList held={status.held ?? []} state={state} />
      {status.frozen !== null && <WaysOut room={room} state={state} held={status.held ?? []} />}
    </>
  );
}

function readingsOf(status: HiveStatus, permits: number): [name: string, value: string, note: string][] {
  const { frozen, running, awaiting, chambers } = status;
  const held = status.held?.length ?? 0;
  const ready = chambers.filter((chamber) => chamber.ready).map((chamber) => chamber.rung);
  return [
    frozen === null ? ["Hive", "at work", ""] : ["Hive", `frozen since ${clockText(frozen.since)}`, frozen.why],
    ["Now", `${running} running`, `${awaiting} awaiting approval, ${held} held`],
    [
      "Rungs",
      ready.join(", ") || "none",
      ready.length < chambers.length ? `${chambers.length - ready.length} not here` : "",
    ],
    ["Permits", String(permits), frozen === null ? "" : "shut while frozen"],
  ];
}

function HeldList({ held, state }: { held: readonly HeldRun[]; state: RoomState }) {
  if (held.length === 0)
    return <p className="muted">None. A freeze holds runs on the rungs os and vm; on the others it ends them.</p>;
  return (
    <ul className="permits held-runs">
      {held.map((run) => (
        <li key={run.directive} data-directive={run.directive}>
          <Hex look="paused" />
          <span className="permit-hosts">
            <Said>{titleOf(run, state)}</Said>
          </span>
          <span className="mono">{run.rung}</span>
          <span className="muted">
            {sizeText(run.ram_bytes)}, since {clockText(run.since)}, wiped at {clockText(run.until)}
          </span>
          {run.snapshot === null ? (
            <span className="muted">no snapshot</span>
          ) : (
            <span className="muted">
              snapshot <HashText label="snapshot" hash={run.snapshot} />
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

function titleOf({ directive }: HeldRun, state: RoomState): string {
  const view = state.directives[directive];
  if (view === undefined) return directive.slice(0, 16);
  const { verb, object } = sentenceOf(view);
  return `${verb} ${object}`.trim();
}

/** Going on is the admin's word; wiping cannot be undone, so it is a directive that waits for an explicit approval. */
function WaysOut({ room, state, held }: { room: Room; state: RoomState; held: readonly HeldRun[] }) {
  return (
    <div className="ways-out">
      <button type="button" className="primary" disabled={state.busy} onClick={() => void room.resumeHere()}>
        {held.length === 0 ? "Resume" : "Resume, and let them go on"}
      </button>
      {held.length > 0 && (
        <button type="button" disabled={state.busy || !state.status?.unlocked} onClick={() => void room.wipe()}>
          Wipe them
        </button>
      )}
    </div>
  );
}
