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

export function readPermit(row: JsonObject): Permit {
  const uses = row.uses_left;
  return {
    id: text(row.id),
    hosts: texts(row.hosts),
    expires: text(row.until),
    uses: typeof uses === "number" ? uses : null,
    live: text(row.state, "live") === "live",
  };
}
