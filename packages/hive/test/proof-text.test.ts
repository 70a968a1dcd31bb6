import { expect, it } from "vitest";
import type { DirectiveView } from "../src/hive-types.ts";
import { lineOf } from "../src/proof-text.ts";
import { nodeTerminal } from "../src/terminal.ts";

const view = (more: Partial<DirectiveView>): DirectiveView => ({
  ...{
    id: "a".repeat(64),
    state: "interrupted",
    step: "approve",
    words: null,
    card: null,
    verdict: null,
    outcome: null,
  },
  ...{ quarantined: null, verified: null, refusal: null, approve_by: null, ended_at: null, steps: [] },
  submitted_at: "2026-11-21T09:20:10.896Z",
  ...more,
});
const terminal = nodeTerminal({ NO_COLOR: "1" }, "/nowhere");

it("a line of the list says when words and action card were not kept, instead of empty words", () => {
  expect(lineOf(view({}), terminal)).toMatch(/interrupted +\(not kept\)$/);
  expect(lineOf(view({ words: "tidy up" }), terminal)).toMatch(/ "tidy up"$/);
});
