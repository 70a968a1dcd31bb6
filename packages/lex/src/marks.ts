/** The special tokens of "marks/1", looked up in a model's vocabulary for the tools of one behavior card or of many. */
import { type Refusal, refuse } from "lop";
import type { Choice, ToolShape } from "./tool-shape.ts";

/** The way of writing a card that this file knows; a model says it in `axiom.decode`. */
export const DECODE = "marks/1";
/** Counts up when the same picks would give another card: part of what a replay compares. */
export const MARKING_VERSION = "marks/1.0";

export interface Vocabulary {
  readonly size: number;
  special(name: string): number | undefined;
}

/** Tokens that every directive uses. */
export interface Frame {
  readonly bos: number;
  /** Ends the first reading; the tool is picked next. */
  readonly card: number;
  /** Begins the second reading. */
  readonly mark: number;
  readonly end: number;
  readonly none: number;
  /** No mark here; never fed. */
  readonly go: number;
  /** The open span ended before this place. */
  readonly cut: number;
}

export interface MarkedChoice {
  readonly choice: Choice;
  /** Token → value; null is "absent". */
  readonly values: ReadonlyMap<number, string | null>;
}

export interface MarkedTool {
  readonly shape: ToolShape;
  readonly token: number;
  readonly choices: readonly MarkedChoice[];
  /** Token that begins each span, in the order of `shape.spans`. */
  readonly begins: readonly number[];
  /** Token of a new leg, and of minutes that hold for every leg; null where there are none. */
  readonly leg: number | null;
  readonly each_minutes: number | null;
}

export interface MarkTokens {
  readonly frame: Frame;
  readonly tools: readonly MarkedTool[];
  readonly vocabulary: number;
}

/** Refusal `needle-unfit`: the vocabulary has no token for a tool, a value or a parameter of the card. */
export function markTokensOf(vocabulary: Vocabulary, shapes: readonly ToolShape[]): MarkTokens | Refusal {
  const missing: string[] = [];
  const token = (name: string): number => {
    const id = vocabulary.special(`<|${name}|>`);
    if (id === undefined) missing.push(`<|${name}|>`);
    return id ?? -1;
  };
  const frame: Frame = {
    bos: token("bos"),
    card: token("card"),
    mark: token("mark"),
    end: token("end"),
    none: token("tool:none"),
    go: token("go"),
    cut: token("-"),
  };
  const tools = shapes.map((shape) => markedTool(shape, token));
  if (missing.length > 0)
    return refuse("needle-unfit", `The model's vocabulary has no token ${missing.slice(0, 3).join(", ")}.`);
  return { frame, tools, vocabulary: vocabulary.size };
}

function markedTool(shape: ToolShape, token: (name: string) => number): MarkedTool {
  const withLegs = shape.legs !== null;
  return {
    shape,
    token: token(`tool:${shape.name}`),
    choices: shape.choices.map((choice) => ({
      choice,
      values: new Map([
        ...(choice.optional ? [[token(`${choice.name}=`), null] as const] : []),
        ...choice.values.map((value) => [token(`${choice.name}=${value}`), value] as const),
      ]),
    })),
    begins: shape.spans.map(({ name }) => token(`+${name}`)),
    leg: withLegs ? token("leg") : null,
    each_minutes: withLegs && shape.spans.some(({ name }) => name === "minutes") ? token("+each_minutes") : null,
  };
}
