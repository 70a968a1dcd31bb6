/** The one list behind the command line: tools by name, and always the words themselves as the last way. */
import type { ToolInfo } from "./wire.ts";

export type Choice =
  | { readonly kind: "tool"; readonly tool: ToolInfo; readonly score: number }
  | { readonly kind: "words"; readonly words: string };

export const CHOICES_MAX = 6;

/** Best first: exact, prefix, prefix of a part, inside, letters in order. Tools that cannot run yet stand after those that can. */
export function choicesFor(text: string, tools: readonly ToolInfo[]): Choice[] {
  const wanted = text.trim().toLowerCase();
  const ranked = tools
    .map((tool) => ({ kind: "tool" as const, tool, score: scoreOf(wanted, tool) }))
    .filter((choice) => choice.score > 0)
    .sort((a, b) => b.score - a.score || a.tool.name.localeCompare(b.tool.name));
  const room = wanted === "" ? CHOICES_MAX : CHOICES_MAX - 1;
  const words: Choice[] = wanted === "" ? [] : [{ kind: "words", words: text.trim() }];
  // Two or more words that name no tool are meant as words: that choice comes first then.
  const speaks = /\s/.test(wanted);
  return speaks ? [...words, ...ranked.slice(0, room)] : [...ranked.slice(0, room), ...words];
}

const ABSENT_PENALTY = 0.5;

function scoreOf(wanted: string, tool: ToolInfo): number {
  const match = wanted === "" ? 1 : matchOf(wanted, tool.name.toLowerCase());
  return tool.absent === null ? match : match * ABSENT_PENALTY;
}

function matchOf(wanted: string, name: string): number {
  if (name === wanted) return 100;
  if (name.startsWith(wanted)) return 80;
  if (name.split(".").some((part) => part.startsWith(wanted))) return 60;
  if (name.includes(wanted)) return 40;
  return inOrder(wanted.replaceAll(/[\s.]/g, ""), name) ? 20 : 0;
}

function inOrder(letters: string, name: string): boolean {
  let at = -1;
  for (const letter of letters) {
    at = name.indexOf(letter, at + 1);
    if (at < 0) return false;
  }
  return letters !== "";
}

/** What Tab would add: the rest of the best tool's name when the text is its beginning. */
export function ghostOf(text: string, choices: readonly Choice[]): string {
  const best = choices[0];
  if (text === "" || best?.kind !== "tool" || !best.tool.name.startsWith(text)) return "";
  return best.tool.name.slice(text.length);
}
