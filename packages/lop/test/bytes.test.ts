import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromBase64, fromHex, toBase64, toHex } from "../src/bytes.ts";

describe("base64", () => {
  test("is RFC 4648 §10", () => {
    for (const [plain, text] of [
      ["", ""],
      ["f", "Zg=="],
      ["fo", "Zm8="],
      ["foo", "Zm9v"],
      ["foob", "Zm9vYg=="],
      ["fooba", "Zm9vYmE="],
      ["foobar", "Zm9vYmFy"],
    ] as const) {
      expect(toBase64(Buffer.from(plain))).toBe(text);
      expect(Buffer.from(fromBase64(text)).toString()).toBe(plain);
    }
  });

  test("equals Buffer's both ways", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = Buffer.from(bytes).toString("base64");
        expect(toBase64(bytes)).toBe(text);
        expect(fromBase64(text)).toEqual(bytes);
      }),
    );
  });

  test("takes a text only if it is the one spelling of some bytes", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."AQgw/+=- é\n"), maxLength: 12 }), (text) => {
        const canonical = Buffer.from(text, "base64").toString("base64") === text;
        if (canonical) expect(toBase64(fromBase64(text))).toBe(text);
        else expect(() => fromBase64(text)).toThrow(RangeError);
      }),
      { numRuns: 3000 },
    );
  });
});

test("hex is lower case, in pairs", () => {
  expect(toHex(Uint8Array.of(0, 15, 255))).toBe("000fff");
  expect(fromHex("000fff")).toEqual(Uint8Array.of(0, 15, 255));
  for (const bad of ["0", "0F", "zz", " 00"]) expect(() => fromHex(bad)).toThrow(RangeError);
});
