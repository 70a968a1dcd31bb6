/** `axiom keys init|list|add|rotate|revoke|passphrase`: the hive's signing keys. Changes are made while no daemon holds the home. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  fromBase64,
  fromHex,
  fromUtf8,
  isRefusal,
  KEY_ROLES,
  Keyring,
  type KeyringOptions,
  type Ledger,
  nodeChance,
  nodeClock,
  nodeCrypto,
  nodeDisk,
  type Refusal,
  readManifest,
  refuse,
  Statement,
  utf8,
} from "lop";
import { obtainPassphrase } from "./cli-decide.ts";
import { withHive } from "./connection.ts";
import { readDaemon } from "./daemon-file.ts";
import { openHiveLedger } from "./hive-ledger.ts";
import { makeHome } from "./home.ts";
import { openInside } from "./inside.ts";
import { HOME_LOCK } from "./local-hive.ts";
import { Statements } from "./statements.ts";
import { EXIT, isRefused, readInput, showRefusal, type Terminal } from "./terminal.ts";

const PASSPHRASE_VARIABLE = "AXIOM_NEW_PASSPHRASE";

const homeFree = ({ home }: Terminal): Refusal | null => {
  const running = readDaemon(home);
  if (running === null) return makeHome(home);
  return refuse("home-in-use", `A daemon (process ${running.pid}) holds the keys.`, "Stop it, then try again.");
};

/** The keyring of a home that nobody else holds meanwhile. */
async function withKeyring(terminal: Terminal, work: (options: KeyringOptions) => Promise<number>): Promise<number> {
  const made = homeFree(terminal);
  if (made !== null) return showRefusal(terminal, made);
  const disk = nodeDisk(terminal.home);
  const lock = await disk.lock(HOME_LOCK);
  if (lock === null) return showRefusal(terminal, refuse("home-in-use", `Another process holds ${terminal.home}.`));
  try {
    const set = await obtainPassphrase(terminal, "Passphrase");
    if (isRefusal(set)) return showRefusal(terminal, set);
    return await work({ disk, folder: "keys", chance: nodeChance, clock: nodeClock, crypto: nodeCrypto, ...set });
  } finally {
    await lock.release();
  }
}

export function runKeysInit(terminal: Terminal, replace: boolean): Promise<number> {
  return withKeyring(terminal, async (options) => {
    if (replace && (await options.disk.exists("ledger"))) return showRefusal(terminal, HELD_BY_LEDGER);
    const keyring = await Keyring.create({ ...options, replace });
    if (isRefusal(keyring)) return showRefusal(terminal, keyring);
    const facts = { hive: keyring.keys.hive, root: keyring.keys.rootKeyId, how: keyring.how };
    terminal.out(
      terminal.json
        ? JSON.stringify(facts)
        : `keys of ${facts.hive}\n  root        ${facts.root}\n  opened by   ${facts.how}`,
    );
    return EXIT.ok;
  });
}

export function runKeysList(terminal: Terminal): Promise<number> {
  return withHive(terminal, async ({ client }) => {
    const envelope = await client.get<Parameters<typeof readManifest>[1]>("/v1/keys");
    const manifest = isRefused(envelope) ? envelope : readManifest(nodeCrypto, envelope);
    if (isRefused(manifest)) return showRefusal(terminal, manifest);
    if (terminal.json) terminal.out(JSON.stringify(envelope));
    else
      terminal.out(
        [
          `hive ${manifest.hive}, manifest ${manifest.serial}`,
          ...manifest.keys.map(({ id, role, status, since }) => `  ${role.padEnd(14)} ${id}  ${status} since ${since}`),
        ].join("\n"),
      );
    return EXIT.ok;
  });
}

async function openUnlocked(options: KeyringOptions): Promise<Keyring | Refusal> {
  const keyring = await Keyring.open(options);
  if (isRefusal(keyring) || keyring.unlocked) return keyring;
  return refuse("keys-locked", "The root key is needed, and it is locked.");
}

export async function runKeysRotate(terminal: Terminal, given: string): Promise<number> {
  const role = KEY_ROLES.find((each) => each === given);
  if (role !== undefined) return changeKeys(terminal, `rotated the ${role} key`, (keyring) => keyring.rotate(role));
  const refused = refuse("request-malformed", `${given} is no role.`, `Use one of ${KEY_ROLES.join(", ")}.`);
  return showRefusal(terminal, refused);
}

export function runKeysRevoke(terminal: Terminal, keyId: string, why: string): Promise<number> {
  return changeKeys(terminal, `revoked ${keyId}`, (keyring) => keyring.revoke(keyId, why));
}

/** Roles of keys whose secret may lie elsewhere: another device of the operator, a guest, an outside witness. */
const ADDED_ROLES = ["operator", "guest", "witness"] as const;
const PUBLIC_KEY_BYTES = 32;

/** @param given the public key in base64 or hex, or a file that holds it so, or raw. */
export function runKeysAdd(terminal: Terminal, given: string, key: string): Promise<number> {
  const role = ADDED_ROLES.find((each) => each === given);
  const publicKey = readPublicKey(key);
  const unfit =
    role === undefined
      ? refuse("key-role-wrong", `A key of another place cannot be ${given}.`, `Use one of ${ADDED_ROLES.join(", ")}.`)
      : publicKey;
  if (isRefusal(unfit)) return Promise.resolve(showRefusal(terminal, unfit));
  return changeKeys(terminal, `added a key for the role ${role}`, (keyring) => keyring.add(role!, unfit));
}

