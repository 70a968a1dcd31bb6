import { createHash } from "node:crypto";
import { Duplex, PassThrough } from "node:stream";
import { FrameParser, frameBytes, nodeSigner, type Signer } from "lop";
import { expect, it } from "vitest";
import { CrucibleWire, GUEST, HOST } from "../src/crucible-wire.ts";

const SEED = 7;
const FLIPS = 400;
const chained = (...parts: readonly Uint8Array[]): Uint8Array =>
  createHash("blake2b512").update(Buffer.concat(parts)).digest().subarray(0, 32);

/** A guest in this process: answers wake with hello and echo with echo, by the format's own words. */
class Guest {
  readonly toHost = new PassThrough();
  readonly stream: Duplex;
  #signer: Signer = nodeSigner(new Uint8Array(32));
  #head: Uint8Array = new Uint8Array(32);
  #next = 0;

  constructor(change: (frame: Buffer, n: number) => Buffer = (frame) => frame) {
    const parser = new FrameParser();
    let sent = 0;
    const send = (body: Uint8Array): unknown => this.toHost.write(change(Buffer.from(frameBytes(body)), sent++));
    this.stream = Duplex.from({
      readable: this.toHost,
      writable: async (chunks: AsyncIterable<Uint8Array>) => {
        for await (const chunk of chunks)
          for (const body of parser.push(chunk))
            if (!("refused" in body)) for (const one of this.#answer(body)) send(one);
      },
    }) as Duplex;
  }

  *#answer(body: Uint8Array): Generator<Uint8Array> {
    if (body[0] === HOST.wake) {
      const session = body.subarray(9, 25);
      this.#signer = nodeSigner(body.subarray(33, 65));
      this.#next = 0;
      this.#head = chained(Buffer.from("axiom-crucible/2 guest>host\0"), session);
      yield this.#control(GUEST.hello, Buffer.concat([this.#signer.publicKey, session]));
    } else if (body[0] === HOST.echo) yield this.#data(GUEST.echo, body.subarray(9));
    else if (body[0] === HOST.exec) yield this.#control(GUEST.exit, new Uint8Array(62));
  }

  #data(kind: number, payload: Uint8Array): Uint8Array {
    const head = Buffer.alloc(9);
    head[0] = kind;
    head.writeBigUInt64BE(BigInt(this.#next++), 1);
    const body = Buffer.concat([head, payload]);
    this.#head = chained(this.#head, body);
    return body;
  }

  #control(kind: number, payload: Uint8Array): Uint8Array {
    const body = this.#data(kind, payload);
    return Buffer.concat([
      body,
      this.#signer.sign(Buffer.concat([Buffer.from("axiom-crucible/2 guest>host\0"), this.#head])),
    ]);
  }
}

/** An exit that was turned into something else never comes; a run then ends at its wall. */
const LOST_WALL_MS = 100;
const PATIENT_WALL_MS = 30_000;

/** Wakes, sends three echoes, has a program run, wakes again. @returns what came back, or why the stream was given up. */
async function talk(
  guest: Guest,
  wall_ms: number,
): Promise<{ echoes: string[]; exited: boolean; broken: string | null }> {
  const wire = new CrucibleWire(guest.stream);
  const echoes: string[] = [];
  let exited = false;
  const over = Promise.withResolvers<void>();
  wire.listen({
    frame: ({ kind, payload }) => {
      exited ||= kind === GUEST.exit;
      if (kind === GUEST.exit) over.resolve();
      else echoes.push(Buffer.from(payload).toString());
    },
    broken: () => over.resolve(),
  });
  try {
    await wire.wake(1);
    for (const word of ["one", "two", "three"]) wire.send(HOST.echo, Buffer.from(word));
    wire.sendSigned(HOST.exec, new Uint8Array(62));
    const wall = setTimeout(over.resolve, wall_ms);
    await over.promise;
    clearTimeout(wall);
    if (exited && wire.broken === null) await wire.wake(2);
  } catch {
    // The wire says why.
  }
  return { echoes, exited, broken: wire.broken };
}

it("speaks the format, twice in one stream", async () => {
  expect(await talk(new Guest(), PATIENT_WALL_MS)).toEqual({
    echoes: ["one", "two", "three"],
    exited: true,
    broken: null,
  });
});

it(`any changed bit of ${FLIPS} is found at the next signature at the latest (seed ${SEED})`, async () => {
  let state = SEED;
  const random = (below: number): number => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
  for (let flip = 0; flip < FLIPS; flip++) {
    // Frames: hello, three echoes, exit. Only bits behind the length, so that the stream goes on.
    const [frame, bit] = [random(5), random(8)];
    const guest = new Guest((bytes, n) => {
      if (n === frame) bytes[4 + random(bytes.length - 4)]! ^= 1 << bit;
      return bytes;
    });
    const { broken, exited } = await talk(guest, LOST_WALL_MS);
    expect(exited && broken === null, `frame ${frame} bit ${bit}`).toBe(false);
  }
});
