/**
 * Published sets and our own, solved: one line a set with instances, solved, mean gap, worst gap and CPU seconds. What cannot be read or does not
 * hold is said with its name and its reason, counts as failed, and stops nothing else.
 */
import { chance } from "../test/city.ts";
import { type Instance, type InstanceSet, type Limit, type Outcome, REACHED } from "./set.ts";
import { SETS } from "./sets.ts";

export interface InstancesOptions {
  readonly seed: number;
  /** CPU seconds for each instance; the sets' own when absent. */
  readonly seconds: number | undefined;
  /** Only sets whose name begins so. */
  readonly only: string | undefined;
  /** One JSON object a line, for each instance and each set, in place of words. */
  readonly json: boolean;
}

interface Solved extends Outcome {
  readonly instance: string;
  readonly cpu_s: number;
}

interface Failed {
  readonly instance: string;
  readonly failed: string;
  readonly cpu_s: number;
}

export interface SetSummary {
  readonly set: string;
  readonly instances: number;
  /** Equal to or better than the best known, or proven. */
  readonly solved: number;
  readonly proven: number;
  /** Not read, or with an answer that its checker refused: in no gap. */
  readonly failed: number;
  /** Shares; null where nothing is known to compare with. */
  readonly mean_gap: number | null;
  readonly worst_gap: number | null;
  readonly mean_bound_gap: number | null;
  readonly cpu_s: number;
}

/** How many instances and sets failed. */
export function runInstances(data: string, options: InstancesOptions): number {
  const say = (name: string, key: "skipped" | "failed", why: string): void =>
    console.log(options.json ? JSON.stringify({ set: name, [key]: why }) : `${name}: ${key}: ${why}`);
  let failed = 0;
  for (const set of SETS.filter(({ name }) => name.startsWith(options.only ?? ""))) {
    const instances = listed(set, data);
    if (typeof instances === "string") {
      say(set.name, "failed", instances);
      failed++;
    } else if (instances.length === 0) say(set.name, "skipped", "data absent");
    else failed += runSet(set, instances, options).failed;
  }
  return failed;
}

/** A sentence when the set cannot be read. */
function listed(set: InstanceSet, data: string): readonly Instance[] | string {
  try {
    return set.instances(data);
  } catch (error) {
    return reasonOf(error);
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function runSet({ name, seconds }: InstanceSet, instances: readonly Instance[], options: InstancesOptions): SetSummary {
  const ran = instances.map((instance) => {
    const outcome = runInstance(instance, options.seconds ?? seconds, options.seed);
    if (options.json) console.log(JSON.stringify({ set: name, ...outcome }));
    else if ("failed" in outcome) console.log(`${name}: ${outcome.instance}: failed: ${outcome.failed}`);
    return outcome;
  });
  const summary = summarize(name, ran);
  console.log(options.json ? JSON.stringify(summary) : lineOf(summary));
  return summary;
}

function runInstance({ name, solve }: Instance, seconds: number, seed: number): Solved | Failed {
  const before = process.cpuUsage();
  const spent = (): number => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  };
  const limit: Limit = { seconds, spent, expired: (share = 1) => spent() >= share * seconds, random: chance(seed) };
  try {
    return { instance: name, ...solve(limit), cpu_s: spent() };
  } catch (error) {
    return { instance: name, failed: reasonOf(error), cpu_s: spent() };
  }
}

function summarize(set: string, ran: readonly (Solved | Failed)[]): SetSummary {
  const outcomes = ran.filter((each): each is Solved => !("failed" in each));
  const gaps = outcomes.flatMap(({ gap }) => (gap === null ? [] : [gap]));
  const bounds = outcomes.flatMap(({ bound_gap }) => (bound_gap === null ? [] : [bound_gap]));
  const reached = outcomes.filter(({ gap, proven }) => proven || (gap !== null && gap <= REACHED));
  return {
    set,
    instances: ran.length,
    solved: reached.length,
    proven: outcomes.filter(({ proven }) => proven).length,
    failed: ran.length - outcomes.length,
    mean_gap: mean(gaps),
    worst_gap: gaps.length === 0 ? null : Math.max(...gaps),
    mean_bound_gap: mean(bounds),
    cpu_s: ran.reduce((sum, { cpu_s }) => sum + cpu_s, 0),
  };
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

const percent = (share: number | null): string => (share === null ? "unknown" : `${(100 * share).toFixed(3)} %`);

const lineOf = (of: SetSummary): string =>
  `${of.set}: ${of.instances} instances, ${of.solved} solved (${of.proven} proven${of.failed > 0 ? `, ${of.failed} failed` : ""}), mean gap ${percent(of.mean_gap)}, ` +
  `worst gap ${percent(of.worst_gap)}, own bound ${percent(of.mean_bound_gap)} below, ${of.cpu_s.toFixed(1)} CPU s`;
