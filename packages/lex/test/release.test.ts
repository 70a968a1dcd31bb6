import { isRefusal, nodeCrypto, nodeSigner, sealEnvelope, toBase64, utf8 } from "lop";
import { describe, expect, it } from "vitest";
import { checkFile, RELEASE_PAYLOAD_TYPE, type Release, readRelease } from "../src/index.ts";
import { made } from "./needles.ts";

const signer = nodeSigner(new Uint8Array(32).fill(7));
const stranger = nodeSigner(new Uint8Array(32).fill(8));
const file = utf8("weights");
const digest = Buffer.from(nodeCrypto.sha256(file)).toString("hex");
const key = toBase64(signer.publicKey);

const released = (payload: string, by = signer): Uint8Array =>
  utf8(JSON.stringify(sealEnvelope(by, RELEASE_PAYLOAD_TYPE, utf8(payload))));
const good = released(JSON.stringify({ "m.gguf": digest }));

describe("a release", () => {
  it("vouches for its files and for no others", () => {
    const release = made<Release>(readRelease(nodeCrypto, good, `${key}\n`));
    expect(checkFile(nodeCrypto, release, "m.gguf", file)).toBeNull();
    expect(checkFile(nodeCrypto, release, "m.gguf", utf8("Weights"))).toMatchObject({ refused: "model-damaged" });
    expect(checkFile(nodeCrypto, release, "other.gguf", file)).toMatchObject({ refused: "model-damaged" });
  });

  it.each<[string, Uint8Array, string]>([
    ["another signer", released(JSON.stringify({ "m.gguf": digest }), stranger), key],
    ["another key", good, toBase64(stranger.publicKey)],
    ["no key", good, "x"],
    ["a changed byte", good.map((byte, i) => (i === 80 ? byte ^ 1 : byte)), key],
    ["no envelope", utf8("{}"), key],
    ["no JSON", utf8("{"), key],
    ["a list", released("[]"), key],
    ["no digest", released('{"m.gguf":"x"}'), key],
  ])("refuses %s", (_, envelope, publicKey) => {
    const release = readRelease(nodeCrypto, envelope, publicKey);
    expect(isRefusal(release) && release.refused).toBe("model-damaged");
  });
});
