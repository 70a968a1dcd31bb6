/** decode: Routed → Decoded, the typed action card. The operator's own card is held against the same schemas as a needle's. */
import { type ActionCard, isRefusal, type JsonObject, type Refusal, type Rung, refuse } from "lop";
import type { Tool, ToolDoer } from "../tool.ts";
import type { Admitted } from "./admit.ts";
import { deepFreeze } from "./deep-freeze.ts";
import type { FlowParts } from "./parts.ts";
import type { Routed } from "./route.ts";

class DecodedCard {
  readonly #minted = true;
  readonly admitted: Admitted;
  readonly card: ActionCard;
  readonly tool: Tool;
  readonly doer: ToolDoer;
  /** Weakest rung that the operator asked for; null when he left it to policy. */
  readonly rung: Rung | null;

  constructor(admitted: Admitted, card: ActionCard, tool: Tool, doer: ToolDoer) {
    this.admitted = admitted;
    this.card = deepFreeze(card);
    this.tool = tool;
    this.doer = doer;
    this.rung = admitted.body.rung ?? null;
  }

  static made(value: object): boolean {
    return #minted in value && value.#minted;
  }
}
export type Decoded = DecodedCard;

export function decode({ tools }: Pick<FlowParts, "tools">, routed: Routed): Decoded | Refusal {
  const { tool: name, parameters } = routed.stated;
  const tool = tools.find(name);
  if (isRefusal(tool)) return tool;
  const { info, doer } = tool;
  if (doer === null)
    return refuse("tool-absent", `${name} comes with the part "${info.part}", which is not built yet.`);
  const fault = tool.checkParameters(parameters as JsonObject);
  if (fault !== null) return fault;
  const card: ActionCard = {
    v: 1,
    tool: name,
    needle: info.needle,
    action: info.action,
    parameters: parameters as ActionCard["parameters"],
    by: "operator",
  };
  return new DecodedCard(routed.admitted, card, tool, doer);
}
