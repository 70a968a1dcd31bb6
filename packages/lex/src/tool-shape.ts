/**
 * What a marking must fill for each tool of a behavior card: choices (enumerations and switches, one token each) and spans
 * (pairs of positions in the directive). Read from the card's schemas, so that a new tool needs no code.
 */
import { type Refusal, refuse } from "lop";
import type { BehaviorCard, BehaviorTool } from "raptor";
import type { Measure } from "./numbers.ts";

/** Tables of the hive's own records; what `view` of a parameter `sql` may name. */
export const VIEWS = [
  "permits",
  "directives",
  "executions",
  "events",
  "memories",
  "snapshots",
  "watches",
  "transactions",
  "measurements",
] as const;
/** What choosing a view instead of marking SQL stands for. */
export const viewStatement = (view: string): string => `SELECT * FROM ${view}`;
/** Legs of one plan. */
export const LEGS_MAX = 8;

export interface Choice {
  readonly name: string;
  readonly values: readonly string[];
  /** Whether "absent" is a choice too. */
  readonly optional: boolean;
  readonly type: "enum" | "boolean" | "view";
}

export interface Span {
  readonly name: string;
  readonly required: boolean;
  /** A list: one span an item. */
  readonly list: boolean;
  /** What a number measures; null for text. */
  readonly measure: Measure | null;
  /** Whether a number is a valid value, by the parameter's schema. */
  readonly fits: (value: number) => boolean;
}

export interface ToolShape {
  readonly name: string;
  readonly action: BehaviorTool["action"];
  /** Names of its parameters, as the card orders them. */
  readonly order: readonly string[];
  readonly choices: readonly Choice[];
  /** Spans of the card, or of each leg when there are legs. */
  readonly spans: readonly Span[];
  /** Name of the parameter that holds a list of legs; null for most tools. */
  readonly legs: string | null;
}

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

/** Refusal: a parameter that is neither an enumeration, a switch, a number, a text, a list of texts nor a list of legs. */
export function shapesOf(card: Pick<BehaviorCard, "id" | "tools">): readonly ToolShape[] | Refusal {
  const shapes: ToolShape[] = [];
  for (const tool of card.tools) {
    const shape = shapeOf(tool);
    if (typeof shape === "string")
      return refuse("needle-unfit", `${tool.name} of ${card.id}: ${shape} cannot be marked in a text.`);
    shapes.push(shape);
  }
  return shapes;
}

/** A string names the parameter that does not fit. */
function shapeOf({ name, action, parameters }: BehaviorTool): ToolShape | string {
  const { properties = {}, required = [] } = JSON.parse(parameters) as Schema;
  const [only, ...others] = Object.entries(properties);
  if (only !== undefined && others.length === 0 && isLegs(only[1])) {
    const leg = only[1].items!;
    const inner = fieldsOf(leg.properties!, leg.required ?? []);
    if (typeof inner === "string" || inner.choices.length > 0) return only[0];
    return { name, action, order: [only[0]], ...inner, legs: only[0] };
  }
  const fields = fieldsOf(properties, required);
  return typeof fields === "string" ? fields : { name, action, order: Object.keys(properties), ...fields, legs: null };
}

const isLegs = (schema: Schema): boolean => schema.type === "array" && schema.items?.type === "object";

function fieldsOf(
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[],
): Pick<ToolShape, "choices" | "spans"> | string {
  const choices: Choice[] = [];
  const spans: Span[] = [];
  for (const [name, schema] of Object.entries(properties)) {
    const optional = !required.includes(name);
    const choice = choiceOf(name, schema, optional);
    const span = choice === null ? spanOf(name, schema, optional) : null;
    if (choice === null && span === null) return name;
    if (choice !== null) choices.push(choice);
    if (span !== null) spans.push(span);
    if (name === "sql") choices.push({ name: "view", values: VIEWS, optional: true, type: "view" });
  }
  return { choices, spans };
}

function choiceOf(name: string, { type, enum: values }: Schema, optional: boolean): Choice | null {
  if (type === "boolean") return { name, values: ["true", "false"], optional, type: "boolean" };
  if (values === undefined || !values.every((value) => typeof value === "string")) return null;
  return { name, values, optional, type: "enum" };
}

function spanOf(name: string, schema: Schema, optional: boolean): Span | null {
  const text = { name, required: !optional, measure: null, fits: () => true };
  if (schema.type === "string") return { ...text, list: false };
  if (schema.type === "array") return schema.items?.type === "string" ? { ...text, list: true, required: false } : null;
  if (schema.type !== "integer" && schema.type !== "number") return null;
  return { ...text, list: false, measure: measureOf(name, schema.type), fits: (value) => fits(schema, value) };
}

/** The unit stands last in the name of a parameter. */
function measureOf(name: string, type: "integer" | "number"): Measure {
  const unit = name.slice(name.lastIndexOf("_") + 1);
  if (unit === "minutes" || unit === "seconds" || unit === "days" || unit === "depth") return unit;
  if (unit === "km") return "kilometres";
  return type === "integer" ? "count" : "number";
}

function fits(schema: Schema, value: number): boolean {
  if (schema.type === "integer" && !Number.isSafeInteger(value)) return false;
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum, exclusiveMaximum } = schema;
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum) return false;
  if (exclusiveMaximum !== undefined && value >= exclusiveMaximum) return false;
  return value >= minimum && value <= maximum;
}
