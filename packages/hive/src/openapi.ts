/** The OpenAPI 3.1 document, printed from the route table. Its schemas are JSON Schema 2020-12, as Zod prints them. */
import { REFUSALS } from "lop";
import { z } from "zod";
import type { Route } from "./http-route.ts";
import { NAMED_SCHEMAS, RefusalBody } from "./http-schemas.ts";

type JsonSchema = Record<string, unknown>;
type Content = Record<string, { schema: JsonSchema }>;

export interface OpenApiDocument {
  openapi: "3.1.0";
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } };
  servers: { url: string }[];
  paths: Record<string, Record<string, JsonSchema>>;
  components: { securitySchemes: JsonSchema; schemas: Record<string, JsonSchema> };
}

export function openApiDocument(routes: readonly Route[], version: string): OpenApiDocument {
  const paths: OpenApiDocument["paths"] = { "/openapi.json": { get: SELF } };
  for (const row of routes) paths[row.path] = { ...paths[row.path], [row.method]: operation(row) };
  return {
    openapi: "3.1.0",
    info: {
      title: "Axiom Hive",
      version,
      description: ABOUT,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    paths,
    components: { securitySchemes: { bearer: BEARER }, schemas: components() },
  };
}

const ABOUT = `State directives, watch them, take their proofs. Every refusal is \`{refused, why, fix}\`; the codes: ${Object.keys(
  REFUSALS,
)
  .map((code) => `\`${code}\``)
  .join(", ")}.`;

const BEARER = {
  type: "http",
  scheme: "bearer",
  description: "The key in AXIOM_HOME/keys/api, or one made by `axiom key add`.",
};

const SELF: JsonSchema = {
  operationId: "openapi",
  summary: "This document.",
  responses: { 200: { description: "OpenAPI 3.1.", content: { "application/json": { schema: { type: "object" } } } } },
};

function operation(row: Route): JsonSchema {
  const { body } = row;
  return {
    operationId: row.name,
    summary: row.about,
    ...(row.scope === null
      ? {}
      : { security: [{ bearer: [] }], description: `Needs a key with the scope \`${row.scope}\`.` }),
    parameters: parameters(row),
    ...(body === undefined
      ? {}
      : { requestBody: { required: row.bodyOptional !== true, content: content(undefined, body) } }),
    responses: { ...answers(row), default: { description: "Refused.", content: content(undefined, RefusalBody) } },
  };
}

function parameters(row: Route): JsonSchema[] {
  const inPath = [...row.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const headers = Object.entries(row.headers ?? {}).map(([name, description]) => ({
    name,
    in: "header",
    description,
    schema: { type: "string" },
  }));
  return [...inPath, ...queryOf(row), ...headers];
}

function queryOf(row: Route): JsonSchema[] {
  if (row.query === undefined) return [];
  const { properties = {} } = print(row.query) as { properties?: Record<string, JsonSchema> };
  return Object.entries(properties).map(([name, schema]) => ({ name, in: "query", required: false, schema }));
}

function answers(row: Route): Record<string, JsonSchema> {
  const rows = Object.entries(row.answers).map(([status, { about, schema, type }]) => {
    const plain = schema === undefined && type === undefined;
    return [status, plain ? { description: about } : { description: about, content: content(type, schema) }];
  });
  return Object.fromEntries(rows);
}

function content(type = "application/json", schema?: z.ZodType): Content {
  const name = Object.entries(NAMED_SCHEMAS).find(([, each]) => each === schema)?.[0];
  if (schema !== undefined && name === undefined) throw new Error("a schema of the API has no name");
  return { [type]: { schema: name === undefined ? { type: "string" } : { $ref: `#/components/schemas/${name}` } } };
}

/** Each named schema, with the definitions it brings along lifted to its side. */
function components(): Record<string, JsonSchema> {
  const all: Record<string, JsonSchema> = {};
  for (const [name, schema] of Object.entries(NAMED_SCHEMAS)) {
    const { $defs = {}, ...printed } = print(schema) as JsonSchema & { $defs?: Record<string, JsonSchema> };
    all[name] = lift(printed, name);
    for (const [inner, definition] of Object.entries($defs)) all[`${name}.${inner}`] = lift(definition, name);
  }
  return all;
}

function print(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...printed } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return printed;
}

/** The same schema with references into the document instead of into itself. */
function lift(schema: JsonSchema, name: string): JsonSchema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', `"#/components/schemas/${name}.`)) as JsonSchema;
}
