/** The lattice ring: drawn once in SVG for the eye, and beside it a list box with the twelve needles for keyboard and ear. */
import { type KeyboardEvent, memo, useState } from "react";
import * as geometry from "./ring-geometry.ts";
import { tookText } from "./sentence.ts";
import type { Mood, RailStep } from "./trip.ts";

export type NeedleLook = "absent" | "ready" | "candidate" | "routed";

export interface NeedleView {
  readonly id: string;
  readonly look: NeedleLook;
  /** What stands under the label of the routed one: the tool. */
  readonly note: string;
}

export interface RingView {
  readonly mood: Mood | "paused" | "locked" | "offline";
  readonly rail: readonly RailStep[];
  readonly needles: readonly NeedleView[];
  /** Whether the work has come back from the needle. */
  readonly returned: boolean;
  readonly word: string;
  readonly took_us: number | null;
  /** Changes once a verified or approved moment, so that the pulse is drawn once. */
  readonly pulse: string;
}

const { BEZEL, CENTRE, HEART, NEEDLE, ORBIT, SIDE } = geometry;

const Bezel = memo(function Bezel() {
  return (
    <g className="bezel">
      <circle cx={CENTRE} cy={CENTRE} r={BEZEL} className="line-faint" />
      <path d={geometry.ticks(120, BEZEL - 5, BEZEL, 10)} className="tick-minor" />
      <path d={geometry.ticks(12, BEZEL - 11, BEZEL, 0)} className="tick-major" />
      <circle cx={CENTRE} cy={CENTRE} r={ORBIT} className="line-faint" />
      <circle cx={CENTRE} cy={CENTRE} r={geometry.STEP_RING + 14} className="line-ghost" />
      <circle cx={CENTRE} cy={CENTRE} r={geometry.STEP_RING - 14} className="line-ghost" />
    </g>
  );
});

function Spokes({ needles }: { needles: readonly NeedleView[] }) {
  return needles.map((needle, index) => {
    const angle = geometry.needleAngle_deg(index);
    const a = geometry.polar(geometry.STEP_RING + 14, angle);
    const b = geometry.polar(ORBIT - NEEDLE, angle);
    return <line key={needle.id} className="spoke" data-look={needle.look} x1={a.x} y1={a.y} x2={b.x} y2={b.y} />;
  });
}

function Needles({ needles }: { needles: readonly NeedleView[] }) {
  return needles.map((needle, index) => {
    const at = geometry.polar(ORBIT, geometry.needleAngle_deg(index));
    return (
      <g key={needle.id} className="needle" data-look={needle.look}>
        <path className="needle-body" d={geometry.hexagon(NEEDLE, at)} />
        {needle.look !== "absent" && <circle className="needle-core" cx={at.x} cy={at.y} r={2.5} />}
      </g>
    );
  });
}

function Beams({ angle_deg, returned }: { angle_deg: number; returned: boolean }) {
  return (
    <g className="beams">
      <path className="beam" d={geometry.beam(angle_deg, 1)} />
      <path className="beam-head" d={geometry.beam(angle_deg, 1)} pathLength={100} />
      {returned && <path className="beam" d={geometry.beam(angle_deg, -1)} />}
      {returned && <path className="beam-head" d={geometry.beam(angle_deg, -1)} pathLength={100} />}
    </g>
  );
}

function Heart({ view }: { view: RingView }) {
  const keyhole = "M250 236a9 9 0 0 1 4.6 16.7l3.4 13.3h-16l3.4-13.3A9 9 0 0 1 250 236Z";
  return (
    <g className="heart" data-mood={view.mood}>
      <circle className="heart-glow" cx={CENTRE} cy={CENTRE} r={HEART + 46} />
      <path className="heart-body" d={geometry.hexagon(HEART)} />
      <path className="heart-line" d={geometry.hexagon(HEART)} pathLength={120} />
      {view.mood === "locked" && <path className="heart-sign" d={keyhole} />}
      {view.mood === "paused" && <path className="heart-bars" d="M241 234v20M259 234v20" />}
    </g>
  );
}

export function Ring({ view, onChoose }: { view: RingView; onChoose: (needle: string) => void }) {
  const routed = view.needles.findIndex((needle) => needle.look === "routed");
  return (
    <section className="ring" data-mood={view.mood} aria-label="Lattice ring">
      <svg className="ring-drawing" viewBox={`0 0 ${SIDE} ${SIDE}`} aria-hidden="true">
        <defs>
          <radialGradient id="glow">
            <stop offset="0.35" className="glow-core" />
            <stop offset="1" className="glow-edge" />
          </radialGradient>
        </defs>
        <Bezel />
        <Spokes needles={view.needles} />
        {routed >= 0 && (
          <Beams key={`${routed}`} angle_deg={geometry.needleAngle_deg(routed)} returned={view.returned} />
        )}
        <g className="step-ring">
          {view.rail.map(({ step, look }, index) => (
            <path key={step} className="step-arc" data-look={look} d={geometry.stepArc(index, view.rail.length)} />
          ))}
        </g>
        <Heart view={view} />
        {view.pulse !== "" && <circle key={view.pulse} className="pulse" cx={CENTRE} cy={CENTRE} r={HEART} />}
        <Needles needles={view.needles} />
      </svg>
      <div className="heart-text" data-mood={view.mood} aria-hidden="true">
        <span className="heart-word">{view.word}</span>
        {view.took_us !== null && <span className="heart-took">{tookText(view.took_us)}</span>}
      </div>
      <NeedleList needles={view.needles} onChoose={onChoose} />
    </section>
  );
}

/** Keys 1–9, 0, -, = are the twelve needles, in this order. */
export const NEEDLE_KEYS = "1234567890-=";

function NeedleList({ needles, onChoose }: { needles: readonly NeedleView[]; onChoose: (needle: string) => void }) {
  const [focus, setFocus] = useState(0);
  const move = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const next =
      step !== undefined ? (focus + step + needles.length) % needles.length : { Home: 0, End: 11 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    setFocus(next);
    event.currentTarget.querySelectorAll<HTMLElement>("[role=option]")[next]?.focus();
  };
  return (
    <div className="needles" role="listbox" aria-label="Needles" onKeyDown={move}>
      {needles.map((needle, index) => (
        <NeedleOption
          key={needle.id}
          {...{ needle, index, onChoose }}
          tabbable={index === focus}
          onFocus={() => setFocus(index)}
        />
      ))}
    </div>
  );
}

interface OptionProps {
  needle: NeedleView;
  index: number;
  tabbable: boolean;
  onFocus: () => void;
  onChoose: (needle: string) => void;
}

function NeedleOption({ needle, index, tabbable, onFocus, onChoose }: OptionProps) {
  const at = geometry.polar(ORBIT, geometry.needleAngle_deg(index));
  const place = { left: `${(at.x / SIDE) * 100}%`, top: `${(at.y / SIDE) * 100}%` };
  const choose = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    onChoose(needle.id);
  };
  return (
    <div
      role="option"
      className="needle-option"
      data-needle={needle.id}
      data-look={needle.look}
      data-side={geometry.labelSide(index)}
      style={place}
      aria-selected={needle.look === "routed"}
      tabIndex={tabbable ? 0 : -1}
      onFocus={onFocus}
      onClick={() => onChoose(needle.id)}
      onKeyDown={choose}
    >
      <span className="needle-label">
        <span className="needle-name">{needle.id}</span>
        {needle.note !== "" && <span className="needle-note">.{needle.note}</span>}
        {needle.look === "absent" && <span className="unseen">, not built yet</span>}
      </span>
    </div>
  );
}
