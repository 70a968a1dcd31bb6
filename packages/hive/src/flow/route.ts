/** route: Admitted → Routed. Picks the needle, with reasons; a stated action card already names its tool, and so its needle. */
import type { CardWriter, Route } from "lex";
import { isRefusal, type Refusal, refuse } from "lop";
import type { Admitted } from "./admit.ts";
import type { FlowParts } from "./parts.ts";

/** What the operator wrote himself. */
export interface Stated {
  readonly tool: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Words on their way to the needles that were picked. */
export interface InWords {
  readonly route: Route;
  readonly writer: CardWriter;
}

class RoutedDirective {
  readonly #minted = true;
  readonly admitted: Admitted;
  readonly asked: Stated | InWords;

  constructor(admitted: Admitted, asked: RoutedDirective["asked"]) {
    this.admitted = admitted;
    this.asked = asked;
  }

  static made(value: object): boolean {
    return #minted in value && value.#minted;
  }
}
export type Routed = RoutedDirective;

export const ENGINE_MISSING = "Words need a needle, and a needle needs a model engine; this hive has none.";

export async function route({ words }: Pick<FlowParts, "words">, admitted: Admitted): Promise<Routed | Refusal> {
  const { body } = admitted;
  if ("card" in body) return new RoutedDirective(admitted, body.card);
  if (words === undefined) return refuse("engine-absent", ENGINE_MISSING);
  const writer = await words.writer();
  if (isRefusal(writer)) return writer;
  const routed = await writer.route(body.words);
  return isRefusal(routed) ? routed : new RoutedDirective(admitted, { route: routed, writer });
}
