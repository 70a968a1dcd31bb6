import { randomBytes } from "node:crypto";
import { closeSync, writeSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { fillMemory, PAGE_BYTES, SparseMemory, unnamedFile } from "../src/vm-memory.ts";
import { KEY_BYTES, openMachine, sealMachine } from "../src/vm-snapshot.ts";

const SEED = 11;
const PAGES = 1024;
const SIZE_BYTES = PAGES * PAGE_BYTES;
const MACHINES = 20;
const STATE = Buffer.from("devices");
const DIGEST = "ab".repeat(32);

let state = SEED;
const random = (below: number): number => {
  state = (state * 48271) % 2147483647;
  return state % below;
};
const page = (): Buffer => Buffer.alloc(PAGE_BYTES, random(255) + 1);

/** A template of some pages, a few runs of them long. */
function template(): SparseMemory {
  const pieces: [number, number][] = [];
  for (let at = random(4); at < PAGES; at += 1 + random(40)) {
    const length = Math.min(1 + random(20), PAGES - at);
    pieces.push([at * PAGE_BYTES, length * PAGE_BYTES]);
    at += length;
  }
  const memory = new SparseMemory(SIZE_BYTES, pieces);
  for (const { bytes } of memory.extents) bytes.fill(random(255) + 1);
  return memory;
}

const imageOf = (
  pieces: readonly { offset: number; bytes: Uint8Array }[],
  onto: Buffer = Buffer.alloc(SIZE_BYTES),
): Buffer => {
  for (const { offset, bytes } of pieces) onto.set(bytes, offset);
  return onto;
};

describe(`a snapshot holds what is not its template's (seed ${SEED})`, () => {
  const fds: number[] = [];
  afterAll(() => {
    for (const fd of fds) closeSync(fd);
  });

  it("and with it gives the machine back, pages that became zero included", async () => {
    for (let machine = 0; machine < MACHINES; machine++) {
      const base = template();
      const fd = unnamedFile(SIZE_BYTES, null);
      fds.push(fd);
      await fillMemory(fd, base.extents);
      const expected = imageOf(base.extents);
      const changes = random(60);
      for (let change = 0; change < changes; change++) {
        const [at, bytes] = [random(PAGES) * PAGE_BYTES, random(3) === 0 ? Buffer.alloc(PAGE_BYTES) : page()];
        writeSync(fd, bytes, 0, PAGE_BYTES, at);
        expected.set(bytes, at);
      }
      const key = randomBytes(KEY_BYTES);
      const sealed = sealMachine(key, fd, { digest: DIGEST, memory: base }, STATE);
      expect(sealed.length).toBeLessThan((changes + 1) * (PAGE_BYTES + 12) + 400);
      const opened = openMachine(key, sealed);
      if ("refused" in opened) throw new Error(opened.why);
      expect(opened).toMatchObject({ template: DIGEST, ram_bytes: SIZE_BYTES });
      expect(Buffer.from(opened.state).equals(STATE)).toBe(true);
      expect(imageOf(opened.changes, imageOf(base.extents)).equals(expected), `machine ${machine}`).toBe(true);
      const flipped = Uint8Array.from(sealed);
      flipped[random(flipped.length)]! ^= 1;
      expect(openMachine(key, flipped)).toMatchObject({ refused: "snapshot-invalid" });
    }
  });
});
