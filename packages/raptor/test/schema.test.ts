import { describe, expect, it } from "vitest";
import { isRefusal } from "../src/index.ts";
import { accepts, compiled, raptor } from "./support.ts";

const CASES: [string, unknown, string[], string[]][] = [
  [
    "any key order",
    { type: "object", properties: { a: { type: "integer" }, b: {} }, required: ["a", "b"] },
    ['{"b":1,"a":2}', '{ "a" : 1 , "b":[] }'],
    ['{"a":1}', '{"a":"x","b":1}'],
  ],
  ["no key twice", { type: "object" }, ['{"a":1,"b":2}'], ['{"a":1,"a":2}', '{"a":1,"\\u0061":2}']],
  ["escapes mean the same", { enum: ["é😀"] }, ['"é😀"', '"\\u00e9\\ud83d\\ude00"'], ['"\\u00e8"', '"\\ud83d"']],
  ["lengths in code points", { type: "string", maxLength: 2 }, ['"😀😀"', '"\\ud83d\\ude00é"'], ['"abc"']],
  ["whole numbers", { type: "integer" }, ["5", "5.0", "1e2", "-0"], ["5.5", "05", "1e-2"]],
  ["exact bounds", { minimum: 0.1, exclusiveMaximum: 0.3 }, ["0.1", "0.2999", "1e-1"], ["0.09", "0.3", "0.30"]],
  ["exact multiples", { multipleOf: 0.01 }, ["19.99", "0.07", "4.35"], ["0.005"]],
  ["oneOf is exclusive", { oneOf: [{ minimum: 2 }, { type: "integer" }] }, ["1", "2.5"], ["3", "1.5"]],
  ["not", { not: { required: ["a"] } }, ["{}"], ['{"a":1}', "1"]],
  [
    "if, then, else",
    JSON.parse('{"if":{"properties":{"t":{"const":1}}},"then":{"required":["x"]},"else":{"required":["y"]}}'),
    ['{"t":1,"x":0}', '{"t":2,"y":0}'],
    ['{"t":1,"y":0}'],
  ],
  ["dependentRequired", { dependentRequired: { a: ["b"] } }, ['{"a":1,"b":1}', "{}"], ['{"a":1}']],
  ["contains counted", { contains: { const: 1 }, minContains: 2, maxContains: 2 }, ["[1,2,1]"], ["[1]", "[1,1,1]"]],
  [
    "unique items by value",
    { uniqueItems: true },
    ['[1,"1",[1],{"a":1}]'],
    ["[1,1.0]", '[{"a":1,"b":2},{"b":2,"a":1}]'],
  ],
  [
    "counted and unique items",
    { contains: { type: "string", pattern: "^a", maxLength: 2 }, minContains: 2, uniqueItems: true },
    ['["a","ab"]', '[{"a":1},{"a":2},{},"a",1,"ac"]'],
    ['["a","a"]', '["a",1]', '["a","abc"]'],
  ],
  [
    "the last of few different items is kept for what needs it",
    { items: { enum: [{ a: 1 }, { a: 2 }, []] }, contains: { type: "array" }, uniqueItems: true, maxItems: 2 },
    ['[{"a":1},[]]', '[[],{"a":2}]'],
    ['[{"a":1},{"a":2}', "[[],[]]"],
  ],
  [
    "unevaluatedProperties",
    { anyOf: [{ properties: { a: {} } }, { properties: { b: {} }, required: ["b"] }], unevaluatedProperties: false },
    ['{"a":1,"b":2}'],
    ['{"a":1,"c":2}'],
  ],
  ["propertyNames", { propertyNames: { pattern: "^[a-z]+$" } }, ['{"abc":1}'], ['{"A":1}']],
  [
    "patternProperties",
    { patternProperties: { "^n": { type: "number" } }, additionalProperties: false },
    ['{"n1":1}'],
    ['{"n1":"x"}', '{"x":1}'],
  ],
  [
    "recursion",
    {
      $ref: "#/$defs/t",
      $defs: { t: { type: "object", properties: { c: { $ref: "#/$defs/t" } }, additionalProperties: false } },
    },
    ['{"c":{"c":{}}}'],
    ['{"c":{"d":{}}}'],
  ],
  ["a piece of a text", { type: "string", "x-substring-of": "the quick fox" }, ['"quick f"'], ['"quik"', '""']],
  ["lookahead", { type: "string", pattern: "^(?!foo)[a-z]+$" }, ['"bar"'], ['"foobar"']],
  [
    "expressions as values",
    { format: "regex" },
    ['"^/api/(.*)$"', '"^([a-z]{2,3}(-\\\\d)?)+$"'],
    ['"a**"', '"[z-a]"', '"a{2,1}"'],
  ],
  ["formats", { format: "date" }, ['"2024-02-29"', "1"], ['"2023-02-29"']],
];

