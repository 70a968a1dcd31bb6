import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { ROUTES } from "../src/http.ts";
import { openApiDocument } from "../src/openapi.ts";
import { freshBench } from "./http-world.ts";

const document = openApiDocument(ROUTES, "0.1.0");

describe("the OpenAPI document", () => {
  it("is valid OpenAPI 3.1 in the eyes of an independent validator", async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(document) as unknown as Record<string, unknown>);
    expect(errors ?? []).toEqual([]);
    expect([valid, validator.version]).toEqual([true, "3.1"]);
  });

  it("has every route, once, with a name of its own", () => {
    const named = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => `${method} ${path} ${operationId}`),
    );
    const wanted = ROUTES.map(({ method, path, name }) => `${method} ${path} ${name}`);
    expect(named.toSorted()).toEqual([...wanted, "get /openapi.json openapi"].toSorted());
    expect(new Set(ROUTES.map(({ name }) => name)).size).toBe(ROUTES.length);
  });

  it("has schemas that a JSON Schema validator takes, with every reference resolved", () => {
    const ajv = new Ajv2020({ strict: false, formats: { date: true } });
    ajv.addSchema(document, "doc");
    for (const name of Object.keys(document.components.schemas)) {
      const pointer = name.replaceAll("~", "~0").replaceAll("/", "~1");
      expect(ajv.getSchema(`doc#/components/schemas/${pointer}`), name).toBeTypeOf("function");
    }
  });

  it("says of each route whether it wants a key", () => {
    for (const { path, method, scope } of ROUTES)
      expect([path, document.paths[path]![method]!.security !== undefined]).toEqual([path, scope !== null]);
  });

  it("describes what the routes answer", async () => {
    const { ask } = await freshBench();
    const ajv = new Ajv2020({ strict: false });
    ajv.addSchema(document, "doc");
    const card = { card: { tool: "exec.run", parameters: { language: "javascript", code: "1" } } };
    const view = await (await ask("POST", "/v1/directives", card, { Prefer: "wait=5" })).json();
    const answers: [string, unknown][] = [
      ["Directive", view],
      ["DirectiveList", await (await ask("GET", "/v1/directives")).json()],
      ["Status", await (await ask("GET", "/v1/status")).json()],
      ["ToolList", await (await ask("GET", "/v1/tools")).json()],
      ["Policies", await (await ask("GET", "/v1/policies")).json()],
      ["EntryList", await (await ask("GET", "/v1/ledger/entries")).json()],
      ["Refusal", await (await ask("GET", "/v1/nothing")).json()],
    ];
    for (const [name, body] of answers) {
      const check = ajv.getSchema(`doc#/components/schemas/${name}`)!;
      expect([name, check(body), check.errors ?? null]).toEqual([name, true, null]);
    }
  });

  it("is served without a key", async () => {
    const { ask } = await freshBench();
    const answer = await ask("GET", "/openapi.json", undefined, { Authorization: "" });
    expect([answer.status, ((await answer.json()) as { openapi: string }).openapi]).toEqual([200, "3.1.0"]);
  });
});
