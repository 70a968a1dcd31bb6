/**
 * What the rest of a task costs at least from every node of its order graph and candidate: the exact least over all orders and places of the
 * legs that are left, with every start at its least price, no waiting and the best time of departure. And the latest start from which the rest
 * can be reached at all. Both only leave things out, so they bound every plan that goes on from there.
 */
import { type LegTables, NEVER } from "./leg-tables.ts";
import type { OrderGraph } from "./order-graph.ts";

export interface Completion {
  /** Values of node v begin here, one a candidate of its leg. */
  readonly at: Int32Array;
  /** Least cost of all that follows; +∞ when nothing can. */
  readonly cost: Float64Array;
  /** Latest start (slots from the leg's window begin); negative when none. */
  readonly latest: Int32Array;
}

/** Steps that `completionOf` takes: the arcs of the graph, each times the pairs of candidates. */
export function completionWork({ legs }: LegTables, graph: OrderGraph): number {
  let work = 0;
  for (let v = 0; v < graph.leg.length; v++) {
    const before = graph.leg[v]! < 0 ? 1 : legs[graph.leg[v]!]!.places.length;
    for (let arc = graph.first[v]!; arc < graph.first[v + 1]!; arc++)
      work += before * legs[graph.leg[graph.to[arc]!]!]!.places.length;
  }
  return work;
}

export function completionOf(tables: LegTables, graph: OrderGraph): Completion {
  const { legs, task } = tables;
  const nodes = graph.leg.length;
  const at = new Int32Array(nodes + 1);
  for (let v = 0; v < nodes; v++)
    at[v + 1] = at[v]! + (graph.leg[v]! < 0 ? (v === 0 ? 1 : 0) : legs[graph.leg[v]!]!.places.length);
  const cost = new Float64Array(at[nodes]!).fill(Number.POSITIVE_INFINITY);
  const latest = new Int32Array(at[nodes]!).fill(NEVER);
  for (let v = nodes - 1; v >= 0; v--) {
    const [own, first] = [graph.leg[v]!, at[v]!];
    const count = at[v + 1]! - first;
    if (count === 0) continue;
    const ends = graph.finish[v]!;
    for (let i = 0; i < count; i++) {
      cost[first + i] = ends;
      latest[first + i] = ends < Number.POSITIVE_INFINITY ? (own < 0 ? 0 : legs[own]!.last[i]!) : NEVER;
    }
    // Slot at which the way onward begins when the leg starts with its window.
    const leave = own < 0 ? task.depart : legs[own]!.from + legs[own]!.duration;
    for (let arc = graph.first[v]!; arc < graph.first[v + 1]!; arc++) {
      const to = graph.to[arc]!;
      const next = legs[graph.leg[to]!]!;
      relax(
        { cost, latest },
        first,
        count,
        at[to]!,
        tables.between(own, graph.leg[to]!),
        next,
        graph.forgone[arc]!,
        next.from - leave,
      );
    }
    if (own < 0) continue;
    const last = legs[own]!.last;
    for (let i = 0; i < count; i++) if (latest[first + i]! > last[i]!) latest[first + i] = last[i]!;
  }
  return { at, cost, latest };
}

function relax(
  { cost, latest }: Omit<Completion, "at">,
  from: number,
  count: number,
  to: number,
  { leastCost, leastTravel, width }: { leastCost: Float64Array; leastTravel: Int32Array; width: number },
  { least }: { least: Float64Array },
  forgone: number,
  shift: number,
): void {
  for (let i = 0, arc = 0; i < count; i++) {
    let best = cost[from + i]!;
    let late = latest[from + i]!;
    for (let j = 0; j < width; j++, arc++) {
      if (latest[to + j]! < 0) continue;
      const way = leastCost[arc]! + least[j]! + cost[to + j]! + forgone;
      if (way < best) best = way;
      const start = leastTravel[arc]! < 0 ? NEVER : latest[to + j]! + shift - leastTravel[arc]!;
      if (start > late) late = start;
    }
    cost[from + i] = best;
    latest[from + i] = late;
  }
}
