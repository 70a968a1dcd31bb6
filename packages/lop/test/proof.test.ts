/** The file format held byte for byte, and the door for browsers. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { nodeCrypto } from "../src/crypto-node.ts";
import { PROOF_MAX_BYTES, PROOF_MAX_DEPTH, proofBytes } from "../src/proof.ts";
import { verifyProof, webCrypto } from "../src/verify.ts";
import { draft, type SampleForm, sampleProof, seal } from "./sample-proof.ts";

const golden = (form: SampleForm): URL => new URL(`./golden/proof-${form}.json`, import.meta.url);

describe.each<SampleForm>(["card", "approved", "words"])("golden proof of the form %s", (form) => {
  it("is made again byte for byte from its seed", async () => {
    expect(Buffer.from(proofBytes(await sampleProof(20261121, form))).toString()).toBe(
      readFileSync(golden(form), "utf8"),
    );
  });

  it.each([
    ["Node", nodeCrypto],
    ["browsers", webCrypto],
  ])("verifies with the crypto of %s, to the same facts", (_, crypto) => {
    const verification = verifyProof(readFileSync(golden(form)), crypto, { root: draft(20261121, form).root.keyId });
    expect(verification).toMatchObject({ verified: true, facts: { index: 5, size: 12 } });
  });

  it("with a flipped bit verifies with neither", () => {
    const whole = readFileSync(golden(form));
    for (let at = 40; at < whole.length; at += 251) {
      const bytes = Uint8Array.from(whole);
      bytes[at]! ^= 1;
      expect([nodeCrypto, webCrypto].map((crypto) => verifyProof(bytes, crypto))).toMatchObject([
        { verified: false },
        { verified: false },
      ]);
    }
  });
});

describe("limits", () => {
  it("a file that is too long or too deep is refused before anything is believed", async () => {
    expect(verifyProof(new Uint8Array(PROOF_MAX_BYTES + 1).fill(0x20), nodeCrypto)).toMatchObject({ part: "encoding" });
    const parts = draft(1, "card");
    for (let depth = 0; depth < PROOF_MAX_DEPTH; depth++) parts.outcome.result = [parts.outcome.result];
    expect(verifyProof(proofBytes(await seal(1, parts)), nodeCrypto)).toMatchObject({ part: "encoding" });
  });

  it("a big honest proof is not", async () => {
    const parts = draft(1, "card");
    parts.outcome.stdout = "“ü”\u0000\n".repeat(200_000);
    expect(verifyProof(proofBytes(await seal(1, parts)), nodeCrypto)).toMatchObject({ verified: true });
  });
});

describe("the door lop/verify", () => {
  it("reaches no file for Node, and not the policy engine", () => {
    const seen = reachable(new URL("../src/verify.ts", import.meta.url));
    expect(seen.outside.filter((name) => name.startsWith("node:"))).toEqual([]);
    expect(seen.files.filter((path) => /-node\.ts$|policy|cedar|keyring|disk/.test(path))).toEqual([]);
    expect(seen.outside).toEqual(["@noble/curves/ed25519.js", "@noble/hashes/sha2.js", "canonicalize", "zod"]);
  });
});

/** Files and outside modules that a file's value imports lead to. */
function reachable(entry: URL): { files: string[]; outside: string[] } {
  const files = new Set<string>();
  const outside = new Set<string>();
  const visit = (file: URL): void => {
    if (files.has(fileURLToPath(file))) return;
    files.add(fileURLToPath(file));
    for (const [, from] of readFileSync(file, "utf8").matchAll(
      /^(?:import|export) (?!type )[^;]*?from "([^"]+)";/gms,
    )) {
      if (from!.startsWith(".")) visit(new URL(from!, file));
      else outside.add(from!);
    }
  };
  visit(entry);
  return { files: [...files], outside: [...outside].sort() };
}
