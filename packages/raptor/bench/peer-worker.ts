/**
 * The living peer, `@mlc-ai/web-xgrammar`, in a thread of its own so that a compilation without end can be cut off.
 * Its package cannot be imported by name in Node (a UMD file under "type": "module"), so it is loaded as CommonJS.
 */
import { copyFileSync, mkdtempSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parentPort } from "node:worker_threads";
import llama3 from "llama3-tokenizer-js";
import { beginSpan, cpu_us, endSpan_us } from "./clock-node.ts";
import { LLAMA3_ENDS, llama3Encode } from "./llama3.ts";
import type { Row } from "./maskbench.ts";

interface Matcher {
  getNextTokenBitmask(): Promise<Int32Array>;
  acceptToken(token: number): boolean;
  dispose(): void;
}
interface Peer {
  TokenizerInfo: {
    createTokenizerInfo(v: string[], type: string, space: boolean, size: number, stop: number[]): Promise<unknown>;
  };
  GrammarCompiler: {
    createGrammarCompiler(
      info: unknown,
      cache: boolean,
    ): Promise<{
      compileJSONSchema(
        s: string,
        any: boolean,
        indent: number | undefined,
        sep: undefined,
        strict: boolean,
      ): Promise<{ dispose(): void }>;
    }>;
  };
  GrammarMatcher: { createGrammarMatcher(grammar: unknown): Promise<Matcher> };
}

function load(): Peer {
  const require = createRequire(import.meta.url);
  const copy = join(mkdtempSync(join(tmpdir(), "raptor-peer-")), "xgrammar.cjs");
  copyFileSync(require.resolve("@mlc-ai/web-xgrammar").replace(/index\.js$/, "index.js"), copy);
  return require(copy) as Peer;
}

const peer = load();
const info = await peer.TokenizerInfo.createTokenizerInfo(
  llama3.vocabById,
  "byte_level",
  false,
  llama3.vocabById.length,
  LLAMA3_ENDS,
);
const compiler = await peer.GrammarCompiler.createGrammarCompiler(info, false);

async function runRow(row: Row) {
  const times_us: number[] = [];
  const counts = { validAccepted: 0, valid: 0, invalidRejected: 0, invalid: 0 };
  const texts = row.tests.map((test) => llama3Encode(test.text));
  const began = cpu_us();
  let compile_us = 0;
  const done = (outcome: string, why: string) => ({
    ...counts,
    id: row.id,
    weight: row.weight ?? 1,
    outcome,
    why,
    tested: row.tests.length > 0,
    compile_us,
    times_us,
  });
  beginSpan();
  let grammar: { dispose(): void };
  try {
    grammar = await compiler.compileJSONSchema(row.schema, true, undefined, undefined, false);
    const first = await peer.GrammarMatcher.createGrammarMatcher(grammar);
    await first.getNextTokenBitmask();
    first.dispose();
    compile_us = cpu_us() - began;
  } catch (error) {
    return done("refused", String((error as Error).message ?? error).slice(0, 200));
  }
  let outcome = "pass";
  for (const [i, test] of row.tests.entries()) {
    const accepted = await runText(await peer.GrammarMatcher.createGrammarMatcher(grammar), texts[i]!, times_us);
    counts[test.valid ? "valid" : "invalid"]++;
    if (accepted === test.valid) counts[test.valid ? "validAccepted" : "invalidRejected"]++;
    else if (outcome === "pass") outcome = test.valid ? "valid-rejected" : "invalid-accepted";
  }
  grammar.dispose();
  return done(outcome, "");
}

async function runText(matcher: Matcher, tokens: readonly number[], times_us: number[]): Promise<boolean> {
  for (const token of tokens) {
    beginSpan();
    const mask = await matcher.getNextTokenBitmask();
    const taken = ((mask[token >>> 5]! >>> (token & 31)) & 1) === 1 && matcher.acceptToken(token);
    times_us.push(endSpan_us());
    if (!taken) {
      matcher.dispose();
      return false;
    }
  }
  const mask = await matcher.getNextTokenBitmask();
  const ended = LLAMA3_ENDS.some((end) => ((mask[end >>> 5]! >>> (end & 31)) & 1) === 1);
  matcher.dispose();
  return ended;
}

parentPort!.on("message", (row: Row) => {
  void runRow(row)
    .catch((error: unknown) => ({
      id: row.id,
      weight: row.weight ?? 1,
      outcome: "crash",
      why: String(error),
      tested: true,
      validAccepted: 0,
      valid: 0,
      invalidRejected: 0,
      invalid: 0,
      compile_us: 0,
      times_us: [],
    }))
    .then((result) => parentPort!.postMessage(result));
});
parentPort!.postMessage("ready");
