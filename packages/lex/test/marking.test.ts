import fc from "fast-check";
import { isRefusal } from "lop";
import { describe, expect, it } from "vitest";
import { cardOf, checkCall } from "../src/card.ts";
import { Fits } from "../src/fits.ts";
import { ITEMS_MAX, type Marked, Marking } from "../src/marking.ts";
import { type MarkTokens, markTokensOf } from "../src/marks.ts";
import { type Places, placesOf } from "../src/places.ts";
import { shapesOf } from "../src/tool-shape.ts";
import { FakeTokenizer } from "./fake-tokenizer.ts";
import { behaviorCards, made } from "./needles.ts";

const tokenizer = new FakeTokenizer();
const tools = behaviorCards().flatMap((card) => card.tools);
const all = made<MarkTokens>(markTokensOf(tokenizer, made(shapesOf({ id: "all", tools }))));
const only = (name: string): MarkTokens => ({ ...all, tools: all.tools.filter(({ shape }) => shape.name === name) });

/** Words that the value rules care about, beside any text. */
const WORD = fc.oneof(
  fc.constantFrom(
    "for",
    "two hours",
    "15 minutes",
    "a.example",
    "https://b.example/x?q=1",
    "3",
    "12.50",
    "select 1",
    "`x`",
  ),
  fc.constantFrom(
    '"',
    "'",
    "```\n",
    "\n",
    ",",
    ".",
    "half",
    "an hour",
    "£",
    "5km",
    "near",
    "the",
    "héllo",
    "日本",
    "🙂",
  ),
  fc.string({ unit: "grapheme", maxLength: 6 }).filter((text) => text.isWellFormed()),
);
const DIRECTIVE = fc.array(WORD, { minLength: 1, maxLength: 14 }).map((words) => words.join(" "));

function randomMarking(tokens: MarkTokens, places: Places, chance: () => number): Marked | null {
  const marking = new Marking(tokens, places);
  while (!marking.over) {
    const allowed = marking.allowed();
    expect(allowed.length).toBeGreaterThan(0);
    marking.take(allowed[Math.floor(chance() * allowed.length)]!);
  }
  return marking.marked();
}

describe("the marking grammar", () => {
  it("ends every random walk in a card that its grammar accepts, or in none", () => {
    fc.assert(
      fc.property(
        DIRECTIVE,
        fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 40 }),
        (text, dice) => {
          let at = 0;
          const marked = randomMarking(all, placesOf(text, tokenizer), () => dice[at++ % dice.length]!);
          if (marked === null) return;
          const call = cardOf(marked, text);
          if (isRefusal(call)) throw new Error(call.why);
          const tool = tools.find(({ name }) => name === call.tool)!;
          expect(checkCall(call, tool, text)).toBeNull();
        },
      ),
      { numRuns: 600 },
    );
  });

  it("refuses a token that it did not offer", () => {
    const marking = new Marking(all, placesOf("list them", tokenizer));
    expect(() => marking.take(all.frame.go)).toThrow(RangeError);
  });

  it("offers no tool whose required parameters have no room", () => {
    const offered = (text: string) => {
      const allowed = new Set(new Marking(all, placesOf(text, tokenizer)).allowed());
      return all.tools.filter(({ token }) => allowed.has(token)).map(({ shape }) => shape.name);
    };
    expect(offered("hm")).not.toContain("permit.grant");
    expect(offered("5")).not.toContain("permit.grant");
    expect(offered("host.example 5 minutes")).toContain("permit.grant");
    expect(offered("drop table permits")).toContain("query.sql");
    expect(offered("")).toEqual(expect.arrayContaining(["snapshot.list", "guard.freeze"]));
    expect(offered("")).not.toContain("recall.add");
  });
});

/** Every marking of one tool by trying all pairs of places: slow, and written without the automaton. */
function bruteForce(tokens: MarkTokens, places: Places): Set<string> {
  const { shape } = tokens.tools[0]!;
  const fits = new Fits(places);
  const found = new Set<string>();
  const place = (from: number, used: readonly string[], done: readonly string[]): void => {
    if (shape.spans.every(({ name, required }) => !required || used.includes(name))) found.add(done.join(" "));
    for (const span of shape.spans) {
      const times = used.filter((name) => name === span.name).length;
      if (times >= (span.list ? ITEMS_MAX : 1)) continue;
      for (let start = from; start < places.tokens.length; start++)
        for (let end = start + 1; end <= places.tokens.length; end++)
          if (fits.canBegin(span, start) && fits.canEnd(span, start, end))
            place(end, [...used, span.name], [...done, `${span.name}:${places.offsets[start]}-${places.offsets[end]}`]);
    }
  };
  place(0, [], []);
  return found;
}

/** Every marking that the automaton lets through, by taking every way. */
function everyWalk(tokens: MarkTokens, places: Places): Set<string> {
  const found = new Set<string>();
  const walk = (picks: readonly number[]): void => {
    const marking = new Marking(tokens, places);
    for (const pick of picks) marking.take(pick);
    if (!marking.over) for (const token of marking.allowed()) walk([...picks, token]);
    else {
      const marked = marking.marked();
      if (marked !== null) found.add(marked.spans.map(({ name, from, to }) => `${name}:${from}-${to}`).join(" "));
    }
  };
  walk([]);
  return found;
}

describe("the grammar and its brute-force twin", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["permit.grant", "a.example 5 min"],
    ["permit.grant", "two hours b"],
    ["permit.grant", "5 minutes"],
    ["recall.add", "a b: c"],
    ["files.write", 'x to "y"'],
    ["files.write", "one"],
    ["fetch.crawl", "c.example 2 levels"],
    ["watch.add", "w.example hourly"],
    ["lattice.reserve", "r1 at 5"],
    ["files.list", ""],
  ];
  it.each(cases)("%s of %j", (tool, text) => {
    const tokens = only(tool);
    const places = placesOf(text, tokenizer);
    expect([...everyWalk(tokens, places)].sort()).toEqual([...bruteForce(tokens, places)].sort());
  });
});
