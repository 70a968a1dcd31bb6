/** A process that has a lattice open and does what it is told, until it is killed. Argument: the folder. */
import { openLattice } from "../src/embedded-node.ts";
import { isFault, type Lattice } from "../src/index.ts";

export type Order =
  | { readonly do: "put"; readonly records: readonly unknown[] }
  | { readonly do: "remove"; readonly ids: readonly string[] }
  | { readonly do: "change"; readonly changes: Parameters<Lattice["change"]>[0] }
  | { readonly do: "hold"; readonly request: Parameters<Lattice["hold"]>[0] }
  | { readonly do: "confirm" | "release"; readonly fence: number };

function obey(lattice: Lattice, order: Order): Promise<unknown> {
  if (order.do === "put") return lattice.put(order.records);
  if (order.do === "remove") return lattice.remove(order.ids);
  if (order.do === "change") return lattice.change(order.changes);
  if (order.do === "hold") return lattice.hold(order.request);
  return lattice[order.do](order.fence);
}

const lattice = await openLattice({ folder: process.argv[2]! });
if (isFault(lattice)) throw new Error(`${lattice.why} (${lattice.at})`);
process.on("message", async (order: Order) => {
  process.send!(await obey(lattice, order));
});
process.send!("ready");
