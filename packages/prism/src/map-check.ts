/** The check of a plan's certificate in this page, by the lattice's own small checker, which trusts nothing of the planner. */
import { checkPlanFile, isFault } from "lattice/verify";

export type PlanCheck =
  | {
      readonly holds: true /** Seconds: what it costs, and what no plan can cost less than. */;
      readonly cost_s: number;
      readonly proven_s: number;
    }
  | { readonly holds: false; readonly at: string; readonly why: string };

/** @param certificate of a `lattice.plan` outcome: the whole problem with the claim. */
export function checkPlanHere(certificate: object): PlanCheck {
  const { digest: _digest, gap: _gap, ...file } = certificate as { digest?: unknown; gap?: unknown };
  const checked = checkPlanFile(file);
  if (isFault(checked)) return { holds: false, at: checked.at ?? "certificate", why: checked.why };
  return { holds: true, cost_s: checked.cost, proven_s: checked.proven };
}
