/** A button for what cannot be undone: it acts after being held, by key or pointer, while a ring fills. */
import { type KeyboardEvent, type MouseEvent, useEffect, useRef, useState } from "react";
import { Key } from "./key.tsx";

export const HOLD_MS = 600;

export interface Hold {
  readonly holding: boolean;
  begin(): void;
  end(): void;
}

/** Calls `act` once when held for {@link HOLD_MS}. */
export function useHold(act: () => void): Hold {
  const [holding, setHolding] = useState(false);
  const timer = useRef<number | undefined>(undefined);
  const end = () => {
    window.clearTimeout(timer.current);
    timer.current = undefined;
    setHolding(false);
  };
  const begin = () => {
    if (timer.current !== undefined) return;
    setHolding(true);
    timer.current = window.setTimeout(() => {
      end();
      act();
    }, HOLD_MS);
  };
  useEffect(() => () => window.clearTimeout(timer.current), []);
  return { holding, begin, end };
}

interface Props {
  label: string;
  hint: string;
  className: string;
  disabled?: boolean;
  hold: Hold;
  act: () => void;
}

export function HoldButton({ label, hint, className, disabled = false, hold, act }: Props) {
  const [armed, setArmed] = useState(false);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat) hold.begin();
  };
  // Assistive tools click without a key or pointer and cannot hold: two such clicks stand for one long one.
  const onClick = (event: MouseEvent) => {
    if (event.detail !== 0) return;
    if (armed) act();
    setArmed(!armed);
  };
  return (
    <button
      type="button"
      className={`hold ${className}`}
      data-holding={hold.holding}
      disabled={disabled}
      onKeyDown={onKeyDown}
      onKeyUp={hold.end}
      onBlur={hold.end}
      onPointerDown={hold.begin}
      onPointerUp={hold.end}
      onPointerLeave={hold.end}
      onClick={onClick}
    >
      <HoldRing />
      {armed ? "Press again to confirm" : label} <Key>{hint}</Key>
    </button>
  );
}

const HoldRing = () => (
  <svg className="hold-ring" viewBox="0 0 20 20" aria-hidden="true">
    <circle className="hold-track" cx="10" cy="10" r="8" />
    <circle className="hold-fill" cx="10" cy="10" r="8" pathLength={100} />
  </svg>
);
