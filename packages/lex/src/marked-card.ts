/** A card as marks in its directive, for training (docs/formats/training-pairs.md): offsets count Unicode code points. */
import type { Json } from "lop";
import { isRefusal } from "lop";
import type { BehaviorCard } from "raptor";
import type { ToolCall } from "./card.ts";
import { Fits } from "./fits.ts";
import type { Marked } from "./marking.ts";
import { PIECE, type Places, placesOf } from "./places.ts";
import { spanValue } from "./span-text.ts";
import { type Span, shapesOf, type ToolShape, viewStatement } from "./tool-shape.ts";

export interface MarkedCard {
  readonly tool: string;
  readonly choices: Readonly<Record<string, string>>;
  readonly spans: readonly { readonly key: string; readonly from: number; readonly to: number; readonly leg: number }[];
  readonly legs: readonly number[];
}

/** What a needle marked. */
export function markedCard({ tool, choices, spans, legStarts }: Marked, directive: string): MarkedCard {
  const stated = [...choices].filter((each): each is [string, string] => each[1] !== null);
  return {
    tool: tool.shape.name,
    choices: Object.fromEntries(stated),
    spans: spans.map(({ name, from, to, leg }) => ({ key: name, ...trimmed(directive, from, to), leg })),
    legs: legStarts.map((at) => trimmed(directive, at, directive.length).from),
  };
}

function trimmed(directive: string, from: number, to: number): { from: number; to: number } {
  const raw = directive.slice(from, to);
  const begin = from + (raw.length - raw.trimStart().length);
  return { from: points(directive, begin), to: points(directive, begin + raw.trim().length) };
}

const points = (text: string, offset: number): number => [...text.slice(0, offset)].length;

/** Where the values of a card that somebody wrote by hand stand in a directive; null where one of them does not. */
export function markCall(call: ToolCall, directive: string, cards: readonly BehaviorCard[]): MarkedCard | null {
  const card = cards.find(({ tools }) => tools.some(({ name }) => name === call.tool));
  const shapes = card === undefined ? [] : shapesOf(card);
  const shape = isRefusal(shapes) ? undefined : shapes.find(({ name }) => name === call.tool);
  return shape === undefined || shape.legs !== null ? null : markTool(call, directive, shape);
}

function markTool({ tool, parameters }: ToolCall, directive: string, shape: ToolShape): MarkedCard | null {
  const places = placesOf(directive, piecesAsTokens());
  const fits = new Fits(places);
  const choices: Record<string, string> = {};
  const spans: MarkedCard["spans"][number][] = [];
  for (const { name, type, values } of shape.choices) {
    const value = type === "view" ? values.find((view) => viewStatement(view) === parameters.sql) : parameters[name];
    if (value !== undefined) choices[name] = String(value);
  }
  for (const span of choices.view === undefined ? shape.spans : [])
    for (const value of [parameters[span.name] ?? []].flat() as Json[]) {
      const found = find(span, value, places, fits);
      if (found === null || spans.some(({ from, to }) => found.from < to && from < found.to)) return null;
      spans.push({ key: span.name, ...found, leg: 0 });
    }
  return { tool, choices, spans: spans.sort((a, b) => a.from - b.from), legs: [] };
}

/** The first and shortest span that gives the value. */
function find(
  span: Span,
  value: Json,
  { text, offsets, tokens }: Places,
  fits: Fits,
): { from: number; to: number } | null {
  for (let start = 0; start < tokens.length; start++) {
    if (!fits.canBegin(span, start)) continue;
    for (let end = start + 1; end <= tokens.length; end++) {
      const [from, to] = [offsets[start]!, offsets[end]!];
      if (fits.canEnd(span, start, end) && spanValue(span, text.slice(from, to)) === value)
        return trimmed(text, from, to);
    }
  }
  return null;
}

/** Every piece is a token of its own: enough to say where spans can begin and end. */
function piecesAsTokens(): Parameters<typeof placesOf>[1] {
  const seen: Uint8Array[] = [];
  return {
    encode: (text) => Array.from(text.matchAll(PIECE), ([piece]) => seen.push(new TextEncoder().encode(piece)) - 1),
    bytesOf: (token) => seen[token]!,
  };
}
