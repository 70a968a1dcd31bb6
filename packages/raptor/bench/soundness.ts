/** The soundness benches: each counts what is wrong, prints its seed, and can be made as large as one likes. */
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { type Grammar, isRefusal, Raptor, Vocabulary } from "../src/index.ts";
import { adversarialCases } from "./adversarial.ts";
import { differingTokens, oracleMask, seeded } from "./audit.ts";
import { cpu_us } from "./clock-node.ts";
import { dataFile, readRows } from "./data-node.ts";
import {
  type Chance,
  countedArray,
  guidedValue,
  mutate,
  pick,
  randomSchema,
  type Schema,
  spell,
  type Value,
} from "./generate.ts";
import { llama3Encode, llama3Vocabulary } from "./llama3.ts";
import type { Row } from "./maskbench.ts";
import { runSuite } from "./suite.ts";
import { finish } from "./walk.ts";

export interface Report {
  readonly wrong: number;
  readonly lines: string[];
  readonly skipped?: boolean;
}
interface Ask {
  /** 0: the bench's own size. */
  readonly count: number;
  readonly seed: number;
}

const ABSENT: Report = { wrong: 0, lines: ["skipped: data absent"], skipped: true };
const encoder = new TextEncoder();

/** 256 bytes and an end token: for runs in which tokens do not matter. */
export function byteVocabulary(): Vocabulary {
  const tokens = [...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)), null];
  return Vocabulary.from({ tokens, ends: [256] }) as Vocabulary;
}

function accepts(grammar: Grammar, text: string): boolean {
  const matcher = grammar.matcher();
  const taken = matcher.commitBytes(encoder.encode(text));
  if (isRefusal(taken)) throw new Error(`${taken.why} at ${text}`);
  return taken && matcher.accepting();
}

function suite(): Report {
  const remotes = dataFile("json-schema-test-suite/remotes.json");
  if (!remotes) return ABSENT;
  const lines: string[] = [];
  let wrong = 0;
  for (const [file, draft] of [
    ["draft2020-12", 2020],
    ["draft7", 7],
  ] as const) {
    for (const part of ["mandatory", "optional"] as const) {
      const wanted = (name: string) => name.startsWith("optional/") === (part === "optional");
      const text = readFileSync(dataFile(`json-schema-test-suite/${file}.json`)!, "utf8");
      const report = runSuite(new Raptor(byteVocabulary()), text, readFileSync(remotes, "utf8"), wanted, {
        draft,
        formats: part === "optional" ? "assert" : "annotate",
      });
      if (part === "mandatory") wrong += report.falseAccepts.length;
      const refused = [...report.refused.values()].reduce((n, list) => n + list.length, 0);
      lines.push(
        `${file} ${part}: ${report.right}/${report.total} right (${((100 * report.right) / report.total).toFixed(2)} %), false accepts ${report.falseAccepts.length}, false rejects ${report.falseRejects.length}, refused ${refused}`,
      );
      for (const [why, list] of report.refused) lines.push(`  refused ${list.length}: ${why}`);
      if (part === "mandatory")
        for (const name of [...report.falseAccepts, ...report.falseRejects]) lines.push(`  wrong: ${name}`);
    }
  }
  return { wrong, lines };
}

function maskRows(): Row[] | null {
  const dev = dataFile("maskbench/dev.jsonl.gz");
  const torture = dataFile("maskbench/torture.jsonl");
  return dev && torture ? [...readRows(dev), ...readRows(torture)].filter((r) => r.tests.length > 0) : null;
}

function audit({ count, seed }: Ask): Report {
  const rows = maskRows();
  if (!rows) return ABSENT;
  const chance = seeded(seed);
  const raptor = new Raptor(llama3Vocabulary());
  const mask = new Uint32Array(raptor.vocabulary.words);
  const lines: string[] = [];
  let steps = 0;
  let wrong = 0;
  while (steps < (count || 2_000)) {
    const row = pick(chance, rows);
    const grammar = raptor.schema(row.schema);
    if (isRefusal(grammar)) continue;
    const tokens = llama3Encode(pick(chance, row.tests).text).slice(0, 400);
    const stops = new Set(Array.from({ length: 4 }, () => Math.floor(chance() * tokens.length)));
    const matcher = grammar.matcher();
    for (const [i, token] of tokens.entries()) {
      if (stops.has(i)) {
        const failed = matcher.fillMask(mask);
        const differ = failed ? [failed.why] : differingTokens(mask, oracleMask(matcher));
        steps++;
        if (differ.length > 0) {
          wrong++;
          lines.push(`${row.id} after ${JSON.stringify(matcher.text().slice(-40))}: ${differ.join(" ")}`);
        }
      }
      if (matcher.commit(token) !== true) break;
    }
  }
  lines.push(`mask audit: ${steps} steps, ${wrong} with differing bits (seed ${seed})`);
  return { wrong, lines };
}

