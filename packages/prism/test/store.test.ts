/** The room without a screen: a scripted API in, state out. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Api, OFFLINE } from "../src/api.ts";
import { DEMO_STATUS, DEMO_TOOLS, demoCard, demoVerdict, demoView } from "../src/demo-data.ts";
import { DIRECTIVES_KEPT, GHOSTS_KEPT, provedHere, type RoomState } from "../src/room-state.ts";
import { Room } from "../src/store.ts";
import type { Verify } from "../src/verify.ts";
import { verifyHere } from "../src/verify-here.ts";
import type { DirectiveView, Refused, Stated, StepEvent, StepName, StepPhase } from "../src/wire.ts";

const REFUSED: Refused = { refused: "policy-denied", why: "No.", fix: "Ask." };
const RUNNING = demoView(1, "running", { step: "admit", steps: [] });
const proofBytes = new Uint8Array(readFileSync(new URL("./golden/proof-run.json", import.meta.url)));
const PROVED = {
  ...demoView(1, "done", {}),
  id: (JSON.parse(new TextDecoder().decode(proofBytes)) as { id: string }).id,
};

/** An API that knows the given views; anything may be replaced. */
function fakeApi(views: DirectiveView[], change: Partial<Api> = {}): Api & { stated: Stated[]; calls: string[] } {
  const calls: string[] = [];
  const stated: Stated[] = [];
  const yes = (name: string) => async (id?: unknown, more?: unknown) => {
    calls.push([name, id, more].filter((part) => part !== undefined).join(" "));
    return null;
  };
  return {
    calls,
    stated,
    status: async () => DEMO_STATUS,
    tools: async () => [...DEMO_TOOLS],
    directives: async () => views,
    directive: async (id) => views.find((view) => view.id === id) ?? REFUSED,
    state: async (said) => {
      stated.push(said);
      return RUNNING;
    },
    approve: yes("approve"),
    refuse: yes("refuse"),
    cancel: yes("cancel"),
    proof: async () => proofBytes,
    unlock: yes("unlock"),
    lock: yes("lock"),
    freeze: yes("freeze"),
    resume: yes("resume"),
    permits: async () => [],
    revokePermit: yes("revokePermit"),
    ask: async () => REFUSED,
    openEvents: () => Promise.reject(new TypeError("no line")),
    ...change,
  };
}

function roomWith(api: Api, start: Partial<RoomState> = {}): Room {
  const verify: Verify = async (bytes) => verifyHere(bytes);
  let keys = 0;
  return new Room(
    { api, verify, sleep: async () => undefined, freshKey: () => `key-${keys++}`, now_ms: () => 0 },
    start,
  );
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 5));
let seq = 100;
const event = (step: StepName, phase: StepPhase, detail = {}, directive = RUNNING.id): StepEvent => ({
  seq: seq++,
  directive,
  step,
  phase,
  at: "2026-11-21T06:00:00.000Z",
  took_us: phase === "passed" ? 5 : null,
  detail,
});

describe("an answer that was under way", () => {
  it("does not take a directive back from where it waits", async () => {
    const early = demoView(1, "running", { step: "judge", steps: [event("judge", "passed")] });
    let answer: (view: DirectiveView) => void = () => undefined;
    const room = roomWith(fakeApi([], { directive: () => new Promise((resolve) => (answer = resolve)) }));
    room.type("do it");
    await room.stateIt();
    room.hearStep(event("judge", "passed"));
    room.hearStep(event("approve", "waiting"));
    answer(early);
    await settle();
    expect(room.state.directives[RUNNING.id]).toMatchObject({ state: "awaiting-approval", step: "approve" });
    expect(room.state.directives[RUNNING.id]!.verdict).toEqual(early.verdict);
  });
});

