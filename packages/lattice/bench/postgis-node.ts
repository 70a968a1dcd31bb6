/**
 * The peer of the speed bench: PostgreSQL with PostGIS over the same city, with the best index found for such queries, one GiST over the
 * point (metres of UTM zone 33) and the attributes as an array of integers (intarray). CPU time is that of the backend, from the scheduler.
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { type Absent, type Cluster, startCluster } from "../test/cluster.ts";
import { type Asked, type Metropolis, MONDAY_MS } from "./metropolis.ts";

const SETTINGS = {
  fsync: "off",
  full_page_writes: "off",
  max_wal_size: "8GB",
  shared_buffers: "2GB",
  maintenance_work_mem: "1GB",
  work_mem: "64MB",
  max_parallel_workers_per_gather: "0",
  max_parallel_maintenance_workers: "0",
  jit: "off",
  autovacuum: "off",
};

const SCHEMA = `
create extension if not exists postgis;
create extension if not exists intarray;
create table capability (id text not null, lng float8 not null, lat float8 not null, tags int[] not null, free int not null, open int4multirange not null);
`;
const INDEXES = `
alter table capability add column geom geometry(Point, 32633);
update capability set geom = ST_Transform(ST_SetSRID(ST_MakePoint(lng, lat), 4326), 32633);
create index capability_place on capability using gist (geom);
cluster capability using capability_place;
drop index capability_place;
create index capability_find on capability using gist (geom, tags gist__intbig_ops);
vacuum analyze capability;
`;

const END = "-- end of answer --";

/** One backend, spoken to through psql. */
export class Session {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;
  #pid = 0;
  /** Questions so far. */
  asked = 0;

