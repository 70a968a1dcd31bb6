/** The other end of the round trips: a thread that opens each packet, guards against replay, and signs an answer. */
import { createServer, type Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import { utf8 } from "../src/bytes.ts";
import { nodeClock } from "../src/clock-node.ts";
import { nodeCrypto, nodeSigner } from "../src/crypto-node.ts";
import { envelopeBytes } from "../src/dsse.ts";
import { type FrameSink, FrameWriter, readFrames } from "../src/frame.ts";
import { type PacketType, readPacket, writePacket } from "../src/packet.ts";
import { isRefusal, type Refusal } from "../src/refusal.ts";
import { ReplayGuard } from "../src/replay-guard.ts";
import { directoryOf, NOW_MS, packetFields } from "../test/helpers.ts";

const party = (name: string) => {
  const seed = nodeCrypto.sha256(utf8(name));
  const signer = nodeSigner(seed);
  /** Counter of a packet that was read and is new. @throws when it is not. */
  const open = (body: Uint8Array | Refusal, guard: ReplayGuard, typ: PacketType): number => {
    const read = isRefusal(body) ? body : readPacket(nodeCrypto, body, { keys, now_ms: NOW_MS, accept: [typ] });
    if (isRefusal(read)) throw new Error(read.why);
    const { sid, chan, ctr, nonce, exp } = read.packet;
    const refused = guard.check(read.keyId, sid, chan, ctr, nonce, exp);
    if (refused !== null) throw new Error(refused.why);
    guard.accept(read.keyId, sid, chan, ctr, nonce, exp);
    return ctr;
  };
  return { seed, signer, open };
};

export const asker = party("asker");
export const answerer = party("answerer");
export const keys = directoryOf([asker.signer, "operator"], [answerer.signer, "hive"]);

/** Frames of one turn of the event loop leave in one system call. */
export const socketSink = (socket: Socket): FrameSink => ({
  write: (bytes) => {
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    if (socket.write(bytes)) return Promise.resolve();
    return new Promise((resolve) => socket.once("drain", resolve));
  },
});

async function answer(socket: Socket): Promise<void> {
  const writer = new FrameWriter(socketSink(socket));
  const guard = new ReplayGuard();
  for await (const body of readFrames(socket, { clock: nodeClock })) {
    const ctr = asker.open(body, guard, "directive");
    const fields = packetFields({ ctr, typ: "result", chan: "hive>operator", body: { ok: true } });
    void writer.send(envelopeBytes(writePacket(answerer.signer, fields)));
  }
}

if (parentPort !== null && typeof workerData?.path === "string") {
  const server = createServer((socket) => void answer(socket).catch(() => socket.destroy()));
  server.listen(workerData.path, () => parentPort?.postMessage("ready"));
}