describe("stating", () => {
  it("sends words and chooses the directive that came of them", async () => {
    const api = fakeApi([]);
    const room = roomWith(api, { tools: DEMO_TOOLS });
    room.type("  count the primes ");
    expect(await room.stateIt()).toBe(true);
    expect(api.stated).toEqual([{ words: "count the primes" }]);
    expect(room.state.selected).toBe(RUNNING.id);
    expect(room.state.composer).toMatchObject({ mode: "list", text: "" });
    expect(room.state.ghosts).toEqual([]);
  });

  it("keeps a wrong form, names its faults, and mends them as they are typed over", async () => {
    const api = fakeApi([]);
    const room = roomWith(api, { tools: DEMO_TOOLS });
    room.open(DEMO_TOOLS.find((tool) => tool.name === "exec.run")!);
    room.fill("timeout_seconds", "900");
    expect(await room.stateIt()).toBe(false);
    expect(api.stated).toEqual([]);
    expect(room.state.composer).toMatchObject({ faults: { code: "Give code.", timeout_seconds: "Must be 1 to 600." } });
    room.fill("timeout_seconds", "9");
    expect(room.state.composer).toMatchObject({ faults: { code: "Give code." } });
    room.fill("code", "print(1)");
    expect(await room.stateIt()).toBe(true);
    expect(api.stated).toEqual([
      { card: { tool: "exec.run", parameters: { language: "javascript", timeout_seconds: 9, code: "print(1)" } } },
    ]);
  });

  it("shows a refusal, keeps what was typed, and forgets it at the next letter", async () => {
    const room = roomWith(fakeApi([], { state: async () => REFUSED }));
    room.type("do it");
    expect(await room.stateIt()).toBe(false);
    expect(room.state).toMatchObject({ refusal: REFUSED, busy: false, composer: { text: "do it" } });
    room.type("do it again");
    expect(room.state.refusal).toBeNull();
  });

  it("goes back one step at a time", () => {
    const room = roomWith(fakeApi([]), { tools: DEMO_TOOLS });
    room.open(DEMO_TOOLS[0]!);
    expect(room.back()).toBe(true);
    expect(room.state.composer).toMatchObject({ mode: "list", text: "exec.run" });
    expect(room.back()).toBe(true);
    expect(room.state.composer).toMatchObject({ text: "" });
    expect(room.back()).toBe(false);
  });
});

describe("hearing steps", () => {
  it("follows a trip, drops repeats, and reads the view again where it learned something", async () => {
    const judged = { ...RUNNING, verdict: demoVerdict("allow", "low", []) };
    const room = roomWith(fakeApi([judged]), {
      directives: { [RUNNING.id]: RUNNING },
      order: [RUNNING.id],
      selected: RUNNING.id,
    });
    const admitted = event("admit", "passed");
    room.hearStep(admitted);
    room.hearStep(admitted);
    expect(room.state.directives[RUNNING.id]?.steps).toHaveLength(1);
    room.hearStep(event("judge", "passed"));
    await settle();
    expect(room.state.directives[RUNNING.id]).toMatchObject({ verdict: { decision: "allow" } });
    expect(room.state.directives[RUNNING.id]?.steps.map((step) => step.step)).toEqual(["admit", "judge"]);
  });

  it("keeps the tail of what is printed and leaves it out of the steps", () => {
    const room = roomWith(fakeApi([]), { directives: { [RUNNING.id]: RUNNING }, order: [RUNNING.id] });
    for (let i = 0; i < 3; i++)
      room.hearStep(event("execute", "output", { stream: "stdout", text: "x".repeat(40_000) }));
    room.hearStep(event("execute", "output", { stream: "stdout", text: "end" }));
    expect(room.state.outputs[RUNNING.id]).toHaveLength(65_536);
    expect(room.state.outputs[RUNNING.id]).toMatch(/end$/);
    expect(room.state.directives[RUNNING.id]?.steps).toEqual([]);
  });

  it("shows what began elsewhere when nothing else is going on, and tells of it otherwise", async () => {
    const other = { ...RUNNING, id: "b".repeat(64) };
    const room = roomWith(fakeApi([RUNNING, other]));
    room.hearStep(event("admit", "passed"));
    await settle();
    expect(room.state.selected).toBe(RUNNING.id);
    room.hearStep(event("admit", "passed", {}, other.id));
    await settle();
    expect(room.state.selected).toBe(RUNNING.id);
    expect(room.state.ghosts).toHaveLength(1);
  });
});

describe("what others state", () => {
  const begun = (id: string): DirectiveView => ({ ...RUNNING, id: id.repeat(64) });

  it("does not take away what somebody chose to look at", async () => {
    const room = roomWith(fakeApi([begun("b")]), { directives: { [PROVED.id]: PROVED }, order: [PROVED.id] });
    room.select(PROVED.id);
    room.hearStep(event("admit", "passed", {}, begun("b").id));
    await settle();
    expect(room.state.selected).toBe(PROVED.id);
    expect(room.state.ghosts).toHaveLength(1);
  });

  it("does not fill the page for ever", async () => {
    const ended = (n: number) => ({ ...demoView(1, "refused", {}), id: String(n).padStart(64, "0") });
    const views = Array.from({ length: DIRECTIVES_KEPT + 50 }, (_, n) => ended(n)).reverse();
    const room = roomWith(fakeApi(views));
    await room.refresh();
    expect(room.state.order).toHaveLength(DIRECTIVES_KEPT);
    expect(Object.keys(room.state.directives)).toHaveLength(DIRECTIVES_KEPT);
    expect(room.state.order[0]).toBe(views[0]!.id);
    for (let n = 0; n < 100; n++) room.tell(`note ${n}`);
    expect(room.state.ghosts).toHaveLength(GHOSTS_KEPT);
  });
});

