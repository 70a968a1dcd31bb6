import { describe, expect, it } from "vitest";
import { isRefusal } from "../src/index.ts";
import { accepts, compiled, raptor } from "./support.ts";

const ARITHMETIC = `start: sum
sum: sum "+" product | product
product: NUMBER | "(" sum ")"
%import common.NUMBER
%import common.WS
%ignore WS`;

describe("grammars", () => {
  it("reads Lark with left recursion and ignored text", () => {
    const grammar = compiled(raptor.grammar(ARITHMETIC));
    for (const text of ["1", "1 + (2+3)", "((4))"]) expect(accepts(grammar, text), text).toBe(true);
    for (const text of ["1+", "(1", "1 2", "+1"]) expect(accepts(grammar, text), text).toBe(false);
  });

  it("reads GBNF", () => {
    const grammar = compiled(raptor.grammar('root ::= "a" [0-9]{1,2} ("," ws root)?\nws ::= [ \\t]*'));
    for (const text of ["a1", "a12, a3"]) expect(accepts(grammar, text), text).toBe(true);
    for (const text of ["a", "a123", "a1,"]) expect(accepts(grammar, text), text).toBe(false);
  });

  it("refuses indirect left recursion, dead rules and unknown names", () => {
    for (const source of ['a: b "x"\nb: a "y"', 'a: "x" a', "a: nothing", "a ~ b"])
      expect(isRefusal(raptor.grammar(source)), source).toBe(true);
  });

  it("matches regular expressions from end to end", () => {
    const grammar = compiled(raptor.regex("[a-zé]+\\d{2,3}"));
    expect(accepts(grammar, "é12")).toBe(true);
    for (const text of ["12", "a1", "a1234"]) expect(accepts(grammar, text)).toBe(false);
  });

  it("lets the tool's name decide its parameters, in any order", () => {
    const tools = [
      {
        name: "files.read",
        parameters: {
          type: "object",
          properties: { path: { type: "string" } },
          required: ["path"],
          additionalProperties: false,
        },
      },
      { name: "files.list", parameters: { type: "object", additionalProperties: false } },
    ];
    const grammar = compiled(raptor.tools(tools));
    expect(accepts(grammar, '{"name":"files.read","parameters":{"path":"x"}}')).toBe(true);
    expect(accepts(grammar, '{"parameters":{"path":"x"},"name":"files.read"}')).toBe(true);
    expect(accepts(grammar, '{"parameters":{"path":"x"},"name":"files.list"}')).toBe(false);
    expect(accepts(grammar, '{"name":"rm","parameters":{}}')).toBe(false);
  });
});
