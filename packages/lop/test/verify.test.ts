/** The proof file: what is accepted, and that nothing else is, with the part named. */
import { describe, expect, it } from "vitest";
import { fromBase64, toBase64, utf8 } from "../src/bytes.ts";
import { SimChance } from "../src/chance-sim.ts";
import { nodeCrypto, nodeSigner } from "../src/crypto-node.ts";
import { sealEnvelope } from "../src/dsse.ts";
import { type Json, prettyText } from "../src/json.ts";
import { manifestKey } from "../src/manifest.ts";
import { PROOF_PARTS, proofBytes } from "../src/proof.ts";
import type { ProofCard } from "../src/record.ts";
import { type Verification, verifyProof } from "../src/verify.ts";
import { type Draft, draft, type SampleForm, sampleProof, seal } from "./sample-proof.ts";

const FORMS: readonly SampleForm[] = ["card", "approved", "words"];
const check = (bytes: Uint8Array, root?: string): Verification =>
  verifyProof(bytes, nodeCrypto, root === undefined ? {} : { root });
const checkText = (text: string): Verification => check(utf8(text));
const partOf = (verification: Verification): string => (verification.verified ? "accepted" : verification.part);

const [fifth, eighth] = [await sampleProof(5), await sampleProof(8)];

/** A proof of a draft that lies, signed with the right keys all the same. */
async function lie(change: (parts: Draft) => void, form: SampleForm = "card"): Promise<Verification> {
  const parts = draft(7, form);
  change(parts);
  return check(proofBytes(await seal(7, parts)));
}

describe("a proof of each form", () => {
  it.each(FORMS)("%s is accepted, with its facts", async (form) => {
    const proof = await sampleProof(3, form);
    const verification = check(proofBytes(proof));
    if (!verification.verified) throw new Error(`${verification.part}: ${verification.why}`);
    const parts = draft(3, form);
    expect(verification.proof).toEqual(proof);
    expect(verification.facts).toEqual({
      id: proof.id,
      root: parts.root.keyId,
      hive: `axiom-hive/${parts.root.keyId.slice(0, 8)}`,
      operator: parts.operator.keyId,
      approval: form === "approved" ? { operator: parts.operator.keyId, level: "given" } : null,
      index: parts.before + 1,
      size: parts.before + 2 + parts.after,
      at: "2026-11-21T06:00:00.000Z",
    });
  });

  it("over trees of many sizes", async () => {
    for (let seed = 0; seed < 40; seed++) expect(partOf(check(proofBytes(await sampleProof(seed))))).toBe("accepted");
  });

  it("stands on the root that the reader trusts, or is refused", async () => {
    const bytes = proofBytes(await sampleProof(3));
    expect(check(bytes, draft(3, "card").root.keyId).verified).toBe(true);
    expect(partOf(check(bytes, draft(4, "card").root.keyId))).toBe("keys");
  });
});

