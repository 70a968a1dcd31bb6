/** The door: a vocabulary, and grammars compiled for it. */
import { Documents, type Draft } from "./documents.ts";
import { Engine } from "./engine.ts";
import { readJson } from "./json.ts";
import { readGrammar } from "./lark.ts";
import type { Local } from "./machine.ts";
import { MaskMemo } from "./mask.ts";
import { Matcher } from "./matcher.ts";
import { wholeLanguage } from "./pattern.ts";
import { attempt, fail, type Refusal, refuse } from "./refusal.ts";
import { SEARCH_LIMIT } from "./satisfy.ts";
import { SchemaCompiler, type SchemaOptions } from "./schema.ts";
import { TextMachine } from "./text-machine.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** A new engine is started when the old one holds this many states; grammars keep the one they were made with. */
export const ENGINE_TURNOVER = 100_000;
export const SCHEMA_BYTES_LIMIT = 32 * 1024 * 1024;

export interface CompileOptions extends Partial<SchemaOptions> {
  /** Further schema documents by address; nothing is ever fetched. */
  readonly documents?: Readonly<Record<string, string>>;
  /** The draft of schemas that name none. Default 2020. */
  readonly draft?: Draft;
  /** `any` (default) or `schema`: named keys keep the schema's order, other keys come last. */
  readonly keyOrder?: "any" | "schema";
  /** `json` (default) or `none`: no white space between JSON tokens, so that more text is forced. */
  readonly whitespace?: "json" | "none";
}

/** A tool that a model may call: its name and the JSON Schema of its parameters. */
export interface Tool {
  readonly name: string;
  readonly parameters: string | object | boolean;
}
export const TOOL_COUNT_LIMIT = 1_000;

export class Grammar {
  /** What was not enforced (lenient mode) or is an annotation. */
  readonly notes: readonly string[];
  readonly #memo: MaskMemo;
  readonly #start: Local;
  readonly #engine: Engine;

  constructor(memo: MaskMemo, engine: Engine, start: Local, notes: readonly string[]) {
    this.#memo = memo;
    this.#engine = engine;
    this.#start = start;
    this.notes = notes;
  }

  /** A matcher at the beginning of a text. */
  matcher(): Matcher {
    return new Matcher(this.#memo, this.#start, () => this.#engine.satisfier.refuel());
  }

  get engine_size(): number {
    return this.#engine.size;
  }
}

export class Raptor {
  readonly vocabulary: Vocabulary;
  #engine = new Engine();
  #memo: MaskMemo;

  constructor(vocabulary: Vocabulary) {
    this.vocabulary = vocabulary;
    this.#memo = new MaskMemo(vocabulary);
  }

  /** Forgets all that was learnt from earlier grammars (they stay usable). */
  reset(): void {
    this.#engine = new Engine();
    this.#memo = new MaskMemo(this.vocabulary);
  }

  #ready(): Engine {
    if (this.#engine.size > ENGINE_TURNOVER) this.reset();
    this.#engine.satisfier.refuel();
    return this.#engine;
  }

  /** Compiles a JSON Schema: its text (key order and exact numbers kept), or a parsed value. */
  schema(source: string | object | boolean, options: CompileOptions = {}): Grammar | Refusal {
    const text = typeof source === "string" ? source : JSON.stringify(source);
    if (text.length > SCHEMA_BYTES_LIMIT)
      return refuse("too-hard", `The schema is larger than ${SCHEMA_BYTES_LIMIT} bytes.`);
    const plain = (options.keyOrder ?? "any") === "any" && (options.whitespace ?? "json") === "json";
    if (plain) return this.#compile((engine) => compileSchema(engine, text, options));
    // Other rules of writing make other automata: such a grammar gets an engine of its own.
    const engine = new Engine({ whitespace: options.whitespace !== "none", ordered: options.keyOrder === "schema" });
    const made = attempt(() => compileSchema(engine, text, options));
    return "refused" in made ? made : new Grammar(new MaskMemo(this.vocabulary), engine, made.start, made.notes);
  }

