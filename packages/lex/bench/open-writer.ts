/** The needles over a model on disk, as benches and tests open them. No operating system beyond files: other engines load it too. */
import type { KernelMode } from "logic";
import { isRefusal, nodeCrypto } from "lop";
import { type BehaviorCard, isRefusal as isRaptorRefusal } from "raptor";
import { loadBehaviors } from "raptor/behaviors";
import { Needle, Supervisor } from "../src/index.ts";
import { openModelFolder } from "../src/model-folder-node.ts";

export function cardsOrThrow(): BehaviorCard[] {
  const cards = loadBehaviors();
  if (isRaptorRefusal(cards)) throw new TypeError(cards.why);
  return [...cards.values()];
}

export async function openWriter(file: string, mode: KernelMode, threads: 1 | 2 = 1): Promise<Supervisor> {
  const cards = cardsOrThrow();
  const model = await openModelFolder({ file, mode, threads, needles: cards.map(({ id }) => id) });
  if (isRefusal(model)) throw new Error(model.why);
  const tools = { engine: model.engine, crypto: nodeCrypto, monotonic_ms: () => performance.now() };
  const needles = cards.map((card) => {
    const needle = Needle.of(card, model.starts.get(card.id) ?? null, tools);
    if (isRefusal(needle)) throw new Error(needle.why);
    return needle;
  });
  const supervisor = Supervisor.of(needles, model.supervisor, tools);
  if (isRefusal(supervisor)) throw new Error(supervisor.why);
  return supervisor;
}
