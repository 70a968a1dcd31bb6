/**
 * The maskbench-ts harness: rules of MaskBench, made stricter (a text counts as accepted only if an end token is
 * allowed behind it). Times are CPU time of the thread.
 */
import type { Grammar, Raptor } from "../src/index.ts";
import { isRefusal } from "../src/index.ts";
import { beginSpan, cpu_us, endSpan_us } from "./clock-node.ts";

export interface Row {
  readonly id: string;
  readonly family?: string;
  readonly weight?: number;
  readonly schema: string;
  readonly tests: readonly { readonly valid: boolean; readonly text: string; readonly why?: string }[];
}

export type Outcome = "pass" | "refused" | "valid-rejected" | "invalid-accepted" | "time-out" | "crash";

export interface RowResult {
  readonly id: string;
  readonly weight: number;
  readonly outcome: Outcome;
  readonly why: string;
  readonly tested: boolean;
  readonly validAccepted: number;
  readonly valid: number;
  readonly invalidRejected: number;
  readonly invalid: number;
  readonly compile_us: number;
}

export interface Engine {
  readonly name: string;
  /** Compiles and makes the first mask; throws with the reason when refused. */
  open(schema: string): Session;
  /** Forgets what earlier schemas taught. */
  cold(): void;
}

export interface Session {
  start(): Text;
}

export interface Text {
  /** Fills the mask, tests the token's bit and commits. */
  take(token: number): boolean;
  mayEnd(): boolean;
  close?(): void;
}

export const TIME_LIMIT_US = 60_000_000;

export function raptorEngine(raptor: Raptor): Engine {
  const mask = new Uint32Array(raptor.vocabulary.words);
  const end = raptor.vocabulary.ends[0]!;
  const open = (schema: string): Session => {
    const grammar: Grammar | { why: string; refused: string } = raptor.schema(schema);
    if (isRefusal(grammar)) throw new Error(`${grammar.refused}: ${grammar.why}`);
    const first = (grammar as Grammar).matcher().fillMask(mask);
    if (first) throw new Error(`${first.refused}: ${first.why}`);
    return {
      start: () => {
        const matcher = (grammar as Grammar).matcher();
        return {
          take: (token) => {
            const failed = matcher.fillMask(mask);
            if (failed) throw new Error(failed.why);
            return ((mask[token >>> 5]! >>> (token & 31)) & 1) === 1 && matcher.commit(token) === true;
          },
          mayEnd: () => {
            matcher.fillMask(mask);
            return ((mask[end >>> 5]! >>> (end & 31)) & 1) === 1;
          },
        };
      },
    };
  };
  return { name: "raptor", open, cold: () => raptor.reset() };
}

/** Runs one row; the time of each token (mask, bit test, commit) is appended to `times_us`. */
export function runRow(
  engine: Engine,
  row: Row,
  encode: (text: string) => number[],
  times_us: number[],
  cold: boolean,
): RowResult {
  const counts = { validAccepted: 0, valid: 0, invalidRejected: 0, invalid: 0 };
  const texts = row.tests.map((test) => encode(test.text));
  if (cold) engine.cold();
  const began = cpu_us();
  let compile_us = 0;
  beginSpan();
  const result = (outcome: Outcome, why: string): RowResult => ({
    ...counts,
    id: row.id,
    weight: row.weight ?? 1,
    outcome,
    why,
    tested: row.tests.length > 0,
    compile_us,
  });
  let session: Session;
  try {
    session = engine.open(row.schema);
    compile_us = endSpan_us();
  } catch (error) {
    compile_us = endSpan_us();
    return result("refused", String((error as Error).message ?? error));
  }
  let wrong: RowResult | null = null;
  for (const [i, test] of row.tests.entries()) {
    if (cold && i > 0) {
      engine.cold();
      session = engine.open(row.schema);
    }
    if (cpu_us() - began > TIME_LIMIT_US) return result("time-out", "60 s of CPU time");
    let accepted: boolean;
    try {
      accepted = runText(session.start(), texts[i]!, times_us);
    } catch (error) {
      return result("crash", String((error as Error).stack ?? error));
    }
    counts[test.valid ? "valid" : "invalid"]++;
    if (accepted === test.valid) counts[test.valid ? "validAccepted" : "invalidRejected"]++;
    else wrong ??= result(test.valid ? "valid-rejected" : "invalid-accepted", test.why ?? test.text.slice(0, 120));
  }
  return wrong ? { ...wrong, ...counts } : result("pass", "");
}

function runText(text: Text, tokens: readonly number[], times_us: number[]): boolean {
  for (const token of tokens) {
    beginSpan();
    const taken = text.take(token);
    times_us.push(endSpan_us());
    if (!taken) {
      text.close?.();
      return false;
    }
  }
  const ended = text.mayEnd();
  text.close?.();
  return ended;
}
