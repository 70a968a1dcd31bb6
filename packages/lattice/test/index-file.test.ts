import { describe, expect, inject, it } from "vitest";
import {
  buildIndex,
  find,
  isFault,
  LivingIndex,
  readIndex,
  readQuery,
  type Searchable,
  writeIndex,
} from "../src/index.ts";
import { nodeSha256 } from "../src/journal-node.ts";
import { chance, makeCity } from "./city.ts";

const SEED = inject("seed");
const city = makeCity({ count: 2500, seed: SEED }).map((capability, handle) => ({
  handle,
  capability: handle % 50 === 0 ? { ...capability, id: `Größe ${handle}` } : capability,
}));

const QUERIES = [
  { attribute: "wifi", is: true },
  { attribute: "cuisine", is: "thai" },
  { attribute: "power_kw", atLeast: 40 },
  { attribute: "street", known: true },
  { not: { attribute: "quiet", is: true } },
].map((where) => {
  const read = readQuery({ place: { from: { lat: 52.5, lng: 13.4 } }, where, limit: 300 }, 0);
  if (isFault(read)) throw new Error(read.why);
  return read;
});

const answers = (index: Searchable) =>
  QUERIES.map((read) => {
    const answer = find({ index, counts: null, openness: null, room: null }, read);
    return isFault(answer) ? answer : answer.found;
  });

function reopen(bytes: Uint8Array): { readonly index: Searchable; readonly stamp: string } {
  const read = readIndex(bytes, nodeSha256);
  if (isFault(read)) throw new Error(read.why);
  return read;
}

describe("an index file", () => {
  it("gives back the same index, with its stamp, from any place in memory", () => {
    const index = buildIndex(city);
    const bytes = writeIndex(index, "change 17", nodeSha256);
    const { index: back, stamp } = reopen(bytes);
    expect(stamp).toBe("change 17");
    expect(answers(back)).toEqual(answers(index));
    const elsewhere = new Uint8Array(bytes.length + 3);
    elsewhere.set(bytes, 3);
    expect(answers(reopen(elsewhere.subarray(3)).index)).toEqual(answers(index));
    expect(writeIndex(reopen(bytes).index.parts[0]!.index, "change 17", nodeSha256)).toEqual(bytes);
  });

  it("holds a whole version, and lives on", () => {
    const living = new LivingIndex();
    living.apply({ put: city });
    living.apply({ remove: [1, 2, 3] });
    living.apply({ put: [{ handle: 2, capability: city[2]!.capability }] });
    const { index } = reopen(writeIndex(living.version.whole(), "", nodeSha256));
    expect(answers(index)).toEqual(answers(living.version));
    const again = new LivingIndex(index.parts[0]!.index, 9);
    again.apply({ remove: [5] });
    expect(again.version.count).toBe(city.length - 3);
  });

  it("keeps an empty index", () => {
    expect(reopen(writeIndex(buildIndex([]), "", nodeSha256)).index.parts[0]!.index.count).toBe(0);
  });

  it(`refuses what is torn, foreign or changed (seed ${SEED})`, () => {
    const bytes = writeIndex(buildIndex(city.slice(0, 100)), "", nodeSha256);
    const random = chance(SEED);
    const isRefused = (file: Uint8Array): boolean => {
      const read = readIndex(file, nodeSha256);
      return isFault(read) && read.refused === "index-unreadable";
    };
    expect(isRefused(new Uint8Array(0))).toBe(true);
    expect(
      isRefused(new TextEncoder().encode("PK\u0003\u0004 some other file, long enough to hold a header of 48 bytes")),
    ).toBe(true);
    for (let i = 0; i < 200; i++) {
      expect(isRefused(bytes.subarray(0, Math.floor(random() * bytes.length)))).toBe(true);
      const changed = bytes.slice();
      const at = Math.floor(random() * bytes.length);
      if (at < 8 || at >= 16) {
        changed[at]! ^= 1 << Math.floor(8 * random());
        expect(isRefused(changed)).toBe(true);
      }
    }
  });

  it("refuses a directory that points elsewhere, though its hash is right", () => {
    const bytes = writeIndex(buildIndex(city.slice(0, 100)), "", nodeSha256);
    const forge = (from: RegExp, to: string): Uint8Array => {
      const text = new TextDecoder("latin1").decode(bytes);
      const found = from.exec(text)!;
      expect(found[0].length).toBe(to.length);
      const forged = bytes.slice();
      forged.set(new TextEncoder().encode(to), found.index);
      forged.set(nodeSha256(forged.subarray(48)), 16);
      return forged;
    };
    for (const [from, to] of [
      [/"count":100,/, '"count":999,'],
      [/"known":\d/, '"knewn":0'],
      [/"known":\d,/, '"known":99'],
      [/"size":\d/, '"size":9'],
      [/"at":\[\d/, '"at":[9'],
      [/"handles":\[\d/, '"handles":[-'],
    ] as const) {
      const read = readIndex(forge(from, to), nodeSha256);
      expect(isFault(read) && read.refused, to).toBe("index-unreadable");
    }
  });
});
