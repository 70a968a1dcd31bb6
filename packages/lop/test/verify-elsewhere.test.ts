/** The scripts in docs/verify-elsewhere: they accept what we accept, refuse what we refuse, and stay short. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { utf8 } from "../src/bytes.ts";
import { SimChance } from "../src/chance-sim.ts";
import { nodeCrypto } from "../src/crypto-node.ts";
import { type Json, prettyText } from "../src/json.ts";
import { proofBytes } from "../src/proof.ts";
import type { ProofCard } from "../src/record.ts";
import { verifyProof } from "../src/verify.ts";
import { type Draft, draft, type SampleForm, sampleProof, seal } from "./sample-proof.ts";

const scripts = fileURLToPath(new URL("../../../docs/verify-elsewhere/", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "verify-elsewhere-"));
afterAll(() => rmSync(work, { recursive: true }));

const FORMS: readonly SampleForm[] = ["card", "approved", "words"];
const LINES_MAX = 60;
/** A shell script starts some sixty programs; on a busy machine that takes its time. */
const PATIENCE_MS = 240_000;

interface Tool {
  readonly needs: string;
  ready(): boolean;
  readonly command: readonly string[];
}

const succeeds = (...command: string[]): boolean => spawnSync(command[0]!, command.slice(1)).status === 0;
const goPath = "/usr/share/gocode/src/golang.org/x/mod/sumdb/note/note.go";

const TOOLS: Readonly<Record<string, Tool>> = {
  "openssl and Go": {
    needs: "openssl, jq and Go's sumdb packages (apt install openssl jq golang-go golang-golang-x-mod-dev)",
    ready: () =>
      ["openssl", "jq", "perl", "go"].every((name) => succeeds("bash", "-c", `command -v ${name}`)) &&
      succeeds("test", "-f", goPath),
    command: ["bash", join(scripts, "verify.sh")],
  },
  "Python's securesystemslib": {
    needs: "python3-securesystemslib (apt install python3-securesystemslib)",
    ready: () => succeeds("/usr/bin/python3", "-c", "import securesystemslib, cryptography"),
    command: ["/usr/bin/python3", join(scripts, "verify.py")],
  },
};

function run(tool: Tool, bytes: Uint8Array, root?: string): { accepted: boolean; says: string } {
  const path = join(work, "proof.json");
  writeFileSync(path, bytes);
  const [name, ...rest] = tool.command;
  const done = spawnSync(name!, [...rest, path, ...(root === undefined ? [] : [root])], { encoding: "utf8" });
  return { accepted: done.status === 0, says: done.stdout + done.stderr };
}

/** Copies with one thing wrong: a letter in each part, whole parts of another proof, and lies under right signatures. */
async function tampered(): Promise<[string, Uint8Array][]> {
  const proof = await sampleProof(6, "approved");
  const other = await sampleProof(7, "approved");
  const text = prettyText(proof);
  const swapped = (Object.keys(proof) as (keyof ProofCard)[])
    .filter((part) => prettyText(proof[part]) !== prettyText(other[part]))
    .map((part): [string, Uint8Array] => [`${part} of another proof`, proofBytes({ ...proof, [part]: other[part] })]);
  const edits: [string, string, string][] = [
    ["a result", '"stdout": "42', '"stdout": "43'],
    ["a reason", "more than five minutes", "more than nine minutes"],
    ["a check", '"result-schema"', '"result-scheme"'],
    ["a spelling", '"took_ms": 12', '"took_ms":  12'],
    ["a second outcome", '  "replay"', `  "outcome": {},\n  "replay"`],
    ["a hidden outcome", '  "outcome": {', '   "outcome": {},\n  "outcome": {'],
    ["an extra part", '  "id"', '  "iced": null,\n  "id"'],
    ["an index", "index ", "index 1"],
    ["an origin", "\\n\\naxiom-hive/", "\\n\\naxiom-hive/0"],
  ];
  const edited = edits.map(([name, from, to]): [string, Uint8Array] => [name, utf8(text.replace(from, to))]);
  return [...swapped, ...edited, ...(await lies())];
}

function replaced(value: Json, [name, ...rest]: readonly string[], by: Json): Json {
  if (name === undefined) return by;
  const inner = replaced((value as Record<string, Json>)[name]!, rest, by);
  return Array.isArray(value) ? value.with(Number(name), inner) : { ...(value as Record<string, Json>), [name]: inner };
}

