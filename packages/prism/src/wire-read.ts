/** Readers of the API's loose rows: tools and permits. */
import type { Json, JsonObject, ParameterSchema, Permit, ToolInfo } from "./wire.ts";

const text = (value: Json | undefined, otherwise = ""): string => (typeof value === "string" ? value : otherwise);
const object = (value: Json | undefined): JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
const texts = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];

/** A tool's parameters come as a JSON Schema object, or as the bare table of needles.json with `required` beside it. */
export function readTool(row: JsonObject): ToolInfo {
  const parameters = object(row.parameters);
  const schema = "properties" in parameters ? parameters : { properties: parameters, required: row.required ?? [] };
  const name = text(row.name);
  return {
    name,
    needle: text(row.needle, name.split(".")[0]),
    action: text(row.action),
    does: text(row.does),
    properties: object(schema.properties) as { [name: string]: ParameterSchema },
    required: texts(schema.required),
    absent: absence(row),
  };
}

function absence(row: JsonObject): string | null {
  if (row.ready !== false) return null;
  const part = text(row.part);
  return part === "" ? "Its part is not built yet." : `Its part, ${part}, is not built yet.`;
}

/** A permit comes as the book lists it: the permit itself, and beside it what is left of it. */
export function readPermit(row: JsonObject): Permit {
  const permit = "permit" in row ? object(row.permit) : row;
  const uses = row.uses_left ?? permit.max_uses;
  return {
    id: text(permit.id),
    hosts: texts(object(permit.resources).hosts),
    expires: instant(permit.exp),
    uses: typeof uses === "number" ? uses : null,
    live: text(row.state, "live") === "live",
  };
}

function instant(value: Json | undefined): string {
  if (typeof value !== "number") return text(value);
  // Seconds and milliseconds both occur in permits of the wild; only milliseconds reach past 10^11.
  return new Date(value > 1e11 ? value : value * 1000).toISOString();
}