  private constructor(child: ChildProcessByStdio<Writable, Readable, null>) {
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  static async open({ host, user }: Cluster): Promise<Session> {
    const options = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", host, "-U", user, "postgres"];
    const session = new Session(spawn("psql", options, { stdio: ["pipe", "pipe", "inherit"] }));
    session.#pid = Number((await session.ask("select pg_backend_pid();"))[0]);
    return session;
  }

  /** Lines of the answer. */
  async ask(sql: string): Promise<string[]> {
    this.asked++;
    this.#child.stdin.write(`${sql}\n\\echo ${END}\n`);
    const lines: string[] = [];
    for (;;) {
      const line = await this.#lines.next();
      if (line.done) throw new Error(`psql ended in: ${sql.slice(0, 200)}`);
      if (line.value === END) return lines;
      lines.push(line.value);
    }
  }

  /** Rows of tab-separated text into a table. */
  async copy(table: string, rows: Iterable<string>): Promise<void> {
    const { stdin } = this.#child;
    stdin.write(`copy ${table} from stdin;\n`);
    for (const row of rows) if (!stdin.write(`${row}\n`)) await once(stdin, "drain");
    await this.ask("\\.");
  }

  /** CPU milliseconds that the backend has had. */
  cpu_ms(): number {
    return Number(readFileSync(`/proc/${this.#pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;
  }

  async close(): Promise<void> {
    this.#child.stdin.end("\\q\n");
    await once(this.#child, "exit");
  }
}

/** One query in SQL. */
export interface PeerQuery {
  /** The nearest 20 in plane metres, as the index does it fastest; and all in the radius. */
  readonly nearest: string;
  readonly all: string;
  /** The same, prepared: neither parsed nor planned again. */
  readonly preparedNearest: string;
  readonly preparedAll: string;
  /** The nearest 20 on the spheroid with their metres, ties by id: what ours must be equal to. */
  readonly exact: string;
}

export interface Peer {
  readonly session: Session;
  read(asked: Asked): Promise<PeerQuery>;
  /** Leaves the index that people commonly have: the place alone, attributes by filter. */
  makeOrdinary(): Promise<void>;
  stop(): Promise<void>;
}

export async function startPeer(city: Metropolis): Promise<Peer | Absent> {
  const cluster = await startCluster(SETTINGS);
  if ("absent" in cluster) return cluster;
  const session = await Session.open(cluster);
  const installed = await session.ask(
    "select name from pg_available_extensions where name in ('postgis', 'intarray');",
  );
  const stop = async (): Promise<void> => {
    await session.close();
    await cluster.stop();
  };
  if (installed.length < 2) {
    await stop();
    return { absent: "PostGIS (apt install postgresql-15-postgis-3)" };
  }
  const tags = tagsOf(city);
  await session.ask(SCHEMA);
  await session.copy("capability (id, lng, lat, tags, free, open)", rowsOf(city, tags));
  await session.ask(INDEXES);
  const [size] = await session.ask("select pg_size_pretty(pg_relation_size('capability_find'));");
  console.log(`PostGIS: index of ${size}`);
  const makeOrdinary = async (): Promise<void> => {
    await session.ask("drop index capability_find; create index capability_place on capability using gist (geom);");
    await session.ask("vacuum analyze capability;");
  };
  return { session, read: (asked) => readAsked(session, asked, tags), makeOrdinary, stop };
}

async function readAsked(session: Session, asked: Asked, tags: ReadonlyMap<string, number>): Promise<PeerQuery> {
  const { from, radius_m } = asked.query.place;
  // The point is brought into the plane beforehand: that is no part of the search.
  const point = `ST_SetSRID(ST_MakePoint(${from.lng}, ${from.lat}), 4326)`;
  const [plane] = await session.ask(`select ST_AsEWKT(ST_Transform(${point}, 32633), 15);`);
  const at = `'${plane}'::geometry`;
  const conditions = conditionsOf(asked, tags);
  const inReach = (slack_m: number) => `ST_DWithin(geom, ${at}, ${radius_m + slack_m})`;
  const plain = `select id, geom <-> ${at} from capability where ${conditions} and ${inReach(0)} order by geom <-> ${at}`;
  const own = "ST_SetSRID(ST_MakePoint(lng, lat), 4326)::geography";
  const number = session.asked;
  await session.ask(`prepare nearest_${number} as ${plain} limit 20; prepare all_${number} as ${plain};`);
  return {
    nearest: `${plain} limit 20;`,
    all: `${plain};`,
    preparedNearest: `execute nearest_${number};`,
    preparedAll: `execute all_${number};`,
    exact:
      `select id, metres from (select id, ST_Distance(${own}, ${point}::geography, true) as metres from capability ` +
      `where ${conditions} and ${inReach(1 + radius_m / 100)}) as near where metres <= ${radius_m} order by metres, id limit 20;`,
  };
}

/** Every (attribute, word) of the city has a number. */
function tagsOf({ columns }: Metropolis): Map<string, number> {
  const names = [...columns.attributes].flatMap(([key, { words }]) => words.map((word) => `${key} ${word}`));
  return new Map(names.map((name, i) => [name, i + 1]));
}

function* rowsOf(
  { columns, free, pattern, patterns }: Metropolis,
  tags: ReadonlyMap<string, number>,
): Generator<string> {
  const { ids, lat, lng } = columns;
  const attributes = [...columns.attributes].map(([key, { codes, words }]) => ({
    codes,
    tags: [null, ...words.map((word) => tags.get(`${key} ${word}`)!)],
  }));
  const open = patterns.map(({ intervals }) => `{${intervals.map(([from, until]) => `[${from},${until})`).join()}}`);
  for (let row = 0; row < columns.count; row++) {
    const own = attributes.map((attribute) => attribute.tags[attribute.codes[row]!]).filter((tag) => tag !== null);
    yield [ids.at(row), lng[row], lat[row], `{${own.join()}}`, free[row], open[pattern[row]!]].join("\t");
  }
}

function conditionsOf({ query: { where, open }, least_free }: Asked, tags: ReadonlyMap<string, number>): string {
  const parts = (where as { all: readonly { attribute: string; is: boolean | string }[] }).all;
  const wanted = parts.map(({ attribute, is }) => tags.get(`${attribute} ${is}`) ?? 0);
  const [from, until] = [open!.from_ms, open!.until_ms].map((ms) => (ms - MONDAY_MS) / 60_000);
  return `tags @> '{${wanted.join(",")}}'::int[] and free >= ${least_free} and open @> int4range(${from}, ${until})`;
}
