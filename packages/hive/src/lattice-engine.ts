/** Which lattice this home has: the embedded one in AXIOM_HOME/lattice, PostgreSQL's, or none. Nothing is opened before it is asked for. */
import { join } from "node:path";
import type { Lattice, Point, Region } from "lattice";
import { nodeClock, type Refusal, refuse } from "lop";
import type { Config } from "./config.ts";
import { LatticeDesk } from "./lattice-desk.ts";
import type { LatticeSettings } from "./lattice-port.ts";
import { isFault } from "./lattice-refusal.ts";

export const LATTICE_FOLDER = "lattice";

export const latticeDesk = (home: string, config: Config["lattice"]): LatticeDesk =>
  new LatticeDesk(latticeSettings(config), nodeClock, () => openEngine(home, config));

export const latticeSettings = ({ engine, home, tz, country, horizon_days }: Config["lattice"]): LatticeSettings => ({
  engine,
  home: home === null ? null : pointOf(home),
  tz: tz ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
  region: country === null ? null : regionOf(country, home),
  horizon_days,
});

/** "55.95,-3.19", as the configuration has checked it. */
function pointOf(text: string): Point {
  const [lat, lng] = text.split(",").map(Number) as [number, number];
  return { lat, lng };
}

/** As the opening hours library wants it: coordinates are texts, whatever its types say. */
function regionOf(country: string, home: string | null): Region {
  const [country_code, state = ""] = country.split("/");
  const [lat, lon] = home === null ? [] : home.split(",");
  return { lat, lon, address: { country_code, state } } as unknown as Region;
}

/** Refusals: `lattice-unopened` with the engine's reason. */
async function openEngine(home: string, config: Config["lattice"]): Promise<Lattice | Refusal> {
  if (config.engine === "postgres") return openPostgres(config);
  // The engine is loaded with the first question: a hive that has none to ask pays nothing.
  const { openLattice } = await import("lattice/node");
  const { region, horizon_days } = latticeSettings(config);
  const lattice = await openLattice({ folder: join(home, LATTICE_FOLDER), region, horizon_days });
  return isFault(lattice) ? refuse("lattice-unopened", lattice.why, lattice.fix) : lattice;
}

async function openPostgres(config: Config["lattice"]): Promise<Lattice | Refusal> {
  const { postgres_url } = config;
  if (postgres_url === null)
    return refuse(
      "lattice-unopened",
      "`lattice.postgres_url` is not set.",
      "axiom config set lattice.postgres_url URL",
    );
  // The driver is an optional dependency.
  const driver = await import("lattice/postgres").catch(() => null);
  if (driver === null) return refuse("lattice-unopened", "The driver `pg` is not installed.", "npm ci");
  const { region, horizon_days } = latticeSettings(config);
  const connection = { connectionString: postgres_url };
  const lattice = await driver.openPostgresLattice({ connection, region, horizon_days });
  return isFault(lattice) ? refuse("lattice-unopened", lattice.why, lattice.fix) : lattice;
}
