/** decode: Routed → Decoded, the typed action card. The operator's own card is held against the same schemas as a needle's. */
import type { Answer } from "lex";
import { type ActionCard, isRefusal, type JsonObject, type Refusal, type ReplayData, type Rung, refuse } from "lop";
import type { Tool, ToolDoer } from "../tool.ts";
import type { Admitted } from "./admit.ts";
import { deepFreeze } from "./deep-freeze.ts";
import type { FlowParts } from "./parts.ts";
import type { Routed, Stated } from "./route.ts";

class DecodedCard {
  readonly #minted = true;
  readonly admitted: Admitted;
  readonly card: ActionCard;
  readonly tool: Tool;
  readonly doer: ToolDoer;
  /** Weakest rung that the operator asked for; null when he left it to policy. */
  readonly rung: Rung | null;
  /** What the needle wrote, and how; null when the operator wrote the card himself. */
  readonly answer: Answer | null;

  constructor(admitted: Admitted, card: ActionCard, found: { tool: Tool; doer: ToolDoer }, answer: Answer | null) {
    this.admitted = admitted;
    this.card = deepFreeze(card);
    this.tool = found.tool;
    this.doer = found.doer;
    this.rung = admitted.body.rung ?? null;
    this.answer = answer;
  }

  /** Null when there is nothing to replay. */
  get replay(): ReplayData | null {
    return this.answer?.replay ?? null;
  }

  static made(value: object): boolean {
    return #minted in value && value.#minted;
  }
}
export type Decoded = DecodedCard;

export async function decode({ tools }: Pick<FlowParts, "tools">, routed: Routed): Promise<Decoded | Refusal> {
  const { asked, admitted } = routed;
  if (!("writer" in asked)) return cardFor({ tools }, admitted, asked, null);
  const answer = await asked.writer.decode(asked.route);
  return isRefusal(answer) ? answer : cardFor({ tools }, admitted, answer.call, answer);
}

function cardFor(
  { tools }: Pick<FlowParts, "tools">,
  admitted: Admitted,
  { tool: name, parameters }: Stated,
  answer: Answer | null,
): Decoded | Refusal {
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
    needle: answer?.needle ?? info.needle,
    action: info.action,
    parameters: parameters as ActionCard["parameters"],
    by: answer === null ? "operator" : "needle",
  };
  return new DecodedCard(admitted, card, { tool, doer }, answer);
}
