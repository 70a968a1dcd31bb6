/** Schemas that try to exhaust time or memory: each ends within its limit, with masks or with a typed refusal. */
import { isRefusal, type Raptor } from "../src/index.ts";
import { percentiles } from "./table.ts";

export interface AdversarialCase {
  readonly name: string;
  readonly limit_ms: number;
  run(raptor: Raptor): string;
}

const text = (pattern: string) => ({ type: "string", pattern });
const many = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));
const named = <T>(n: number, make: (i: number) => T) => Object.fromEntries(many(n, (i) => [`key_${i}`, make(i)]));

/** Compiles, then writes a text token by token (bytes as tokens of one); says what came out. */
function attempt(schema: unknown, sample: string): (raptor: Raptor) => string {
  return (raptor) => {
    const source = typeof schema === "string" ? schema : JSON.stringify(schema);
    const grammar = raptor.schema(source);
    if (isRefusal(grammar)) return `refused ${grammar.refused}: ${grammar.why.slice(0, 90)}`;
    const mask = new Uint32Array(raptor.vocabulary.words);
    const matcher = grammar.matcher();
    const spans: number[] = [];
    for (const byte of new TextEncoder().encode(sample)) {
      const from = performance.now();
      const failed = matcher.fillMask(mask);
      if (failed) return `refused while writing ${failed.refused}: ${failed.why.slice(0, 90)}`;
      const taken = matcher.commitBytes(Uint8Array.of(byte));
      spans.push((performance.now() - from) * 1000);
      if (taken !== true) return `masks fine, sample refused after ${JSON.stringify(matcher.text().slice(-20))}`;
    }
    const p = percentiles(spans);
    return `${spans.length} masks, p50 ${p.p50!.toFixed(1)} µs, p99 ${p.p99!.toFixed(0)} µs`;
  };
}