describe("approving", () => {
  const waiting = (impact: "high" | "irreversible") =>
    demoView(1, "awaiting-approval", {
      card: demoCard("files.write", "files", {}),
      verdict: demoVerdict("approve", impact, []),
    });

  it.each([["high", false] as const, ["irreversible", true] as const])(
    "%s is approved with explicit %s",
    async (impact, explicit) => {
      const view = waiting(impact);
      const api = fakeApi([view]);
      const room = roomWith(api, { directives: { [view.id]: view }, order: [view.id], selected: view.id });
      expect(await room.approve(view.id)).toBe(true);
      expect(api.calls).toEqual([`approve ${view.id} ${explicit}`]);
    },
  );

  it("an edited card replaces the one that waits", async () => {
    const view = waiting("high");
    const api = fakeApi([view]);
    const room = roomWith(api, {
      tools: DEMO_TOOLS,
      directives: { [view.id]: view },
      order: [view.id],
      selected: view.id,
    });
    room.edit(view.id);
    room.fill("path", "a.md");
    room.fill("content", "b");
    expect(await room.stateIt()).toBe(true);
    expect(api.calls).toEqual([`refuse ${view.id} replaced by an edited card`]);
  });
});

describe("proofs", () => {
  const start = { directives: { [PROVED.id]: PROVED }, order: [PROVED.id] };

  it("are fetched and checked when their directive is chosen, once", async () => {
    let fetched = 0;
    const room = roomWith(fakeApi([PROVED], { proof: async () => (++fetched > 0 ? proofBytes : REFUSED) }), start);
    room.select(PROVED.id);
    await settle();
    room.select(PROVED.id);
    await settle();
    expect(provedHere(room.state, PROVED.id)).toBe("good");
    expect(fetched).toBe(1);
  });

  it("of a changed file are not verified, and the part is named", async () => {
    const text = new TextDecoder().decode(proofBytes).replace('"stdout": "42\\n"', '"stdout": "43\\n"');
    const room = roomWith(fakeApi([PROVED], { proof: async () => new TextEncoder().encode(text) }), start);
    await room.checkProof(PROVED.id);
    expect(room.state.proofs[PROVED.id]).toMatchObject({ check: { verified: false, part: "outcome" } });
    expect(provedHere(room.state, PROVED.id)).toBe("bad");
  });

  it("of another directive prove nothing here", async () => {
    const other = { ...PROVED, id: "c".repeat(64) };
    const room = roomWith(fakeApi([other]), { directives: { [other.id]: other }, order: [other.id] });
    await room.checkProof(other.id);
    expect(room.state.proofs[other.id]).toMatchObject({ check: { verified: false, part: "id" } });
  });

  it("that are absent say why", async () => {
    const room = roomWith(fakeApi([PROVED], { proof: async () => REFUSED }), start);
    await room.checkProof(PROVED.id);
    expect(room.state.proofs[PROVED.id]).toEqual({ phase: "absent", refusal: REFUSED });
  });
});

describe("the line", () => {
  it("is told from a refused key", async () => {
    const dead = roomWith(fakeApi([], { status: async () => OFFLINE }));
    await dead.refresh();
    expect(dead.state.line).toBe("offline");
    const expired = roomWith(fakeApi([], { status: async () => ({ ...REFUSED, refused: "unauthorized" }) }));
    await expired.start();
    expect(expired.state.line).toBe("key-expired");
  });

  it("comes back with everything that happened meanwhile", async () => {
    const views: DirectiveView[] = [];
    const asked: string[] = [];
    const room = roomWith(
      fakeApi(views, {
        openEvents: async (lastId) => {
          asked.push(lastId);
          if (asked.length === 1) throw new TypeError("no line");
          if (asked.length === 3) room.stop();
          views[0] ??= { ...RUNNING, steps: [event("admit", "passed")] };
          return new Response(new Blob([]).stream());
        },
      }),
    );
    await room.start();
    await settle();
    expect(room.state.line).toBe("live");
    expect(room.state.order).toEqual([RUNNING.id]);
  });
});
