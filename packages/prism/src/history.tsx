/** What was stated, newest first: each a block that can be chosen, by pointer or with the arrows. */
import { type KeyboardEvent, memo } from "react";
import { Hex } from "./hex.tsx";
import { provedHere, type RoomState } from "./room-state.ts";
import { clockText, sentenceOf, shortHash } from "./sentence.ts";
import type { Room } from "./store.ts";
import { moodOf, type Proved, stateWord } from "./trip.ts";
import type { DirectiveView } from "./wire.ts";

export function History({ room, state }: { room: Room; state: RoomState }) {
  const move = (event: KeyboardEvent<HTMLElement>) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const rows = [...event.currentTarget.querySelectorAll<HTMLElement>(".past")];
    rows[Math.max(0, Math.min(rows.length - 1, rows.indexOf(document.activeElement as HTMLElement) + step))]?.focus();
  };
  return (
    <nav className="history" aria-label="History">
      <h2 className="column-head">
        History <span className="muted">{state.order.length || ""}</span>
      </h2>
      {state.order.length === 0 ? (
        <p className="muted empty">{state.line === "live" ? NOTHING_YET : "Not known without the daemon."}</p>
      ) : (
        <ol className="pasts" onKeyDown={move}>
          {state.order.map((id) => (
            <Past
              key={id}
              view={state.directives[id]!}
              proved={provedHere(state, id)}
              current={id === state.selected}
              onChoose={() => room.select(id === state.selected ? null : id)}
            />
          ))}
        </ol>
      )}
    </nav>
  );
}

const NOTHING_YET = "Nothing stated yet. Type a tool's name below, or press ↓ to see them all.";

interface PastProps {
  view: DirectiveView;
  proved: Proved;
  current: boolean;
  onChoose: () => void;
}

const Past = memo(
  function Past({ view, proved, current, onChoose }: PastProps) {
    const { verb, object, literal } = sentenceOf(view);
    return (
      <li>
        <button type="button" className="past" aria-current={current} onClick={onChoose}>
          <Hex look={moodOf(view, proved)} />
          <span className="past-what" dir="auto">
            {verb !== "" && `${verb} `}
            <span className={literal ? "mono" : ""}>{object}</span>
          </span>
          <time className="past-when" dateTime={view.submitted_at}>
            {clockText(view.submitted_at)}
          </time>
          <span className="past-state">{stateWord(view, proved)}</span>
          <span className="past-hash mono" aria-hidden="true">
            {shortHash(view.id)}
          </span>
        </button>
      </li>
    );
  },
  (before, after) => before.view === after.view && before.proved === after.proved && before.current === after.current,
);
