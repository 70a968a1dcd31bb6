/**
 * What validation asks of a plan, and `axiom verify` again, years later: its certificate holds by the lattice's separate checker, and what
 * people read is what was checked. Needs neither the lattice nor the planner.
 */
import {
  type CoordinationFile,
  checkCoordinationFile,
  checkPlanFile,
  isFault,
  type PlanFile,
  SLOT_MS,
} from "lattice/verify";
import { type Crypto, digestOf, type Json, type JsonObject } from "lop";

/** What validation asks of a plan: its certificate holds by the separate checker, and what people read is what was checked. */
export function checkPlanResult(crypto: Crypto, result: Json): string | null {
  const { planned, certificate, legs, tasks } = result as {
    planned: boolean;
    tasks: readonly TaskShown[] | null;
    certificate: JsonObject | null;
    legs: readonly JsonObject[];
  };
  if (!planned) return null;
  if (certificate === null) return "The plan has no certificate.";
  if (tasks !== null) return checkTasks(crypto, tasks, certificate);
  const { digest, gap: _, ...file } = certificate;
  if (digest !== digestOf(crypto, certificate.problem ?? null)) return "The certificate is about another problem.";
  const checked = checkPlanFile(file);
  if (isFault(checked)) return `The certificate does not hold: ${checked.at}: ${checked.why}`;
  const { problem, visits } = file as unknown as PlanFile;
  const other = visits.findIndex((visit, i) => {
    const shown = legs[i] as { capability: { id: string }; from: string } | undefined;
    return (
      shown?.capability.id !== problem.legs[visit.leg]!.places[visit.place]!.id ||
      Date.parse(shown.from) !== visit.start * SLOT_MS
    );
  });
  return other < 0 && legs.length === visits.length ? null : "The plan that is shown is not the one that is certified.";
}

interface TaskShown {
  readonly task: string;
  readonly planned: boolean;
  readonly legs: readonly JsonObject[];
}

/** A sentence when it does not hold. */
function checkTasks(crypto: Crypto, tasks: readonly TaskShown[], certificate: JsonObject): string | null {
  const { digest, gap: _, ...file } = certificate;
  if (digest !== digestOf(crypto, certificate.problem ?? null)) return "The certificate is about another problem.";
  const checked = checkCoordinationFile(file);
  if (isFault(checked)) return `The certificate does not hold: ${checked.at}: ${checked.why}`;
  const { problem, plan } = file as unknown as CoordinationFile;
  const same =
    tasks.length === plan.length &&
    plan.every((visits, t) => isShown(tasks[t]!, problem.tasks[t]!.name, visits, problem.places));
  return same ? null : "The plan that is shown is not the one that is certified.";
}

function isShown(
  { task, planned, legs }: TaskShown,
  name: string,
  visits: CoordinationFile["plan"][number],
  places: CoordinationFile["problem"]["places"],
): boolean {
  if (task !== name || planned !== (visits !== null) || legs.length !== (visits?.length ?? 0)) return false;
  return legs.every((leg, l) => {
    const { place, start, until } = visits![l]!;
    const { capability, ...times } = leg as unknown as { capability: { id: string }; from: string; until: string };
    const id = capability.id === places[place]!.id;
    return id && Date.parse(times.from) === start * SLOT_MS && Date.parse(times.until) === until * SLOT_MS;
  });
}

/** Of a result that `checkPlanResult` has passed. */
export function certificateText(result: Json): string {
  const { certificate } = result as { certificate: { primal: number; bound: number; gap: number } | null };
  if (certificate === null) return "none: there was no plan";
  const { primal, bound, gap } = certificate;
  return `holds: cost ${Math.round(primal)} s, no plan below ${Math.round(bound)} s, gap ${(100 * gap).toFixed(2)} %`;
}