describe("any changed byte is refused, and the part is named", () => {
  it.each(FORMS)("%s: every byte, one bit of each and all of some", async (form) => {
    const whole = proofBytes(await sampleProof(11, form));
    const chance = new SimChance(20261121);
    const met = new Set<string>();
    for (let at = 0; at < whole.length; at++) {
      const bits = at % 64 === 0 ? [0, 1, 2, 3, 4, 5, 6, 7] : [chance.below(8)];
      for (const bit of bits) {
        const bytes = whole.slice();
        bytes[at]! ^= 1 << bit;
        met.add(namedPart(check(bytes), `byte ${at} bit ${bit}`));
      }
    }
    const sealed = [
      "card",
      "verdict",
      "outcome",
      "checks",
      "id",
      "directive",
      "seal",
      "ledger",
      "keys",
      "encoding",
      "format",
    ];
    expect([...met].sort()).toEqual(
      expect.arrayContaining([...sealed, ...(form === "approved" ? ["approval"] : [])].sort()),
    );
  });

  it("random bytes in random places, truncated and extended files", async () => {
    const seed = 20261121;
    const whole = proofBytes(await sampleProof(12, "approved"));
    const chance = new SimChance(seed);
    for (let round = 0; round < 3000; round++) {
      const bytes = whole.slice();
      for (let n = 0; n <= chance.below(4); n++) bytes[chance.below(bytes.length)]! ^= 1 + chance.below(255);
      if (Buffer.compare(bytes, whole) !== 0) namedPart(check(bytes), `seed ${seed} round ${round}`);
    }
    for (let cut = 0; cut < whole.length; cut += 37) namedPart(check(whole.slice(0, cut)), `cut at ${cut}`);
    for (const more of ["\n", " ", "\0", "{}", "x"])
      namedPart(check(Uint8Array.from([...whole, ...utf8(more)])), `with ${more}`);
    namedPart(check(Uint8Array.from([0xef, 0xbb, 0xbf, ...whole])), "byte order mark");
  });

  it("one character of each base64 text replaced by every other", async () => {
    const proof = await sampleProof(13, "approved");
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    for (const part of ["directive", "approval", "seal", "keys"] as const) {
      const envelope = proof[part]!;
      for (const letter of letters) {
        for (const field of ["payload", "sig"] as const) {
          const text = field === "payload" ? envelope.payload : envelope.signatures[0]!.sig;
          const at = text.replace(/=+$/, "").length - 1; // the last letter carries the unused bits
          if (text[at] === letter) continue;
          const changed = text.slice(0, at) + letter + text.slice(at + 1);
          const forged = {
            ...envelope,
            ...(field === "payload"
              ? { payload: changed }
              : { signatures: [{ ...envelope.signatures[0]!, sig: changed }] }),
          };
          expect(partOf(check(proofBytes({ ...proof, [part]: forged })))).toBe(part);
        }
      }
    }
  });
});

function namedPart(verification: Verification, where: string): string {
  if (verification.verified) throw new Error(`accepted: ${where}`);
  expect(PROOF_PARTS).toContain(verification.part);
  expect(verification.why).toMatch(/\.$/);
  return verification.part;
}

describe("other spellings", () => {
  const proof = fifth;
  const text = prettyText(proof);

  it.each<[string, string]>([
    ["compact", JSON.stringify(proof)],
    ["keys in another order", JSON.stringify(proof, null, 2)],
    ["no newline at the end", text.trimEnd()],
    ["tabs", text.replaceAll("  ", "\t")],
    ["CRLF", text.replaceAll("\n", "\r\n")],
    ["an escaped letter", text.replace("axiom-proof", "\\u0061xiom-proof")],
    ["another number", text.replace('"took_ms": 12', '"took_ms": 12.0')],
    ["an exponent", text.replace('"took_ms": 12', '"took_ms": 1.2e1')],
    ["a negative zero", text.replace('"exit_code": 0', '"exit_code": -0')],
    ["an endless number", text.replace("1e+21", "1e+999")],
    ["a lone surrogate", text.replace('"42\\n"', '"\\ud800"')],
    ["a key twice", text.replace('  "approval": null,', '  "approval": null,\n  "approval": null,')],
    ["a key twice inside", text.replace('"took_ms": 12', '"took_ms": 12,\n    "took_ms": 12')],
    ["a hidden field", text.replace('  "approval"', '  "__proto__": null,\n  "approval"')],
    ["a comment", text.replace("{", "{ // hello")],
    ["nesting without end", "[".repeat(100_000)],
    ["nothing", ""],
  ])("%s", async (_, other) => {
    expect(other).not.toBe(text);
    expect(partOf(checkText(other))).toBe("encoding");
  });

  it.each<[string, Json]>([
    ["null", null],
    ["an array", [proof]],
    ["a text", "axiom-proof/1"],
    ["another format", { ...proof, format: "axiom-proof/2" }],
    ["an extra field", { ...proof, note: "trust me" }],
  ])("%s is no axiom-proof/1", async (_, value) => {
    expect(partOf(checkText(prettyText(value)))).toBe("format");
  });

  it.each(PROOF_PARTS.filter((part) => part in proof))("without %s", async (part) => {
    const { [part as keyof ProofCard]: _, ...rest } = proof;
    expect(partOf(checkText(prettyText(rest as Json)))).toBe(part === "format" ? "format" : part);
  });

  it.each(["directive", "card", "verdict", "outcome", "checks", "seal", "keys"] as const)(
    "an extra field in %s",
    (part) => {
      expect(partOf(checkText(prettyText({ ...proof, [part]: { ...proof[part], more: 1 } })))).toBe(part);
      const hidden = JSON.parse(`{"__proto__": 1, ${JSON.stringify(proof[part]).slice(1)}`) as Json;
      expect(checkText(prettyText({ ...proof, [part]: hidden })).verified).toBe(false);
    },
  );
});