export function adversarialCases(): AdversarialCase[] {
  const of = (name: string, schema: unknown, sample: string, limit_ms = 5_000): AdversarialCase => ({
    name,
    limit_ms,
    run: attempt(schema, sample),
  });
  const nest = (depth: number, inner: unknown, wrap: (s: unknown) => unknown): unknown => {
    let s = inner;
    for (let i = 0; i < depth; i++) s = wrap(s);
    return s;
  };
  const tree = {
    $ref: "#/$defs/t",
    $defs: {
      t: {
        type: "object",
        properties: { l: { $ref: "#/$defs/t" }, r: { $ref: "#/$defs/t" } },
        additionalProperties: false,
      },
    },
  };
  return [
    of("nested quantifiers", text("^((a+)+)+$"), `"${"a".repeat(60)}"`),
    of("nested counted quantifiers", text("^((x{1,100}){1,100}y){1,100}$"), `"${"x".repeat(50)}"`),
    of("ambiguous alternation", text("^(a|a|aa|aaa)*b$"), `"${"a".repeat(60)}b"`),
    of("exponential automaton", text("^(a|b)*a(a|b){24}$"), `"${"ab".repeat(30)}"`),
    of("exponential automaton, negated", { type: "string", not: text("(a|b)*a(a|b){24}$") }, `"${"ab".repeat(30)}"`),
    of("conflicting counters", { allOf: [text("^(aa){1000,}$"), text("^(aaa){1000,1001}$")] }, `"${"a".repeat(60)}"`),
    of("many wildcards", text(".*a.*b.*c.*d.*e.*f.*g.*h.*"), '"abcdefgh"'),
    of("a million repeats", text("^(ab?){0,1000000}$"), `"${"ab".repeat(40)}"`),
    of("maxLength 100000", { type: "string", maxLength: 100_000 }, `"${"lorem ipsum ".repeat(60)}"`),
    of(
      "maxLength 100000 and a pattern",
      { type: "string", maxLength: 100_000, pattern: "^[a-z ]+$" },
      `"${"lorem ipsum ".repeat(60)}"`,
    ),
    of("enum of 5,000", { enum: many(5_000, (i) => `value number ${i}`) }, '"value number 4999"'),
    of("enum of 5,000 numbers", { enum: many(5_000, (i) => i * 7) }, "34993"),
    of(
      "200 optional keys",
      { type: "object", properties: named(200, () => ({ type: "integer" })), additionalProperties: false },
      '{"key_7":1,"key_199":2,"key_0":3}',
    ),
    of(
      "200 required keys",
      {
        type: "object",
        properties: named(200, () => ({ type: "integer" })),
        required: Object.keys(named(200, () => 0)),
      },
      '{"key_7":1,"key_199":2,"key_0":3}',
    ),
    of(
      "40 overlapping patterns for names",
      { type: "object", patternProperties: Object.fromEntries(many(40, (i) => [`k${i}|x`, { minimum: i }])) },
      '{"x":50}',
    ),
    of("deep recursion", tree, `${'{"l":'.repeat(200)}{}${"}".repeat(200)}`),
    of(
      "schema nested 200 deep",
      nest(200, { type: "string" }, (s) => ({ type: "array", items: s })),
      "[".repeat(200),
    ),
    of("schema nested 5,000 deep", `${'{"items":'.repeat(5_000)}{}${"}".repeat(5_000)}`, "1"),
    of(
      "not of not, 250 deep",
      nest(120, { type: "string" }, (s) => ({ not: s })),
      '"x"',
    ),
    of("circular in place", { $ref: "#" }, "1"),
    of(
      "circular through allOf",
      { $ref: "#/$defs/a", $defs: { a: { allOf: [{ $ref: "#/$defs/b" }] }, b: { anyOf: [{ $ref: "#/$defs/a" }] } } },
      "1",
    ),
    of(
      "infinite required recursion",
      {
        $ref: "#/$defs/a",
        $defs: { a: { type: "object", required: ["a"], properties: { a: { $ref: "#/$defs/a" } } } },
      },
      "{}",
    ),
    of(
      "oneOf of 60 overlapping objects",
      { oneOf: many(60, (i) => ({ type: "object", properties: { [`p${i}`]: { type: "integer" } } })) },
      '{"p1":"x"}',
    ),
    of(
      "allOf of 12 anyOf",
      {
        allOf: many(12, (i) => ({
          anyOf: many(6, (j) => ({ properties: { [`p${i}`]: { const: j }, q: { minimum: i * j } } })),
        })),
      },
      '{"p0":1}',
    ),
    of("minItems 1,000,000,000", { type: "array", minItems: 1_000_000_000 }, "[1,2,3"),
    of("contains 10,000 times", { type: "array", contains: { const: 1 }, minContains: 10_000 }, "[1,2,1"),
    of(
      "unique items out of few",
      { type: "array", items: { enum: [1, 2, 3] }, uniqueItems: true, minItems: 3 },
      "[3,1,2]",
    ),
    of("unique items out of too few", { type: "array", items: { enum: [1, 2] }, uniqueItems: true, minItems: 3 }, "[1"),
    of("number with 300 digits", { type: "number", minimum: 0, maximum: 1 }, `0.${"3".repeat(300)}`),
    of("integer between large bounds", { type: "integer", minimum: -(2 ** 53), maximum: 2 ** 53 }, "9007199254740992"),
    of(
      "multipleOf a large prime with bounds",
      { type: "integer", multipleOf: 999_983, minimum: 5, maximum: 10_000_000 },
      "999983",
    ),
    of(
      "a schema of 10 MB",
      {
        type: "object",
        properties: named(60_000, (i) => ({ type: "string", description: "x".repeat(90), maxLength: i + 1 })),
      },
      '{"key_7":"1"}',
      60_000,
    ),
    of("a pattern of 100,000 characters", text(`^${"a".repeat(100_000)}$`), '"aaaa'),
    of("a huge alternation", text(`^(${many(5_000, (i) => `w${i}`).join("|")})$`), '"w4999"'),
  ];
}
