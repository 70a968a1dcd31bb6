/** `axiom keys init|list|rotate|revoke|passphrase`: the hive's signing keys. Changes are made while no daemon holds the home. */
import {
  fromBase64,
  fromUtf8,
  isRefusal,
  KEY_ROLES,
  type KeyRole,
  Keyring,
  type KeyringOptions,
  Ledger,
  nodeChance,
  nodeClock,
  nodeCrypto,
  nodeDisk,
  type Refusal,
  readManifest,
  refuse,
  Statement,
} from "lop";
import { obtainPassphrase } from "./cli-decide.ts";
import { withHive } from "./connection.ts";
import { readDaemon } from "./daemon-file.ts";
import { makeHome } from "./home.ts";
import { HOME_LOCK } from "./local-hive.ts";
import { Statements } from "./statements.ts";
import { EXIT, isRefused, showRefusal, type Terminal } from "./terminal.ts";

const PASSPHRASE_VARIABLE = "AXIOM_NEW_PASSPHRASE";

/** The keyring of a home that nobody else holds meanwhile. */
async function withKeyring(
  terminal: Terminal,
  work: (options: Parameters<typeof Keyring.open>[0]) => Promise<number>,
): Promise<number> {
  const running = readDaemon(terminal.home);
  if (running !== null)
    return showRefusal(
      terminal,
      refuse("home-in-use", `A daemon (process ${running.pid}) holds the keys.`, "Stop it, then try again."),
    );
  const made = makeHome(terminal.home);
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
    if (replace && (await options.disk.exists("ledger"))) return showRefusal(terminal, heldByLedger());
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

async function openUnlocked(options: Parameters<typeof Keyring.open>[0]): Promise<Keyring | Refusal> {
  const keyring = await Keyring.open(options);
  if (isRefusal(keyring) || keyring.unlocked) return keyring;
  return refuse("keys-locked", "The root key is needed, and it is locked.");
}

export function runKeysRotate(terminal: Terminal, role: string): Promise<number> {
  return changeKeys(terminal, `rotated the ${role} key`, (keyring) => {
    if (!KEY_ROLES.includes(role as KeyRole))
      return refuse("request-malformed", `${role} is no role.`, `Use one of ${KEY_ROLES.join(", ")}.`);
    return role === "hive" ? heldByLedger() : keyring.rotate(role as KeyRole);
  });
}

export function runKeysRevoke(terminal: Terminal, keyId: string, why: string): Promise<number> {
  return changeKeys(terminal, `revoked ${keyId}`, (keyring) =>
    keyring.keys.directory.find(keyId)?.role === "hive" ? heldByLedger() : keyring.revoke(keyId, why),
  );
}

/** Every checkpoint of a ledger is signed by one key, so that key lasts as long as its ledger. */
const heldByLedger = (): Refusal =>
  refuse(
    "key-role-wrong",
    "The hive's key signs every checkpoint of its ledger; under another key the ledger could not be opened any more.",
    "Begin a new home (AXIOM_HOME); the old one's proofs stay verifiable with its own root key.",
  );

type Changed = Awaited<ReturnType<Keyring["rotate"]>>;

function changeKeys(
  terminal: Terminal,
  sentence: string,
  work: (keyring: Keyring) => Promise<Changed> | Changed,
): Promise<number> {
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
  const ledger = await Ledger.open({ disk, folder: "ledger", crypto, signer, origin: keyring.keys.hive, clock });
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
