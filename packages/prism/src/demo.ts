/** `?demo=STATE`: any state of the room without a hive, for screenshots and for looking. Every page says that it is a demo. */
import type { Api } from "./api.ts";
import { openForm } from "./composer.ts";
import * as data from "./demo-data.ts";
import { DEMO_MAPS, demoLattice } from "./demo-map.ts";
import { EMPTY_ROOM, type ProofState, type RoomState } from "./room-state.ts";
import { Room } from "./store.ts";
import type { ProofFacts } from "./verify.ts";
import type { DirectiveView, Refused, StepName } from "./wire.ts";

const NO_HIVE: Refused = {
  refused: "demo",
  why: "This is a demo state; no hive stands behind it.",
  fix: "Open the address that npm start prints.",
};

const refuse = async (): Promise<Refused> => NO_HIVE;
const demoApi: Api = {
  status: refuse,
  tools: refuse,
  directives: refuse,
  directive: refuse,
  state: refuse,
  approve: refuse,
  refuse,
  cancel: refuse,
  proof: refuse,
  unlock: refuse,
  lock: refuse,
  freeze: refuse,
  resume: refuse,
  permits: refuse,
  revokePermit: refuse,
  ask: demoLattice,
  openEvents: () => Promise.reject(new TypeError("no hive")),
};

const past = Object.fromEntries(data.DEMO_PAST.map((view) => [view.id, view]));
const FACTS: ProofFacts = {
  id: data.demoHash(1),
  operator: data.demoHash(21),
  approval: null,
  hive: "axiom-hive/1f2e3d4c",
  root: data.demoHash(22),
  index: 1283,
  size: 1284,
  at: "2026-11-21T14:02:07.161Z",
};
const BYTES = new TextEncoder().encode('{\n  "format": "axiom-proof/1",\n  "demo": "not a proof"\n}\n');
const verifiedProof: ProofState = { phase: "checked", bytes: BYTES, check: { verified: true, facts: FACTS } };
const pastProofs = Object.fromEntries(
  data.DEMO_PAST.filter((view) => view.state === "done").map((view) => [view.id, verifiedProof]),
);

const BASE: Partial<RoomState> = {
  line: "live",
  status: data.DEMO_STATUS,
  tools: data.DEMO_TOOLS,
  directives: past,
  order: data.DEMO_PAST.map((view) => view.id),
  proofs: pastProofs,
};

/** The base with one more directive, chosen. */
function withView(view: DirectiveView, more: Partial<RoomState> = {}): Partial<RoomState> {
  return {
    ...BASE,
    directives: { ...past, [view.id]: view },
    order: [view.id, ...(BASE.order ?? [])],
    selected: view.id,
    stated: view.id,
    ...more,
    proofs: { ...pastProofs, ...more.proofs },
  };
}

const ID = data.demoHash(1);
const primes = (
  step: StepName,
  phase: "began" | "passed" | "held",
  fields: Partial<DirectiveView> = {},
): DirectiveView =>
  data.demoView(1, "running", {
    card: data.PRIMES_CARD,
    verdict: data.LOW,
    step,
    steps: data.demoSteps(ID, step, phase, data.OWN_CARD_ALLOWED),
    ...fields,
  });
const done = (outcome: Parameters<typeof data.demoOutcome>[0]): DirectiveView =>
  data.demoView(1, "done", { card: data.PRIMES_CARD, verdict: data.LOW, outcome: data.demoOutcome(outcome) });
const words = "Count the primes below one hundred thousand";
const spoken = (step: StepName, fields: Partial<DirectiveView> = {}): DirectiveView =>
  data.demoView(1, "running", {
    words,
    step,
    steps: data.demoSteps(ID, step, "began", [], step === "decode" ? { needle: "exec" } : {}),
    ...fields,
  });
const refused = (step: StepName, refusal: Refused, fields: Partial<DirectiveView> = {}): DirectiveView =>
  data.demoView(1, "refused", { step, refusal, steps: data.demoSteps(ID, step, "refused", data.OWN_CARD), ...fields });
const awaiting = (fields: Partial<DirectiveView>, diff?: string): DirectiveView =>
  data.demoView(1, "awaiting-approval", {
    step: "approve",
    steps: data.demoSteps(ID, "approve", "waiting", data.OWN_CARD, diff ? { diff } : {}),
    ...fields,
  });
