/** Why an answer is what it is, over PostgreSQL: the database says of each row in the area what holds, the engine counts it condition by condition. */
import type { Constraint } from "./constraint.ts";
import { type ConstraintSql, Parameters } from "./constraint-sql.ts";
import { type Asked, countSteps, firstToOpen, partsOf, type Verdict } from "./explain.ts";
import type { ReadQuery } from "./find-query.ts";
import { geodesic_m } from "./geodesy.ts";
import type { LatticeExplanation } from "./lattice.ts";
import type { Session } from "./postgres-database-node.ts";
import type { HoursBook } from "./postgres-hours-node.ts";
import { MOST_ROWS, type Near, nearby } from "./postgres-nearby-node.ts";
import { leastFree } from "./postgres-room-node.ts";

/** A row in the area. Conditions are named y0, n0, y1, …: whether the first holds, whether it surely does not, and so on. */
interface Row extends Near {
  readonly distance_m: number;
  readonly [verdict: `${"y" | "n"}${number}`]: boolean;
}

/** Must run in the snapshot of the answer. @param sqlOf conditions as SQL with values among these parameters. */
export async function explainIn(
  session: Session,
  hours: HoursBook,
  { query, area }: ReadQuery,
  sqlOf: (parameters: Parameters) => Promise<ConstraintSql>,
): Promise<LatticeExplanation> {
  const parts = partsOf(query.where);
  const rows = await rowsIn(session, area, parts, sqlOf);
  const [all] = await session.rows<{ n: number }>("SELECT count(*)::int AS n FROM capability WHERE NOT removed");
  const conditions: Asked[] = parts.map(({ name }, i) => ({ name, ask: (row) => verdictAt(rows[row]!, i) }));
  if (query.open !== undefined) {
    conditions.push(await hoursAsked(session, hours, rows, query.open));
    for (const [dimension, units] of Object.entries(query.free ?? {}))
      conditions.push(await roomAsked(session, rows, dimension, units, query.open));
  }
  const counted = { inside: rows.length, outside: all!.n - rows.length };
  const { steps, closed } = countSteps(counted, conditions, query.unknown === "include");
  const opening = firstToOpen(closed, (row) => hours.nextOpen(rows[row]!.rule_number, query.open!.from_ms));
  if (opening === null) return { steps, nextOpening: null };
  const { id, distance_m } = rows[opening.row]!;
  return { steps, nextOpening: { id, distance_m, opens_ms: opening.opens_ms } };
}

/** By distance, then by id. */
async function rowsIn(
  session: Session,
  area: ReadQuery["area"],
  parts: readonly { readonly constraint: Constraint }[],
  sqlOf: (parameters: Parameters) => Promise<ConstraintSql>,
): Promise<readonly Row[]> {
  const parameters = new Parameters();
  const sql = await sqlOf(parameters);
  const columns = parts.flatMap(({ constraint }, i) => [
    `${sql.yes(constraint)} AS y${i}`,
    `${sql.no(constraint)} AS n${i}`,
  ]);
  const rows: Row[] = [];
  const asked = { columns, condition: "true", parameters, center: area.center, reach_m: () => area.radius_m };
  for await (const near of nearby<Omit<Row, "distance_m">>(session, asked))
    for (const row of near) {
      const distance_m = geodesic_m(...area.center, row.x, row.y, row.z);
      const inside = distance_m <= area.radius_m && (area.holds === null || area.holds(row.x, row.y, row.z));
      if (inside) rows.push({ ...row, distance_m } as Row);
    }
  return rows.sort((a, b) => a.distance_m - b.distance_m || (a.id < b.id ? -1 : 1));
}

function verdictAt(row: Row, condition: number): Verdict {
  if (row[`y${condition}`]) return "yes";
  return row[`n${condition}`] ? "no" : "unknown";
}

async function hoursAsked(
  session: Session,
  hours: HoursBook,
  rows: readonly Row[],
  window: NonNullable<ReadQuery["query"]["open"]>,
): Promise<Asked> {
  await hours.meet(
    session,
    rows.map(({ rule_number }) => rule_number),
  );
  const states = { open: "yes", closed: "no", unknown: "unknown" } as const;
  return { name: "open", ask: (row) => states[hours.isOpen(rows[row]!.rule_number, window)] };
}

async function roomAsked(
  session: Session,
  rows: readonly Row[],
  dimension: string,
  units: number,
  window: NonNullable<ReadQuery["query"]["open"]>,
): Promise<Asked> {
  const least = new Map<number, number>();
  for (let i = 0; i < rows.length; i += MOST_ROWS) {
    const handles = rows.slice(i, i + MOST_ROWS).map(({ handle }) => handle);
    for (const [handle, free] of await leastFree(session, handles, dimension, window)) least.set(handle, free);
  }
  return {
    name: `free.${dimension}`,
    ask: (row) => ((least.get(rows[row]!.handle) ?? 0) >= units ? "yes" : "no"),
  };
}