describe("any other value in any place", () => {
  const values: Json[] = [null, true, false, 0, -1, 2 ** 53, "", "x", "\u0000", [], {}, [[]], { x: null }];

  it.each(FORMS)("%s", async (form) => {
    const proof = await sampleProof(17, form);
    let tried = 0;
    for (const path of places(proof)) {
      for (const value of values) {
        const text = prettyText(replaced(proof, path, value));
        if (text === prettyText(proof)) continue;
        const part = partOf(checkText(text));
        expect(["format", path[0]], `${path.join(".")} = ${JSON.stringify(value)}: ${part}`).toContain(part);
        tried++;
      }
    }
    expect(tried).toBeGreaterThan(500);
  });
});

/** Paths to every value in the proof. */
function places(value: Json, path: readonly string[] = []): string[][] {
  const here = path.length === 0 ? [] : [[...path]];
  if (value === null || typeof value !== "object") return here;
  return [...here, ...Object.entries(value).flatMap(([name, inner]) => places(inner, [...path, name]))];
}

function replaced(value: Json, [name, ...rest]: readonly string[], by: Json): Json {
  if (name === undefined) return by;
  const inner = replaced((value as Record<string, Json>)[name]!, rest, by);
  return Array.isArray(value) ? value.with(Number(name), inner) : { ...(value as Record<string, Json>), [name]: inner };
}

describe("parts of another valid proof", () => {
  const parts = PROOF_PARTS.filter((part) => part !== "encoding" && part !== "format") as (keyof ProofCard)[];

  it.each(FORMS)("%s: each part and each pair of parts", async (form) => {
    const [mine, other] = [await proofWithOwnOutcome(21, form), await proofWithOwnOutcome(21, form, 1)];
    expect(partOf(check(proofBytes(mine)))).toBe("accepted");
    expect(partOf(check(proofBytes(other)))).toBe("accepted");
    for (const a of parts)
      for (const b of parts) {
        const mixed = { ...mine, [a]: other[a], [b]: other[b] };
        if (prettyText(mixed) === prettyText(mine) || prettyText(mixed) === prettyText(other)) continue;
        expect(partOf(check(proofBytes(mixed))), `${a} and ${b}`).not.toBe("accepted");
      }
  });

  it("of another hive altogether", async () => {
    const [mine, other] = [await sampleProof(31, "approved"), await sampleProof(32, "approved")];
    for (const part of parts) {
      if (prettyText(mine[part]) === prettyText(other[part])) continue;
      expect(partOf(check(proofBytes({ ...mine, [part]: other[part] }))), part).not.toBe("accepted");
    }
  });
});

/** Two proofs of one hive and one seed that differ in everything that can differ. */
async function proofWithOwnOutcome(seed: number, form: SampleForm, variant = 0): Promise<ProofCard> {
  const parts = draft(seed, form);
  parts.outcome.took_ms += variant;
  parts.card.needle = `exec${variant}`;
  parts.verdict.reasons.push(String(variant));
  parts.checks.checks.push({ name: `more-${variant}`, passed: true, why: null });
  parts.before += variant;
  if (parts.replay) parts.replay = { ...parts.replay, variant };
  return seal(seed, parts);
}

