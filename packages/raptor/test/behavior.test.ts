import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BEHAVIORS_FOLDER, loadBehaviors } from "../src/behaviors-node.ts";
import { type BehaviorCard, isRefusal, readBehavior } from "../src/index.ts";
import { accepts, compiled, raptor } from "./support.ts";

const cards = loadBehaviors() as Map<string, BehaviorCard>;
const source = readFileSync(join(BEHAVIORS_FOLDER, "files.json"), "utf8");

describe("behavior cards", () => {
  it("come with the twelve needles, each with an output grammar", () => {
    expect([...cards.keys()]).toEqual([
      "exec",
      "fetch",
      "files",
      "find",
      "guard",
      "plan",
      "query",
      "recall",
      "snapshot",
      "vitality",
      "watch",
      "wealth",
    ]);
    for (const card of cards.values()) expect(isRefusal(raptor.schema(card.output)), card.id).toBe(false);
  });

  it("bind a call to its tool's parameters", () => {
    const grammar = compiled(raptor.schema(cards.get("files")!.output));
    expect(accepts(grammar, '{"name":"files.read","parameters":{"path":"notes.md"}}')).toBe(true);
    expect(accepts(grammar, '{"name":"files.read","parameters":{}}')).toBe(false);
    expect(accepts(grammar, '{"name":"files.read","parameters":{"path":"a","x":1}}')).toBe(false);
  });

  it("have one hash whatever the spelling", () => {
    const hash = (card: BehaviorCard) => createHash("sha256").update(card.canonical).digest("hex");
    const respelled = JSON.stringify(JSON.parse(source));
    expect(hash(readBehavior(respelled) as BehaviorCard)).toBe(hash(cards.get("files")!));
  });

  it("are refused with a pointer when they are wrong", () => {
    const change = (f: (card: Record<string, unknown>) => unknown) => {
      const card = JSON.parse(source);
      f(card);
      return readBehavior(JSON.stringify(card));
    };
    expect(change((c) => Object.assign(c, { extra: 1 }))).toMatchObject({
      refused: "behavior-malformed",
      pointer: "/extra",
    });
    expect(change((c) => delete c.role)).toMatchObject({ pointer: "/role" });
    expect(change((c) => Object.assign(c, { v: 2 }))).toMatchObject({ pointer: "/v" });
    expect(change((c) => Object.assign(c, { tools: {} }))).toMatchObject({ pointer: "/tools" });
  });
});
