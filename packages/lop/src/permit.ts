/**
 * Permits: signed, bound to a holder's key, scoped and timed. A holder may hand on less than he has by signing a child permit;
 * nobody can hand on more. This file knows what a permit says; the book (permit-book.ts) knows what became of it.
 * Format: docs/formats/permit.md.
 */
import { z } from "zod";
import { fromBase64, toBase64, toHex, utf8 } from "./bytes.ts";
import { type Crypto, keyIdOf, type Signer } from "./crypto.ts";
import { openEnvelope, sealEnvelope } from "./dsse.ts";
import { parseStrict } from "./json.ts";
import { Digest, type Envelope } from "./record.ts";
import { isRefusal, type Refusal, refuse } from "./refusal.ts";
import { isStrictKey } from "./strict.ts";

export const PERMIT_PAYLOAD_TYPE = "application/vnd.axiom.permit.v1+json";
export const PERMIT_MAX_BYTES = 16 * 1024;
/** Longest time between `nbf` and `exp`. */
export const PERMIT_MAX_LIFETIME_MS = 7 * 24 * 60 * 60 * 1000;
/** Permits in a chain, the first one included. */
export const PERMIT_MAX_CHAIN = 4;
export const PERMIT_MAX_LIST = 64;

/** Dot-separated name, IPv4 address or bracketed IPv6 address, in lower case. */
const HOST = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}))*|\[[0-9a-f:.]{2,45}\])$/;
const isHostPattern = (text: string): boolean => HOST.test(text.startsWith("*.") ? text.slice(2) : text);

const listOf = <T extends z.ZodType>(item: T) => z.array(item).max(PERMIT_MAX_LIST);
const UnixMs = z.int().nonnegative();
export const Permit = z.strictObject({
  v: z.literal(1),
  /** 16 random bytes in hex. */
  id: z.string().regex(/^[0-9a-f]{32}$/),
  /** Key id of the signer: the permit issuer, or for a child the parent's holder. */
  iss: Digest,
  /** The holder's public key, 32 raw bytes in base64. Only who signs with it may use the permit or hand on a part of it. */
  cnf: z.string(),
  /** Tools it is for, by exact name. */
  actions: listOf(z.string().min(1).max(64)),
  resources: z.strictObject({
    /** `example.com` is that host; `*.example.com` every host below it, not itself. */
    hosts: listOf(z.string().max(256).refine(isHostPattern)),
    ports: listOf(z.int().min(1).max(65_535)),
    /** `GET`, `POST`, … */
    methods: listOf(z.string().regex(/^[A-Z]{1,16}$/)),
  }),
  /** Not before, Unix ms. */
  nbf: UnixMs,
  /** Not at or after, Unix ms. */
  exp: UnixMs,
  max_uses: z.int().positive(),
  max_bytes: z.int().nonnegative(),
  /** Digest of the parent's payload bytes; null in a permit of the issuer. */
  parent: Digest.nullable(),
  /** Digest of the policy set in force when it was granted; null when none judged it. */
  policy: Digest.nullable(),
});
export type Permit = z.infer<typeof Permit>;
export type PermitFields = Omit<Permit, "v" | "iss">;

export interface OpenedPermit {
  readonly permit: Permit;
  /** Lower-case hex SHA-256 of the payload bytes. */
  readonly digest: string;
  /** Key id of the holder. */
  readonly holder: string;
  readonly envelope: Envelope;
}

/** What somebody wants to do. Null where the action has no such thing. */
export interface PermitRequest {
  /** Key id whose signature the caller has checked on this very request. */
  readonly holder: string;
  readonly action: string;
  readonly host: string | null;
  readonly port: number | null;
  readonly method: string | null;
  /** Bytes that it will move, as far as known. */
  readonly bytes?: number;
}

/** @throws ZodError on fields that no reader would take: the writer's own fault. */
export function writePermit(signer: Signer, fields: PermitFields): Envelope {
  const permit = Permit.parse({ v: 1, iss: signer.keyId, ...fields });
  return sealEnvelope(signer, PERMIT_PAYLOAD_TYPE, utf8(JSON.stringify(permit)));
}

