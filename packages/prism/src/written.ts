/** What a needle did between the words and the card, read from the step events. */
import type { DirectiveView, Json, JsonObject } from "./wire.ts";

export interface WrittenToken {
  readonly text: string;
  /** The grammar left no other. */
  readonly forced: boolean;
}

export interface Written {
  readonly needle: string;
  /** Sentences: why this needle. */
  readonly reasons: readonly string[];
  readonly tokens: readonly WrittenToken[];
  readonly tokens_per_s: number | null;
}

/** Null while no needle has written, and when the operator wrote the card himself. */
export function writtenOf(view: DirectiveView): Written | null {
  const passed = (step: string): JsonObject =>
    view.steps.find((event) => event.step === step && event.phase === "passed")?.detail ?? {};
  const [route, decode] = [passed("route"), passed("decode")];
  const reasons = listOf(decode.reasons ?? route.reasons).filter((each): each is string => typeof each === "string");
  if (reasons.length === 0) return null;
  const needle = textOf(decode.needle) || listOf(route.asked).map(textOf).join(", ");
  const tokens = listOf(decode.tokens).flatMap(tokenOf);
  return {
    needle,
    reasons,
    tokens,
    tokens_per_s: typeof decode.tokens_per_s === "number" ? decode.tokens_per_s : null,
  };
}

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);
const textOf = (value: Json | undefined): string => (typeof value === "string" ? value : "");

function tokenOf(value: Json): WrittenToken[] {
  const { text, forced } = (typeof value === "object" && value !== null ? value : {}) as JsonObject;
  return typeof text === "string" ? [{ text, forced: forced === true }] : [];
}
