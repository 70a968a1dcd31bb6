/** The page's verifier on recorded proofs: sound ones pass, and a flipped byte anywhere is refused by name. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { verifyHere } from "../src/verify-here.ts";

const read = (name: string) => new Uint8Array(readFileSync(new URL(`./golden/${name}`, import.meta.url)));
const SEED = 20_261_121;
const FLIPS = 150;

describe("verifying in the page", () => {
  it.each(["proof-run.json", "proof-write.json", "proof-wipe.json"])("%s is sound", (name) => {
    expect(verifyHere(read(name))).toMatchObject({
      verified: true,
      facts: { id: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });

  it(`refuses ${FLIPS} single flipped bytes (seed ${SEED})`, () => {
    const sound = read("proof-write.json");
    let x = SEED;
    for (let i = 0; i < FLIPS; i++) {
      x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0;
      const bytes = sound.slice();
      bytes[x % bytes.length]! ^= 1 << (x >>> 29);
      const check = verifyHere(bytes);
      expect(check.verified, `byte ${x % bytes.length}`).toBe(false);
      if (!check.verified) expect(check.part).not.toBe("");
    }
  });
});