const typed = (text: string): Partial<RoomState> => ({ ...BASE, composer: { mode: "list", text, at: 0 } });
const form = (
  name: string,
  fields: { [name: string]: string },
  faults: { [name: string]: string } = {},
): Partial<RoomState> => {
  const composer = openForm(data.DEMO_TOOLS.find((tool) => tool.name === name)!, null);
  return { ...BASE, composer: { ...composer, typed: { ...composer.typed, ...fields }, faults } };
};
const gate = (line: RoomState["line"]): Partial<RoomState> => ({ ...EMPTY_ROOM, line });

/** Every state, by the name in the address. */
export const DEMOS: { readonly [name: string]: () => Partial<RoomState> } = {
  idle: () => BASE,
  empty: () => ({ ...BASE, directives: {}, order: [], proofs: {} }),
  connecting: () => ({ line: "connecting" }),
  locked: () => ({ ...BASE, status: { ...data.DEMO_STATUS, unlocked: false } }),
  "wrong-passphrase": () => ({
    ...BASE,
    status: { ...data.DEMO_STATUS, unlocked: false },
    refusal: {
      refused: "wrong-passphrase",
      why: "The passphrase does not open the operator's key.",
      fix: "Check the passphrase; a lost one cannot be recovered.",
    },
  }),
  typing: () => typed("files"),
  list: () => typed(""),
  words: () => typed(words),
  form: () => form("exec.run", { language: "python", code: "print(6 * 7)" }),
  "form-faults": () =>
    form("exec.run", { timeout_seconds: "900" }, { code: "Give code.", timeout_seconds: "Must be 1 to 600." }),
  signed: () => withView(spoken("admit")),
  routed: () => withView(spoken("route")),
  decoding: () => withView(spoken("decode")),
  judging: () => withView(primes("judge", "began", { verdict: null })),
  approval: () =>
    withView(
      awaiting(
        {
          card: data.NOTES_CARD,
          verdict: data.demoVerdict("approve", "high", ["Changing files needs your approval."]),
        },
        data.NOTES_DIFF,
      ),
    ),
  irreversible: () =>
    withView(
      awaiting({
        card: data.demoCard("guard.resume", "guard", { wipe: true }),
        verdict: data.demoVerdict("approve", "irreversible", [
          "Wiping removes the chambers' files for good. Nothing brings them back.",
        ]),
      }),
    ),
  executing: () => withView(primes("execute", "began"), { outputs: { [ID]: "9592 primes below 100 000\n" } }),
  validated: () =>
    withView(primes("validate", "passed", { outcome: data.demoOutcome({ stdout: data.PRIMES_OUTPUT }) })),
  checking: () => withView(done({ stdout: data.PRIMES_OUTPUT }), { proofs: { [ID]: { phase: "checking" } } }),
  verified: () => withView(done({ stdout: data.PRIMES_OUTPUT }), { proofs: { [ID]: verifiedProof } }),
  tampered: () =>
    withView(done({ stdout: data.PRIMES_OUTPUT }), {
      proofs: {
        [ID]: {
          phase: "checked",
          bytes: BYTES,
          check: { verified: false, part: "outcome", why: "The outcome is not the one that the seal names." },
        },
      },
    }),
  failed: () =>
    withView(
      done({ status: "timeout", why: "It ran longer than 10 s.", exit_code: null, stdout: "step 1\nstep 2\n" }),
      { proofs: { [ID]: verifiedProof } },
    ),
  quarantined: () =>
    withView(
      { ...done({ status: "error", why: "The result held a secret, so it was withheld." }), quarantined: true },
      { proofs: { [ID]: verifiedProof } },
    ),
  refused: () =>
    withView(
      refused(
        "decode",
        {
          refused: "engine-absent",
          why: "No engine is present to write an action card from words.",
          fix: "State the action card yourself: type a tool's name below.",
        },
        { words, steps: data.demoSteps(ID, "decode", "refused", []) },
      ),
    ),
  denied: () =>
    withView(
      refused(
        "judge",
        {
          refused: "policy-denied",
          why: "The path lies outside what the policy lets anyone write.",
          fix: "Read the named policy with axiom policy show; change it if the action should be allowed.",
        },
        {
          card: data.demoCard("files.write", "files", { path: ".ssh/authorized_keys", content: "ssh-ed25519 …\n" }),
          verdict: data.demoVerdict("deny", "high", ["Hidden folders are never written."]),
        },
      ),
    ),
  interrupted: () =>
    withView(
      data.demoView(1, "interrupted", {
        card: data.PRIMES_CARD,
        verdict: data.LOW,
        step: "execute",
        steps: data.demoSteps(ID, "execute", "began", data.OWN_CARD_ALLOWED),
      }),
    ),
  cancelled: () =>
    withView(
      data.demoView(1, "cancelled", {
        card: data.PRIMES_CARD,
        verdict: data.LOW,
        step: "execute",
        steps: data.demoSteps(ID, "execute", "began", data.OWN_CARD_ALLOWED),
      }),
    ),
  frozen: () => ({
    ...BASE,
    status: {
      ...data.DEMO_STATUS,
      frozen: { why: "stopped by the operator in the HUD", since: "2026-11-21T14:02:07.120Z" },
    },
  }),
  held: () => ({
    ...withView(primes("execute", "held", { state: "held" })),
    status: {
      ...data.DEMO_STATUS,
      frozen: { why: "stopped by the operator in the HUD", since: "2026-11-21T14:02:07.120Z" },
      held: [
        {
          directive: ID,
          rung: "vm",
          since: "2026-11-21T14:02:07.120Z",
          until: "2026-11-21T15:02:07.120Z",
          ram_bytes: 40_370_176,
          snapshot: data.demoHash(77),
        },
      ],
    },
    panel: "god",
  }),
  offline: () => ({ ...BASE, line: "offline" }),
  "no-key": () => gate("no-key"),
  "key-expired": () => gate("key-expired"),
  help: () => ({ ...BASE, panel: "help" }),
  permits: () => ({
    ...BASE,
    panel: "permits",
    permits: [
      { id: "a", hosts: ["docs.python.org"], expires: "2026-11-21T14:32:00.000Z", uses: 12, live: true },
      { id: "b", hosts: ["api.weather.example"], expires: "2026-11-21T15:02:00.000Z", uses: null, live: true },
    ],
  }),
  file: () => ({
    ...BASE,
    panel: "file",
    strange: { name: "proof-of-a-stranger.json", check: { verified: true, facts: FACTS } },
  }),
  "file-broken": () => ({
    ...BASE,
    panel: "file",
    strange: {
      name: "proof-of-a-stranger.json",
      check: { verified: false, part: "seal", why: "The signature is not one of the hive's key over these bytes." },
    },
  }),
  ghosts: () => ({
    ...BASE,
    ghosts: [1, 2, 3, 4, 5].map((id) => ({ id, text: `Stated elsewhere: notes/day-${id}.md` })),
  }),
  rtl: () =>
    withView(done({ stdout: data.PRIMES_OUTPUT }), {
      proofs: { [ID]: verifiedProof },
      composer: { mode: "list", text: "اكتب الأعداد الأولية", at: -1 },
    }),
  long: () =>
    withView(
      primes("execute", "began", {
        card: data.demoCard("exec.run_with_a_name_of_forty_characters_x", "exec", {
          path: "a/very/long/path/that/does/not/end/".repeat(4),
        }),
      }),
    ),
};

/** The map's states begin with this. */
export const MAP_DEMOS: readonly string[] = Object.keys(DEMO_MAPS).map((name) => `map-${name}`);

export function demoRoom(name: string): Room {
  const mapStart = DEMO_MAPS[name.replace(/^map-/, "")]?.() ?? {};
  // Without a line the map reads nothing anew: it stays empty, or out of reach.
  const line = mapStart.phase === "ready" ? "live" : "connecting";
  const map = { ...BASE, hall: "map", line } as const;
  const start = name.startsWith("map-") ? map : (DEMOS[name] ?? DEMOS.idle)!();
  return new Room(
    {
      api: demoApi,
      verify: async () => ({ verified: false, part: "demo", why: NO_HIVE.why }),
      sleep: async () => undefined,
      freshKey: () => "demo",
      now_ms: () => data.DEMO_NOW_MS,
      mapStart,
    },
    start,
  );
}
