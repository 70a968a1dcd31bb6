/** The permits that were granted here, and what became of them: time, uses, bytes, revocation. Checks are pure looks in memory. */
import { fromBase64 } from "./bytes.ts";
import type { Clock } from "./clock.ts";
import type { Crypto } from "./crypto.ts";
import type { Disk } from "./disk.ts";
import type { KeyDirectory } from "./manifest.ts";
import {
  beyondParent,
  beyondScope,
  type OpenedPermit,
  PERMIT_MAX_CHAIN,
  type Permit,
  type PermitRequest,
  parentOf,
  readPermit,
} from "./permit.ts";
import { type PermitEntry, PermitJournal } from "./permit-journal.ts";
import { type BootClock, PermitTime, type Stamp } from "./permit-time.ts";
import type { Envelope } from "./record.ts";
import { isRefusal, type Refusal, refuse } from "./refusal.ts";

/** Permits held at once, ended ones that were not yet cleared included. */
export const PERMIT_MAX_HELD = 4096;
/** Digests of ended permits that are remembered, so that an old envelope is not granted again. */
export const PERMIT_MAX_ENDED = 65_536;

export interface PermitBookOptions {
  readonly disk: Disk;
  readonly folder: string;
  readonly crypto: Crypto;
  readonly clock: Clock;
  /** Live: the book asks it at each check, so a revoked issuer's permits end at once. */
  readonly keys: KeyDirectory;
  readonly boot?: BootClock | null;
}

export interface PermitView {
  readonly permit: Permit;
  readonly state: "live" | "early" | "expired" | "revoked" | "exhausted";
  readonly ends_in_ms: number;
  readonly uses_left: number;
  readonly bytes_left: number;
}

interface Held extends OpenedPermit {
  readonly parent: Held | null;
  readonly depth: number;
  readonly granted: Stamp;
  /** In permit time. */
  readonly starts: number;
  readonly ends: number;
  /** By the holder himself, and by children that have ended. */
  readonly spent: { uses: number; bytes: number };
  /** After the spending of its children too. */
  uses_left: number;
  bytes_left: number;
  revoked: boolean;
}

interface Cost {
  readonly uses: number;
  readonly bytes: number;
}

export class PermitBook {
  readonly #o: PermitBookOptions;
  readonly #journal: PermitJournal;
  readonly #time: PermitTime;
  readonly #byId = new Map<string, Held>();
  readonly #byDigest = new Map<string, Held>();
  readonly #ended = new Set<string>();

  private constructor(options: PermitBookOptions, journal: PermitJournal, last: Stamp | null) {
    this.#o = options;
    this.#journal = journal;
    this.#time = new PermitTime(options.clock, options.boot ?? null, last);
  }

  static async open(options: PermitBookOptions): Promise<PermitBook | Refusal> {
    const opened = await PermitJournal.open(options.disk, options.folder, options.crypto);
    if (isRefusal(opened)) return opened;
    const book = new PermitBook(options, opened.journal, opened.entries.at(-1) ?? null);
    for (const entry of opened.entries) book.#replay(entry);
    opened.journal.compactWith(() => book.#snapshot());
    return book;
  }

  /** Takes a permit of the issuer, or a child of a permit that is held here. Durable when it resolves. */
  async grant(envelope: Envelope): Promise<{ id: string } | Refusal> {
    const stamp = this.#time.stamp();
    const held = this.#admit(envelope, stamp);
    if (isRefusal(held)) return held;
    const unfit = this.#fits(held);
    if (unfit !== null) return unfit;
    this.#hold(held);
    const refused = await this.#write({ ...stamp, do: { grant: envelope } });
    if (refused === null) return { id: held.permit.id };
    held.revoked = true;
    return refused;
  }

  /** Denied from this call on, not only once the revocation is durable. Its children are denied with it. */
  async revoke(id: string): Promise<Refusal | null> {
    const held = this.#byId.get(id);
    if (held === undefined) return unknownPermit(id);
    held.revoked = true;
    return this.#write({ ...this.#time.stamp(), do: { revoke: id } });
  }

  /** Null when a live permit (the named one, when one is named) covers the request. */
  check(request: PermitRequest & { readonly permit?: string }): Refusal | null {
    const found = this.find(request);
    return isRefusal(found) ? found : null;
  }

  /** Id of a live permit that covers the request; else the refusal of the permit that came nearest. */
  find(request: PermitRequest & { readonly permit?: string }): string | Refusal {
    const now = this.#time.now_ms();
    if (request.permit !== undefined) {
      const held = this.#byId.get(request.permit);
      return held === undefined ? unknownPermit(request.permit) : (this.#judge(held, request, now) ?? request.permit);
    }
    let nearest = refuse("permit-missing", `No permit covers ${request.action} on ${request.host ?? "this machine"}.`);
    for (const [id, held] of this.#byId) {
      const refused = this.#judge(held, request, now);
      if (refused === null) return id;
      if (refused.refused !== "permit-out-of-scope") nearest = refused;
    }
    return nearest;
  }

  /** Books uses and bytes on the permit and all above it, durably, before the caller acts. A failed write keeps them booked. */
  async spend(id: string, cost: Cost): Promise<Refusal | null> {
    const held = this.#byId.get(id);
    if (held === undefined) return unknownPermit(id);
    if (![cost.uses, cost.bytes].every((count) => Number.isSafeInteger(count) && count >= 0))
      return refuse("permit-invalid", "Uses and bytes are whole numbers from 0 on.");
    const refused = this.#alive(held, this.#time.now_ms()) ?? left(held, cost);
    if (refused !== null) return refused;
    book(held, cost);
    return this.#write({ ...this.#time.stamp(), do: { use: id, uses: cost.uses, bytes: cost.bytes } });
  }

  list(): PermitView[] {
    const now = this.#time.now_ms();
    return [...this.#byId.values()].map((held) => ({
      permit: held.permit,
      state: this.#stateOf(held, now),
      ends_in_ms: Math.max(0, Math.ceil(held.ends - now)),
      uses_left: held.uses_left,
      bytes_left: held.bytes_left,
    }));
  }

