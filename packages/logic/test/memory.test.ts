import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  checkMemory,
  emptyMemory,
  MEMORY_TYPES,
  type Memory,
  makeMemory,
  memoryBytes,
  readMemory,
  writeMemory,
} from "../src/memory.ts";
import { isLogicRefusal } from "../src/refusal.ts";
import { openMemory, sealMemory } from "../src/seal.ts";
import { nodeSealer, nodeSha256 } from "../src/seal-node.ts";

const shape = { layers: 2, inner: 6, state: 4, kernel: 4, channels: 14 };
const weights = Buffer.from(nodeSha256(new TextEncoder().encode("golden weights"))).toString("hex");
const values = Float32Array.from({ length: memoryBytes(shape) / 4 }, (_, i) =>
  i < 4 || i % 9 === 0 ? 0 : (((i * 37) % 101) - 50) / 64,
);
const golden = (type: string) => new Uint8Array(readFileSync(new URL(`vectors/${type}.memory`, import.meta.url)));
const read = (file: Uint8Array): Memory => {
  const memory = readMemory(file, nodeSha256);
  if (isLogicRefusal(memory)) throw new Error(memory.why);
  return memory;
};
const floats = (memory: Memory) => new Float32Array(memory.bytes.slice().buffer);

describe("golden files, written by another program", () => {
  const memory = makeMemory(shape, weights, new Uint8Array(values.buffer), nodeSha256);
  test.each(MEMORY_TYPES)("%s", (type) => {
    expect(read(golden(type))).toMatchObject({ shape, weights });
    expect(Buffer.from(writeMemory(memory, nodeSha256, type)).equals(golden(type))).toBe(true);
  });
  test("f32 and f16 hold these values exactly; the hash is that of the f32 header", () => {
    expect(floats(read(golden("f32")))).toEqual(values);
    expect(read(golden("f16")).hash).toBe(memory.hash);
    expect(memory.hash).toBe(Buffer.from(nodeSha256(golden("f32").subarray(0, 128))).toString("hex"));
  });
  test("int8 rows are within half a step", () => {
    for (const [i, value] of floats(read(golden("int8-rows"))).entries())
      expect(Math.abs(value - values[i]!)).toBeLessThanOrEqual(50 / 64 / 127 / 2 + 1e-7);
  });
});

test("any memory survives f32; f16 and int8 rows are stable after one loss", () => {
  const bodies = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -60000, max: 60000 }), {
    minLength: memoryBytes(shape) / 4,
    maxLength: memoryBytes(shape) / 4,
  });
  fc.assert(
    fc.property(bodies, fc.constantFrom(...MEMORY_TYPES), (body, type) => {
      const bytes = new Uint8Array(Float32Array.from(body).buffer);
      const memory = makeMemory(shape, weights, bytes, nodeSha256);
      const once = read(writeMemory(memory, nodeSha256, type));
      if (type === "f32") expect(once.hash).toBe(memory.hash);
      if (type === "f16") expect(read(writeMemory(once, nodeSha256, type)).hash).toBe(once.hash);
    }),
    { numRuns: 200 },
  );
});

describe("what is no memory is refused", () => {
  const good = golden("f32");
  const changed = (at: number, ...bytes: number[]) => {
    const copy = good.slice();
    copy.set(bytes, at);
    return copy;
  };
  const nan = Float32Array.from(values).fill(Number.NaN, 3, 4);
  test.each<[string, Uint8Array, string]>([
    ["empty", new Uint8Array(), "memory-malformed"],
    ["another magic", changed(0, 0), "memory-malformed"],
    ["version 2", changed(8, 2), "memory-malformed"],
    ["type 9", changed(12, 9), "memory-malformed"],
    ["no layers", changed(16, 0), "memory-malformed"],
    ["endless layers", changed(16, 255, 255, 255, 255), "memory-malformed"],
    ["too large a whole", changed(20, 0, 0, 16, 0, 0, 0, 16, 0), "memory-malformed"],
    ["spare bytes used", changed(127, 1), "memory-malformed"],
    ["cut", good.subarray(0, good.length - 1), "memory-malformed"],
    ["longer", Buffer.concat([good, Buffer.of(0)]), "memory-malformed"],
    ["another body", changed(200, good[200]! ^ 1), "memory-altered"],
    [
      "not finite",
      writeMemory(makeMemory(shape, weights, new Uint8Array(nan.buffer), nodeSha256), nodeSha256),
      "memory-malformed",
    ],
  ])("%s", (_, file, refused) => expect(readMemory(file, nodeSha256)).toMatchObject({ refused }));

  test("other weights, or another shape under the same name", () => {
    const memory = emptyMemory(shape, weights, nodeSha256);
    expect(checkMemory(memory, shape, weights)).toBeNull();
    expect(checkMemory(memory, shape, "0".repeat(64))).toMatchObject({ refused: "memory-of-another-model" });
    expect(checkMemory(memory, { ...shape, layers: 3 }, weights)).toMatchObject({ refused: "memory-of-another-model" });
  });
});

describe("sealed", () => {
  const memory = makeMemory(shape, weights, new Uint8Array(values.buffer), nodeSha256);
  const sealer = nodeSealer(new Uint8Array(32).fill(7));
  const sealed = sealMemory(memory, "exec", sealer, nodeSha256);
  test("opens with the key, at its place", () => {
    const opened = openMemory(sealed, "exec", sealer, nodeSha256);
    expect(opened).toMatchObject({ hash: memory.hash, weights });
  });
  test("two seals differ, and neither shows the memory", () => {
    expect(Buffer.from(sealMemory(memory, "exec", sealer, nodeSha256)).equals(sealed)).toBe(false);
    expect(Buffer.from(sealed).includes("AXMEMORY")).toBe(false);
  });
  test("another key, place, byte or length does not open", () => {
    const other = nodeSealer(new Uint8Array(32).fill(8));
    expect(openMemory(sealed, "exec", other, nodeSha256)).toMatchObject({ refused: "memory-altered" });
    expect(openMemory(sealed, "files", sealer, nodeSha256)).toMatchObject({ refused: "memory-altered" });
    for (let at = 0; at < sealed.length; at += 13) {
      const bad = sealed.slice();
      bad[at]! ^= 1;
      expect(openMemory(bad, "exec", sealer, nodeSha256)).toMatchObject({ refused: "memory-altered" });
      expect(openMemory(sealed.subarray(0, at), "exec", sealer, nodeSha256)).toMatchObject({
        refused: "memory-altered",
      });
    }
    expect(() => nodeSealer(new Uint8Array(16))).toThrow(RangeError);
  });
});