describe("proofs that lie, with every signature right", () => {
  const stranger = nodeSigner(new SimChance(99).bytes(32));

  it.each<[string, string, (parts: Draft) => void, SampleForm?]>([
    [
      "directive",
      "signed by the hive's key",
      (p) => {
        p.operator = p.hive;
      },
    ],
    [
      "directive",
      "signed by an unknown key",
      (p) => {
        p.operator = stranger;
      },
    ],
    [
      "directive",
      "signed by a revoked key",
      (p) => {
        p.keys[1]!.status = "revoked";
      },
    ],
    [
      "directive",
      "with an empty body",
      (p) => {
        p.directive = {};
      },
    ],
    [
      "seal",
      "signed by the operator",
      (p) => {
        p.hive = p.operator;
      },
    ],
    [
      "seal",
      "signed by a retired hive key",
      (p) => {
        p.keys[2]!.status = "retired";
      },
    ],
    [
      "seal",
      "of another kind",
      (p) => {
        p.statement = { kind: "intent" };
      },
    ],
    [
      "seal",
      "of another directive",
      (p) => {
        p.statement = { directive: "0".repeat(64) };
      },
    ],
    [
      "seal",
      "with the intent after the outcome",
      (p) => {
        p.seal = { intent: 1000 };
      },
    ],
    [
      "seal",
      "with an extra field",
      (p) => {
        p.seal = { more: 1 } as object;
      },
    ],
    [
      "keys",
      "under another manifest",
      (p) => {
        p.seal = { keys: "0".repeat(64) };
      },
    ],
    [
      "keys",
      "signed by somebody else",
      (p) => {
        p.root = stranger;
      },
    ],
    [
      "card",
      "with another tool than the operator signed",
      (p) => {
        p.card.tool = "files.write";
      },
    ],
    [
      "card",
      "with other parameters than the operator signed",
      (p) => {
        p.card.parameters = { language: "python", code: "evil()" };
      },
    ],
    [
      "card",
      "said to be a needle's",
      (p) => {
        p.card.by = "needle";
      },
    ],
    [
      "card",
      "said to be the operator's, though he used words",
      (p) => {
        p.card.by = "operator";
        p.replay = null;
      },
      "words",
    ],
    [
      "replay",
      "missing for a needle's card",
      (p) => {
        p.replay = null;
      },
      "words",
    ],
    [
      "replay",
      "for an operator's card",
      (p) => {
        p.replay = { weights: "x" };
      },
    ],
    [
      "verdict",
      "denied",
      (p) => {
        p.verdict.decision = "deny";
      },
    ],
    [
      "approval",
      "missing",
      (p) => {
        p.approval = null;
      },
      "approved",
    ],
    [
      "approval",
      "that nobody asked for",
      (p) => {
        p.approval = { decision: "approve", level: "explicit" };
      },
    ],
    [
      "approval",
      "sealed but not there",
      (p) => {
        p.seal = { approval: "0".repeat(64) };
      },
    ],
    [
      "outcome",
      "on a weaker rung than policy asked for",
      (p) => {
        p.outcome.rung = "wasm-js";
      },
    ],
    [
      "outcome",
      "without any chamber",
      (p) => {
        p.outcome.rung = null;
      },
    ],
    [
      "checks",
      "green over a red row",
      (p) => {
        p.checks.checks[0]!.passed = false;
      },
    ],
    [
      "checks",
      "red without a red row",
      (p) => {
        p.checks.passed = false;
      },
    ],
  ])("%s %s", async (part, _, change, form) => {
    expect(partOf(await lie(change, form))).toBe(part);
  });

  it.each(["card", "verdict", "outcome", "checks"] as const)("the seal of another %s", async (part) => {
    expect(
      partOf(
        await lie((p) => {
          p.seal = { [part]: "0".repeat(64) };
        }),
      ),
    ).toBe(part);
  });

  it("an approval of another card, verdict or directive", async () => {
    const proof = await sampleProof(7, "approved");
    const replayed = proof.approval!;
    const payload = new TextDecoder().decode(fromBase64(replayed.payload));
    for (const field of ["card", "verdict", "directive"]) {
      const changed = payload.replace(new RegExp(`"${field}":"[0-9a-f]{64}"`), `"${field}":"${"0".repeat(64)}"`);
      const approval = sealEnvelope(draft(7, "approved").operator, replayed.payloadType, utf8(changed));
      expect(partOf(check(proofBytes({ ...proof, approval })))).toBe("approval");
    }
  });
});