  async close(): Promise<void> {
    await this.#write({ ...this.#time.stamp(), do: { mark: true } });
    await this.#journal.close();
  }

  /** Signature, place in its chain, and times of an envelope that was or will be granted at `stamp`. */
  #admit(envelope: Envelope, stamp: Stamp): Held | Refusal {
    const above = parentOf(envelope);
    if (isRefusal(above)) return above;
    const parent = above === null ? null : this.#byDigest.get(above);
    if (parent === undefined) return refuse("permit-invalid", "The parent of this permit is not held here.");
    const role = this.#o.keys.find(envelope.signatures[0]?.keyid ?? "")?.role ?? "permit-issuer";
    if (parent === null && role !== "permit-issuer")
      return refuse("key-role-wrong", `The permit is signed by a key of the role ${role}, not by the permit issuer.`);
    const opened = readPermit(this.#o.crypto, envelope, (keyId) => this.#signingKey(keyId, parent));
    if (isRefusal(opened)) return opened;
    const depth = (parent?.depth ?? 0) + 1;
    if (depth > PERMIT_MAX_CHAIN) return refuse("permit-invalid", `A chain has at most ${PERMIT_MAX_CHAIN} permits.`);
    const beyond = parent === null ? null : beyondParent(parent, opened);
    if (beyond !== null) return refuse("permit-invalid", `The permit reaches beyond its parent in "${beyond}".`);
    const { nbf, exp, max_uses, max_bytes } = opened.permit;
    return {
      ...opened,
      parent,
      depth,
      granted: stamp,
      starts: stamp.t + Math.max(0, nbf - stamp.wall),
      // Never longer than its own span, whatever the wall clock says.
      ends: stamp.t + Math.min(exp - stamp.wall, exp - nbf + Math.max(0, nbf - stamp.wall)),
      spent: { uses: 0, bytes: 0 },
      uses_left: max_uses,
      bytes_left: max_bytes,
      revoked: false,
    };
  }

