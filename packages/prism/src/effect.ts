/** What an action card would do, shown before anyone approves it: the lines it brings, and what it would touch. */
import type { ActionCard, DirectiveView, Json } from "./wire.ts";

export interface EffectLine {
  readonly sign: "+" | "-" | " ";
  readonly text: string;
}

export interface Effect {
  /** What the lines are: a path, a language, a tool. */
  readonly title: string;
  readonly lines: readonly EffectLine[];
  /** Lines beyond the limit that are not shown. */
  readonly hidden: number;
}

export const EFFECT_MAX_LINES = 200;

/** A diff that the daemon made wins; else the card's own content is what it would bring. */
export function effectOf(view: Pick<DirectiveView, "card" | "steps">): Effect | null {
  if (view.card === null) return null;
  const given = view.steps.findLast((event) => typeof event.detail.diff === "string")?.detail.diff;
  if (typeof given === "string") return cut(titleOf(view.card), given.split("\n").map(diffLine));
  return cut(titleOf(view.card), contentOf(view.card));
}

function titleOf(card: ActionCard): string {
  const { path, language, host } = card.parameters;
  for (const candidate of [path, language, host]) if (typeof candidate === "string") return candidate;
  return card.tool;
}

function diffLine(line: string): EffectLine {
  const sign = line[0] === "+" || line[0] === "-" ? line[0] : " ";
  return { sign, text: line.replace(/^[+\- ]/, "") };
}

function contentOf(card: ActionCard): EffectLine[] {
  const { code, content } = card.parameters;
  const body = typeof content === "string" ? content : code;
  if (typeof body === "string") {
    const sign = typeof content === "string" ? "+" : " ";
    return body
      .replace(/\n$/, "")
      .split("\n")
      .map((text) => ({ sign, text }));
  }
  return Object.entries(card.parameters).map(([name, value]) => ({ sign: " ", text: `${name}: ${plain(value)}` }));
}

const plain = (value: Json): string => (typeof value === "string" ? value : JSON.stringify(value));

const cut = (title: string, lines: EffectLine[]): Effect => ({
  title,
  lines: lines.slice(0, EFFECT_MAX_LINES),
  hidden: Math.max(0, lines.length - EFFECT_MAX_LINES),
});
