/** The command: `raptor check schema.json [instance.json]`, `raptor explain schema.json TEXT`. */
import { readFileSync } from "node:fs";
import { type CompileOptions, Raptor } from "./raptor.ts";
import { isRefusal, type Refusal } from "./refusal.ts";
import { Vocabulary } from "./vocabulary.ts";

const USAGE = `raptor check SCHEMA [INSTANCE] [--lenient] [--annotate-formats]
  Says whether the schema compiles, what is not enforced, and whether the instance is accepted.
raptor explain SCHEMA TEXT
  Says where TEXT leaves what the schema allows, and what could stand there.
SCHEMA ends in .json (JSON Schema), .lark or .gbnf (grammar); INSTANCE is a file, - is standard input.
Exit status: 0 accepted, 1 not accepted, 2 refused, 64 wrong usage.`;

interface Io {
  readonly out: (line: string) => void;
  readonly read: (path: string) => string;
}

/** Runs a command; returns the exit status. */
export function runCli(args: readonly string[], io: Io): number {
  const flags = args.filter((a) => a.startsWith("--"));
  const [command, schema, last] = args.filter((a) => !a.startsWith("--"));
  const known = flags.every((f) => f === "--lenient" || f === "--annotate-formats");
  if (
    (command !== "check" && command !== "explain") ||
    !schema ||
    !known ||
    (command === "explain" && last === undefined)
  ) {
    io.out(USAGE);
    return args.includes("--help") ? 0 : 64;
  }
  const options: CompileOptions = {
    lenient: flags.includes("--lenient"),
    formats: flags.includes("--annotate-formats") ? "annotate" : "assert",
  };
  const raptor = new Raptor(byteVocabulary());
  const source = io.read(schema);
  const grammar = /\.(lark|gbnf|ebnf)$/.test(schema) ? raptor.grammar(source) : raptor.schema(source, options);
  if (isRefusal(grammar)) return refused(grammar, io);
  io.out(`compiles: ${schema}`);
  for (const note of grammar.notes) io.out(`  note ${note}`);
  if (last === undefined) return 0;
  const text = command === "check" ? io.read(last).trimEnd() : last;
  const matcher = grammar.matcher();
  const bytes = new TextEncoder().encode(text);
  const taken = matcher.commitBytes(bytes);
  if (isRefusal(taken)) return refused(taken, io);
  if (taken && matcher.accepting()) {
    io.out("accepted");
    return 0;
  }
  io.out(`not accepted: ${taken ? "the text is not complete" : matcher.explainBytes(bytes)}`);
  return 1;
}

function refused(refusal: Refusal, io: Io): number {
  io.out(`refused ${refusal.refused}${refusal.pointer ? ` at ${refusal.pointer}` : ""}: ${refusal.why}`);
  io.out(`  ${refusal.fix}`);
  return 2;
}

function byteVocabulary(): Vocabulary {
  const made = Vocabulary.from({
    tokens: [...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)), null],
    ends: [256],
  });
  if (isRefusal(made)) throw new Error(made.why);
  return made;
}

export const nodeIo: Io = {
  out: (line) => console.log(line),
  read: (path) => readFileSync(path === "-" ? 0 : path, "utf8"),
};