  /** One of several tools: `{"name": …, "parameters": …}` where the name decides the parameters. */
  tools(tools: readonly Tool[], options: CompileOptions = {}): Grammar | Refusal {
    const names = new Set(tools.map((tool) => tool.name));
    if (tools.length === 0 || tools.length > TOOL_COUNT_LIMIT || names.size !== tools.length) {
      return refuse("schema-malformed", `Tools must be 1 to ${TOOL_COUNT_LIMIT}, each with a name of its own.`);
    }
    return this.schema(toolSchema(tools), options);
  }

  /** Text that an ECMA-262 regular expression matches from its first to its last character. */
  regex(pattern: string): Grammar | Refusal {
    return this.#compile((engine) => {
      const rx = wholeLanguage(engine.regex, pattern);
      if (!engine.regex.alive(rx)) fail("unsatisfiable", "Nothing matches this regular expression.");
      return { start: new TextMachine(engine, engine.texts, []).start({ kind: "terminal", rx }), notes: [] };
    });
  }

  /** A grammar in Lark's notation, GBNF or EBNF. */
  grammar(source: string): Grammar | Refusal {
    if (source.length > SCHEMA_BYTES_LIMIT)
      return refuse("too-hard", `The grammar is larger than ${SCHEMA_BYTES_LIMIT} bytes.`);
    return this.#compile((engine) => {
      const { start, rules } = readGrammar(engine.regex, source);
      return { start: new TextMachine(engine, engine.texts, rules).start(start), notes: [] };
    });
  }

  #compile(work: (engine: Engine) => { start: Local; notes: readonly string[] }): Grammar | Refusal {
    const engine = this.#ready();
    const made = attempt(() => work(engine));
    if (!("refused" in made)) return new Grammar(this.#memo, engine, made.start, made.notes);
    // What a refused source left behind is not worth keeping.
    if (made.refused === "too-hard") this.reset();
    return made;
  }
}

/** The schema of a call to one of these tools, as text: schemas given as text keep their spelling. */
export function toolSchema(tools: readonly Tool[]): string {
  const calls = tools.map(({ name, parameters }) => {
    const schema = typeof parameters === "string" ? parameters : JSON.stringify(parameters);
    const head = `{"type":"object","properties":{"name":{"const":${JSON.stringify(name)}},"parameters":`;
    return `${head}${schema}},"required":["name","parameters"],"additionalProperties":false}`;
  });
  return `{"anyOf":[${calls.join(",")}]}`;
}

function compileSchema(engine: Engine, text: string, options: CompileOptions): { start: Local; notes: string[] } {
  const documents = new Documents(readJson(text), options.documents ?? {}, options.draft ?? 2020);
  const compiler = new SchemaCompiler(engine.formulas, engine.satisfier, documents, {
    formats: options.formats ?? "assert",
    lenient: options.lenient ?? false,
  });
  const root = compiler.compile();
  if (!engine.satisfier.value(root)) fail("unsatisfiable", "No JSON value satisfies this schema.");
  // What is too hard in a part that few texts reach is refused now, not while such a text is written.
  for (const part of compiler.reached) {
    if (engine.satisfier.spent > LOOK_AHEAD_STEPS) break;
    engine.satisfier.value(part);
  }
  const start = engine.value([root]);
  probe(start);
  return { start, notes: compiler.notes };
}

/** Fuel for looking at parts of a schema that no value need meet; beyond it they wait for a text that does. */
const LOOK_AHEAD_STEPS = SEARCH_LIMIT / 2;

/** Takes the first steps of every kind of value, so that what is too hard there is refused now and not while writing. */
function probe(start: Local): void {
  for (const first of '{["-') {
    const move = start.move(first.charCodeAt(0));
    if (move?.op === "stay" && first !== '"') for (const next of '"{[1') move.to.move(next.charCodeAt(0));
  }
}
