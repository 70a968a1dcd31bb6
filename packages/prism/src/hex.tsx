/** The one sign of state: closed, broken, dashed and turning, or with a core. Colour never stands alone. */
import { hexagon } from "./ring-geometry.ts";
import type { DirectiveView } from "./wire.ts";

export type HexLook = "idle" | "flying" | "waiting" | "ended" | "verified" | "red" | "paused";

const SHAPE = hexagon(9, { x: 12, y: 12 });

export function Hex({ look }: { look: HexLook }) {
  return (
    <svg className="hex" data-look={look} viewBox="0 0 24 24" aria-hidden="true">
      <path className="hex-line" d={SHAPE} pathLength={60} />
      {look === "waiting" && <circle className="hex-core" cx="12" cy="12" r="3" />}
      {look === "verified" && <path className="hex-mark" d="M8.6 12.2l2.4 2.4 4.4-4.8" />}
      {look === "paused" && <path className="hex-mark" d="M10 9v6M14 9v6" />}
    </svg>
  );
}

export function lookOf(view: DirectiveView, verified: boolean): HexLook {
  if (view.state === "running") return "flying";
  if (view.state === "awaiting-approval") return "waiting";
  if (view.state !== "done") return "red";
  return verified ? "verified" : "ended";
}

export function stateWord(view: DirectiveView, verified: boolean): string {
  if (view.state === "running") return view.step;
  if (view.state === "awaiting-approval") return "awaiting approval";
  if (view.state === "done") return verified ? "verified" : "done";
  return view.state;
}
