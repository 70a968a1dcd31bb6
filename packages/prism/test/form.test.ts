import { describe, expect, it } from "vitest";
import { emptyForm, fieldsOf, filledForm, readForm } from "../src/form.ts";
import type { ParameterSchema } from "../src/wire.ts";

const form = (properties: { [name: string]: ParameterSchema }, required: string[] = []) =>
  fieldsOf({ properties, required });
const read = (schema: ParameterSchema, value: string, required = false) =>
  readForm(form({ x: schema }, required ? ["x"] : []), { x: value });

describe("fields of a schema", () => {
  it("stand short before long and required before optional", () => {
    const fields = form(
      {
        code: { type: "string" },
        language: { enum: ["a", "b"] },
        timeout: { type: "integer" },
        note: { type: "string" },
      },
      ["code", "language"],
    );
    expect(fields.map((field) => field.name)).toEqual(["language", "timeout", "note", "code"]);
  });

  it.each<[ParameterSchema, string, string]>([
    [{ enum: ["a"] }, "choice", ""],
    [{ type: "boolean" }, "flag", ""],
    [{ type: "integer", minimum: 1, maximum: 600 }, "number", "1 to 600"],
    [{ type: "number", exclusiveMinimum: 0 }, "number", "more than 0"],
    [{ type: "integer", minimum: 0 }, "number", "0 or more"],
    [{ type: "array", items: { type: "string" } }, "lines", "one a line"],
    [{ type: "array", items: { type: "object" } }, "json", "JSON list"],
    [{ type: "object" }, "json", "JSON object"],
    [{ type: "string", description: "a host" }, "line", "a host"],
  ])("%j is a %s", (schema, kind, hint) => {
    expect(form({ x: schema })[0]).toMatchObject({ kind, hint });
  });

  it("starts a required choice on its first value and leaves an optional one open", () => {
    const fields = form({ a: { enum: ["one", "two"] }, b: { enum: ["one"] } }, ["a"]);
    expect(emptyForm(fields)).toEqual({ a: "one", b: "" });
  });
});

describe("what was typed", () => {
  it.each<[ParameterSchema, string, unknown]>([
    [{ type: "string" }, " kept as typed ", " kept as typed "],
    [{ type: "integer", minimum: 1 }, "12", 12],
    [{ type: "number" }, "-1.5e3", -1500],
    [{ enum: [1, 2] }, "2", 2],
    [{ type: "boolean" }, "true", true],
    [{ type: "array", items: { type: "string" } }, "a\n\n b\n", ["a", " b"]],
    [{ type: "array" }, '[{"what":"x"}]', [{ what: "x" }]],
    [{ type: "object" }, '{"a":1}', { a: 1 }],
  ])("%j of %j is read", (schema, value, parameter) => {
    expect(read(schema, value)).toEqual({ parameters: { x: parameter }, faults: null });
  });

  it.each<[ParameterSchema, string, RegExp]>([
    [{ type: "integer" }, "1.5", /whole/],
    [{ type: "integer" }, "0x10", /digits/],
    [{ type: "integer" }, "9007199254740993", /whole/],
    [{ type: "integer", minimum: 1, maximum: 600 }, "601", /1 to 600/],
    [{ type: "number", exclusiveMinimum: 0 }, "0", /more than 0/],
    [{ type: "number" }, "1e999", /digits/],
    [{ enum: ["a"] }, "b", /One of a/],
    [{ type: "array" }, "{}", /list/],
    [{ type: "object" }, "[]", /object/],
    [{ type: "object" }, "{", /Not JSON/],
    [{ type: "string", maxLength: 2 }, "abc", /At most 2/],
    [{ type: "array", items: { type: "string" }, minItems: 2 }, "a", /At least 2/],
  ])("%j refuses %j", (schema, value, fault) => {
    expect(read(schema, value).faults?.x).toMatch(fault);
  });

  it("names what is missing and leaves optional blanks out", () => {
    expect(read({ type: "string" }, "", true).faults).toEqual({ x: "Give x." });
    expect(read({ type: "string" }, "").parameters).toEqual({});
    expect(read({ type: "boolean" }, "").parameters).toEqual({});
    expect(read({ type: "boolean" }, "", true).parameters).toEqual({ x: false });
  });

  it("comes back as the same parameters after editing", () => {
    const fields = form({
      a: { type: "string" },
      b: { type: "integer" },
      c: { type: "boolean" },
      d: { type: "array", items: { type: "string" } },
      e: { type: "object" },
    });
    const parameters = { a: "x", b: 3, c: true, d: ["p", "q"], e: { k: [1] } };
    expect(readForm(fields, filledForm(fields, parameters)).parameters).toEqual(parameters);
  });
});
