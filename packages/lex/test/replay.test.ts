import { nodeCrypto, ReplayData } from "lop";
import { describe, expect, it } from "vitest";
import { type Answer, Needle, type Route, replay } from "../src/index.ts";
import { FakeEngine, fakeMemory, type Script } from "./fake-engine.ts";
import { behaviorCards, made, scriptedSupervisor } from "./needles.ts";

const WORDS = "let docs.example.net through for 15 minutes";
const SCRIPTS: Readonly<Record<string, Script>> = {
  [WORDS]: {
    tool: "permit.grant",
    spans: [
      { key: "host", text: " docs.example.net" },
      { key: "minutes", text: " 15 minutes" },
    ],
  },
};

async function answered(): Promise<Answer> {
  const { supervisor } = scriptedSupervisor(SCRIPTS);
  return made<Answer>(await supervisor.decode(made<Route>(await supervisor.route(WORDS))));
}

function needle(change: { script?: Script; weights?: string; start?: boolean; role?: string } = {}): Needle {
  const engine = new FakeEngine({ [WORDS]: change.script ?? SCRIPTS[WORDS]! });
  const info = { ...engine.info, weights: change.weights ?? engine.info.weights };
  const card = behaviorCards().find(({ id }) => id === "guard")!;
  const tools = { engine: Object.assign(engine, { info }), crypto: nodeCrypto, monotonic_ms: () => 0 };
  const canonical = change.role === undefined ? card.canonical : card.canonical.replace("You are", change.role);
  return made<Needle>(Needle.of({ ...card, canonical }, change.start ? fakeMemory() : null, tools));
}

describe("replay", () => {
  it("finds no difference where nothing was changed, after a trip through JSON", async () => {
    const { replay: data, call } = await answered();
    const read = ReplayData.parse(JSON.parse(JSON.stringify(data)));
    expect(await replay(read, { words: WORDS, call }, needle(), nodeCrypto)).toBeNull();
  });

  it.each([
    ["weights", needle({ weights: "e".repeat(64) })],
    ["initial memory", needle({ start: true })],
    ["behavior card", needle({ role: "You were" })],
    ["token", needle({ script: { ...SCRIPTS[WORDS]!, tool: "permit.revoke" } })],
  ])("names a changed %s", async (part, changed) => {
    const { replay: data, call } = await answered();
    expect(await replay(data, { words: WORDS, call }, changed, nodeCrypto)).toMatchObject({ part });
  });

  it.each<[string, (data: ReplayData) => ReplayData]>([
    ["weights", (data) => ({ ...data, weights: "a".repeat(64) })],
    ["runtime", (data) => ({ ...data, runtime: "other" })],
    ["grammar", (data) => ({ ...data, grammar: "a".repeat(64) })],
    ["grammar", (data) => ({ ...data, decode: "marks/0.9" })],
    ["seed", (data) => ({ ...data, seed: 7 })],
    ["token", (data) => ({ ...data, picks: data.picks.with(2, 9) })],
    ["token", (data) => ({ ...data, picks: data.picks.slice(0, -1) })],
    ["words", (data) => ({ ...data, fed: "a".repeat(64) })],
    ["score", (data) => ({ ...data, score: data.score + 1e-9 })],
    ["memory", (data) => ({ ...data, memory: "a".repeat(64) })],
  ])("names what was changed in the data: %s", async (part, change) => {
    const { replay: data, call } = await answered();
    expect(await replay(change(data), { words: WORDS, call }, needle(), nodeCrypto)).toMatchObject({ part });
  });

  it("names a changed action card", async () => {
    const { replay: data, call } = await answered();
    const changed = { ...call, parameters: { ...call.parameters, minutes: 16 } };
    expect(await replay(data, { words: WORDS, call: changed }, needle(), nodeCrypto)).toMatchObject({
      part: "action card",
      was: expect.stringContaining("16"),
    });
  });
});
