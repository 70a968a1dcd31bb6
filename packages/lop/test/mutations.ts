/** Frames that a hostile or broken sender makes out of good ones. A mutation that happens to change nothing is told apart by its bytes. */
import { concat, fromUtf8, utf8 } from "../src/bytes.ts";
import type { SimChance } from "../src/chance-sim.ts";
import { nodeCrypto } from "../src/crypto-node.ts";
import { envelopeBytes, sealEnvelope } from "../src/dsse.ts";
import { FRAME_HEAD_BYTES, FRAME_MAX_BODY_BYTES, FrameParser, frameBytes } from "../src/frame.ts";
import { PACKET_PAYLOAD_TYPE, PACKET_TYPES, readPacket, writePacket } from "../src/packet.ts";
import { isRefusal } from "../src/refusal.ts";
import { directoryOf, NOW_MS, packetFields, signerOf } from "./helpers.ts";

const operator = signerOf("operator");
const context = { keys: directoryOf([operator, "operator"]), now_ms: NOW_MS, accept: PACKET_TYPES };

/** Bytes of some good frames, and the frames that a parser must be able to tell from them. */
const good: Uint8Array[] = Array.from({ length: 24 }, (_, ctr) =>
  frameBytes(
    envelopeBytes(
      writePacket(operator, packetFields({ ctr, body: { words: "x".repeat(ctr * 40), n: [1, { a: ctr }] } })),
    ),
  ),
);
const goodTexts = new Set(good.map((frame) => Buffer.from(frame).toString("latin1")));
export const GOOD_MAX_BYTES = Math.max(...good.map(({ length }) => length));

/** Envelopes that are signed by the right key and yet wrong: what only the reader of the payload can refuse. */
const payload = JSON.stringify({ v: "3.1", ...packetFields() });
const signedWrong: Uint8Array[] = [
  payload.replace('"ctr":1', '"ctr":1,"ctr":2'),
  payload.replace('"ctr":1', '"ctr":1,"\\u0063tr":2'),
  payload.replace('"body":{', '"body":{"words":"a","words":"b"},"_":{'),
  payload.replace('"words":"read my notes"', '"a":{"b":1,"b":2}'),
  payload.replace('"typ":"directive"', '"typ":"root"'),
  payload.replace('"v":"3.1"', '"v":3.1'),
  payload.replace('"sub":null', `"sub":${"[".repeat(64)}${"]".repeat(64)}`),
  `${payload} {}`,
  payload.slice(0, -1),
  `\uFEFF${payload}`,
].map((text) => frameBytes(envelopeBytes(sealEnvelope(operator, PACKET_PAYLOAD_TYPE, utf8(text)))));

export const MUTATIONS = ["bit flips", "splice", "length lie", "duplicate key", "slow drip"] as const;
export type Mutation = (typeof MUTATIONS)[number];

const pick = <T>(chance: SimChance, items: readonly T[]): T => items[chance.below(items.length)]!;

export function mutate(chance: SimChance, kind: Mutation): Uint8Array {
  const frame = pick(chance, good).slice();
  switch (kind) {
    case "bit flips":
      for (let flips = 1 + chance.below(8); flips > 0; flips--)
        frame[chance.below(frame.length)]! ^= 1 << chance.below(8);
      return frame;
    case "splice": {
      const other = pick(chance, good);
      return concat(frame.subarray(0, chance.below(frame.length)), other.subarray(chance.below(other.length)));
    }
    case "length lie": {
      const lies = [
        0,
        1,
        frame.length,
        frame.length - 5,
        FRAME_MAX_BODY_BYTES + 1,
        FRAME_MAX_BODY_BYTES + 2,
        2 ** 31,
        2 ** 32 - 1,
      ];
      new DataView(frame.buffer).setUint32(0, chance.below(2) === 0 ? pick(chance, lies) : chance.below(2 ** 20));
      return frame;
    }
    case "duplicate key":
      return chance.below(4) === 0 ? pick(chance, signedWrong) : withDuplicateKey(chance, frame);
    case "slow drip":
      return frame.subarray(0, chance.below(frame.length));
  }
}

/** Repeats a member of the envelope itself. */
function withDuplicateKey(chance: SimChance, frame: Uint8Array): Uint8Array {
  const text = fromUtf8(frame.subarray(FRAME_HEAD_BYTES));
  const members = ['"payloadType":"x",', '"payload":"",', '"signatures":[],'];
  const nested = text.replace('[{"keyid"', '[{"sig":"","keyid"');
  return frameBytes(utf8(chance.below(4) === 0 ? nested : `{${pick(chance, members)}${text.slice(1)}`));
}

export interface FuzzResult {
  frames: number;
  refused: number;
  /** Cut short: the parser still waits, and the timeout ends it. */
  unfinished: number;
  /** The mutation left whole good frames and nothing else, such as a splice at a border. */
  unchanged: number;
  accepted: string[];
  crashes: string[];
  /** Most memory that a parser held for one stream. */
  held_max_bytes: number;
}

/** Feeds mutated frames in random chunks to a parser and everything it gives to the reader. */
export function fuzzFrames(chance: SimChance, frames: number, kinds: readonly Mutation[] = MUTATIONS): FuzzResult {
  const result: FuzzResult = {
    frames,
    refused: 0,
    unfinished: 0,
    unchanged: 0,
    accepted: [],
    crashes: [],
    held_max_bytes: 0,
  };
  for (let i = 0; i < frames; i++) {
    const kind = kinds[i % kinds.length]!;
    const bytes = mutate(chance, kind);
    try {
      const verdict = offer(chance, bytes, kind === "slow drip" ? 1 : 4096, result);
      if (verdict === "accepted") result.accepted.push(`${kind}: ${Buffer.from(bytes).toString("base64")}`);
      else result[verdict]++;
    } catch (error) {
      result.crashes.push(`${kind}: ${(error as Error).stack}`);
    }
  }
  return result;
}

function offer(chance: SimChance, bytes: Uint8Array, chunk_max: number, result: FuzzResult) {
  const parser = new FrameParser();
  let refused = false;
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + chance.below(chunk_max);
    for (const body of parser.push(bytes.subarray(at, at + size))) {
      if (isRefusal(body)) return "refused";
      if (goodTexts.has(Buffer.from(frameBytes(body)).toString("latin1"))) continue; // an untouched frame inside a splice
      if (!isRefusal(readPacket(nodeCrypto, body, context))) return "accepted";
      refused = true;
    }
    result.held_max_bytes = Math.max(result.held_max_bytes, parser.held_bytes);
    at += size;
  }
  if (refused) return "refused";
  return parser.end() === null ? "unchanged" : "unfinished";
}
