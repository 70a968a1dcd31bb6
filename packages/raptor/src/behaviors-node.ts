/** The behavior cards of a folder: a needle is added by adding a file. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BehaviorCard, readBehavior } from "./behavior.ts";
import { isRefusal, type Refusal, refuse } from "./refusal.ts";

/** The cards that come with the package. */
export const BEHAVIORS_FOLDER = fileURLToPath(new URL("../behaviors", import.meta.url));

/** Cards by id, from all folders; a later folder replaces a card of the same id. */
export function loadBehaviors(folders: readonly string[] = [BEHAVIORS_FOLDER]): Map<string, BehaviorCard> | Refusal {
  const cards = new Map<string, BehaviorCard>();
  for (const folder of folders) {
    for (const file of readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .sort()) {
      const card = readBehavior(readFileSync(join(folder, file), "utf8"));
      if (isRefusal(card)) return refuse(card.refused, `${file}: ${card.why}`, card.pointer);
      if (`${card.id}.json` !== file)
        return refuse("behavior-malformed", `${file} holds the card ${card.id}; file and id must agree.`);
      cards.set(card.id, card);
    }
  }
  return cards;
}