interface Labelled {
  readonly schema: Schema;
  readonly valid: (value: Value) => boolean;
}

/** A random schema with ajv's word on it; null when ajv does not take it. */
function labelled(chance: Chance, ajv: Ajv2020, schema = randomSchema(chance)): Labelled | null {
  try {
    const validate = ajv.compile(schema);
    return { schema, valid: (value) => validate(value) as boolean };
  } catch {
    return null;
  } finally {
    ajv.removeSchema();
  }
}

const newAjv = () => new Ajv2020({ strict: false, validateFormats: false, logger: false, allErrors: false });

function generated({ count, seed }: Ask): Report {
  const chance = seeded(seed);
  const raptor = new Raptor(byteVocabulary());
  const ajv = newAjv();
  const tally = { cases: 0, positives: 0, schemas: 0, refused: new Map<string, number>(), wrong: 0 };
  const lines: string[] = [];
  while (tally.cases < (count || 100_000)) {
    const made = labelled(chance, ajv);
    if (!made) continue;
    tally.schemas++;
    const grammar = raptor.schema(made.schema);
    for (let i = 0; i < 40; i++) {
      let value = guidedValue(chance, made.schema);
      if (chance() < 0.4) value = mutate(chance, value);
      if (/\\ud[89a-f]/i.test(JSON.stringify(value))) continue; // no UTF-8 for it
      const valid = made.valid(value);
      const text = spell(chance, value);
      if (isRefusal(grammar)) {
        if (grammar.refused !== "unsatisfiable") {
          tally.refused.set(grammar.why, (tally.refused.get(grammar.why) ?? 0) + 1);
          break;
        }
        if (valid) note(lines, tally, `called unsatisfiable: ${JSON.stringify(made.schema)} but ${text}`);
      } else if (accepts(grammar, text) !== valid)
        note(
          lines,
          tally,
          `${valid ? "rejected valid" : "accepted invalid"} ${text} of ${JSON.stringify(made.schema)}`,
        );
      tally.cases++;
      if (valid) tally.positives++;
    }
  }
  lines.push(
    `generated: ${tally.cases} cases of ${tally.schemas} schemas, ${tally.positives} positive, ${tally.wrong} wrong (seed ${seed})`,
  );
  for (const [why, n] of tally.refused) lines.push(`  refused ${n} schemas: ${why}`);
  return { wrong: tally.wrong, lines };
}

function note(lines: string[], tally: { wrong: number }, line: string): void {
  if (tally.wrong++ < 20) lines.push(line.slice(0, 1_200));
}

/** Rows on which ajv and the data set's own labels disagree (SOURCE.md of the data). */
const NOISE = new Set(["Github_hard---o38538", "Kubernetes---kb_1151_Normalized", "MCPspec---CallToolResult"]);

function parsed(text: string): Value | undefined {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return undefined;
  }
}

/** Instances of the dev set, changed here and there and labelled again by ajv. */
function mutated({ count, seed }: Ask): Report {
  const rows = maskRows();
  if (!rows) return ABSENT;
  const chance = seeded(seed);
  const raptor = new Raptor(byteVocabulary());
  const lines: string[] = [];
  const tally = { cases: 0, positives: 0, wrong: 0 };
  const options = { strict: false, validateFormats: false, logger: false } as const;
  while (tally.cases < (count || 20_000)) {
    const row = pick(chance, rows);
    if (NOISE.has(row.id)) continue;
    const modern = row.schema.includes("2020-12");
    let validate: (value: unknown) => boolean;
    try {
      const ajv = modern ? new Ajv2020(options) : new Ajv(options);
      const schema = JSON.parse(row.schema);
      if (!modern) delete schema.$schema;
      validate = ajv.compile(schema) as (value: unknown) => boolean;
    } catch {
      continue;
    }
    const grammar = raptor.schema(row.schema, { formats: "annotate", draft: modern ? 2020 : 7 });
    if (isRefusal(grammar)) continue;
    for (let i = 0; i < 20; i++) {
      const base = parsed(pick(chance, row.tests).text);
      if (base === undefined) continue;
      let value: Value = base;
      for (let k = chance() * 3; k > 1; k--) value = mutate(chance, value);
      if (/\\ud[89a-f]/i.test(JSON.stringify(value))) continue;
      const valid = validate(value);
      const text = spell(chance, value);
      tally.cases++;
      if (valid) tally.positives++;
      if (accepts(grammar, text) !== valid)
        note(lines, tally, `${row.id}: ${valid ? "rejected valid" : "accepted invalid"} ${text}`);
    }
  }
  lines.push(`mutated: ${tally.cases} cases, ${tally.positives} positive, ${tally.wrong} wrong (seed ${seed})`);
  return { wrong: tally.wrong, lines };
}

const walks = (ask: Ask): Report => walkThrough(ask, llama3Vocabulary(), randomSchema);

