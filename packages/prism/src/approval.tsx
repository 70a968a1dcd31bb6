/** The moment before: what it would do first, then why policy asks, then the two answers. */
import { type KeyboardEvent, type RefObject, useLayoutEffect, useRef } from "react";
import { type Effect, effectOf } from "./effect.ts";
import { HoldButton, useHold } from "./hold-button.tsx";
import { Key } from "./key.tsx";
import { clockText } from "./sentence.ts";
import type { Room } from "./store.ts";
import type { DirectiveView } from "./wire.ts";

/** Enter counts only this long after the card appeared: the key that stated the directive must not approve it. */
const ENTER_GUARD_MS = 500;

export function Approval({ room, view, busy }: { room: Room; view: DirectiveView; busy: boolean }) {
  const diff = useRef<HTMLElement>(null);
  const shownAt = useRef(0);
  const irreversible = view.verdict?.impact === "irreversible";
  const approve = () => void room.approve(view.id).then(returnFocus);
  const refuse = () => void room.refuse(view.id, "the operator said no").then(returnFocus);
  const hold = useHold(approve);
  useLayoutEffect(() => {
    shownAt.current = performance.now();
    // Focus moves to the diff only for what was stated here and while nothing else is being typed: letters on their way to the
    // command line must not answer a card that came up meanwhile.
    const { stated, composer } = room.state;
    const awaited = stated === view.id && composer.mode === "list" && composer.text === "";
    if (awaited) diff.current?.focus({ preventScroll: true });
  }, [room, view.id]);
  const onKeyDown = (event: KeyboardEvent) => {
    const act = {
      Enter: () =>
        !event.repeat &&
        performance.now() - shownAt.current > ENTER_GUARD_MS &&
        (irreversible ? hold.begin() : approve()),
      Escape: refuse,
      e: () => room.edit(view.id),
      d: () => diff.current?.focus(),
    }[event.key];
    if (act === undefined || busy || (event.key === "Enter" && event.target instanceof HTMLButtonElement)) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys pressed anywhere inside the card; each has a button of its own.
    <div className="approval" onKeyDown={onKeyDown} onKeyUp={hold.end}>
      <EffectView effect={effectOf(view)} region={diff} />
      <ul className="reasons" aria-label="Why policy asks">
        {view.verdict?.reasons.map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
      {view.approve_by && <p className="muted fine">Waits until {clockText(view.approve_by)}.</p>}
      <div className="answers">
        {irreversible ? (
          <HoldButton label="Hold to approve" hint="↵" className="primary" disabled={busy} hold={hold} act={approve} />
        ) : (
          <button type="button" className="primary" disabled={busy} onClick={approve}>
            Approve <Key>↵</Key>
          </button>
        )}
        <button type="button" disabled={busy} onClick={() => room.edit(view.id)}>
          Edit <Key>E</Key>
        </button>
        <button type="button" className="danger" disabled={busy} onClick={refuse}>
          Refuse <Key>Esc</Key>
        </button>
      </div>
    </div>
  );
}

/** Focus goes back to where the directive was stated. */
const returnFocus = () => document.getElementById("command")?.focus({ preventScroll: true });

function EffectView({ effect, region }: { effect: Effect | null; region: RefObject<HTMLElement | null> }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard, and focus starts here.
    <section ref={region} className="effect" aria-label="What it would do" tabIndex={0}>
      <p className="effect-title mono">{effect?.title ?? ""}</p>
      <pre className="effect-lines">
        {effect?.lines.map((line, row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of a fixed text have no other name.
          <span key={row} className="effect-line" data-sign={line.sign}>
            <span aria-hidden="true">{line.sign}</span>
            {line.text || " "}
          </span>
        ))}
      </pre>
      {effect !== null && effect.hidden > 0 && <p className="muted">{effect.hidden} more lines</p>}
    </section>
  );
}
