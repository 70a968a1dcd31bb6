/** The twelve needles over a scripted engine. */
import { isRefusal as isLopRefusal, nodeCrypto, type Refusal } from "lop";
import { type BehaviorCard, isRefusal } from "raptor";
import { loadBehaviors } from "raptor/behaviors";
import { Needle, Supervisor } from "../src/index.ts";
import { FakeEngine, type Script } from "./fake-engine.ts";

export function behaviorCards(): BehaviorCard[] {
  const cards = loadBehaviors();
  if (isRefusal(cards)) throw new TypeError(cards.why);
  return [...cards.values()];
}

export function scriptedSupervisor(scripts: Readonly<Record<string, Script>>): {
  supervisor: Supervisor;
  engine: FakeEngine;
} {
  const engine = new FakeEngine(scripts);
  const tools = { engine, crypto: nodeCrypto, monotonic_ms: () => 0 };
  const needles = behaviorCards().map((card) => made<Needle>(Needle.of(card, null, tools)));
  return { supervisor: made<Supervisor>(Supervisor.of(needles, null, tools)), engine };
}

/** What was made; a refusal fails the test with its sentence. */
export function made<T>(value: T | Refusal): T {
  if (isLopRefusal(value)) throw new TypeError(value.why);
  return value as T;
}