describe("hostile payloads under right signatures", () => {
  it("are refused or harmless, and never throw", async () => {
    const seed = 1701;
    const chance = new SimChance(seed);
    const parts = draft(19, "approved");
    const proof = await seal(19, parts);
    const signers = { directive: parts.operator, approval: parts.operator, seal: parts.hive, keys: parts.root };
    for (let round = 0; round < 1500; round++) {
      const part = (["directive", "approval", "seal", "keys"] as const)[chance.below(4)]!;
      const envelope = proof[part]!;
      const payload = hostile(chance, fromBase64(envelope.payload));
      const forged = sealEnvelope(signers[part], envelope.payloadType, payload);
      const verification = check(proofBytes({ ...proof, [part]: forged }));
      if (toBase64(payload) !== envelope.payload)
        expect(verification.verified, `seed ${seed} round ${round}`).toBe(false);
    }
  });

  it.each(["\\ud800", "__proto__", "1e999", "\\u0000"])("%s in what the operator signed", async (text) => {
    const parts = draft(20, "card");
    const proof = await seal(20, parts);
    const payload = new TextDecoder()
      .decode(fromBase64(proof.directive.payload))
      .replace('"code":', `"${text}":1e999,"code":`);
    const directive = sealEnvelope(parts.operator, proof.directive.payloadType, utf8(payload));
    expect(partOf(check(proofBytes({ ...proof, directive })))).toBe("directive");
  });
});

/** The payload with a few bytes changed, cut, doubled, or with a number, text or key made strange. */
function hostile(chance: SimChance, payload: Uint8Array): Uint8Array {
  const strange = [
    "null",
    "-1",
    "1e999",
    "{}",
    "[]",
    '"\\ud800"',
    '"\\u0000"',
    "9007199254740993",
    '{"__proto__":{}}',
    '""',
  ];
  const text = new TextDecoder().decode(payload);
  const values = [...text.matchAll(/:("(?:[^"\\]|\\.)*"|[\d]+|null)/g)];
  const value = values[chance.below(values.length)]!;
  const at = value.index + 1;
  switch (chance.below(4)) {
    case 0: {
      const bytes = payload.slice();
      bytes[chance.below(bytes.length)]! ^= 1 << chance.below(8);
      return bytes;
    }
    case 1:
      return payload.slice(0, chance.below(payload.length));
    case 2:
      return utf8(text.slice(0, at) + strange[chance.below(strange.length)]! + text.slice(at + value[1]!.length));
    default:
      return utf8(`${text.slice(0, -1)},${text.slice(1)}`);
  }
}

describe("the ledger's text", () => {
  const proof = eighth;
  const withLedger = (ledger: string): Verification => check(proofBytes({ ...proof, ledger }));
  const witness = nodeSigner(new SimChance(5).bytes(32));

  it.each<[string, string]>([
    ["an extra line, which nothing signs", proof.ledger.replace("\n", "\nextra aGk=\n")],
    ["another index", proof.ledger.replace(/index \d+/, "index 1")],
    ["a leading zero", proof.ledger.replace("index ", "index 0")],
    ["one hash less", proof.ledger.replace(/\n[A-Za-z0-9+/=]{44}\n/, "\n")],
    ["an unknown signature line", `${proof.ledger}— stranger ${toBase64(new Uint8Array(68))}\n`],
    ["the same signature line twice", proof.ledger + proof.ledger.slice(proof.ledger.lastIndexOf("— "))],
    ["no signature", proof.ledger.slice(0, proof.ledger.lastIndexOf("— "))],
    ["nothing", ""],
  ])("with %s", async (_, ledger) => {
    expect(ledger).not.toBe(proof.ledger);
    expect(partOf(withLedger(ledger))).toBe("ledger");
  });

  it("a witness's line counts only when the manifest knows the witness, once and behind the hive's", async () => {
    const { cosign, signatureLine, splitNote } = await import("../src/note.ts");
    const parts = draft(8, "card");
    parts.keys.push(manifestKey(witness, "witness", "2026-11-21T06:00:00.000Z"));
    const known = await seal(8, parts);
    const cosigned = (of: ProofCard): string => {
      const { text } = splitNote(of.ledger.slice(of.ledger.indexOf("\n\n") + 2))!;
      return of.ledger + signatureLine(cosign(nodeCrypto, witness, "file-witness", text, 1_795_240_800));
    };
    expect(partOf(check(proofBytes({ ...known, ledger: cosigned(known) })))).toBe("accepted");
    expect(partOf(withLedger(cosigned(proof)))).toBe("ledger");
    const twice = cosigned(known) + cosigned(known).slice(cosigned(known).lastIndexOf("— "));
    expect(partOf(check(proofBytes({ ...known, ledger: twice })))).toBe("ledger");
  });
});
