/** route: Admitted → Routed. Picks the needle; a stated action card already names its tool, and so its needle. */
import { type Refusal, refuse } from "lop";
import type { Admitted } from "./admit.ts";

class RoutedDirective {
  readonly #minted = true;
  readonly admitted: Admitted;
  readonly stated: { readonly tool: string; readonly parameters: Readonly<Record<string, unknown>> };

  constructor(admitted: Admitted, stated: RoutedDirective["stated"]) {
    this.admitted = admitted;
    this.stated = stated;
  }

  static made(value: object): boolean {
    return #minted in value && value.#minted;
  }
}
export type Routed = RoutedDirective;

export const ENGINE_MISSING =
  "Words need a needle, and a needle needs a model engine; this build has none yet. State the action card itself.";

export function route(admitted: Admitted): Routed | Refusal {
  const { body } = admitted;
  return "card" in body ? new RoutedDirective(admitted, body.card) : refuse("engine-absent", ENGINE_MISSING);
}
