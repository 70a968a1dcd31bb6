/**
 * The set of gvrp/: generalised vehicle routing in the VRPLIB form of PyVRP, clusters as mutually exclusive groups; ways rounded to whole
 * numbers. A group's demand is that of any of its clients. The .sol beside each gives the best known cost.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { costOfRoutes, type RoutesProblem, solveRoutes } from "../src/index.ts";
import { readText } from "./data-node.ts";
import type { Instance, InstanceSet, Limit, Outcome } from "./set.ts";

interface VrpFile {
  readonly fields: ReadonlyMap<string, string>;
  /** Rows of numbers under each SECTION. */
  readonly sections: ReadonlyMap<string, readonly number[][]>;
}

export function readVrpFile(text: string): VrpFile {
  const fields = new Map<string, string>();
  const sections = new Map<string, number[][]>();
  let rows: number[][] | null = null;
  for (const line of text.split("\n").map((raw) => raw.trim())) {
    if (line === "" || line === "EOF") continue;
    if (/^[A-Z_]+\s*:?$/.test(line)) {
      rows = [];
      sections.set(line.replace(/\s*:$/, ""), rows);
    } else if (/^[A-Z_]+\s*:/.test(line)) {
      const at = line.indexOf(":");
      fields.set(line.slice(0, at).trim(), line.slice(at + 1).trim());
    } else rows?.push(line.split(/\s+/).map(Number));
  }
  return { fields, sections };
}

/** @throws Error when the text is no such file. */
export function readGvrp(text: string): RoutesProblem {
  const { fields, sections } = readVrpFile(text);
  const at = sections.get("NODE_COORD_SECTION");
  const demand = sections.get("DEMAND_SECTION");
  if (at === undefined || demand === undefined || fields.get("EDGE_WEIGHT_TYPE") !== "EUC_2D")
    throw new Error("no GVRP file with points in the plane");
  const places = at.length;
  const groups = sections.get("MUTUALLY_EXCLUSIVE_GROUP_SECTION") ?? [];
  const grouped = new Set(groups.flatMap((row) => row.slice(1)));
  const single = at.map(([id]) => id!).filter((id) => id > 1 && !grouped.has(id));
  const clusters = [...groups.map((row) => row.slice(1)), ...single.map((id) => [id])].map((ids) =>
    ids.map((id) => id - 1),
  );
  const costs = new Float64Array(places * places);
  for (const [i, [, x, y]] of at.entries())
    for (const [j, [, a, b]] of at.entries()) costs[i * places + j] = Math.round(Math.hypot(a! - x!, b! - y!));
  return {
    places,
    costs,
    clusters,
    demands: clusters.map(([first]) => demand[first!]![1]!),
    capacity: Number(fields.get("CAPACITY")),
    vehicles: Number(fields.get("VEHICLES") ?? clusters.length),
    windows: null,
  };
}

/** The cost on the line "Cost: …" of a solution file; undefined when there is none. */
export function knownCost(file: string): number | undefined {
  const line = existsSync(file) ? /^Cost:?\s+(\S+)/im.exec(readText(file)) : null;
  return line === null ? undefined : Number(line[1]);
}

export function solveChecked(problem: RoutesProblem, best: number | undefined, limit: Limit): Outcome {
  const progress = (): number => limit.spent() / limit.seconds;
  const { routes, cost } = solveRoutes(problem, { progress, random: limit.random });
  if (routes === null) return { gap: best === undefined ? null : 1, bound_gap: null, proven: false };
  const checked = costOfRoutes(problem, routes);
  if (typeof checked === "string" || Math.abs(checked - cost) > 1e-6 * cost) throw new Error(`${checked}, not ${cost}`);
  return { gap: best === undefined ? null : cost / best - 1, bound_gap: null, proven: false };
}

export const gvrpSet: InstanceSet = {
  name: "gvrp",
  seconds: 30,
  instances: (data) => {
    const folder = join(data, "gvrp");
    const names = existsSync(folder) ? readdirSync(folder) : [];
    return names
      .filter((name) => name.endsWith(".vrp"))
      .sort()
      .map((name): Instance => {
        const file = join(folder, name);
        const best = knownCost(file.replace(/\.vrp$/, ".sol"));
        return { name, solve: (limit) => solveChecked(readGvrp(readText(file)), best, limit) };
      });
  },
};
