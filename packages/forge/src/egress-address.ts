/** Which addresses lie on the open internet. Source: IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890). */
import { BlockList, isIPv4, isIPv6 } from "node:net";

/** Not globally reachable, or of a kind that nobody fetches from: [network, prefix length]. */
const REFUSED_V4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.31.196.0", 24],
  ["192.52.193.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["192.175.48.0", 24],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];
/** Inside 2000::/3, which is all that is handed out. */
const REFUSED_V6: readonly (readonly [string, number])[] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["2620:4f:8000::", 48],
  ["3fff::", 20],
];

const refused = new BlockList();
for (const [network, prefix] of REFUSED_V4) refused.addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of REFUSED_V6) refused.addSubnet(network, prefix, "ipv6");
const handedOut = new BlockList();
handedOut.addSubnet("2000::", 3, "ipv6");

/** `address` as the resolver or a URL gives it, without brackets. What is no address at all is not open. */
export function isOpenAddress(address: string): boolean {
  if (isIPv4(address)) return !refused.check(address, "ipv4");
  const mapped = mappedIn(address);
  if (mapped !== null) return !refused.check(mapped, "ipv4");
  // IPv4 in IPv6 of other kinds (compatible, NAT64, 6to4) lies outside 2000::/3 or in a refused part of it.
  return isIPv6(address) && handedOut.check(address, "ipv6") && !refused.check(address, "ipv6");
}

/** The IPv4 address in an IPv4-mapped one (RFC 4291 §2.5.5.2), which the system connects to as IPv4; null in others. */
function mappedIn(address: string): string | null {
  if (!isIPv6(address) || address.includes("%")) return null;
  // A URL writes every spelling of an address in one way.
  const words = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(new URL(`http://[${address}]`).hostname);
  if (words === null) return null;
  const [high, low] = [Number.parseInt(words[1]!, 16), Number.parseInt(words[2]!, 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

/** The address that a host name spells, without brackets; null for a name. Other spellings of IPv4 are refused by never being names. */
export function literalOf(host: string): string | null {
  const bare = host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
  return isIPv4(bare) || isIPv6(bare) ? bare : null;
}
