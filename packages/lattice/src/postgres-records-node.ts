/** Records in PostgreSQL: batches come one after another (an advisory lock), each in one transaction with all that follows from it. */
import { editCounts, type KindCounts, keysTouched, valuesOf } from "./attribute-dictionary.ts";
import type { Capability } from "./capability.ts";
import { KNOWN, type TokenName, tokenKey } from "./constraint-sql.ts";
import { type Fault, fault, isFault } from "./fault.ts";
import { toEcef } from "./geodesy.ts";
import { MAX_DIMENSIONS } from "./live.ts";
import type { Session } from "./postgres-database-node.ts";
import { sunCell } from "./region.ts";

/** Rows sent in one statement. */
const ROWS_AT_ONCE = 2000;
/** Batches of one lattice wait for each other here. */
const BATCH_LOCK = 0x41584c;

interface OldRow {
  readonly handle: number;
  readonly record: Omit<Capability, "id">;
  readonly id: string;
  readonly removed: boolean;
}

export async function lockBatches(session: Session): Promise<void> {
  await session.rows("SELECT pg_advisory_xact_lock($1, hashtext(current_schema()))", [BATCH_LOCK]);
}

const capabilityOf = ({ id, record }: OldRow): Capability => ({ id, ...record });

const oldRows = (session: Session, ids: readonly string[]): Promise<OldRow[]> =>
  session.rows("SELECT handle, id, record, removed FROM capability WHERE id = ANY($1) ORDER BY handle FOR UPDATE", [
    ids,
  ]);

export async function putRecords(
  session: Session,
  batch: readonly Capability[],
): Promise<{ added: number; replaced: number } | Fault> {
  await lockBatches(session);
  const old = await oldRows(
    session,
    batch.map(({ id }) => id),
  );
  const gone = old.filter(({ removed }) => !removed).map(capabilityOf);
  const wrong = (await countAttributes(session, gone, batch)) ?? (await declare(session, batch));
  if (wrong !== null) return wrong;
  const tokens = await tokenNumbers(session, batch);
  const rules = await ruleNumbers(session, batch);
  for (let i = 0; i < batch.length; i += ROWS_AT_ONCE) {
    const rows = batch.slice(i, i + ROWS_AT_ONCE).map((capability) => rowOf(capability, tokens, rules));
    await session.rows(UPSERT, [JSON.stringify(rows)]);
  }
  await stock(session, batch);
  return { added: batch.length - gone.length, replaced: gone.length };
}

const UPSERT = `
INSERT INTO capability (id, record, geog, ecef, tokens, numbers, rule_number)
SELECT id, record, ST_SetSRID(ST_MakePoint(lng, lat), 4326)::geography, ST_MakePoint(x, y, z), tokens, numbers, rule
FROM json_to_recordset($1::json) AS r (id text, record json, lng float8, lat float8, x float8, y float8, z float8,
  tokens int[], numbers jsonb, rule int)
ON CONFLICT (id) DO UPDATE SET record = excluded.record, geog = excluded.geog, ecef = excluded.ecef,
  tokens = excluded.tokens, numbers = excluded.numbers, rule_number = excluded.rule_number, removed = false`;

function rowOf(
  capability: Capability,
  tokens: ReadonlyMap<string, number>,
  rules: ReadonlyMap<string, number>,
): Record<string, unknown> {
  const { id, ...record } = capability;
  const [x, y, z] = toEcef(capability.at);
  const numbers = Object.fromEntries([...valuesOf(capability)].filter(([, value]) => typeof value === "number"));
  const rule = ruleOf(capability);
  return {
    ...{ id, record, ...capability.at, x, y, z, numbers },
    tokens: [...new Set(tokensOfRecord(capability).map((name) => tokens.get(tokenKey(name))!))],
    rule: rule === null ? null : rules.get(ruleKey(rule)),
  };
}

function tokensOfRecord(capability: Capability): TokenName[] {
  return [...valuesOf(capability)].flatMap(([attribute, value]) => {
    const words = typeof value === "number" ? [] : typeof value === "object" ? value : [String(value)];
    return [KNOWN, ...words].map((word) => ({ attribute, word }));
  });
}

async function tokenNumbers(session: Session, batch: readonly Capability[]): Promise<Map<string, number>> {
  const names = new Map(batch.flatMap(tokensOfRecord).map((name) => [tokenKey(name), name]));
  const list = [...names.values()];
  const columns = [list.map(({ attribute }) => attribute), list.map(({ word }) => word)];
  await session.rows(
    "INSERT INTO token (attribute, word) SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING",
    columns,
  );
  return readTokens(session, list);
}

/** Numbers of the tokens that there are. */
export async function readTokens(session: Session, names: readonly TokenName[]): Promise<Map<string, number>> {
  const rows = await session.rows<TokenName & { token: number }>(
    "SELECT token, attribute, word FROM token JOIN unnest($1::text[], $2::text[]) AS asked (attribute, word) USING (attribute, word)",
    [names.map(({ attribute }) => attribute), names.map(({ word }) => word)],
  );
  return new Map(rows.map((row) => [tokenKey(row), row.token]));
}

interface NamedRule {
  readonly tz: string;
  readonly text: string;
}

/** Hours that go by the sun are a rule of their own in each cell. */
function ruleOf({ tz, hours, at }: Capability): NamedRule | null {
  if (hours === null) return null;
  const cell = sunCell(hours, at);
  return { tz, text: JSON.stringify(cell === null ? hours : { ...hours, at: cell }) };
}

const ruleKey = ({ tz, text }: NamedRule): string => `${tz} ${text}`;

/** Rules may be longer than an index entry; their digests are not. */
const DIGEST = "sha256(convert_to(tz || ' ' || rule, 'UTF8'))";