/** Reads one permit and checks its signature and its own sense; not its place in a chain, nor the time. */
export function readPermit(
  crypto: Crypto,
  envelope: Envelope,
  keyOf: (keyId: string) => Uint8Array | undefined,
): OpenedPermit | Refusal {
  const opened = openEnvelope(crypto, envelope, PERMIT_PAYLOAD_TYPE, keyOf);
  if (isRefusal(opened)) return opened;
  const permit = parsePermit(opened.payload);
  if (isRefusal(permit)) return permit;
  const cnf = rawKey(permit.cnf);
  if (cnf === null) return refuse("permit-invalid", "The permit's holder key is not a strict Ed25519 key.");
  if (permit.iss !== opened.keyId)
    return refuse("permit-invalid", "The permit names another issuer than the key that signed it.");
  if (permit.exp <= permit.nbf || permit.exp - permit.nbf > PERMIT_MAX_LIFETIME_MS)
    return refuse("permit-invalid", `exp must lie after nbf, by at most ${PERMIT_MAX_LIFETIME_MS} ms.`);
  return { permit, digest: toHex(crypto.sha256(opened.payload)), holder: keyIdOf(crypto, cnf), envelope };
}

/** The parent's digest that an envelope names, read before any check: it tells whose key must have signed. */
export function parentOf(envelope: Envelope): string | null | Refusal {
  try {
    const permit = parsePermit(fromBase64(envelope.payload));
    return isRefusal(permit) ? permit : permit.parent;
  } catch {
    return refuse("permit-invalid", "The permit's payload is not canonical base64.");
  }
}

function parsePermit(payload: Uint8Array): Permit | Refusal {
  try {
    const permit = Permit.safeParse(parseStrict(payload, { max_bytes: PERMIT_MAX_BYTES }));
    if (permit.success) return permit.data;
    const issue = permit.error.issues[0]!;
    return refuse("permit-invalid", `The permit is wrong at "${issue.path.join(".")}": ${issue.message}.`);
  } catch (error) {
    return refuse("permit-invalid", `The permit is not the JSON that is read here: ${(error as Error).message}.`);
  }
}

function rawKey(base64: string): Uint8Array | null {
  try {
    const publicKey = fromBase64(base64);
    return isStrictKey(publicKey) ? publicKey : null;
  } catch {
    return null;
  }
}

export const holderKey = (signer: Pick<Signer, "publicKey">): string => toBase64(signer.publicKey);

/** Null when the child allows nothing that the parent does not; else the first field where it does. */
export function beyondParent(parent: OpenedPermit, child: OpenedPermit): string | null {
  const [p, c] = [parent.permit, child.permit];
  if (c.parent !== parent.digest) return "parent";
  if (c.iss !== parent.holder) return "iss";
  if (!within(c.actions, p.actions)) return "actions";
  if (!c.resources.hosts.every((host) => p.resources.hosts.some((pattern) => hostWithin(host, pattern))))
    return "hosts";
  if (!within(c.resources.ports, p.resources.ports)) return "ports";
  if (!within(c.resources.methods, p.resources.methods)) return "methods";
  if (c.nbf < p.nbf) return "nbf";
  if (c.exp > p.exp) return "exp";
  if (c.max_uses > p.max_uses) return "max_uses";
  if (c.max_bytes > p.max_bytes) return "max_bytes";
  return c.policy === p.policy ? null : "policy";
}

/** Null when the permit's words cover the request; else the first field that does not. Holder, time and counters are the book's. */
export function beyondScope({ actions, resources }: Permit, request: PermitRequest): string | null {
  const { action, host, port, method } = request;
  if (!actions.includes(action)) return "actions";
  if (host !== null && !resources.hosts.some((pattern) => hostWithin(canonicalHost(host), pattern))) return "hosts";
  if (port !== null && !resources.ports.includes(port)) return "ports";
  return method === null || resources.methods.includes(method) ? null : "methods";
}

const within = <T>(child: readonly T[], parent: readonly T[]): boolean => child.every((item) => parent.includes(item));

/** Whether a host, or a pattern, lies within a pattern. A pattern is never within a plain host. */
function hostWithin(host: string, pattern: string): boolean {
  return (
    host === pattern ||
    (pattern.startsWith("*.") && host.endsWith(pattern.slice(1)) && host.length > pattern.length - 1)
  );
}

/** `EXAMPLE.com.` and `example.com` are one host to the network, so they are one to us. A request cannot name a pattern. */
function canonicalHost(host: string): string {
  const name = host.toLowerCase().replace(/\.$/, "");
  return HOST.test(name) ? name : "";
}
