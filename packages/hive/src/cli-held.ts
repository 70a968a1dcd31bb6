/** The kill switch at the command line: `freeze`, `held`, `resume`. */
import { carry } from "./cli-do.ts";
import type { HiveClient } from "./client.ts";
import { connect, connectDaemon, withHive } from "./connection.ts";
import type { HeldView } from "./hive-types.ts";
import { EXIT, isRefused, showRefusal, type Terminal } from "./terminal.ts";

const MIB = 1024 * 1024;

/** Runs that a freeze holds. */
export function runHeld(terminal: Terminal): Promise<number> {
  return withHive(
    terminal,
    async ({ client }) => {
      const status = await client.status();
      if (isRefused(status)) return showRefusal(terminal, status);
      const { held } = status;
      if (terminal.json) terminal.out(JSON.stringify({ held }));
      else terminal.out(held.length === 0 ? "no held runs" : held.map(lineOf).join("\n"));
      return EXIT.ok;
    },
    (at) => connect(at),
  );
}

const lineOf = ({ directive, rung, since, until, ram_bytes, snapshot }: HeldView): string =>
  [
    directive.slice(0, 16),
    rung.padEnd(4),
    `since ${since}, wiped at ${until}`,
    `${(ram_bytes / MIB).toFixed(1)} MiB`,
    snapshot === null ? "no snapshot" : `snapshot ${snapshot}`,
  ].join("  ");

export const runFreeze = (terminal: Terminal, why: string): Promise<number> =>
  runSwitch(terminal, "frozen", (client) => client.freeze(why));

/** With `wipe` it is a directive like any other: judged, approved explicitly, proved. */
export function runResume(terminal: Terminal, options: { wipe?: boolean; approve?: boolean }): Promise<number> {
  if (options.wipe !== true) return runSwitch(terminal, "resumed", (client) => client.resume());
  const card = { tool: "guard.resume", parameters: { wipe: true } };
  const { approve } = options;
  return withHive(
    terminal,
    (connection) => carry(terminal, connection, { card }, approve === true ? { approve } : {}),
    connectDaemon,
  );
}

/** Says also what it did to runs in chambers: held ones before a resume, and after a freeze. */
function runSwitch(
  terminal: Terminal,
  done: "frozen" | "resumed",
  work: (client: HiveClient) => ReturnType<HiveClient["freeze"]>,
): Promise<number> {
  return withHive(
    terminal,
    async ({ client }) => {
      const before = done === "resumed" ? await client.status() : null;
      const refused = await work(client);
      if (refused !== null) return showRefusal(terminal, refused);
      const status = before ?? (await client.status());
      const held = isRefused(status) ? [] : status.held.map(({ directive }) => directive);
      terminal.out(terminal.json ? JSON.stringify({ done, held }) : `${done}${TELLS[done](held.length)}`);
      return EXIT.ok;
    },
    connectDaemon,
  );
}

const runs = (count: number): string => (count === 1 ? "1 run" : `${count} runs`);
const TELLS = {
  frozen: (count: number) => (count === 0 ? "" : `; ${runs(count)} held: axiom held`),
  resumed: (count: number) => (count === 0 ? "" : `; ${runs(count)} held until now: axiom list`),
};
