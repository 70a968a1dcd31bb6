/** L8: nothing is oversold, lost or granted twice, in --count random operations with power failing in the middle. */
import { type StormReport, storm } from "../test/hold-storm.ts";

const OPERATIONS_A_LATTICE = 20_000;
const KILLS_A_LATTICE = 5;

export async function runOversell(count: number, seed: number): Promise<void> {
  const lattices = Math.max(1, Math.round(count / OPERATIONS_A_LATTICE));
  const sum: Record<string, number> = {};
  for (let i = 0; i < lattices; i++) {
    const report: StormReport = await storm(seed + i, Math.min(count, OPERATIONS_A_LATTICE), KILLS_A_LATTICE).catch(
      (error: unknown) => {
        throw new Error(`seed ${seed + i}`, { cause: error });
      },
    );
    for (const [name, value] of Object.entries(report)) sum[name] = (sum[name] ?? 0) + value;
  }
  const said = Object.entries(sum).map(([name, value]) => `${value.toLocaleString("en")} ${name.replace("_", " ")}`);
  console.log(
    `oversell: ${lattices} lattices (seeds from ${seed}): ${said.join(", ")}; 0 oversold, 0 lost, 0 granted twice`,
  );
}