async function lies(): Promise<[string, Uint8Array][]> {
  const changes: [string, SampleForm, (parts: Draft) => void][] = [
    ["the hive signs for the operator", "card", (parts) => Object.assign(parts, { operator: parts.hive })],
    ["the operator signs for the hive", "card", (parts) => Object.assign(parts, { hive: parts.operator })],
    ["a revoked operator", "card", (parts) => Object.assign(parts.keys[1]!, { status: "revoked" })],
    [
      "other parameters than were signed",
      "card",
      (parts) => Object.assign(parts.card, { parameters: { language: "shell" } }),
    ],
    ["another tool than was signed", "card", (parts) => Object.assign(parts.card, { tool: "files.write" })],
    ["a denied card", "card", (parts) => Object.assign(parts.verdict, { decision: "deny" })],
    ["an approval that is missing", "approved", (parts) => Object.assign(parts, { approval: null })],
    ["a seal of another kind", "card", (parts) => Object.assign(parts, { statement: { kind: "intent" } })],
    ["a seal of another manifest", "card", (parts) => Object.assign(parts, { seal: { keys: "0".repeat(64) } })],
  ];
  const made: [string, Uint8Array][] = [];
  for (const [name, form, change] of changes) {
    const parts = draft(6, form);
    change(parts);
    made.push([name, proofBytes(await seal(6, parts))]);
  }
  return made;
}

describe.each(Object.entries(TOOLS))("%s", (_, tool) => {
  const ready = tool.ready();
  beforeEach((context) => {
    if (!ready) context.skip(`needs ${tool.needs}`);
  });

  it.each(FORMS)(
    "accepts a proof of the form %s, and says what it stands on",
    async (form) => {
      const proof = await sampleProof(6, form);
      const { accepted, says } = run(tool, proofBytes(proof), draft(6, form).root.keyId);
      expect(says).toContain(`verified: directive ${proof.id}`);
      expect(says).toContain(`root key: ${draft(6, form).root.keyId}`);
      expect(accepted).toBe(true);
    },
    PATIENCE_MS,
  );

  it("accepts proofs from ledgers of other sizes, and fractions in parameters", async () => {
    for (const seed of [4, 12]) {
      const parts = draft(seed, "card");
      const parameters = { near: "Köln “Dom”", radius_km: 2.5, least: 1e-7, most: 1e21, limit: 3, "": [true, null] };
      parts.card.tool = "lattice.find";
      parts.card.parameters = parameters;
      parts.directive = { card: { tool: "lattice.find", parameters } };
      expect(run(tool, proofBytes(await seal(seed, parts)))).toMatchObject({ accepted: true });
    }
  });

  it("insists on the root that it is told", async () => {
    const bytes = proofBytes(await sampleProof(6));
    expect(run(tool, bytes, draft(7, "card").root.keyId).accepted).toBe(false);
  });

  it(
    "refuses every copy with one thing wrong, as we do",
    async () => {
      for (const [name, bytes] of await tampered()) {
        expect(verifyProof(bytes, nodeCrypto).verified, name).toBe(false);
        expect(run(tool, bytes), name).toMatchObject({ accepted: false });
      }
    },
    PATIENCE_MS,
  );

  it(
    "runs nothing that a file says",
    async () => {
      const proof = await sampleProof(6, "approved");
      const marker = join(work, "ran");
      const said: Json[] = [["x", "touch", marker], `$(touch ${marker})'; touch ${marker}; '`];
      for (const text of said)
        for (const place of ["id", "directive.payloadType", "keys.payload", "keys.signatures.0.keyid"]) {
          const bytes = utf8(prettyText(replaced(proof, place.split("."), text)));
          expect(run(tool, bytes), `${place} ${text}`).toMatchObject({ accepted: false });
          expect(existsSync(marker), `${place} ${text}`).toBe(false);
        }
    },
    PATIENCE_MS,
  );

  it(
    "refuses single flipped bits",
    async () => {
      const seed = 606;
      const chance = new SimChance(seed);
      const whole = proofBytes(await sampleProof(6, "approved"));
      for (let round = 0; round < 4; round++) {
        const bytes = whole.slice();
        const at = chance.below(bytes.length);
        bytes[at]! ^= 1 << chance.below(8);
        expect(run(tool, bytes), `seed ${seed} byte ${at}`).toMatchObject({ accepted: false });
      }
    },
    PATIENCE_MS,
  );
});

it(`each script has at most ${LINES_MAX} lines`, () => {
  const lengths = readdirSync(scripts)
    .filter((name) => !name.endsWith(".md"))
    .map((name) => [name, readFileSync(join(scripts, name), "utf8").trimEnd().split("\n").length] as const);
  expect(lengths.length).toBe(3);
  expect(lengths.filter(([, lines]) => lines > LINES_MAX)).toEqual([]);
});
