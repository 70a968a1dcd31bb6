/** Small things that turn data into what is read: the launcher's order, sentences, the rail, the ring, the key in the address. */
import { describe, expect, it } from "vitest";
import { DEMO_TOOLS, demoCard, demoSteps, demoView, OWN_CARD_ALLOWED } from "../src/demo-data.ts";
import { effectOf } from "../src/effect.ts";
import { CHOICES_MAX, choicesFor, ghostOf } from "../src/launcher.ts";
import { takeKey } from "../src/page-key.ts";
import { hexagon, polar, stepArc } from "../src/ring-geometry.ts";
import { ringView } from "../src/ring-view.ts";
import { EMPTY_ROOM } from "../src/room-state.ts";
import {
  clockText,
  countText,
  plainText,
  sentenceOf,
  shortHash,
  sizeText,
  tookText,
  treeHeadText,
} from "../src/sentence.ts";
import { moodOf, railOf } from "../src/trip.ts";
import type { JsonObject } from "../src/wire.ts";
import { readPermit, readTool } from "../src/wire-read.ts";

const names = (text: string) =>
  choicesFor(text, DEMO_TOOLS).map((choice) => (choice.kind === "tool" ? choice.tool.name : "words"));

describe("the launcher", () => {
  it.each<[string, string[]]>([
    ["files.read", ["files.read", "words"]],
    ["read", ["files.read", "words"]],
    ["xr", ["exec.run", "words"]],
    ["read my notes", ["words"]],
    ["zzz", ["words"]],
  ])("%j", (text, wanted) => {
    expect(names(text)).toEqual(wanted);
  });

  it("shows no more than fits and puts what cannot run last", () => {
    expect(names("").length).toBe(CHOICES_MAX);
    expect(names("s").at(-1)).toBe("words");
    expect(names("snapshot")[0]).toBe("snapshot.create");
    expect(choicesFor("e", DEMO_TOOLS)[0]).toMatchObject({ tool: { name: "exec.run" } });
  });

  it("offers the rest of the name", () => {
    expect(ghostOf("exec", choicesFor("exec", DEMO_TOOLS))).toBe(".run");
    expect(ghostOf("run", choicesFor("run", DEMO_TOOLS))).toBe("");
    expect(ghostOf("", choicesFor("", DEMO_TOOLS))).toBe("");
  });
});

describe("words and figures", () => {
  it("say what a card does", () => {
    expect(sentenceOf({ words: null, card: demoCard("files.write", "files", { path: "a/b.md" }) })).toEqual({
      verb: "Write",
      object: "a/b.md",
      literal: true,
    });
    const said = (tool: string, parameters: JsonObject) => {
      const { verb, object } = sentenceOf({ words: null, card: demoCard(tool, "x", parameters) });
      return `${verb} ${object}`;
    };
    expect(said("lattice.find", { what: "quiet café", near: "Old Town" })).toBe("Find quiet café near Old Town");
    expect(said("lattice.find", {})).toBe("Find places");
    const legs = [{ what: "bakery" }, { what: "library", minutes: 60 }];
    expect(said("lattice.plan", { legs })).toBe("Plan bakery, then library");
    expect(said("lattice.plan", {})).toBe("Plan a day");
    expect(sentenceOf({ words: null, card: demoCard("x.y", "x", {}) })).toEqual({
      verb: "Do",
      object: "x.y",
      literal: true,
    });
    expect(sentenceOf({ words: "as I said", card: null }).object).toBe("as I said");
  });

  it("carry units", () => {
    expect([0, 999, 1000, 31_800, 2_500_000].map(tookText)).toEqual(["0 µs", "999 µs", "1.0 ms", "32 ms", "2.5 s"]);
    expect([0, 1023, 1024, 1_048_576].map(sizeText)).toEqual(["0 B", "1023 B", "1.0 KiB", "1.0 MiB"]);
    expect(countText(1_284_031)).toBe("1\u2009284\u2009031");
    expect(shortHash("0123456789ab")).toBe("0123 4567");
    expect(clockText("2026-11-21T06:00:00.000Z", "UTC")).toBe("06:00:00");
    expect(clockText("never")).toBe("");
    expect(treeHeadText("o\n3\nAAECAwQF\n")).toBe("0001 0203");
    expect(treeHeadText("")).toBe("");
    expect(plainText({ files: [{ path: "a", bytes: 2 }], hosts: ["h"], none: [], left: 3 })).toBe(
      "files:\n  - path: a\n    bytes: 2\nhosts:\n  - h\nnone: none\nleft: 3",
    );
  });

  it("show the effect first: a diff when there is one, else the content", () => {
    const card = demoCard("files.write", "files", { path: "a.md", content: "x\ny\n" });
    expect(effectOf({ card, steps: [] })).toEqual({
      title: "a.md",
      lines: [
        { sign: "+", text: "x" },
        { sign: "+", text: "y" },
      ],
      hidden: 0,
    });
    const steps = demoSteps("d", "approve", "waiting", [], { diff: "-old\n+new\n same" });
    expect(effectOf({ card, steps })?.lines.map((line) => line.sign)).toEqual(["-", "+", " "]);
    expect(
      effectOf({ card: demoCard("exec.run", "exec", { language: "python", code: "1\n".repeat(500) }), steps: [] })
        ?.hidden,
    ).toBe(300);
  });
});

