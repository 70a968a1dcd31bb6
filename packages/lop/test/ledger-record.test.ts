import fc from "fast-check";
import { expect, test } from "vitest";
import { utf8 } from "../src/bytes.ts";
import { crc32c } from "../src/crc32c.ts";
import { KIND, putRecord, RECORD_HEADER_BYTES, readRecord } from "../src/ledger-record.ts";

test("CRC-32C of the published examples (RFC 3720 B.4)", () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => 31 - i))).toBe(0x113fdb5c);
  expect(crc32c(utf8("123456789"))).toBe(0xe3069283);
});

test("a record comes back, and with any bit changed it does not", () => {
  const record = fc.record({
    kind: fc.constantFrom(...Object.values(KIND)),
    number: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
    body: fc.uint8Array({ maxLength: 600 }),
    at: fc.nat({ max: 40 }),
    bit: fc.nat(),
  });
  fc.assert(
    fc.property(record, ({ kind, number, body, at, bit }) => {
      const size_bytes = RECORD_HEADER_BYTES + body.length;
      const bytes = new Uint8Array(at + size_bytes + 20);
      expect(putRecord(bytes, at, kind, number, body)).toBe(at + size_bytes);
      expect(readRecord(bytes, at)).toEqual({ kind, number, body, size_bytes });
      const flipped = at * 8 + (bit % (size_bytes * 8));
      bytes[flipped >> 3]! ^= 1 << (flipped & 7);
      expect(readRecord(bytes, at)).toBeNull();
    }),
  );
});

test("zeros, and the end of the bytes, are no record", () => {
  expect(readRecord(new Uint8Array(100), 0)).toBeNull();
  const bytes = new Uint8Array(100);
  const end = putRecord(bytes, 0, KIND.entry, 7, utf8("whole"));
  expect(readRecord(bytes.subarray(0, end), 0)).not.toBeNull();
  for (let cut = 0; cut < end; cut++) expect(readRecord(bytes.subarray(0, cut), 0)).toBeNull();
});
