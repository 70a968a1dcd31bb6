/** The door: a vocabulary, and grammars compiled for it. */
import { Documents, type Draft } from "./documents.ts";
import { Engine } from "./engine.ts";
import { readJson } from "./json.ts";
import type { Local } from "./machine.ts";
import { MaskMemo } from "./mask.ts";
import { Matcher } from "./matcher.ts";
import { attempt, fail, type Refusal, refuse } from "./refusal.ts";
import { SchemaCompiler, type SchemaOptions } from "./schema.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** A new engine is started when the old one holds this many states; grammars keep the one they were made with. */
export const ENGINE_TURNOVER = 150_000;
export const SCHEMA_BYTES_LIMIT = 32 * 1024 * 1024;

export interface CompileOptions extends Partial<SchemaOptions> {
  /** Further schema documents by address; nothing is ever fetched. */
  readonly documents?: Readonly<Record<string, string>>;
  /** The draft of schemas that name none. Default 2020. */
  readonly draft?: Draft;
}

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
    if (text.length > SCHEMA_BYTES_LIMIT) return refuse("too-hard", `The schema is larger than ${SCHEMA_BYTES_LIMIT} bytes.`);
    const engine = this.#ready();
    const made = attempt(() => compileSchema(engine, text, options));
    if ("refused" in made) {
      // What a refused source left behind is not worth keeping.
      if (made.refused === "too-hard") this.reset();
      return made;
    }
    return new Grammar(this.#memo, engine, made.start, made.notes);
  }
}

function compileSchema(engine: Engine, text: string, options: CompileOptions): { start: Local; notes: string[] } {
  const documents = new Documents(readJson(text), options.documents ?? {}, options.draft ?? 2020);
  const compiler = new SchemaCompiler(engine.formulas, engine.satisfier, documents, {
    formats: options.formats ?? "assert",
    lenient: options.lenient ?? false,
  });
  const root = compiler.compile();
  if (!engine.satisfier.value(root)) fail("unsatisfiable", "No JSON value satisfies this schema.");
  return { start: engine.value([root]), notes: compiler.notes };
}
