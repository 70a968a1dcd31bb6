import { expect, it } from "vitest";
import { type CrucibleWire, GUEST, HOST } from "../src/crucible-wire.ts";
import type { EgressSession } from "../src/egress.ts";
import { GUEST_MAX_STREAMS, GuestStreams } from "../src/vm-streams.ts";

const WINDOW_BYTES = 64 * 1024;

/** What goes to the guest, as `kind stream rest`. */
function heard(): { wire: CrucibleWire; sent: { kind: number; id: number; rest: Buffer }[] } {
  const sent: { kind: number; id: number; rest: Buffer }[] = [];
  const send = (kind: number, head: Uint8Array, bytes: Uint8Array = new Uint8Array(0)): boolean => {
    sent.push({ kind, id: Buffer.from(head).readUInt32BE(), rest: Buffer.concat([head.subarray(4), bytes]) });
    return true;
  };
  return { wire: { send } as unknown as CrucibleWire, sent };
}

const words = (...parts: (number | string | Uint8Array)[]): Uint8Array =>
  Buffer.concat(
    parts.map((part) => {
      if (typeof part !== "number") return Buffer.from(part);
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(part);
      return bytes;
    }),
  );
const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

it("without a permit a request hears why, and the connection ends", async () => {
  const { wire, sent } = heard();
  const streams = new GuestStreams(wire, null);
  expect(streams.hear({ kind: GUEST.open, payload: words(1) })).toBeNull();
  expect(streams.hear({ kind: GUEST.up, payload: words(1, "GET / HTTP/1.1\r\n\r\n") })).toBeNull();
  await turn();
  const text = Buffer.concat(sent.filter(({ kind }) => kind === HOST.down).map(({ rest }) => rest)).toString();
  expect(text).toMatch(/^HTTP\/1.1 403 No permit stands/);
  expect(sent.some(({ kind }) => kind === HOST.shut)).toBe(true);
});

it("a guest that breaks a rule of streams is told of; words on streams that are gone are not", () => {
  const { wire } = heard();
  const open = (): GuestStreams => {
    const streams = new GuestStreams(wire, null);
    streams.hear({ kind: GUEST.open, payload: words(1) });
    return streams;
  };
  expect(open().hear({ kind: GUEST.open, payload: words(1) })).toMatch(/more streams/);
  expect(open().hear({ kind: GUEST.up, payload: words(1, Buffer.alloc(WINDOW_BYTES + 1)) })).toMatch(/window/);
  expect(open().hear({ kind: GUEST.took, payload: words(1, 1) })).toMatch(/more taken/);
  expect(open().hear({ kind: GUEST.took, payload: words(1) })).toMatch(/another size/);
  expect(open().hear({ kind: GUEST.up, payload: new Uint8Array(3) })).toMatch(/no stream/);
  expect(open().hear({ kind: GUEST.up, payload: words(9, "x") })).toBeNull();
  const crowd = new GuestStreams(wire, null);
  for (let id = 1; id <= GUEST_MAX_STREAMS; id++)
    expect(crowd.hear({ kind: GUEST.open, payload: words(id) })).toBeNull();
  expect(crowd.hear({ kind: GUEST.open, payload: words(99) })).toMatch(/more streams/);
});

it("no more is sent than the program takes, and an end lets go of every connection", async () => {
  const { wire, sent } = heard();
  const egress = { take: (stream: NodeJS.WritableStream) => void stream.write(Buffer.alloc(3 * WINDOW_BYTES)) };
  const streams = new GuestStreams(wire, egress as unknown as EgressSession);
  const down = (): number => sent.reduce((sum, { kind, rest }) => (kind === HOST.down ? sum + rest.length : sum), 0);
  streams.hear({ kind: GUEST.open, payload: words(7) });
  expect(down()).toBe(WINDOW_BYTES);
  streams.hear({ kind: GUEST.took, payload: words(7, 1000) });
  expect(down()).toBe(WINDOW_BYTES + 1000);
  streams.end();
  await turn();
  expect(sent.at(-1)).toMatchObject({ kind: HOST.shut, id: 7 });
  expect(streams.hear({ kind: GUEST.took, payload: words(7, 1000) })).toBeNull();
});