describe("JSON Schema", () => {
  for (const [name, schema, good, bad] of CASES) {
    it(name, () => {
      const grammar = compiled(raptor.schema(JSON.stringify(schema)));
      for (const text of good) expect(accepts(grammar, text), text).toBe(true);
      for (const text of bad) expect(accepts(grammar, text), text).toBe(false);
    });
  }

  const REFUSED: [string, string, string, string][] = [
    ['{"pattern":"(a)\\\\1"}', "pattern-unsupported", "/pattern", "a back-reference"],
    ['{"properties":{"a":{"pattern":"["}}}', "pattern-malformed", "/properties/a/pattern", "an open class"],
    ['{"$ref":"http://example.com/x"}', "reference-unresolved", "/$ref", "an absent document"],
    ['{"$ref":"#"}', "reference-circular", "", "a circle in place"],
    ['{"type":"object","required":["a"],"properties":{"a":false}}', "unsatisfiable", "", "what nothing satisfies"],
    [
      '{"type":"array","uniqueItems":true,"minItems":3,"items":{"properties":{"a":{"enum":[1,2]}},"required":["a"],"additionalProperties":false,"type":"object"}}',
      "unsatisfiable",
      "",
      "more different items than there are",
    ],
    [
      '{"type":"array","uniqueItems":true,"minItems":2,"items":{"type":"object","propertyNames":{"enum":["a"]},"maxProperties":1}}',
      "too-hard",
      "",
      "a unique array whose items cannot be counted",
    ],
    ['{"not":{"uniqueItems":true}}', "keyword-unsupported", "/not", "uniqueItems denied"],
    ['{"minLength":-1}', "schema-malformed", "/minLength", "a negative length"],
    ["{", "schema-malformed", "", "no JSON"],
  ];
  for (const [schema, code, pointer, name] of REFUSED) {
    it(`refuses ${name} with its pointer`, () => {
      const made = raptor.schema(schema);
      expect(isRefusal(made)).toBe(true);
      expect(made).toMatchObject({ refused: code, pointer });
    });
  }

  it("tells dozens of unique objects apart", () => {
    const grammar = compiled(raptor.schema({ type: "array", uniqueItems: true }));
    const values = ["null", "true", "{}", "[]", "1", '"x"', '{"b":1}', "[1]"];
    const items = values.flatMap((a) => [a, `{"a":${a}}`, ...values.map((c) => `{"c":${c},"a":${a}}`)]);
    expect(accepts(grammar, `[${items.join()}]`)).toBe(true);
    for (const item of items.slice(0, 20)) expect(accepts(grammar, `[${items.join()},${item}]`), item).toBe(false);
  });

  it("leaves out only what lenient mode names", () => {
    const grammar = compiled(raptor.schema('{"type":"string","pattern":"(a)\\\\1"}', { lenient: true }));
    expect(grammar.notes).toHaveLength(1);
    expect(accepts(grammar, "1")).toBe(false);
  });

  it("keeps the schema's key order when asked", () => {
    const schema = { type: "object", properties: { b: {}, a: {} }, required: ["b"] };
    const grammar = compiled(raptor.schema(schema, { keyOrder: "schema", whitespace: "none" }));
    expect(accepts(grammar, '{"b":1,"a":2}')).toBe(true);
    for (const text of ['{"a":2,"b":1}', '{"b": 1}']) expect(accepts(grammar, text)).toBe(false);
  });
});
