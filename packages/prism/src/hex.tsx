/** The one sign of state: closed, broken, dashed and turning, or with a core. Colour never stands alone. */
import { hexagon } from "./ring-geometry.ts";
import type { Mood } from "./trip.ts";

export type HexLook = Mood | "paused";

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
