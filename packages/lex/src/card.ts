/**
 * Spans and choices → the parameters of an action card, and the last check: the card as JSON must be a text of the tool's
 * grammar, in which every string is a verbatim piece of the directive. What does not pass is refused, never repaired.
 */
import { isRefusal, type Json, type JsonObject, type Refusal, refuse } from "lop";
import { isRefusal as isRaptorRefusal, Raptor, toolSchema, Vocabulary } from "raptor";
import type { Marked, MarkedSpan } from "./marking.ts";
import { spanValue, wholeName } from "./span-text.ts";
import { type Span, type ToolShape, VIEWS, viewStatement } from "./tool-shape.ts";

export interface ToolCall {
  readonly tool: string;
  readonly parameters: JsonObject;
}

/** Refusal `parameters-invalid` names the parameter. */
export function cardOf(marked: Marked, directive: string): ToolCall | Refusal {
  const { shape } = marked.tool;
  const values = new Map<string, Json>();
  for (const [name, value] of marked.choices) if (value !== null) values.set(name, value);
  const view = values.get("view");
  if (view !== undefined) values.set("sql", viewStatement(view as string));
  values.delete("view");
  for (const choice of shape.choices)
    if (choice.type === "boolean" && values.has(choice.name))
      values.set(choice.name, values.get(choice.name) === "true");
  const filled =
    shape.legs === null ? putSpans(values, shape, marked, directive, 0) : putLegs(values, marked, directive);
  if (isRefusal(filled)) return filled;
  const ordered = shape.order.flatMap((name) => (values.has(name) ? [[name, values.get(name)!] as const] : []));
  return { tool: shape.name, parameters: Object.fromEntries(ordered) };
}

function putLegs(values: Map<string, Json>, marked: Marked, directive: string): Refusal | null {
  const { shape } = marked.tool;
  const legs: Json[] = [];
  const each = marked.spans.find(({ leg }) => leg < 0) ?? marked.spans.find((span) => saysEach(span, directive));
  for (let leg = 0; leg <= marked.legStarts.length; leg++) {
    const fields = new Map<string, Json>();
    const refused = putSpans(fields, shape, marked, directive, leg);
    if (refused !== null) return refused;
    const minutes = each === undefined ? null : valueIn(spanNamed(shape, each.name), each, directive);
    if (minutes !== null && !fields.has("minutes")) fields.set("minutes", minutes);
    legs.push(Object.fromEntries(inOrder(fields, shape)));
  }
  values.set(shape.legs!, legs);
  return null;
}

/** "20 minutes each" holds for every leg, wherever it stands. */
const saysEach = ({ name, to, from }: MarkedSpan, directive: string): boolean =>
  name === "minutes" &&
  /^.*\b(?:each|apiece)\b/i.test(
    directive.slice(from, to) + (/^\s*(?:each|apiece)\b/i.exec(directive.slice(to))?.[0] ?? ""),
  );

const spanNamed = (shape: ToolShape, name: string): Span => shape.spans.find((span) => span.name === name)!;

const inOrder = (fields: ReadonlyMap<string, Json>, { spans }: ToolShape): [string, Json][] =>
  spans.flatMap(({ name }) => (fields.has(name) ? [[name, fields.get(name)!] as [string, Json]] : []));

function putSpans(
  values: Map<string, Json>,
  shape: ToolShape,
  { spans }: Marked,
  directive: string,
  leg: number,
): Refusal | null {
  for (const span of shape.spans) {
    const found = spans.filter((each) => each.name === span.name && each.leg === leg);
    const read = found.map((each) => valueIn(span, named(each, spans, directive), directive));
    if (read.includes(null))
      return refuse("parameters-invalid", `${shape.name}: what was marked as ${span.name} cannot be one.`);
    const items = read as (string | number)[];
    if (span.list && items.length > 0) values.set(span.name, items);
    else if (items[0] !== undefined) values.set(span.name, items[0]);
  }
  return null;
}

/** A place's whole name, as long as no other span has a part of it. */
function named(span: MarkedSpan, spans: readonly MarkedSpan[], directive: string): MarkedSpan {
  if (span.name !== "near") return span;
  const { from, to } = wholeName({ text: directive, from: span.from, to: span.to });
  const free = spans.every((other) => other === span || other.to <= from || other.from >= to);
  return free ? { ...span, from, to } : span;
}

/** A full stop that merely ends the directive is none of its parts. */
function valueIn(span: Span, { from, to }: MarkedSpan, directive: string): string | number | null {
  const raw = directive.slice(from, to);
  const ends = directive.slice(to).trim() === "" && /[\p{L}\p{N}][.]\s*$/u.test(raw) && span.measure === null;
  const value = ends ? spanValue(span, raw.trimEnd().slice(0, -1)) : null;
  return value ?? spanValue(span, raw);
}

/** Bytes one by one: the check reads a finished text, no model's tokens. */
const BYTES = Vocabulary.from({
  tokens: Array.from({ length: 257 }, (_, byte) => (byte < 256 ? Uint8Array.of(byte) : new Uint8Array())),
  ends: [256],
});

interface Tool {
  readonly name: string;
  /** JSON Schema text. */
  readonly parameters: string;
}

/** Null: the call is a text of the tool's grammar. */
export function checkCall(call: ToolCall, tool: Tool, directive: string): Refusal | null {
  const { parameters } = call;
  const schema = substringSchema(JSON.parse(tool.parameters) as Schema, directive);
  if (holds(toolSchema([{ name: tool.name, parameters: JSON.stringify(schema) }]), { name: call.tool, parameters }))
    return null;
  const bad = Object.entries(parameters).find(([name, value]) => !holdsAlone(schema, name, value));
  const missing = (schema.required ?? []).find((name) => !(name in parameters));
  const what = bad?.[0] ?? missing ?? "the order of its parameters";
  return refuse("parameters-invalid", `${tool.name}: ${what} does not fit the grammar of the card.`);
}

function holds(schema: string | object, value: unknown): boolean {
  if (isRaptorRefusal(BYTES)) throw new TypeError(BYTES.why);
  const grammar = new Raptor(BYTES).schema(schema, { keyOrder: "schema", whitespace: "none" });
  if (isRaptorRefusal(grammar)) return false;
  const matcher = grammar.matcher();
  return matcher.commitBytes(new TextEncoder().encode(JSON.stringify(value))) === true && matcher.accepting();
}

function holdsAlone({ properties = {} }: Schema, name: string, value: Json): boolean {
  const schema = properties[name];
  return schema !== undefined && holds(JSON.stringify(schema), value);
}

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** Every free string must be a piece of the directive; `sql` may also read a whole view. */
export function substringSchema(schema: Schema, directive: string, name = ""): Schema {
  const { type, items, properties } = schema;
  if (type === "string" && schema.enum === undefined) {
    const piece = { ...schema, minLength: 1, "x-substring-of": directive };
    return name === "sql" ? ({ anyOf: [piece, { enum: VIEWS.map(viewStatement) }] } as Schema) : piece;
  }
  if (items !== undefined) return { ...schema, items: substringSchema(items, directive) };
  if (properties === undefined) return schema;
  const inner = Object.entries(properties).map(([key, value]) => [key, substringSchema(value, directive, key)]);
  return { ...schema, properties: Object.fromEntries(inner) as Record<string, Schema>, ...CLOSED };
}

const CLOSED = { additionalProperties: false };
