/** `axiom permit grant|list|revoke`. */
import type { JsonObject } from "lop";
import { carry, type DoOptions } from "./cli-do.ts";
import { withHive } from "./connection.ts";
import { EXIT, isRefused, showRefusal, type Terminal } from "./terminal.ts";

/** A directive like any other: judged, approved, proved. */
export function runPermitGrant(terminal: Terminal, host: string, minutes: number, options: DoOptions): Promise<number> {
  const card = { tool: "permit.grant", parameters: { host, minutes } };
  return withHive(terminal, (connection) => carry(terminal, connection, { card }, options));
}

export function runPermitList(terminal: Terminal): Promise<number> {
  return withHive(terminal, async ({ client }) => {
    const page = await client.get<{ permits: JsonObject[] }>("/v1/permits");
    if (isRefused(page)) return showRefusal(terminal, page);
    if (terminal.json) terminal.out(JSON.stringify(page));
    else terminal.out(page.permits.length === 0 ? "no permits" : page.permits.map(lineOf).join("\n"));
    return EXIT.ok;
  });
}

const lineOf = ({ id, hosts, state, until, uses_left }: JsonObject): string =>
  `${id}  ${String(hosts).padEnd(32)} ${String(state).padEnd(10)} until ${until}, ${uses_left} uses left`;

/** An id, or a host: then all permits for it, as a directive. */
export function runPermitRevoke(terminal: Terminal, what: string): Promise<number> {
  return withHive(terminal, async (connection) => {
    if (!/^[0-9a-f]{32}$/.test(what))
      return carry(terminal, connection, { card: { tool: "permit.revoke", parameters: { host: what } } }, {});
    const refused = await connection.client.delete(`/v1/permits/${what}`);
    if (refused !== null) return showRefusal(terminal, refused);
    terminal.out(terminal.json ? JSON.stringify({ revoked: what }) : `revoked ${what}`);
    return EXIT.ok;
  });
}
