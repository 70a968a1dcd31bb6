import { describe, expect, it } from "vitest";
import { utf8 } from "../src/bytes.ts";
import { canonicalBytes, type Json, parseStrict, prettyText } from "../src/json.ts";

const read = (text: string, max_depth?: number): Json =>
  parseStrict(utf8(text), { max_bytes: 1000, ...(max_depth === undefined ? {} : { max_depth }) });

describe("the strict reader", () => {
  it.each<[string, RegExp]>([
    ['{"a":1,"a":2}', /duplicate JSON key "a" at character 7/],
    ['{"a":1,"\\u0061":2}', /duplicate JSON key/],
    ['{"x":{"b":1,"b":1}}', /duplicate/],
    ['[{"a":1},{"a":1,"c":[],"a":1}]', /duplicate/],
    ['{"a":{"__proto__":1}}', /JSON key "__proto__"/],
    ['{"\\u005f_proto__":1}', /JSON key/],
    ['"\\ud800"', /lone surrogate/],
    ['{"\\udc00":1}', /lone surrogate/],
    ['["ok","\\ud83d x"]', /lone surrogate/],
    [`[[[[${"[".repeat(20)}${"]".repeat(20)}]]]]`, /nested deeper than 16/],
    [`"${"x".repeat(1000)}"`, /JSON of 1002 bytes; the limit is 1000/],
    ["\ufeff{}", /./],
    ["{} {}", /./],
    ["", /./],
  ])("refuses %s", (text, why) => {
    expect(() => read(text)).toThrow(why);
  });

  it.each<[string, Json]>([
    ['{"a":{"a":1},"b":[{"a":1},{"a":2}]}', { a: { a: 1 }, b: [{ a: 1 }, { a: 2 }] }],
    ['["\\ud83d\\ude00","\\u00e9\\\\ud800","{\\"a\\":1,\\"a\\":2}"]', ["😀", "é\\ud800", '{"a":1,"a":2}']],
    ['{"a,\\"b":["[","]"],"a":"}"}', { 'a,"b': ["[", "]"], a: "}" }],
  ])("reads %s", (text, value) => {
    expect(read(text)).toEqual(value);
  });

  it("counts depth over objects and arrays alike", () => {
    expect(read('{"a":[{}]}', 3)).toEqual({ a: [{}] });
    expect(() => read('{"a":[{}]}', 2)).toThrow(/deeper than 2/);
  });
});

describe("the two spellings", () => {
  const value: Json = {
    b: [1e21, -0, 1e-7, "\u2028\n\u007f"],
    "": {},
    "😀": [],
    "\ufb33": null,
    a: { z: 1, "10": 2, "9": 3 },
  };

  it("agree on everything but blanks", () => {
    const compact = new TextDecoder().decode(canonicalBytes(value));
    expect(compact).toBe('{"":{},"a":{"10":2,"9":3,"z":1},"b":[1e+21,0,1e-7,"\u2028\\n\u007f"],"😀":[],"\ufb33":null}');
    const bare = prettyText(value).replace(/("(?:[^"\\]|\\.)*")|\s+/g, "$1");
    expect(bare).toBe(compact);
    expect(JSON.parse(prettyText(value))).toEqual(JSON.parse(JSON.stringify(value)));
  });
});
