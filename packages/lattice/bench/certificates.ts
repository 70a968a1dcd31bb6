/**
 * L19: certificates of every family with one thing changed, handed to their checkers. A change that leaves a claim which is true all the same
 * (another plan of the same cost, prices that prove as much, a bound that claims less with its gap put right) is counted apart: to refuse it
 * would be wrong.
 */
import { chance } from "../test/city.ts";
import type { Family } from "./mutate.ts";
import { coordinationFamily } from "./mutate-coordination.ts";
import { planFamilies } from "./mutate-plans.ts";
import { pricedFamilies } from "./mutate-priced.ts";

export interface Mutations {
  readonly rejected: number;
  /** Accepted although something is changed, and what is claimed is still true; by family and kind of change. */
  readonly stillTrue: Readonly<Record<string, number>>;
  /** Accepted although it is false; the same way. */
  readonly accepted: Readonly<Record<string, number>>;
}

export const families = (seed: number): readonly Family[] => [
  ...pricedFamilies(seed),
  ...planFamilies(seed),
  coordinationFamily(seed),
];

/** The families take turns. */
export function mutate(count: number, seed: number): Mutations {
  const random = chance(seed);
  const all = families(seed);
  for (const { name, isSound } of all) if (!isSound()) throw new Error(`a sound certificate is refused: ${name}`);
  const stillTrue: Record<string, number> = {};
  const accepted: Record<string, number> = {};
  let rejected = 0;
  for (let i = 0; i < count; i++) {
    const family = all[i % all.length]!;
    const drawn = family.draw(random);
    const counts = drawn.refused ? null : drawn.stillTrue() ? stillTrue : accepted;
    const name = `${family.name}: ${drawn.name}`;
    if (counts === null) rejected++;
    else counts[name] = (counts[name] ?? 0) + 1;
  }
  return { rejected, stillTrue, accepted };
}

export const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, each) => sum + each, 0);

export function runCertificates(count: number, seed: number): void {
  const { rejected, stillTrue, accepted } = mutate(count, seed);
  console.log(
    `certificates: ${count} changes in ${families(seed).length} families (seed ${seed}): ${rejected} rejected, ` +
      `${total(stillTrue)} leave a claim that is true all the same, ${total(accepted)} wrongly accepted`,
  );
  for (const [name, each] of Object.entries(stillTrue)) console.log(`  still true: ${each} × ${name}`);
  for (const [name, each] of Object.entries(accepted)) console.log(`  WRONGLY ACCEPTED: ${each} × ${name}`);
}
