import { describe, expect, it } from "vitest";
import { differingTokens, oracleMask, seeded } from "../bench/audit.ts";
import { randomSchema } from "../bench/generate.ts";
import { isRefusal, Vocabulary } from "../src/index.ts";
import { compiled, encoder, raptor } from "./support.ts";

const { vocabulary } = raptor;
const end = vocabulary.ends[0]!;
const mask = new Uint32Array(vocabulary.words);
const allowed = (token: number) => ((mask[token >>> 5]! >>> (token & 31)) & 1) === 1;
const token = (text: string) =>
  Array.from({ length: vocabulary.size }, (_, id) => id).find(
    (id) => new TextDecoder().decode(vocabulary.tokenBytes(id)) === text,
  )!;

describe("Matcher", () => {
  it("writes, takes back, forks and ends", () => {
    const matcher = compiled(raptor.schema({ type: "array", items: { type: "integer" } })).matcher();
    for (const text of ["[", "12", ",", "345"]) expect(matcher.commit(token(text))).toBe(true);
    const fork = matcher.fork();
    expect(matcher.commit(token("true"))).toBe(false);
    expect(matcher.rollback(2)).toBe(true);
    expect(matcher.text()).toBe("[12");
    expect(fork.text()).toBe("[12,345");
    expect(fork.commit(end)).toBe(false);
    expect(fork.commit(token("]"))).toBe(true);
    fork.fillMask(mask);
    expect(allowed(end)).toBe(true);
    expect(fork.commit(end)).toBe(true);
    fork.fillMask(mask);
    expect(mask.every((word) => word === 0)).toBe(true);
    expect(matcher.rollback(9)).toBe(false);
  });

  it("forces text without choice and heals the last token", () => {
    const schema = {
      type: "object",
      properties: { abc: { const: true } },
      required: ["abc"],
      additionalProperties: false,
    };
    const matcher = compiled(raptor.schema(schema, { whitespace: "none" })).matcher();
    matcher.commitBytes(encoder.encode("{"));
    const { bytes, tokens } = matcher.forcedTokens();
    expect(new TextDecoder().decode(bytes)).toMatch(/^"/);
    for (const id of tokens) expect(matcher.commit(id)).toBe(true);
  });

  it("validates drafts without moving", () => {
    const matcher = compiled(raptor.schema({ enum: ["aa", "abc"] })).matcher();
    expect(matcher.validateDraft([token('"'), token("aa"), token('"'), token("a")])).toBe(3);
    expect(matcher.text()).toBe("");
  });

  it("explains", () => {
    const matcher = compiled(raptor.schema({ type: "boolean" })).matcher();
    expect(matcher.explain(token("true"))).toBeNull();
    expect(matcher.explain(token("null"))).toContain("cannot stand");
    expect(matcher.explain(end)).toBe("the text is not complete");
  });

  it("offers exactly what the byte machine takes (random schemas, printed seed)", () => {
    const seed = 7;
    const chance = seeded(seed);
    let steps = 0;
    while (steps < 400) {
      const grammar = raptor.schema(JSON.stringify(randomSchema(chance)));
      if (isRefusal(grammar)) continue;
      const matcher = grammar.matcher();
      for (let i = 0; i < 8; i++) {
        expect(matcher.fillMask(mask)).toBeNull();
        expect(differingTokens(mask, oracleMask(matcher)), `seed ${seed}: ${matcher.text()}`).toEqual([]);
        steps++;
        const ids = Array.from({ length: vocabulary.size }, (_, id) => id).filter(allowed);
        expect(ids.length, `dead end after ${matcher.text()}, seed ${seed}`).toBeGreaterThan(0);
        const next = ids[Math.floor(chance() * ids.length)]!;
        if (next === end) break;
        matcher.commit(next);
      }
    }
  });
});

describe("Vocabulary", () => {
  it("reads back what it wrote, and refuses damage", () => {
    const file = vocabulary.write();
    const again = Vocabulary.read(file);
    expect(isRefusal(again)).toBe(false);
    expect((again as Vocabulary).write()).toEqual(file);
    expect(isRefusal(Vocabulary.read(file.subarray(0, 40)))).toBe(true);
    for (let i = 0; i < file.length; i += 97) {
      const broken = file.slice();
      broken[i]! ^= 0x80;
      expect(() => Vocabulary.read(broken)).not.toThrow();
    }
  });
});