  #signingKey(keyId: string, parent: Held | null): Uint8Array | undefined {
    if (parent !== null) return parent.holder === keyId ? holderBytes(parent) : undefined;
    const issuer = this.#o.keys.find(keyId);
    return issuer?.role === "permit-issuer" ? issuer.publicKey : undefined;
  }

  /** What a new grant must meet beyond its own form. */
  #fits(held: Held): Refusal | null {
    const { permit, parent, digest } = held;
    if (parent === null && this.#o.keys.find(permit.iss)?.status !== "active")
      return refuse("key-revoked", `The issuer key ${permit.iss} is no longer active.`);
    if (this.#byId.has(permit.id))
      return refuse("permit-invalid", `A permit with the id ${permit.id} is held already.`);
    if (this.#ended.has(digest))
      return refuse("permit-expired", `The permit ${permit.id} was granted before and has ended.`);
    if (held.ends <= held.granted.t)
      return refuse("permit-expired", `The permit ${permit.id} ran out before it was granted.`);
    if (this.#byId.size >= PERMIT_MAX_HELD) this.#dropEnded(held.granted.t);
    if (this.#byId.size >= PERMIT_MAX_HELD) return refuse("permits-full", `${PERMIT_MAX_HELD} permits are held.`);
    return parent === null ? null : this.#alive(parent, held.granted.t, { early: true });
  }

  #hold(held: Held): void {
    this.#byId.set(held.permit.id, held);
    this.#byDigest.set(held.digest, held);
  }

  #judge(held: Held, request: PermitRequest, now: number): Refusal | null {
    const beyond = beyondScope(held.permit, request);
    if (beyond !== null)
      return refuse("permit-out-of-scope", `The permit ${held.permit.id} does not cover it: "${beyond}".`);
    if (request.holder !== held.holder)
      return refuse("permit-out-of-scope", `The permit ${held.permit.id} is bound to another key.`);
    return this.#alive(held, now) ?? left(held, { uses: 1, bytes: request.bytes ?? 0 });
  }

  /** The permit and all above it: not revoked, and in their time. */
  #alive(held: Held, now: number, allow = { early: false }): Refusal | null {
    for (let at: Held | null = held; at !== null; at = at.parent) {
      const state = this.#stateOf(at, now);
      const { id } = at.permit;
      if (state === "revoked") return refuse("permit-revoked", `The permit ${id} was revoked.`);
      if (state === "expired") return refuse("permit-expired", `The permit ${id} ran out.`);
      if (state === "early" && !allow.early) return refuse("permit-early", `The permit ${id} has not begun.`);
    }
    return null;
  }

  #stateOf(held: Held, now: number): PermitView["state"] {
    if (held.revoked) return "revoked";
    // A manifest may have left out a key that was revoked long ago: unknown is as good as revoked.
    const issued = held.parent === null ? (this.#o.keys.find(held.permit.iss)?.status ?? "revoked") : "active";
    if (issued === "revoked") return "revoked";
    if (now >= held.ends) return "expired";
    if (now < held.starts) return "early";
    return held.uses_left === 0 ? "exhausted" : "live";
  }

  async #write(entry: PermitEntry): Promise<Refusal | null> {
    try {
      await this.#journal.append(entry);
      return null;
    } catch (error) {
      return refuse("permits-unwritable", `The permit journal cannot be written: ${(error as Error).message}.`);
    }
  }

  /** An entry that no longer fits (its issuer is of another keyring) is passed over: what is not held is denied. */
  #replay({ do: what, ...stamp }: PermitEntry): void {
    if ("ended" in what) this.#remember(what.ended);
    else if ("grant" in what) {
      const held = this.#admit(what.grant, stamp);
      if (!isRefusal(held) && !this.#byId.has(held.permit.id)) this.#hold(held);
    } else if ("use" in what) {
      const held = this.#byId.get(what.use);
      if (held !== undefined) book(held, what);
    } else if ("revoke" in what) {
      const held = this.#byId.get(what.revoke);
      if (held !== undefined) held.revoked = true;
    }
  }

  /** The journal in its shortest form: parents stand before children, as they were granted. */
  #snapshot(): PermitEntry[] {
    const now = this.#time.stamp();
    this.#dropEnded(now.t);
    const entries: PermitEntry[] = [{ ...now, t: 0, do: { ended: [...this.#ended] } }];
    for (const { permit, envelope, granted, spent, revoked } of this.#byId.values()) {
      entries.push({ ...granted, do: { grant: envelope } }, { ...granted, do: { use: permit.id, ...spent } });
      if (revoked) entries.push({ ...granted, do: { revoke: permit.id } });
    }
    return [...entries, { ...now, do: { mark: true } }];
  }

  #remember(digests: readonly string[]): void {
    for (const digest of digests) this.#ended.add(digest);
    for (const oldest of this.#ended) {
      if (this.#ended.size <= PERMIT_MAX_ENDED) break;
      this.#ended.delete(oldest);
    }
  }

  /** Ended permits leave memory; their digests stay, and what they spent stays on their parents. */
  #dropEnded(now: number): void {
    for (const held of [...this.#byId.values()])
      if (now >= held.ends) {
        this.#byId.delete(held.permit.id);
        this.#byDigest.delete(held.digest);
        this.#remember([held.digest]);
        if (held.parent !== null) add(held.parent.spent, held.spent);
      }
  }
}

const holderBytes = ({ permit }: OpenedPermit): Uint8Array => fromBase64(permit.cnf);

/** Whether the permit and all above it have as much left. */
function left(held: Held, { uses, bytes }: Cost): Refusal | null {
  for (let at: Held | null = held; at !== null; at = at.parent)
    if (at.uses_left < uses || at.bytes_left < bytes)
      return refuse(
        "permit-exhausted",
        `The permit ${at.permit.id} has ${at.uses_left} uses and ${at.bytes_left} bytes left.`,
      );
  return null;
}

function book(held: Held, cost: Cost): void {
  const { uses, bytes } = cost;
  add(held.spent, cost);
  for (let at: Held | null = held; at !== null; at = at.parent) {
    at.uses_left -= uses;
    at.bytes_left -= bytes;
  }
}

function add(sum: { uses: number; bytes: number }, { uses, bytes }: Cost): void {
  sum.uses += uses;
  sum.bytes += bytes;
}

const unknownPermit = (id: string): Refusal => refuse("permit-missing", `No permit ${id.slice(0, 64)} is held here.`);