async function ruleNumbers(session: Session, batch: readonly Capability[]): Promise<Map<string, number>> {
  const rules = new Map(batch.flatMap(ruleOf).flatMap((rule) => (rule === null ? [] : [[ruleKey(rule), rule]])));
  const list = [...rules.values()];
  const columns = [list.map(({ tz }) => tz), list.map(({ text }) => text)];
  const asked = "unnest($1::text[], $2::text[]) AS asked (tz, rule)";
  await session.rows(
    `INSERT INTO hours_rule (tz, rule, digest) SELECT tz, rule, ${DIGEST} FROM ${asked} ON CONFLICT DO NOTHING`,
    columns,
  );
  const rows = await session.rows<{ rule_number: number; tz: string; rule: string }>(
    `SELECT rule_number, tz, rule FROM hours_rule WHERE digest IN (SELECT ${DIGEST} FROM ${asked})`,
    columns,
  );
  return new Map(rows.map(({ rule_number, tz, rule }) => [`${tz} ${rule}`, rule_number]));
}

/** Counts what comes and goes in the dictionary. Faults: `attribute-mismatch`. */
async function countAttributes(
  session: Session,
  gone: readonly Capability[],
  come: readonly Capability[],
): Promise<Fault | null> {
  const keys = keysTouched({ gone, come });
  const known = await readCounts(session, keys);
  const counts = editCounts((key) => known.get(key), { gone, come });
  if (isFault(counts)) return counts;
  const rows = [...counts].map(([key, kinds]) => ({ key, ...kinds }));
  await session.rows(
    `INSERT INTO attribute SELECT * FROM json_to_recordset($1::json) AS r (key text, boolean int, word int, number int, set int)
     ON CONFLICT (key) DO UPDATE SET boolean = excluded.boolean, word = excluded.word, number = excluded.number, set = excluded.set`,
    [JSON.stringify(rows)],
  );
  await session.rows("DELETE FROM attribute WHERE boolean + word + number + set = 0");
  return null;
}

/** Of these keys, or (null) of all. */
export async function readCounts(session: Session, keys: readonly string[] | null): Promise<Map<string, KindCounts>> {
  const rows = await session.rows<KindCounts & { key: string }>(
    "SELECT key, boolean, word, number, set FROM attribute WHERE $1::text[] IS NULL OR key = ANY($1)",
    [keys],
  );
  return new Map(rows.map(({ key, ...kinds }) => [key, kinds]));
}

/** Faults: `dimension-unknown`. */
async function declare(session: Session, batch: readonly Capability[]): Promise<Fault | null> {
  const names = [...new Set(batch.flatMap(({ capacity }) => Object.keys(capacity)))];
  await session.rows("INSERT INTO dimension SELECT unnest($1::text[]) ON CONFLICT DO NOTHING", [names]);
  const [row] = await session.rows<{ n: number }>("SELECT count(*)::int AS n FROM dimension");
  return row!.n <= MAX_DIMENSIONS
    ? null
    : fault("dimension-unknown", `A lattice has at most ${MAX_DIMENSIONS} dimensions.`);
}

/** Sets base capacities; slots that differ keep their difference, and what was sold from under a smaller base counts as withdrawn. */
async function stock(session: Session, batch: readonly Pick<Capability, "id" | "capacity">[]): Promise<void> {
  const rows = batch.flatMap(({ id, capacity }) =>
    Object.entries(capacity).map(([dimension, units]) => ({ id, dimension, units })),
  );
  const values = [batch.map(({ id }) => id), JSON.stringify(rows)];
  await session.rows(REBASE, values);
  await session.rows(
    `DELETE FROM capacity c USING capability a WHERE a.handle = c.handle AND a.id = ANY($1) AND NOT EXISTS
      (SELECT FROM json_to_recordset($2::json) AS w (id text, dimension text) WHERE w.id = a.id AND w.dimension = c.dimension)`,
    values,
  );
  await session.rows(
    `INSERT INTO capacity SELECT a.handle, w.dimension, w.units
     FROM json_to_recordset($1::json) AS w (id text, dimension text, units int) JOIN capability a USING (id)
     ON CONFLICT (handle, dimension) DO UPDATE SET units = excluded.units`,
    [values[1]],
  );
}

const REBASE = `
WITH wanted AS (SELECT * FROM json_to_recordset($2::json) AS w (id text, dimension text, units int)),
more AS (
  SELECT u.handle, u.dimension, u.slot, coalesce(w.units, 0) - coalesce(c.units, 0) AS units
  FROM capability a
  JOIN slot_usage u USING (handle)
  LEFT JOIN capacity c USING (handle, dimension)
  LEFT JOIN wanted w ON w.id = a.id AND w.dimension = u.dimension
  WHERE a.id = ANY($1) AND coalesce(w.units, 0) <> coalesce(c.units, 0)
)
UPDATE slot_usage u SET total = u.total + more.units,
  withdrawn = greatest(0, u.held + u.confirmed - u.total - more.units)
FROM more WHERE (u.handle, u.dimension, u.slot) = (more.handle, more.dimension, more.slot)`;

export async function removeRecords(session: Session, ids: readonly string[]): Promise<{ removed: number } | Fault> {
  await lockBatches(session);
  const gone = (await oldRows(session, ids)).filter(({ removed }) => !removed).map(capabilityOf);
  const wrong = await countAttributes(session, gone, []);
  if (wrong !== null) return wrong;
  await stock(
    session,
    gone.map(({ id }) => ({ id, capacity: {} })),
  );
  await session.rows("UPDATE capability SET removed = true WHERE id = ANY($1)", [gone.map(({ id }) => id)]);
  return { removed: gone.length };
}
