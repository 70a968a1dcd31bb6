/** `axiom key show|add|list|revoke`: bearer keys of the HTTP API. A running daemon sees a change with its next request. */
import { isRefusal, type Refusal, refuse } from "lop";
import { ApiKeys, SCOPES, type Scope } from "./api-keys.ts";
import { makeHome } from "./home.ts";
import { EXIT, showRefusal, type Terminal } from "./terminal.ts";

const now = (): string => new Date().toISOString();

function open({ home }: Terminal): ApiKeys | Refusal {
  return makeHome(home) ?? ApiKeys.open(home);
}

export function runKeyShow(terminal: Terminal): number {
  const keys = open(terminal);
  if (isRefusal(keys)) return showRefusal(terminal, keys);
  terminal.out(terminal.json ? JSON.stringify({ key: keys.local() }) : keys.local());
  return EXIT.ok;
}

export function runKeyAdd(terminal: Terminal, name: string, scope: string): number {
  if (!SCOPES.includes(scope as Scope))
    return showRefusal(
      terminal,
      refuse("request-malformed", `${scope} is no scope.`, `Use one of ${SCOPES.join(", ")}.`),
    );
  const keys = open(terminal);
  const added = isRefusal(keys) ? keys : keys.add(name, scope as Scope, now());
  if (isRefusal(added)) return showRefusal(terminal, added);
  terminal.out(terminal.json ? JSON.stringify({ ...added, name, scope }) : added.key);
  if (!terminal.json) terminal.say(`${name} (${scope}, id ${added.id}). The key is shown this once.`);
  return EXIT.ok;
}

export function runKeyList(terminal: Terminal): number {
  const keys = open(terminal);
  if (isRefusal(keys)) return showRefusal(terminal, keys);
  const rows = keys.list();
  if (terminal.json) terminal.out(JSON.stringify({ keys: rows }));
  else if (rows.length === 0) terminal.out("no named keys; `axiom key add NAME` makes one");
  else
    terminal.out(
      rows
        .map(({ id, name, scope, created_at, revoked_at }) => {
          const state =
            revoked_at === null ? `since ${created_at}` : terminal.paint("red", `revoked ${revoked_at}`, "stdout");
          return `${id}  ${name.padEnd(24)} ${scope.padEnd(8)} ${state}`;
        })
        .join("\n"),
    );
  return EXIT.ok;
}

export function runKeyRevoke(terminal: Terminal, name: string): number {
  const keys = open(terminal);
  const refused = isRefusal(keys) ? keys : keys.revoke(name, now());
  if (refused !== null) return showRefusal(terminal, refused);
  terminal.out(terminal.json ? JSON.stringify({ revoked: name }) : `revoked ${name}`);
  return EXIT.ok;
}
