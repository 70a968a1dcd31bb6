/** The eleven steps in their order, each with its look and its time. */
import { tookText } from "./sentence.ts";
import type { RailStep } from "./trip.ts";

const SPOKEN: { readonly [look in RailStep["look"]]: string } = {
  ahead: "not yet",
  active: "now",
  waiting: "waiting for you",
  passed: "passed",
  skipped: "passed over",
  refused: "refused",
};

export function StepRail({ rail, verified }: { rail: readonly RailStep[]; verified: boolean }) {
  return (
    <ol className="rail" aria-label="Steps of the directive" data-verified={verified}>
      {rail.map(({ step, look, took_us }) => (
        <li
          key={step}
          className="rail-step"
          data-look={look}
          aria-current={look === "active" || look === "waiting" ? "step" : undefined}
        >
          <span className="rail-dot" aria-hidden="true" />
          <span className="rail-name">{step}</span>
          <span className="unseen">{SPOKEN[look]}</span>
          <span className="rail-took">{look === "passed" && took_us !== null ? tookText(took_us) : ""}</span>
        </li>
      ))}
    </ol>
  );
}
