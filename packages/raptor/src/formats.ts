/**
 * The formats of JSON Schema (validation §7.3) as regular languages. Each is a subset of what its RFC allows, so that
 * strict and lax validators agree with what was written; the README lists where it is narrower.
 */
import { patternLanguage, wholeLanguage } from "./pattern.ts";
import type { RegexStore, Rx } from "./regex.ts";

const LEAP = "(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)";
const DATE = `(?:\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))|${LEAP}-02-29)`;
const ZONE = "(?:[Zz]|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)";
const TIME = `(?:(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d+)?${ZONE}|23:59:60(?:\\.\\d+)?[Zz])`;
const DURATION_TIME = "T(?:\\d+H(?:\\d+M(?:\\d+S)?)?|\\d+M(?:\\d+S)?|\\d+S)";
const DURATION_DATE = "(?:\\d+D|\\d+M(?:\\d+D)?|\\d+Y(?:\\d+M(?:\\d+D)?)?)";
const DURATION = `P(?:\\d+W|${DURATION_DATE}(?:${DURATION_TIME})?|${DURATION_TIME})`;

const ATEXT = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]";
const LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
const HOSTNAME = `${LABEL}(?:\\.${LABEL})*`;
const DOMAIN = `${LABEL}(?:\\.${LABEL})+`;
const EMAIL = `${ATEXT}+(?:\\.${ATEXT}+)*@${DOMAIN}`;
const IDN_TEXT = `[\\u00a1-\\ud7ff${ATEXT.slice(1)}`;
const IDN_LABEL = "[A-Za-z0-9\\u00a1-\\ud7ff](?:[A-Za-z0-9\\u00a1-\\ud7ff-]{0,61}[A-Za-z0-9\\u00a1-\\ud7ff])?";
const IDN_EMAIL = `${IDN_TEXT}+(?:\\.${IDN_TEXT}+)*@${IDN_LABEL}(?:\\.${IDN_LABEL})+`;

const BYTE = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const IPV4 = `${BYTE}(?:\\.${BYTE}){3}`;
const H16 = "[0-9A-Fa-f]{1,4}";
const LS32 = `(?:${H16}:${H16}|${IPV4})`;
const IPV6 = [
  `(?:${H16}:){6}${LS32}`,
  `::(?:${H16}:){5}${LS32}`,
  `(?:${H16})?::(?:${H16}:){4}${LS32}`,
  `(?:(?:${H16}:){0,1}${H16})?::(?:${H16}:){3}${LS32}`,
  `(?:(?:${H16}:){0,2}${H16})?::(?:${H16}:){2}${LS32}`,
  `(?:(?:${H16}:){0,3}${H16})?::${H16}:${LS32}`,
  `(?:(?:${H16}:){0,4}${H16})?::${LS32}`,
  `(?:(?:${H16}:){0,5}${H16})?::${H16}`,
  `(?:(?:${H16}:){0,6}${H16})?::`,
].join("|");

const UCS = "\\u00a0-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\uffef\\u{10000}-\\u{1fffd}\\u{20000}-\\u{2fffd}";
const PORT = "(?::\\d*)?";

/** RFC 3986 §3 with `extra` characters allowed in names (RFC 3987). */
function uris(extra: string): { absolute: string; reference: string } {
  const name = `A-Za-z0-9._~!$&'()*+,;=${extra}`;
  const hex = "%[0-9A-Fa-f]{2}";
  const pchar = `(?:[${name}:@-]|${hex})`;
  const authority = `(?:(?:[${name}:-]|${hex})*@)?(?:\\[(?:${IPV6})\\]|(?:[${name}-]|${hex})*)${PORT}`;
  const path = `(?:/${pchar}*)*`;
  const rooted = `/(?:${pchar}+${path})?`;
  const tail = `(?:\\?(?:${pchar}|[/?])*)?(?:#(?:${pchar}|[/?])*)?`;
  const absolute = `[A-Za-z][A-Za-z0-9+.-]*:(?://${authority}${path}|${rooted}|${pchar}+${path})${tail}`;
  const noColon = `(?:[${name}@-]|${hex})`;
  const relative = `(?://${authority}${path}|${rooted}|${noColon}+${path}|)${tail}`;
  return { absolute, reference: `${absolute}|${relative}` };
}

const URI = uris("");
const IRI = uris(UCS);
const VARIABLE = "(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2})(?:\\.?(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2}))*(?::[1-9]\\d{0,3}|\\*)?";
const URI_TEMPLATE = `(?:[!#$&(-;=?-\\[\\]_a-z~]|%[0-9A-Fa-f]{2}|\\{[+#./;?&]?${VARIABLE}(?:,${VARIABLE})*\\})*`;
const POINTER = "(?:/(?:[^~/]|~[01])*)*";

/** Regular expressions with groups at most two deep: a subset that every dialect reads alike. */
function regexSubset(): string {
  const literal = "[^\\\\^$.|?*+()\\[\\]{}]|\\\\[dDwWsSnrtfv^$.|?*+()\\[\\]{}/\\\\]|\\.";
  const inClass = "[A-Za-z0-9_ .,:;@#%&=+*/!?]|[A-Z]-Z|[a-z]-z|[0-9]-9|\\\\[dws]";
  const ranges = Array.from({ length: 10 }, (_, least) => `${least},[${least}-9]`).join("|");
  const count = `(?:[*+?]|\\{(?:[0-9]|[0-9],|[0-9],[1-9][0-9]|${ranges})\\})\\??`;
  const part = `(?:(?:${literal}|\\[\\^?(?:${inClass})+\\])(?:${count})?)`;
  const groupOf = (inner: string) => `(?:\\((?:\\?:)?${inner}+(?:\\|${inner}+)*\\)(?:${count})?)`;
  const group = groupOf(`(?:${part}|${groupOf(part)})`);
  const branch = `\\^?(?:${part}|${group})*\\$?`;
  return `${branch}(?:\\|${branch})*`;
}

const FORMATS: Record<string, string> = {
  date: DATE,
  time: TIME,
  "date-time": `${DATE}[Tt]${TIME}`,
  duration: DURATION,
  email: EMAIL,
  "idn-email": IDN_EMAIL,
  hostname: HOSTNAME,
  "idn-hostname": HOSTNAME,
  ipv4: IPV4,
  ipv6: IPV6,
  uri: URI.absolute,
  "uri-reference": URI.reference,
  iri: IRI.absolute,
  "iri-reference": IRI.reference,
  uuid: "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}",
  "uri-template": URI_TEMPLATE,
  "json-pointer": POINTER,
  "relative-json-pointer": `(?:0|[1-9]\\d*)(?:#|${POINTER})`,
  regex: regexSubset(),
};

const HOST_NAMES = new Set(["hostname", "idn-hostname"]);

/** The strings of a format, or null for a name that JSON Schema does not define. */
export function formatLanguage(store: RegexStore, name: string): Rx | null {
  const source = Object.hasOwn(FORMATS, name) ? FORMATS[name]! : null;
  if (source === null) return null;
  const rx = wholeLanguage(store, `(?:${source})`);
  if (!HOST_NAMES.has(name)) return rx;
  // RFC 5891 §4.2.3.1: no "--" in third and fourth place; A-labels, which may have it, need Punycode and are left out.
  const reserved = patternLanguage(store, "(?:^|\\.)[^.]{2}--");
  return store.and(rx, store.repeat(store.any, 1, 253), store.not(reserved));
}
