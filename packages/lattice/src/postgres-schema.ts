/** The tables of a lattice in PostgreSQL, all in one schema (docs/formats/lattice-postgres.md says what each is for). */

export const POSTGRES_FORMAT = 2;
/** Extensions that somebody with the right must have created, or lets us create. */
export const POSTGRES_EXTENSIONS = ["postgis", "intarray"] as const;

/** @param schema quoted. Extensions live where they were created; the search path has `public` behind the schema. */
export const postgresSchema = (schema: string): string => `
CREATE SCHEMA IF NOT EXISTS ${schema};
CREATE TABLE ${schema}.format (version int NOT NULL);
INSERT INTO ${schema}.format VALUES (${POSTGRES_FORMAT});

CREATE TABLE ${schema}.hours_rule (
  rule_number int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tz text NOT NULL,
  rule text NOT NULL,
  digest bytea NOT NULL UNIQUE
);
CREATE TABLE ${schema}.capability (
  handle int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text COLLATE "C" NOT NULL UNIQUE,
  record json NOT NULL,
  geog geography(Point, 4326) NOT NULL,
  ecef geometry(PointZ) NOT NULL,
  tokens int[] NOT NULL,
  numbers jsonb NOT NULL,
  rule_number int REFERENCES ${schema}.hours_rule,
  removed boolean NOT NULL DEFAULT false
);
CREATE INDEX capability_search ON ${schema}.capability
  USING gist (ecef public.gist_geometry_ops_nd, tokens public.gist__intbig_ops) WHERE NOT removed;
CREATE TABLE ${schema}.token (
  token int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  attribute text COLLATE "C" NOT NULL,
  word text COLLATE "C" NOT NULL,
  UNIQUE (attribute, word)
);
CREATE TABLE ${schema}.attribute (
  key text COLLATE "C" PRIMARY KEY,
  boolean int NOT NULL CHECK (boolean >= 0),
  word int NOT NULL CHECK (word >= 0),
  number int NOT NULL CHECK (number >= 0),
  set int NOT NULL CHECK (set >= 0)
);

CREATE TABLE ${schema}.dimension (name text COLLATE "C" PRIMARY KEY);
CREATE TABLE ${schema}.capacity (
  handle int NOT NULL REFERENCES ${schema}.capability,
  dimension text COLLATE "C" NOT NULL REFERENCES ${schema}.dimension,
  units int NOT NULL CHECK (units >= 0),
  PRIMARY KEY (handle, dimension)
);
CREATE TABLE ${schema}.slot_usage (
  handle int NOT NULL REFERENCES ${schema}.capability,
  dimension text COLLATE "C" NOT NULL REFERENCES ${schema}.dimension,
  slot int NOT NULL,
  total int NOT NULL,
  held int NOT NULL DEFAULT 0 CHECK (held >= 0),
  confirmed int NOT NULL DEFAULT 0 CHECK (confirmed >= 0),
  withdrawn int NOT NULL DEFAULT 0 CHECK (withdrawn >= 0),
  PRIMARY KEY (handle, dimension, slot),
  CONSTRAINT never_oversold CHECK (held + confirmed <= total + withdrawn)
) WITH (fillfactor = 80);
CREATE SEQUENCE ${schema}.fence;
CREATE TABLE ${schema}.hold (
  fence bigint PRIMARY KEY DEFAULT nextval('${schema}.fence'),
  key text COLLATE "C" UNIQUE,
  state text NOT NULL CHECK (state IN ('held', 'confirmed', 'released', 'expired')),
  expires_at_ms bigint NOT NULL,
  ended_at_ms bigint
) WITH (fillfactor = 80);
CREATE INDEX hold_deadline ON ${schema}.hold (expires_at_ms) WHERE state = 'held';
CREATE INDEX hold_open ON ${schema}.hold (fence) WHERE ended_at_ms IS NULL;
CREATE INDEX hold_ended ON ${schema}.hold (ended_at_ms, fence) WHERE ended_at_ms IS NOT NULL;
CREATE TABLE ${schema}.hold_item (
  fence bigint NOT NULL REFERENCES ${schema}.hold,
  item int NOT NULL,
  handle int NOT NULL REFERENCES ${schema}.capability,
  dimension text COLLATE "C" NOT NULL REFERENCES ${schema}.dimension,
  slot_from int NOT NULL,
  slot_until int NOT NULL CHECK (slot_from < slot_until),
  units int NOT NULL CHECK (units > 0),
  PRIMARY KEY (fence, item)
);
CREATE TABLE ${schema}.delta_log (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  handle int NOT NULL,
  dimension text NOT NULL,
  slot_from int NOT NULL,
  slot_until int NOT NULL,
  units int NOT NULL
);
CREATE TABLE ${schema}.subscriber (id text PRIMARY KEY, until timestamptz NOT NULL);
`;

/** What makes a schema of this version one of the newest: statements for each step. */
export const upgradesFrom = (version: number, schema: string): string[] =>
  UPGRADES.slice(version - 1).map((step) => step(schema));

const UPGRADES: readonly ((schema: string) => string)[] = [
  (schema) => `
ALTER TABLE ${schema}.hold ADD COLUMN ended_at_ms bigint;
-- When they ended is not known; they are forgotten first.
UPDATE ${schema}.hold SET ended_at_ms = 0 WHERE state IN ('released', 'expired');
CREATE INDEX hold_open ON ${schema}.hold (fence) WHERE ended_at_ms IS NULL;
CREATE INDEX hold_ended ON ${schema}.hold (ended_at_ms, fence) WHERE ended_at_ms IS NOT NULL;
UPDATE ${schema}.format SET version = 2;`,
];
