/** Rows by the straight chord from a point, in growing handfuls: the index gives them in that order, and nobody fetches more than he needs. */
import type { Parameters } from "./constraint-sql.ts";
import type { Session } from "./postgres-database-node.ts";

const FIRST_ROWS = 64;
export const MOST_ROWS = 8192;
/** A chord is computed in other ways here and there; it may be this much off, in metres. */
const ROUNDING_M = 1e-6;

/** What every search asks of a row. */
export interface Near {
  readonly handle: number;
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly rule_number: number | null;
}

interface Nearby {
  /** Beside those of `Near`. */
  readonly columns: readonly string[];
  readonly condition: string;
  /** Of columns and condition. */
  readonly parameters: Parameters;
  readonly center: readonly [number, number, number];
  /** How far to go; asked again after each handful. */
  readonly reach_m: () => number;
}

/** Handfuls of rows, by chord, at least as far as is to be gone. */
export async function* nearby<R extends Near>(
  session: Session,
  { columns, condition, parameters, center, reach_m }: Nearby,
): AsyncGenerator<readonly R[]> {
  const from = `ST_MakePoint(${center.map((metres) => `${parameters.add(metres)}::float8`).join(", ")})`;
  const all = ["handle, id, ST_X(ecef) AS x, ST_Y(ecef) AS y, ST_Z(ecef) AS z, rule_number", ...columns].join(", ");
  await session.rows(
    `DECLARE nearby NO SCROLL CURSOR FOR
     SELECT ${all} FROM capability WHERE NOT removed AND ${condition} ORDER BY ecef OPERATOR(public.<<->>) ${from}`,
    parameters.values,
  );
  for (let count = FIRST_ROWS; ; count = Math.min(MOST_ROWS, count * 4)) {
    const rows = await session.rows<R>(`FETCH ${count} FROM nearby`);
    yield rows;
    const last = rows.at(-1);
    if (rows.length < count || last === undefined || chord_m(center, last) - ROUNDING_M > reach_m()) break;
  }
  await session.rows("CLOSE nearby");
}

const chord_m = ([x, y, z]: readonly [number, number, number], row: Near): number =>
  Math.hypot(row.x - x, row.y - y, row.z - z);
