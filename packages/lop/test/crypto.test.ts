import { expect, test } from "vitest";
import { fromHex, toHex } from "../src/bytes.ts";
import { keyIdOf } from "../src/crypto.ts";
import { KEY_CACHE_MAX, nodeCrypto, nodeSigner } from "../src/crypto-node.ts";
import { webCrypto } from "../src/crypto-web.ts";
import { cryptoContract } from "./crypto.contract.ts";
import { signerOf } from "./helpers.ts";

cryptoContract("crypto-node", nodeCrypto);
cryptoContract("crypto-web", webCrypto);

test("nodeSigner signs RFC 8032's first test vector", () => {
  const signer = nodeSigner(fromHex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
  expect(toHex(signer.publicKey)).toBe("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  expect(toHex(signer.sign(new Uint8Array()))).toBe(
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  );
  expect(signer.keyId).toBe(keyIdOf(webCrypto, signer.publicKey));
  expect(() => nodeSigner(new Uint8Array(31))).toThrow(RangeError);
});

test("a caller that reuses its key buffer gets no stale key", () => {
  const [one, two] = [signerOf("one"), signerOf("two")];
  const message = new Uint8Array(3);
  const buffer = one.publicKey.slice();
  expect(nodeCrypto.verify(buffer, message, one.sign(message))).toBe(true);
  buffer.set(two.publicKey);
  expect(nodeCrypto.verify(buffer, message, one.sign(message))).toBe(false);
  expect(nodeCrypto.verify(buffer, message, two.sign(message))).toBe(true);
});

test("more keys than the cache holds still verify", () => {
  const message = new Uint8Array(1);
  const first = signerOf("key 0");
  for (let i = 0; i <= KEY_CACHE_MAX; i++) {
    const signer = signerOf(`key ${i}`);
    expect(nodeCrypto.verify(signer.publicKey, message, signer.sign(message))).toBe(true);
  }
  expect(nodeCrypto.verify(first.publicKey, message, first.sign(message))).toBe(true);
});