function readPublicKey(given: string): Uint8Array | Refusal {
  const bytes = existsSync(given) ? readInput(given) : utf8(given);
  const key = bytes.length === PUBLIC_KEY_BYTES ? new Uint8Array(bytes) : decodeKey(fromUtf8(bytes).trim());
  if (key?.length === PUBLIC_KEY_BYTES) return key;
  return refuse(
    "request-malformed",
    `${given.slice(0, 80)} is no public key, and no file that holds one.`,
    "Give the 32 bytes of an Ed25519 public key in base64 or hex, or a file with them.",
  );
}

function decodeKey(text: string): Uint8Array | null {
  try {
    return /^[0-9a-f]{64}$/i.test(text) ? fromHex(text.toLowerCase()) : fromBase64(text);
  } catch {
    return null;
  }
}

/** A ledger's checkpoints bear the name that the root key gives its hive. */
const HELD_BY_LEDGER: Refusal = refuse(
  "keys-exist",
  "This home has a ledger, and its name comes from the root key; under a new root it could not be opened any more.",
  "Begin a new home (AXIOM_HOME); the old one's proofs stay verifiable with its own root key.",
);

type Changed = Awaited<ReturnType<Keyring["rotate"]>>;

/**
 * What the last run left open is settled first, under the keys that it began with: a proof that a crash cut off carries the
 * manifest of its seal, and no checkpoint of a later key fits that.
 */
async function settleLastRun(terminal: Terminal): Promise<Refusal | null> {
  const held = homeFree(terminal);
  if (held !== null || !existsSync(join(terminal.home, "ledger"))) return held;
  const opened = await openInside(terminal, "none");
  if (isRefusal(opened)) return opened;
  await opened.close();
  return null;
}

async function changeKeys(
  terminal: Terminal,
  sentence: string,
  work: (keyring: Keyring) => Promise<Changed>,
): Promise<number> {
  const unsettled = await settleLastRun(terminal);
  if (unsettled !== null) return showRefusal(terminal, unsettled);
  return withKeyring(terminal, async (options) => {
    const keyring = await openUnlocked(options);
    const changed = isRefusal(keyring) ? keyring : await work(keyring);
    if (isRefusal(keyring) || isRefusal(changed))
      return showRefusal(terminal, isRefusal(keyring) ? keyring : (changed as Refusal));
    const refused = await record(options, keyring, sentence);
    if (refused !== null) return showRefusal(terminal, refused);
    terminal.out(terminal.json ? JSON.stringify(changed) : `${sentence}; manifest ${keyring.keys.serial}`);
    return EXIT.ok;
  });
}

/** Writes the change into the ledger. Should the process die before, the next start's entry still names the new manifest. */
async function record(
  { disk, crypto, clock }: KeyringOptions,
  keyring: Keyring,
  change: string,
): Promise<Refusal | null> {
  if (!(await disk.exists("ledger"))) return null;
  const signer = keyring.signer("hive");
  if (isRefusal(signer)) return signer;
  const ledger = await openHiveLedger({ disk, crypto, clock }, keyring, signer);
  if (isRefusal(ledger)) return ledger;
  const statements = new Statements({
    ledger,
    signer,
    clock,
    floor_ms: await lastInstant(ledger),
    unwritable: () => {},
  });
  const { id: manifest, serial } = keyring.keys;
  const written = await statements.write("keys", null, { change, manifest, serial });
  await ledger.close();
  return isRefusal(written) ? written : null;
}

async function lastInstant(ledger: Ledger): Promise<number> {
  const last = ledger.size === 0 ? null : await ledger.read(ledger.size - 1);
  if (last === null || isRefusal(last)) return 0;
  const { payload } = JSON.parse(fromUtf8(last)) as { payload: string };
  return Date.parse(Statement.parse(JSON.parse(fromUtf8(fromBase64(payload)))).at);
}

/** The new one comes from AXIOM_NEW_PASSPHRASE or the terminal; empty means none. */
export function runKeysPassphrase(terminal: Terminal): Promise<number> {
  return withKeyring(terminal, async (options) => {
    const keyring = await Keyring.open(options);
    if (isRefusal(keyring)) return showRefusal(terminal, keyring);
    const fresh = await newPassphrase(terminal);
    if (isRefusal(fresh)) return showRefusal(terminal, fresh);
    const refused = await keyring.changePassphrase(options.passphrase, fresh.passphrase);
    if (refused !== null) return showRefusal(terminal, refused);
    const sentence =
      fresh.passphrase === null ? "no passphrase: whoever can read this user's files can sign" : "passphrase changed";
    terminal.out(terminal.json ? JSON.stringify({ passphrase: fresh.passphrase !== null }) : sentence);
    return EXIT.ok;
  });
}

async function newPassphrase(terminal: Terminal): Promise<{ passphrase: string | null } | Refusal> {
  const set = terminal.environment[PASSPHRASE_VARIABLE];
  if (set !== undefined) return { passphrase: set === "" ? null : set };
  if (!terminal.interactive)
    return refuse("keys-locked", "No new passphrase is given.", `Set ${PASSPHRASE_VARIABLE}; empty for none.`);
  const { askSecret } = await import("./prompts.ts");
  const first = await askSecret("New passphrase (empty for none)");
  const again = first === null ? null : await askSecret("Once more");
  if (first === null || first !== again)
    return refuse("keys-locked", "The two differ, or the question was left.", "Try again.");
  return { passphrase: first === "" ? null : first };
}