describe("the trip", () => {
  it("is eleven steps, whatever came", () => {
    const view = demoView(1, "running", {
      step: "execute",
      steps: demoSteps("d", "execute", "began", OWN_CARD_ALLOWED),
    });
    expect(railOf(view).map((step) => step.look)).toEqual([
      "passed",
      "passed",
      "skipped",
      "skipped",
      "passed",
      "skipped",
      "active",
      "ahead",
      "ahead",
      "ahead",
      "ahead",
    ]);
    expect(railOf(null)).toHaveLength(11);
  });

  it("is gold only after a check in this page", () => {
    const done = demoView(1, "done", { verified: true } as object);
    expect(moodOf(done, "unknown")).toBe("ended");
    expect(moodOf(done, "good")).toBe("verified");
    expect(moodOf(done, "bad")).toBe("red");
    expect(moodOf({ ...done, quarantined: true }, "good")).toBe("red");
    expect(moodOf(demoView(1, "refused", {}), "good")).toBe("red");
  });

  it("lights the routed needle, and the candidates while something is typed", () => {
    const view = demoView(1, "running", { card: demoCard("exec.run", "exec", {}), step: "execute" });
    const state = {
      ...EMPTY_ROOM,
      tools: DEMO_TOOLS,
      directives: { [view.id]: view },
      order: [view.id],
      selected: view.id,
    };
    const look = (id: string, from = state) => ringView(from).needles.find((needle) => needle.id === id)?.look;
    expect(look("exec")).toBe("routed");
    expect(look("plan")).toBe("absent");
    expect(look("files", { ...state, composer: { mode: "list", text: "files", at: 0 } })).toBe("candidate");
  });

  it("draws twelve at 30° and eleven arcs inside the square", () => {
    expect(polar(100, 90)).toEqual({ x: 350, y: 250 });
    expect(hexagon(10)).toMatch(/^M250 240L/);
    expect(new Set(Array.from({ length: 11 }, (_, i) => stepArc(i, 11))).size).toBe(11);
  });
});

describe("loose rows", () => {
  it("of tools say which part is missing", () => {
    expect(readTool({ name: "a.b", ready: false, part: "nest", parameters: {} }).absent).toBe(
      "Its part, nest, is not built yet.",
    );
    expect(
      readTool({ name: "a.b", ready: true, parameters: { properties: { x: { type: "string" } }, required: ["x"] } }),
    ).toMatchObject({ needle: "a", absent: null, required: ["x"] });
  });

  it("of permits say what is left", () => {
    const row = { id: "p", hosts: ["h"], until: "2026-11-21T06:00:00.000Z", state: "live", uses_left: 2 };
    expect(readPermit(row)).toEqual({
      id: "p",
      hosts: ["h"],
      expires: "2026-11-21T06:00:00.000Z",
      uses: 2,
      live: true,
    });
    expect(readPermit({ ...row, state: "revoked" }).live).toBe(false);
  });
});

describe("the key", () => {
  const page = (hash: string, kept: string | null) => {
    const seen: string[] = [];
    const storage = { getItem: () => kept, setItem: (_: string, value: string) => void seen.push(`kept ${value}`) };
    const history = {
      replaceState: (_: unknown, __: string, url?: string | URL | null) => void seen.push(`address ${url}`),
    };
    return { key: takeKey({ hash, pathname: "/", search: "?a" }, history, storage), seen };
  };

  it("moves from the address into the tab", () => {
    expect(page("#key=abc", null)).toEqual({ key: "abc", seen: ["kept abc", "address /?a"] });
  });

  it("is remembered in the tab, and absent when there is none", () => {
    expect(page("", "old")).toEqual({ key: "old", seen: [] });
    expect(page("#key=", null).key).toBeNull();
  });
});
