/**
 * Do training examples and the marking grammar agree? Walks each example's gold marks through the masks and tells which of them
 * the grammar would not offer. `node bench/gold.ts FILE.jsonl [--limit N] [--shown N]`
 */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { isRefusal } from "lop";
import { cardOf, checkCall } from "../src/card.ts";
import { Marking } from "../src/marking.ts";
import { type MarkedTool, type MarkTokens, markTokensOf } from "../src/marks.ts";
import { type Places, placesOf } from "../src/places.ts";
import { shapesOf } from "../src/tool-shape.ts";
import { FakeTokenizer } from "../test/fake-tokenizer.ts";
import { behaviorCards, made } from "../test/needles.ts";

interface Example {
  readonly directive: string;
  readonly tool: string;
  readonly choices?: Readonly<Record<string, string | boolean>>;
  readonly spans?: readonly {
    readonly key: string;
    readonly from: number;
    readonly to: number;
    readonly leg?: number;
  }[];
  readonly legs?: readonly number[];
  readonly source?: string;
}

const tokenizer = new FakeTokenizer();
const tools = behaviorCards().flatMap((card) => card.tools);
const tokens = made<MarkTokens>(markTokensOf(tokenizer, made(shapesOf({ id: "all", tools }))));

/** Null: the example can be marked. Else what stands in its way. */
function faultOf(example: Example): string | null {
  const places = placesOf(example.directive, tokenizer);
  const marking = new Marking(tokens, places);
  const tool = tokens.tools.find(({ shape }) => shape.name === example.tool);
  if (tool === undefined) return example.tool === "none" ? null : "unknown tool";
  if (!marking.allowed().includes(tool.token)) return "the tool is masked out";
  marking.take(tool.token);
  for (const { choice, values } of tool.choices) {
    const stated = example.choices?.[choice.name];
    const token = [...values].find(
      ([, value]) => value === (stated === undefined || stated === "" ? null : String(stated)),
    );
    if (token === undefined || !marking.allowed().includes(token[0])) return `choice ${choice.name}`;
    marking.take(token[0]);
  }
  const fault = marksFault(example, places, marking, tool);
  if (fault !== null) return fault;
  const marked = marking.marked()!;
  const call = cardOf(marked, example.directive);
  if (isRefusal(call)) return call.why;
  return checkCall(call, tools.find(({ name }) => name === call.tool)!, example.directive)?.why ?? null;
}

function marksFault(example: Example, places: Places, marking: Marking, tool: MarkedTool): string | null {
  const wanted = goldMarks(example, places, tool);
  if (typeof wanted === "string") return wanted;
  for (let place = 0; place <= places.tokens.length; place++) {
    for (const { token, what } of wanted[place] ?? []) {
      if (marking.over) return `over before ${what}`;
      if (!marking.allowed().includes(token)) return `not offered: ${what}`;
      marking.take(token);
    }
    if (marking.over) return null;
    if (!marking.allowed().includes(tokens.frame.go)) return place === places.tokens.length ? null : "cannot go on";
    marking.take(tokens.frame.go);
  }
  return marking.over ? null : "not over at the end";
}

interface Gold {
  readonly token: number;
  readonly what: string;
}

/** For each place its marks, in order: end, leg, begin. A string: an edge that is between no two pieces. */
function goldMarks(example: Example, { text, offsets, edges }: Places, tool: MarkedTool): Gold[][] | string {
  const units = unitOffsets(text);
  const placeAt = (point: number): number => {
    const offset = units[point] ?? -1;
    const exact = offsets.findIndex((each, i) => each === offset && edges[i]!);
    return exact >= 0 ? exact : offsets.findIndex((each, i) => text[each] === " " && each + 1 === offset && edges[i]!);
  };
  const marks: Gold[][] = offsets.reduce<Gold[][]>((all) => [...all, []], []);
  const put = (point: number, token: number, what: string): boolean => {
    const place = placeAt(point);
    marks[place]?.push({ token, what });
    return place >= 0;
  };
  const spans = example.spans ?? [];
  for (const { key, to } of spans)
    if (!put(to, tokens.frame.cut, `end of ${key}`)) return `no edge at the end of ${key}`;
  for (const point of example.legs ?? []) if (!put(point, tool.leg ?? -1, "leg")) return "no edge at a leg";
  for (const { key, from, leg } of spans) {
    const index = tool.shape.spans.findIndex(({ name }) => name === key);
    const token = leg === -1 ? (tool.each_minutes ?? -1) : (tool.begins[index] ?? -1);
    if (!put(from, token, `begin of ${key}`)) return `no edge at the begin of ${key}`;
  }
  return marks;
}

/** Code point → UTF-16 offset. */
function unitOffsets(text: string): number[] {
  const offsets: number[] = [];
  let unit = 0;
  for (const character of text) {
    offsets.push(unit);
    unit += character.length;
  }
  return [...offsets, unit];
}

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { limit: { type: "string", default: "20000" }, shown: { type: "string", default: "3" } },
});
const faults = new Map<string, Example[]>();
let seen = 0;
for await (const line of createInterface({ input: createReadStream(positionals[0]!) })) {
  if (seen++ >= Number(options.limit)) break;
  const example = JSON.parse(line) as Example;
  const fault = faultOf(example);
  if (fault === null) continue;
  const name = `${example.tool}: ${fault}`;
  faults.set(name, [...(faults.get(name) ?? []), example]);
}
const bad = [...faults.values()].reduce((sum, each) => sum + each.length, 0);
console.log(`${seen} examples, ${bad} that the grammar does not let through`);
for (const [name, examples] of [...faults].sort((a, b) => b[1].length - a[1].length)) {
  console.log(`${examples.length.toString().padStart(6)}  ${name}`);
  for (const { directive, spans, source } of examples.slice(0, Number(options.shown)))
    console.log(
      `        ${JSON.stringify(directive)} ${spans?.map(({ key, from, to }) => `${key}=${JSON.stringify([...directive].slice(from, to).join(""))}`).join(" ")} [${source}]`,
    );
}
