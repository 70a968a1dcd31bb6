/** Deciding: `approve`, `refuse`, `cancel`, `unlock`, `lock`. */
import { isRefusal, type Refusal, refuse } from "lop";
import { resolveId } from "./cli-show.ts";
import type { HiveClient } from "./client.ts";
import { loadConfig } from "./config.ts";
import { connectDaemon, withHive } from "./connection.ts";
import { readPassphrase } from "./passphrase.ts";
import { EXIT, isRefused, showRefusal, type Terminal } from "./terminal.ts";

export type Verb = "approve" | "refuse" | "cancel";
const DONE: Record<Verb, string> = { approve: "approved", refuse: "refused", cancel: "cancelled" };

export function runDecision(
  terminal: Terminal,
  verb: Verb,
  given: string,
  options: { why?: string; explicit?: boolean },
): Promise<number> {
  return withHive(
    terminal,
    async ({ client }) => {
      const id = await resolveId(client, given);
      if (isRefused(id)) return showRefusal(terminal, id);
      const refused = await decide(client, verb, id, options);
      return refused === null
        ? said(terminal, `${DONE[verb]} ${id.slice(0, 16)}`, { id, done: DONE[verb] })
        : showRefusal(terminal, refused);
    },
    connectDaemon,
  );
}

function decide(
  client: HiveClient,
  verb: Verb,
  id: string,
  { why, explicit }: { why?: string; explicit?: boolean },
): Promise<Refusal | null> {
  if (verb === "approve") return client.approve(id, explicit === true);
  return verb === "refuse" ? client.refuse(id, why ?? "") : client.cancel(id);
}

function said(terminal: Terminal, sentence: string, facts: object): number {
  terminal.out(terminal.json ? JSON.stringify(facts) : sentence);
  return EXIT.ok;
}

/** One verb at the daemon. */
function runVerb(
  terminal: Terminal,
  sentence: string,
  work: (client: HiveClient) => Promise<Refusal | null>,
): Promise<number> {
  return withHive(
    terminal,
    async ({ client }) => {
      const refused = await work(client);
      return refused === null ? said(terminal, sentence, { done: sentence }) : showRefusal(terminal, refused);
    },
    connectDaemon,
  );
}

export const runLock = (terminal: Terminal): Promise<number> => runVerb(terminal, "locked", (client) => client.lock());

/** The passphrase comes from the environment, a file, or the terminal; never from the command line, which others can read. */
export async function runUnlock(terminal: Terminal): Promise<number> {
  const passphrase = await obtainPassphrase(terminal, "Passphrase");
  if (isRefusal(passphrase)) return showRefusal(terminal, passphrase);
  return runVerb(terminal, "unlocked", (client) => client.unlock(passphrase.passphrase));
}

export async function obtainPassphrase(
  terminal: Terminal,
  question: string,
): Promise<{ passphrase: string | null } | Refusal> {
  const loaded = loadConfig(terminal.home, terminal.environment);
  if (isRefusal(loaded)) return loaded;
  const set = readPassphrase(terminal.environment, loaded.config.keys.passphrase_file);
  if (isRefusal(set) || set.passphrase !== null || !terminal.interactive) return set;
  const { askSecret } = await import("./prompts.ts");
  const passphrase = await askSecret(`${question} (empty for none)`);
  if (passphrase === null) return refuse("keys-locked", "No passphrase was given.");
  return { passphrase: passphrase === "" ? null : passphrase };
}
