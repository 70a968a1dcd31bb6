/** The JSON-Schema-Test-Suite: each instance is fed to the byte machine in a spelling that keeps its numbers exact. */

import { plainText } from "../src/decimal.ts";
import { type CompileOptions, isRefusal, type Raptor } from "../src/index.ts";
import { type Json, JsonNumber, readJson } from "../src/json.ts";

export interface SuiteReport {
  readonly total: number;
  readonly right: number;
  readonly falseAccepts: string[];
  readonly falseRejects: string[];
  /** Refused tests by reason. */
  readonly refused: Map<string, string[]>;
}

const encoder = new TextEncoder();

export function runSuite(
  raptor: Raptor,
  suite: string,
  remotes: string,
  wanted: (file: string) => boolean,
  options: CompileOptions,
): SuiteReport {
  const files = readJson(suite) as Map<string, Json>;
  const documents: Record<string, string> = {};
  for (const [uri, document] of readJson(remotes) as Map<string, Json>) documents[uri] = writeJson(document);
  const report: SuiteReport = { total: 0, right: 0, falseAccepts: [], falseRejects: [], refused: new Map() };
  for (const [file, groups] of files) {
    if (!wanted(file)) continue;
    for (const group of groups as Map<string, Json>[]) runGroup(raptor, file, group, { ...options, documents }, report);
  }
  return report;
}

function runGroup(
  raptor: Raptor,
  file: string,
  group: Map<string, Json>,
  options: CompileOptions,
  report: SuiteReport,
): void {
  const counts = report as { total: number; right: number };
  const grammar = raptor.schema(writeJson(group.get("schema")!), options);
  for (const test of group.get("tests") as Map<string, Json>[]) {
    const name = `${file}: ${group.get("description")}: ${test.get("description")}`;
    const valid = test.get("valid") === true;
    counts.total++;
    if (isRefusal(grammar)) {
      // What nothing satisfies is refused; that is the right answer to an invalid instance.
      if (grammar.refused === "unsatisfiable" && !valid) counts.right++;
      else report.refused.set(grammar.why, [...(report.refused.get(grammar.why) ?? []), name]);
      continue;
    }
    const matcher = grammar.matcher();
    const accepted = matcher.commitBytes(encoder.encode(writeJson(test.get("data")!))) === true && matcher.accepting();
    if (accepted === valid) counts.right++;
    else (accepted ? report.falseAccepts : report.falseRejects).push(name);
  }
}

/** JSON text of a value, numbers written plainly and exactly. */
export function writeJson(value: Json): string {
  if (value instanceof JsonNumber) return plainText(value.value);
  if (Array.isArray(value)) return `[${value.map(writeJson).join(",")}]`;
  if (value instanceof Map) return `{${[...value].map(([k, v]) => `${JSON.stringify(k)}:${writeJson(v)}`).join(",")}}`;
  return JSON.stringify(value);
}
