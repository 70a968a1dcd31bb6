/** C2SP tlog-witness: whoever remembers the largest checkpoint he has seen, and signs only what continues it. */
import { equal, fromUtf8, toHex, utf8 } from "./bytes.ts";
import { type Checkpoint, openCheckpoint, readCheckpointText, readDecimal, readHash } from "./checkpoint.ts";
import type { Clock } from "./clock.ts";
import type { Crypto, Signer } from "./crypto.ts";
import type { Disk } from "./disk.ts";
import { emptyRoot, verifyConsistency } from "./merkle.ts";
import { cosign, NOTE_COSIGNATURE, NOTE_MAX_BYTES, type Note, type NoteKey, signatureLine, splitNote } from "./note.ts";

export const WITNESS_PROOF_MAX_LINES = 63;
export const WITNESS_REQUEST_MAX_BYTES = NOTE_MAX_BYTES + 8192;

/** What goes over the wire, whatever the wire: `POST …/add-checkpoint`. */
export interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422;
  readonly contentType: "text/plain; charset=utf-8" | "text/x.tlog.size";
  readonly body: string;
}

/** A witness as a ledger sees it: here, in a file, or behind any transport. */
export interface WitnessPort {
  readonly key: NoteKey;
  addCheckpoint(request: Uint8Array): Promise<WitnessAnswer>;
}

export interface WitnessOptions {
  readonly disk: Disk;
  /** Holds one file for each log: the last checkpoint that was cosigned. */
  readonly folder: string;
  readonly crypto: Crypto;
  readonly clock: Clock;
  /** Used for nothing else: the signed message does not name its signer. */
  readonly signer: Signer;
  readonly name: string;
  /** Public keys by origin. */
  readonly logs: ReadonlyMap<string, Uint8Array>;
}

/** A witness whose memory is files: each answer is on disk before it is given. */
export class Witness implements WitnessPort {
  readonly key: NoteKey;
  readonly #o: WitnessOptions;
  /** Requests are judged one after the other: looking at the old size and writing the new one is one act. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(o: WitnessOptions) {
    this.#o = o;
    this.key = { name: o.name, type: NOTE_COSIGNATURE, publicKey: o.signer.publicKey };
  }

  /** @throws DiskError when its memory cannot be read or written: then there is no answer. */
  addCheckpoint(request: Uint8Array): Promise<WitnessAnswer> {
    const answer = this.#last.then(() => this.#judge(request));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async #judge(bytes: Uint8Array): Promise<WitnessAnswer> {
    const request = readRequest(bytes);
    if (request === null) return no(400, "not an add-checkpoint request");
    const publicKey = this.#o.logs.get(request.checkpoint.origin);
    if (publicKey === undefined) return no(404, "unknown log");
    const log = { origin: request.checkpoint.origin, publicKey };
    if (openCheckpoint(this.#o.crypto, request.note, log) === null) return no(403, "not signed by the log");
    if (request.old > request.checkpoint.size) return no(400, "the old size is beyond the checkpoint");
    const seen = await this.#seen(log.origin);
    const verdict = judge(this.#o.crypto, request, seen);
    if (verdict !== null) return verdict;
    return this.#cosign(request);
  }

  async #cosign({ text, checkpoint }: Request): Promise<WitnessAnswer> {
    await this.#o.disk.makeFolder(this.#o.folder);
    await this.#o.disk.writeAtomic(this.#path(checkpoint.origin), utf8(text));
    const time_s = Math.floor(this.#o.clock.now_ms() / 1000);
    const line = signatureLine(cosign(this.#o.crypto, this.#o.signer, this.#o.name, text, time_s));
    return { status: 200, contentType: "text/plain; charset=utf-8", body: line };
  }

  async #seen(origin: string): Promise<Checkpoint | null> {
    const path = this.#path(origin);
    if (!(await this.#o.disk.exists(path))) return null;
    const seen = readCheckpointText(fromUtf8(await this.#o.disk.read(path)));
    // Guessing would be forgetting: a witness that has lost its memory must be told so by a person.
    if (seen === null) throw new Error(`${path} is not a checkpoint`);
    return seen;
  }

  #path(origin: string): string {
    return `${this.#o.folder}/${toHex(this.#o.crypto.sha256(utf8(origin)))}`;
  }
}

interface Request {
  readonly old: bigint;
  readonly proof: readonly Uint8Array[];
  readonly note: string;
  readonly text: string;
  readonly checkpoint: Checkpoint;
}

export function witnessRequest(old: number, proof: readonly string[], checkpoint: string): Uint8Array {
  return utf8(`old ${old}\n${proof.map((line) => `${line}\n`).join("")}\n${checkpoint}`);
}

function readRequest(bytes: Uint8Array): Request | null {
  const whole = bytes.length > WITNESS_REQUEST_MAX_BYTES ? null : textOf(bytes);
  const blank = whole?.indexOf("\n\n") ?? -1;
  if (whole === null || blank < 0) return null;
  const [first, ...lines] = whole.slice(0, blank).split("\n");
  const old = first?.startsWith("old ") ? readDecimal(first.slice(4)) : null;
  const proof = lines.map(readHash).filter((hash) => hash !== null);
  if (old === null || proof.length !== lines.length || lines.length > WITNESS_PROOF_MAX_LINES) return null;
  const note = whole.slice(blank + 2);
  const parts: Note | null = splitNote(note);
  const checkpoint = parts === null ? null : readCheckpointText(parts.text);
  return parts === null || checkpoint === null ? null : { old, proof, note, text: parts.text, checkpoint };
}

/** Null when the checkpoint continues what was seen. */
function judge(crypto: Crypto, { old, proof, checkpoint }: Request, seen: Checkpoint | null): WitnessAnswer | null {
  const { size, root } = checkpoint;
  const seenSize = seen?.size ?? 0n;
  const conflict: WitnessAnswer = { status: 409, contentType: "text/x.tlog.size", body: `${seenSize}\n` };
  if (old !== seenSize) return conflict;
  if (old === size && !equal(root, seen?.root ?? emptyRoot(crypto))) return conflict;
  if (old === 0n || old === size) return proof.length === 0 ? null : no(422, "the proof must be empty");
  const claim = { size1: old, size2: size, root1: seen!.root, root2: root, proof };
  return verifyConsistency(crypto, claim) ? null : no(422, "the consistency proof does not verify");
}

const no = (status: 400 | 403 | 404 | 422, why: string): WitnessAnswer => ({
  status,
  contentType: "text/plain; charset=utf-8",
  body: `${why}\n`,
});

function textOf(bytes: Uint8Array): string | null {
  try {
    return fromUtf8(bytes);
  } catch {
    return null;
  }
}
