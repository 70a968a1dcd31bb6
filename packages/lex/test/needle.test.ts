import { isRefusal } from "lop";
import { describe, expect, it } from "vitest";
import type { Answer, Route } from "../src/index.ts";
import type { Script } from "./fake-engine.ts";
import { made, scriptedSupervisor } from "./needles.ts";

const CASES: Readonly<Record<string, Script & { parameters: object }>> = {
  "run this python: print(6*7)": {
    tool: "exec.run",
    choices: { language: "python" },
    spans: [{ key: "code", text: " print(6*7)" }],
    parameters: { language: "python", code: "print(6*7)" },
  },
  "let docs.example.net through for 15 minutes.": {
    tool: "permit.grant",
    spans: [
      { key: "host", text: " docs.example.net" },
      { key: "minutes", text: " 15 minutes" },
    ],
    parameters: { host: "docs.example.net", minutes: 15 },
  },
  "plan a bakery near the old mill, then a quiet library for an hour, 20 minutes each": {
    tool: "lattice.plan",
    spans: [
      { key: "what", text: " bakery" },
      { key: "near", text: " the old mill" },
      { key: "require", text: " quiet" },
      { key: "what", text: " library" },
      { key: "minutes", text: " an hour" },
      { key: "each_minutes", text: " 20 minutes" },
    ],
    legs: [" then"],
    parameters: {
      legs: [
        { what: "bakery", near: "the old mill", minutes: 20 },
        { what: "library", require: ["quiet"], minutes: 60 },
      ],
    },
  },
  "end the freeze, wipe it all": { tool: "guard.resume", choices: { wipe: "true" }, parameters: { wipe: true } },
  "which snapshots are there": { tool: "snapshot.list", parameters: {} },
  "show the permits table": {
    tool: "query.sql",
    choices: { view: "permits" },
    parameters: { sql: "SELECT * FROM permits" },
  },
  'remember "the lamp\'s code is 9" with tag home': {
    tool: "recall.add",
    spans: [
      { key: "text", text: "the lamp's code is 9" },
      { key: "tag", text: " home" },
    ],
    parameters: { text: "the lamp's code is 9", tag: "home" },
  },
};

async function carry(directive: string, scripts: Readonly<Record<string, Script>>): Promise<Answer> {
  const { supervisor } = scriptedSupervisor(scripts);
  const route = made<Route>(await supervisor.route(directive));
  return made<Answer>(await supervisor.decode(route));
}

describe("a needle over a scripted engine", () => {
  for (const [directive, script] of Object.entries(CASES))
    it(directive, async () => {
      const answer = await carry(directive, { [directive]: script });
      expect(answer.call).toEqual({ tool: script.tool, parameters: script.parameters });
      expect(answer.score).toBeLessThan(0);
      expect(answer.fed_count).toBeGreaterThan(directive.split(" ").length);
    });

  it("tells forced tokens from free ones, and the directive's pieces in order", async () => {
    const answer = await carry("run this python: print(6*7)", CASES);
    expect(answer.tokens[0]).toMatchObject({ text: "<|tool:exec.run|>", forced: false });
    const again = answer.tokens.filter(({ text }) => !text.startsWith("<|"));
    expect(again.every(({ forced }) => forced)).toBe(true);
    expect("run this python: print(6*7)".startsWith(again.map(({ text }) => text).join(""))).toBe(true);
  });

  it("reads nothing a second time where nothing can be marked", async () => {
    const answer = await carry("which snapshots are there", CASES);
    expect(answer.tokens).toHaveLength(1);
  });
});

describe("the supervisor", () => {
  it("refuses what no tool does, and says what it weighed", async () => {
    const { supervisor } = scriptedSupervisor({ "sing me a song": { tool: "none", sure: 0.97 } });
    const refused = await supervisor.route("sing me a song");
    expect(refused).toMatchObject({ refused: "no-needle-fits" });
    expect((refused as { why: string }).why).toMatch(/none 97\.0 %/);
  });

  it("never offers a tool whose required parameters are not in the words", async () => {
    const { supervisor } = scriptedSupervisor({ "grant it": { tool: "permit.grant" } });
    const routed = await supervisor.route("grant it");
    const tools = isRefusal(routed) ? [] : routed.tools.map(({ tool }) => tool);
    expect(tools).not.toContain("permit.grant");
  });

  it("asks two needles when they are close, one when it is clear", async () => {
    const close: Script = { tool: "snapshot.list", sure: 0.5, others: { "watch.list": 0.45 } };
    const clear: Script = { tool: "snapshot.list", sure: 0.95 };
    const { supervisor } = scriptedSupervisor({ "list them": close, "list snapshots": clear });
    expect(made<Route>(await supervisor.route("list them")).asked).toEqual(["snapshot", "watch"]);
    expect(made<Route>(await supervisor.route("list snapshots")).asked).toEqual(["snapshot"]);
  });

  it("refuses a guess", async () => {
    const guess: Script = { tool: "snapshot.list", sure: 0.06 };
    const { supervisor } = scriptedSupervisor({ "hm?": guess });
    const route = await supervisor.route("hm?");
    const end = isRefusal(route) ? route : await supervisor.decode(route);
    expect(end).toMatchObject({ refused: "no-needle-fits" });
  });

  it("refuses a lone surrogate", async () => {
    const { supervisor } = scriptedSupervisor({});
    expect(await supervisor.route("a \ud800")).toMatchObject({ refused: "request-malformed" });
  });
});
