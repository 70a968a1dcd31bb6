/**
 * The sets of vrptw/: Solomon's text form and the VRPLIB form of Gehring and Homberger's instances. Ways are cut to one decimal; the cost is
 * their sum, whatever the number of vehicles. The .sol beside each gives the best known cost.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { RoutesProblem } from "../src/index.ts";
import { readText } from "./data-node.ts";
import type { Instance, InstanceSet } from "./set.ts";
import { knownCost, readVrpFile, solveChecked } from "./set-gvrp.ts";
import { flooredWays, numberLines } from "./set-toptw.ts";

/** Customer, x, y, demand, opens, closes, stay. */
type Row = readonly number[];

function problemOf(rows: readonly Row[], vehicles: number, capacity: number): RoutesProblem {
  if (rows.length < 2 || rows.some((row) => row.length < 7 || row.some((one) => !Number.isFinite(one))))
    throw new Error("no VRPTW file");
  const column = (at: number): number[] => rows.map((row) => row[at]!);
  const points = rows.map(([, x, y]) => [x!, y!]);
  return {
    places: rows.length,
    costs: flooredWays(points, 10),
    clusters: rows.slice(1).map((_, i) => [i + 1]),
    demands: column(3).slice(1),
    capacity,
    vehicles,
    windows: { opens: column(4), closes: column(5), stays: column(6) },
  };
}

/** @throws Error when the text is no such file. */
export function readSolomon(text: string): RoutesProblem {
  const lines = numberLines(text).filter((row) => row.every(Number.isFinite));
  const [vehicles, capacity] = lines.find((row) => row.length === 2) ?? [];
  return problemOf(
    lines.filter((row) => row.length === 7),
    vehicles ?? 0,
    capacity ?? 0,
  );
}

/** @throws Error when the text is no such file. */
export function readVrplib(text: string): RoutesProblem {
  const { fields, sections } = readVrpFile(text);
  const demand = sections.get("DEMAND_SECTION") ?? [];
  const windows = sections.get("TIME_WINDOW_SECTION") ?? [];
  const stays = sections.get("SERVICE_TIME_SECTION");
  const stay = Number(fields.get("SERVICE_TIME") ?? 0);
  const rows = (sections.get("NODE_COORD_SECTION") ?? []).map(([id, x, y], i): Row => {
    const [open, close] = [windows[i]?.[1] ?? Number.NaN, windows[i]?.[2] ?? Number.NaN];
    return [id!, x!, y!, demand[i]?.[1] ?? Number.NaN, open, close, stays?.[i]?.[1] ?? (i === 0 ? 0 : stay)];
  });
  return problemOf(rows, Number(fields.get("VEHICLES") ?? rows.length), Number(fields.get("CAPACITY")));
}

const setOf = (
  folder: string,
  ending: RegExp,
  seconds: number,
  read: (text: string) => RoutesProblem,
): InstanceSet => ({
  name: `vrptw/${folder}`,
  seconds,
  instances: (data) => {
    const at = join(data, "vrptw", folder);
    const names = existsSync(at) ? readdirSync(at) : [];
    return names
      .filter((name) => ending.test(name))
      .sort()
      .map((name): Instance => {
        const file = join(at, name);
        const best = knownCost(file.replace(ending, ".sol"));
        return { name, solve: (limit) => solveChecked(read(readText(file)), best, limit) };
      });
  },
});

export const solomonSet = setOf("solomon", /\.txt$/, 6, readSolomon);
export const homberger1000Set = setOf("gh1000", /\.vrp$/, 60, readVrplib);
