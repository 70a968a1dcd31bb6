/** The engine under our wrapper against Cedar's own integration tests: decision, deciding policies and failing policies. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { Cedar, type CedarEntity, type CedarRequest, isFault } from "../src/cedar.ts";

interface Case {
  readonly id: string;
  readonly policies: string;
  readonly schema: string;
  readonly entities: readonly CedarEntity[];
  readonly requests: readonly (Omit<CedarRequest, "entities"> & {
    readonly description: string;
    readonly validateRequest?: boolean;
    readonly decision: "allow" | "deny";
    readonly reason: readonly string[];
    readonly errors: readonly string[];
  })[];
}

const vectors = new URL("./vectors/cedar/", import.meta.url);
const casesOf = (text: string): Case[] =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Case);
const handwritten = casesOf(readFileSync(new URL("handwritten.jsonl", vectors), "utf8"));
const corpus = casesOf(gunzipSync(readFileSync(new URL("corpus.jsonl.gz", vectors))).toString("utf8"));

let cedar: Cedar;
beforeAll(async () => {
  cedar = await Cedar.load();
});

/** Requests that were judged otherwise than expected, as text. */
function disagreements(set: string, cases: readonly Case[]): { requests: number; differing: string[] } {
  let requests = 0;
  const differing: string[] = [];
  for (const one of cases) {
    const typed = cedar.prepare(`${set}/${one.id}`, one.policies, one.schema);
    if (isFault(typed)) throw new Error(`${one.id}: ${typed.why}`);
    for (const request of one.requests) {
      requests++;
      const { principal, action, resource, context } = request;
      const answer = typed({ principal, action, resource, context, entities: one.entities });
      const got = JSON.stringify([answer.decision, answer.policies, answer.errors.map((error) => error.policy).sort()]);
      const want = JSON.stringify([request.decision, [...request.reason].sort(), [...request.errors].sort()]);
      if (got !== want)
        differing.push(`${one.id} ${request.description}: ${got} instead of ${want} ${answer.errors[0]?.why ?? ""}`);
    }
  }
  return { requests, differing };
}

describe("Cedar's integration tests", () => {
  it("handwritten", () => {
    expect(disagreements("handwritten", handwritten)).toEqual({ requests: 74, differing: [] });
  });

  it("corpus", () => {
    expect(disagreements("corpus", corpus)).toEqual({ requests: 3200, differing: [] });
  });
});