/** The same through arrays of few, counted and different items, byte by byte. */
const counted = (ask: Ask): Report => walkThrough(ask, byteVocabulary(), countedArray);

function walkThrough({ count, seed }: Ask, vocabulary: Vocabulary, schemaOf: (chance: Chance) => Schema): Report {
  const chance = seeded(seed);
  const raptor = new Raptor(vocabulary);
  const ajv = newAjv();
  const mask = new Uint32Array(raptor.vocabulary.words);
  const lines: string[] = [];
  const tally = { walks: 0, wrong: 0 };
  while (tally.walks < (count || 10_000)) {
    const made = labelled(chance, ajv, schemaOf(chance));
    const grammar = made && raptor.schema(made.schema);
    if (!made || !grammar || isRefusal(grammar)) continue;
    for (let i = 0; i < 10; i++) {
      tally.walks++;
      const matcher = grammar.matcher();
      const end = finish(matcher, mask, made.schema, chance);
      if (end !== null)
        note(lines, tally, `${end}: ${JSON.stringify(matcher.text().slice(0, 200))} of ${JSON.stringify(made.schema)}`);
      // Long numbers lose digits in a double, where ajv computes; such texts are not judged.
      else if (!/\d[\d.]{15}|[eE]\+?[2-9]\d/.test(matcher.text()) && !made.valid(JSON.parse(matcher.text()) as Value))
        note(lines, tally, `invalid: ${matcher.text()} of ${JSON.stringify(made.schema)}`);
    }
  }
  lines.push(`walks: ${tally.walks} under the mask, ${tally.wrong} unfinished or invalid (seed ${seed})`);
  return { wrong: tally.wrong, lines };
}

function adversarial(): Report {
  const raptor = new Raptor(llama3Vocabulary());
  const lines: string[] = [];
  let wrong = 0;
  for (const item of adversarialCases()) {
    raptor.reset();
    const began = cpu_us();
    const result = item.run(raptor);
    const took_ms = (cpu_us() - began) / 1000;
    const slow = took_ms > item.limit_ms;
    if (slow || result.startsWith("WRONG")) wrong++;
    lines.push(`${slow ? "SLOW " : ""}${item.name.padEnd(36)} ${took_ms.toFixed(1).padStart(9)} ms  ${result}`);
  }
  lines.push(`adversarial: ${wrong} wrong; ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB resident`);
  return { wrong, lines };
}

/** Schema texts, cut, doubled and overwritten: every one gets a grammar or a refusal. */
function fuzz({ count, seed }: Ask): Report {
  const chance = seeded(seed);
  const raptor = new Raptor(byteVocabulary());
  const sources = (maskRows() ?? []).map((r) => r.schema).filter((s) => s.length < 4_000);
  const lines: string[] = [];
  const tally = { wrong: 0 };
  const outcomes = new Map<string, number>();
  for (let i = 0; i < (count || 20_000); i++) {
    const base = sources.length > 0 && chance() < 0.7 ? pick(chance, sources) : JSON.stringify(randomSchema(chance));
    const text = scramble(chance, base);
    try {
      const made = raptor.schema(text);
      const key = isRefusal(made) ? made.refused : "compiled";
      outcomes.set(key, (outcomes.get(key) ?? 0) + 1);
      if (!isRefusal(made)) made.matcher().commitBytes(encoder.encode('{"a": [1, "x", {"b": null}]}'));
    } catch (error) {
      note(lines, tally, `${(error as Error).stack}\n${text.slice(0, 300)}`);
    }
  }
  lines.push(
    `fuzz: ${count || 20_000} texts, ${tally.wrong} crashes; ${[...outcomes].map(([k, n]) => `${k} ${n}`).join(", ")} (seed ${seed})`,
  );
  return { wrong: tally.wrong, lines };
}

const WORDS = [
  "-1",
  "1e400",
  "null",
  "{}",
  "[]",
  '""',
  "true",
  '"$ref"',
  '"#"',
  '"^("',
  '"not"',
  '"if"',
  "0.1",
  '"integer"',
  "[[]]",
  '"#/properties/a"',
];

function scramble(chance: Chance, text: string): string {
  let out = text;
  for (let k = 0; k < 1 + chance() * 3; k++) {
    const at = Math.floor(chance() * out.length);
    const to = at + Math.floor(chance() * 20);
    const how = Math.floor(chance() * 4);
    if (how === 0) out = out.slice(0, at) + out.slice(to);
    else if (how === 1) out = out.slice(0, to) + out.slice(at);
    else if (how === 2) out = out.replace(/(?<=: ?)("[^"]*"|\d+|true|false)/, pick(chance, WORDS));
    else out = out.slice(0, at) + pick(chance, WORDS) + out.slice(at);
  }
  return out;
}

export const SOUNDNESS: Record<string, (ask: Ask) => Report> = {
  suite,
  audit,
  generated,
  mutated,
  walks,
  counted,
  adversarial,
  fuzz,
};
