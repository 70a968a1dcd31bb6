/**
 * What a request must pass before any route sees it: the address it was sent to, the page it comes from, the key it carries,
 * the body it brings. A page on another site can make a browser send requests to loopback; the Host and Origin checks end that.
 */
import { complaintText, readShape } from "lattice/wording";
import { isRefusal, type Json, parseStrict, type Refusal, refuse } from "lop";
import type { z } from "zod";
import { type ApiKeys, type Caller, covers, type Scope } from "./api-keys.ts";

export const BODY_MAX_BYTES = 1024 * 1024;

/** On every answer. The HUD needs nothing from anywhere else, so nothing else is allowed. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
};

const LOOPBACK_NAME = /^(?:127(?:\.\d{1,3}){3}|localhost|(?:[a-z0-9-]+\.)+localhost|\[::1\]|::1)$/i;
const LOOPBACK_ADDRESS = /^(?:127(?:\.\d{1,3}){3}|::1|::ffff:127(?:\.\d{1,3}){3})$/;

export const isLoopbackName = (name: string): boolean => LOOPBACK_NAME.test(name);
export const isLoopbackAddress = (address: string | undefined): boolean => LOOPBACK_ADDRESS.test(address ?? "");

/** The name part of a Host header, without the port. */
const hostName = (host: string): string => host.replace(/:\d{1,5}$/, "");

/** Only names that no foreign name server can give out (DNS rebinding), and those that the owner listed. */
export function checkHost(host: string | null, allowed: readonly string[]): Refusal | null {
  const name = hostName(host ?? "");
  if (isLoopbackName(name) || allowed.some((each) => each.toLowerCase() === name.toLowerCase())) return null;
  return refuse(
    "host-refused",
    `The Host header ${JSON.stringify((host ?? "").slice(0, 80))} is no name of this hive.`,
  );
}

/** A browser names the page's origin; it must be our own page. Programs send none. */
export function checkOrigin(origin: string | null, host: string | null): Refusal | null {
  if (origin === null) return null;
  if (origin === `http://${host}` || origin === `https://${host}`) return null;
  return refuse("origin-refused", `A page of ${origin.slice(0, 80)} sent this.`);
}

export function checkKey(authorization: string | null, keys: ApiKeys, wanted: Scope): Caller | Refusal {
  const match = /^Bearer ([\x21-\x7e]{1,256})$/i.exec(authorization ?? "");
  if (match === null) return refuse("unauthorized", "The request carries no bearer key.");
  const caller = keys.who(match[1]!);
  if (caller === null) return refuse("unauthorized", "The bearer key is not known here, or it was revoked.");
  if (covers(caller.scope, wanted)) return caller;
  return refuse("scope-missing", `The key ${caller.name} has the scope ${caller.scope}; this needs ${wanted}.`);
}

/** The body, checked; `{}` for an empty one where the route allows that. */
export async function readBody<B>(
  request: Request,
  schema: z.ZodType<B>,
  { optional = false, max_bytes = BODY_MAX_BYTES }: { optional?: boolean; max_bytes?: number } = {},
): Promise<{ body: B } | Refusal> {
  const bytes = await readBytes(request, max_bytes);
  if (isRefusal(bytes)) return bytes;
  if (bytes.length === 0 && optional) return { body: schema.parse({}) };
  const type = request.headers.get("Content-Type") ?? "";
  if (!/^application\/json\s*(?:;\s*charset=utf-8\s*)?$/i.test(type))
    return refuse("media-type-refused", `Content-Type ${JSON.stringify(type.slice(0, 80))} is not application/json.`);
  let value: Json;
  try {
    value = parseStrict(bytes, { max_bytes });
  } catch (error) {
    return refuse("request-malformed", `The body is not JSON as it is wanted: ${(error as Error).message}.`);
  }
  const read = readShape(schema, value);
  return "data" in read ? { body: read.data } : refuse("request-malformed", `The body: ${complaintText(read)}`);
}

const tooLarge = (max_bytes: number): Refusal =>
  refuse("request-too-large", `The body is longer than ${max_bytes} bytes.`);

async function readBytes(request: Request, max_bytes: number): Promise<Uint8Array | Refusal> {
  const announced = request.headers.get("Content-Length");
  if (Number(announced ?? 0) > max_bytes) return tooLarge(max_bytes);
  if (announced !== null) return new Uint8Array(await request.arrayBuffer());
  if (request.headers.get("Transfer-Encoding") === null && request.body === null) return new Uint8Array();
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body ?? []) {
    size += part.length;
    if (size > max_bytes) return tooLarge(max_bytes);
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}

export function readQuery<Q>(url: URL, schema: z.ZodType<Q>): { query: Q } | Refusal {
  const seen = new Map<string, string>();
  for (const [name, value] of url.searchParams) {
    if (seen.has(name)) return refuse("request-malformed", `The query names ${name.slice(0, 80)} twice.`);
    seen.set(name, value);
  }
  const read = readShape(schema, Object.fromEntries(seen));
  return "data" in read ? { query: read.data } : refuse("request-malformed", `The query: ${complaintText(read)}`);
}
