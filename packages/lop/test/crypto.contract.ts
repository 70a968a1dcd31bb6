/** What every `Crypto` must do: one verdict on one signature, whoever computes it. */
import sodium from "libsodium-wrappers";
import { beforeAll, describe, expect, test } from "vitest";
import { toHex, utf8 } from "../src/bytes.ts";
import type { Crypto } from "../src/crypto.ts";
import { signerOf } from "./helpers.ts";
import { BAD_FLAGS, type SignatureVector, signatureVectors } from "./vectors.ts";

const vectors = signatureVectors();
const ofSet = (set: SignatureVector["set"]) => vectors.filter((vector) => vector.set === set);
const names = (list: readonly SignatureVector[]) => list.map(({ name }) => name);

function sodiumVerdict({ publicKey, message, signature }: SignatureVector): boolean {
  if (signature.length !== 64) return false; // libsodium-wrappers throws on other lengths
  return sodium.crypto_sign_verify_detached(signature, message, publicKey);
}

export function cryptoContract(name: string, crypto: Crypto): void {
  const accepts = ({ publicKey, message, signature }: SignatureVector) => crypto.verify(publicKey, message, signature);

  describe(name, () => {
    beforeAll(() => sodium.ready);

    test("hashes as FIPS 180-4 says", () => {
      expect(toHex(crypto.sha256(utf8("abc")))).toBe(
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      );
    });

    test("agrees with every Wycheproof verdict", () => {
      const set = ofSet("wycheproof");
      expect(set.length).toBeGreaterThan(0);
      expect(names(set.filter((vector) => accepts(vector) !== vector.valid))).toEqual([]);
    });

    test("accepts nothing of small order, non-canonical or with a residue", () => {
      const bad = ofSet("cctv").filter(({ flags }) => flags.some((flag) => BAD_FLAGS.includes(flag)));
      expect(bad.length).toBeGreaterThan(0);
      expect(names(bad.filter(accepts))).toEqual([]);
    });

    test("gives libsodium's verdict on every vector", () => {
      expect(names(vectors.filter((vector) => accepts(vector) !== sodiumVerdict(vector)))).toEqual([]);
    });

    test("refuses keys and signatures of the wrong length, without throwing", () => {
      const signer = signerOf("lengths");
      const message = utf8("m");
      const signature = signer.sign(message);
      expect(crypto.verify(signer.publicKey, message, signature)).toBe(true);
      for (const length of [0, 31, 33, 64])
        expect(crypto.verify(new Uint8Array(length).fill(7), message, signature)).toBe(false);
      for (const length of [0, 63, 65, 128]) {
        const wrong = new Uint8Array(length);
        wrong.set(signature.subarray(0, length));
        expect(crypto.verify(signer.publicKey, message, wrong)).toBe(false);
      }
    });

    test("refuses a signature with any bit flipped", () => {
      const signer = signerOf("bits");
      const message = utf8("one signature, one meaning");
      const signature = signer.sign(message);
      for (let bit = 0; bit < 512; bit += 7) {
        const changed = signature.slice();
        changed[bit >> 3]! ^= 1 << (bit & 7);
        expect(crypto.verify(signer.publicKey, message, changed), `bit ${bit}`).toBe(false);
      }
    });
  });
}
