/** Published sets and our own, solved: one line a set with instances, solved, mean gap, worst gap and CPU seconds. */
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

export interface SetSummary {
  readonly set: string;
  readonly instances: number;
  /** Equal to or better than the best known, or proven. */
  readonly solved: number;
  readonly proven: number;
  /** Shares; null where nothing is known to compare with. */
  readonly mean_gap: number | null;
  readonly worst_gap: number | null;
  readonly mean_bound_gap: number | null;
  readonly cpu_s: number;
}

export function runInstances(data: string, options: InstancesOptions): void {
  const wanted = (name: string): boolean => name.startsWith(options.only ?? "");
  const say = (name: string, why: string): void =>
    console.log(options.json ? JSON.stringify({ set: name, skipped: why }) : `${name}: ${why}`);
  for (const set of SETS.filter(({ name }) => wanted(name))) {
    const instances = set.instances(data);
    if (instances.length === 0) say(set.name, "skipped: data absent");
    else runSet(set, instances, options);
  }
}

function runSet({ name, seconds }: InstanceSet, instances: readonly Instance[], options: InstancesOptions): void {
  const solved = instances.map((instance) => {
    const outcome = runInstance(instance, options.seconds ?? seconds, options.seed);
    if (options.json) console.log(JSON.stringify({ set: name, ...outcome }));
    return outcome;
  });
  const summary = summarize(name, solved);
  console.log(options.json ? JSON.stringify(summary) : lineOf(summary));
}

function runInstance({ name, solve }: Instance, seconds: number, seed: number): Solved {
  const before = process.cpuUsage();
  const spent = (): number => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  };
  const limit: Limit = { seconds, spent, expired: (share = 1) => spent() >= share * seconds, random: chance(seed) };
  return { instance: name, ...solve(limit), cpu_s: spent() };
}

function summarize(set: string, outcomes: readonly Solved[]): SetSummary {
  const gaps = outcomes.flatMap(({ gap }) => (gap === null ? [] : [gap]));
  const bounds = outcomes.flatMap(({ bound_gap }) => (bound_gap === null ? [] : [bound_gap]));
  const reached = outcomes.filter(({ gap, proven }) => proven || (gap !== null && gap <= REACHED));
  return {
    set,
    instances: outcomes.length,
    solved: reached.length,
    proven: outcomes.filter(({ proven }) => proven).length,
    mean_gap: mean(gaps),
    worst_gap: gaps.length === 0 ? null : Math.max(...gaps),
    mean_bound_gap: mean(bounds),
    cpu_s: outcomes.reduce((sum, { cpu_s }) => sum + cpu_s, 0),
  };
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

const percent = (share: number | null): string => (share === null ? "unknown" : `${(100 * share).toFixed(3)} %`);

const lineOf = (of: SetSummary): string =>
  `${of.set}: ${of.instances} instances, ${of.solved} solved (${of.proven} proven), mean gap ${percent(of.mean_gap)}, ` +
  `worst gap ${percent(of.worst_gap)}, own bound ${percent(of.mean_bound_gap)} below, ${of.cpu_s.toFixed(1)} CPU s`;
