/**
 * The hive's private keys, encrypted at rest. Two files: the operator's (root, operator), which `lock()` drops, and the hive's
 * (hive, permit-issuer, witness, guest), which a daemon needs while nobody is there. Format: docs/formats/keys.md.
 */
import { identityOf, recipientOf } from "./agefile.ts";
import { fromBase64, toBase64 } from "./bytes.ts";
import type { Chance } from "./chance.ts";
import type { Clock } from "./clock.ts";
import { type Crypto, keyIdOf, type Signer } from "./crypto.ts";
import type { Disk } from "./disk.ts";
import {
  type KeyringIndex,
  OPERATOR_ROLES,
  type PassphraseLock,
  readIndex,
  readMachineSecret,
  readSeeds,
  removeStale,
  type Seeds,
  writeIndex,
  writeMachineSecret,
  writeSeeds,
} from "./keyfile.ts";
import { nodeVault } from "./keyring-node.ts";
import {
  hiveName,
  type KeyManifest,
  type KeyRole,
  type ManifestFields,
  type ManifestKey,
  manifestKey,
  readManifest,
  writeManifest,
} from "./manifest.ts";
import type { Envelope } from "./record.ts";
import { isRefusal, type Refusal, refuse } from "./refusal.ts";
import { isStrictKey } from "./strict.ts";
import type { KeyVault } from "./vault.ts";

export const PASSPHRASE_MAX_LENGTH = 1024;
const SEED_BYTES = 32;
const SALT_BYTES = 16;
const BORN_OPERATOR: readonly KeyRole[] = ["root", "operator"];
const BORN_HIVE: readonly KeyRole[] = ["hive", "permit-issuer", "witness"];

export interface KeyringOptions {
  readonly disk: Disk;
  readonly folder: string;
  readonly chance: Chance;
  readonly clock: Clock;
  readonly crypto: Crypto;
  /** Null: no passphrase; whoever may read this user's files (or OS keyring) may sign. */
  readonly passphrase: string | null;
  readonly vault?: KeyVault;
  /** Whether the machine alone opens the hive's keys, so that a daemon starts without the owner. True unless said otherwise. */
  readonly unattended?: boolean;
}

/** Secrets in memory. The lease is one from unlock to lock, also when a key is replaced in between. */
interface Held {
  readonly seeds: Seeds;
  readonly signers: ReadonlyMap<KeyRole, Signer>;
  readonly lease: Lease;
}
interface Lease {
  ended: boolean;
}

export class Keyring {
  readonly #o: KeyringOptions & { readonly vault: KeyVault };
  #index: KeyringIndex;
  #manifest: KeyManifest;
  #operator: Held | null = null;
  #hive: Held | null = null;
  /** Changes take turns: two at once would write the same generation. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(options: KeyringOptions, index: KeyringIndex, manifest: KeyManifest) {
    this.#o = withVault(options);
    this.#index = index;
    this.#manifest = manifest;
  }

  /** Makes new keys. Refuses `keys-exist` when the folder has a keyring; `replace` makes a new identity over it. */
  static async create(options: KeyringOptions & { readonly replace?: boolean }): Promise<Keyring | Refusal> {
    const { disk, folder, chance, crypto } = options;
    const unfit = unfitPassphrase(options.passphrase);
    if (unfit !== null) return unfit;
    await disk.makeFolder(folder);
    const old = await readIndex(disk, folder);
    const there = !isRefusal(old) || old.refused !== "keys-missing";
    if (there && options.replace !== true) return refuse("keys-exist", `${folder} already holds a keyring.`);
    const o = withVault(options);
    const operator = hold(o.vault, freshSeeds(chance, BORN_OPERATOR));
    const hive = hold(o.vault, freshSeeds(chance, BORN_HIVE));
    const envelope = firstManifest(options, operator, hive);
    const manifest = readManifest(crypto, envelope);
    if (isRefusal(manifest)) throw new Error(`the new manifest does not hold: ${manifest.why}`);
    const generation = isRefusal(old) ? 1 : old.generation + 1;
    const locks = await freshLocks(o, manifest.hive);
    const index = { v: 1 as const, generation, manifest: envelope, ...locks, files: fileNames(generation) };
    const ring = new Keyring(options, index, manifest);
    await ring.#write(index, { operator: operator.seeds, hive: hive.seeds });
    ring.#operator = operator;
    ring.#hive = hive;
    return ring;
  }

  /** Opens what can be opened: with the passphrase everything; with null what the machine may open, perhaps nothing. */
  static async open(options: KeyringOptions): Promise<Keyring | Refusal> {
    const index = await readIndex(options.disk, options.folder);
    if (isRefusal(index)) return index;
    const manifest = readManifest(options.crypto, index.manifest);
    if (isRefusal(manifest)) return refuse("keys-damaged", manifest.why);
    const ring = new Keyring(options, index, manifest);
    await removeStale(options.disk, options.folder, index.files);
    const asked = options.passphrase !== null || index.operator.how === "machine";
    return (asked ? await ring.unlock(options.passphrase) : await ring.#openHiveByMachine()) ?? ring;
  }

  /** Whether the operator's keys can sign. */
  get unlocked(): boolean {
    return this.#operator !== null;
  }

  /** How the operator's keys are opened. */
  get how(): "passphrase" | "machine" {
    return this.#index.operator.how;
  }

  unlock(passphrase: string | null): Promise<Refusal | null> {
    return this.#inTurn(async () => {
      if (this.unlocked) return refuse("already-unlocked", "The operator's keys are unlocked.");
      const identity = await this.#identity(passphrase);
      if (isRefusal(identity)) return identity;
      const operator = await this.#read("operator", identity);
      if (isRefusal(operator)) return operator;
      const refused = await this.#openHive(identity);
      if (refused === null) this.#operator = operator;
      return refused;
    });
  }

  /** Drops root and operator; their signers stop working, also where one was kept. The hive's keys stay. */
  lock(): void {
    if (this.#operator !== null) drop(this.#operator);
    this.#operator = null;
  }

  signer(role: KeyRole): Signer | Refusal {
    const held = OPERATOR_ROLES.includes(role) ? this.#operator : this.#hive;
    if (held === null) return refuse("keys-locked", `The ${role} key is locked.`);
    const signer = held.signers.get(role);
    return signer ?? refuse("key-unknown", `This keyring has no ${role} key yet; rotating the role makes one.`);
  }

  manifest(): Envelope {
    return this.#index.manifest;
  }

  /** The manifest as read: directory, id, root key id. */
  get keys(): KeyManifest {
    return this.#manifest;
  }

  /** A new key for the role; the old one is retired. Durable before the old secret is dropped. */
  rotate(role: KeyRole): Promise<Envelope | Refusal> {
    return this.#inTurn(() => this.#replaceKey(role, "retired"));
  }

  /** Marks a key as not to be trusted. One of our own is replaced in the same manifest, so that the hive can go on. */
  revoke(keyId: string, why: string): Promise<Envelope | Refusal> {
    return this.#inTurn(async () => {
      const key = this.#manifest.keys.find(({ id }) => id === keyId);
      if (key === undefined) return refuse("key-unknown", `The manifest does not list the key ${keyId.slice(0, 64)}.`);
      if (key.status === "revoked") return refuse("key-revoked", `The key ${keyId} was revoked at ${key.since}.`);
      const own = this.#signerOf(key.role)?.keyId === keyId;
      if (own || key.role === "root") return this.#replaceKey(key.role, "revoked", why);
      return this.#publish((at) =>
        this.#manifest.keys.map((row) => (row === key ? ended(row, "revoked", at, why) : row)),
      );
    });
  }

  /** Registers a key whose secret is elsewhere: another operator device, a guest, an outside witness. */
  add(role: KeyRole, publicKey: Uint8Array): Promise<Envelope | Refusal> {
    return this.#inTurn(async () => {
      if (role === "root" || !isStrictKey(publicKey))
        return refuse("key-role-wrong", "Only a strict Ed25519 key in a role below root can be added.");
      const id = keyIdOf(this.#o.crypto, publicKey);
      if (this.#manifest.directory.find(id) !== undefined)
        return refuse("key-role-wrong", `The manifest already lists the key ${id}; a key has one role.`);
      const row = (since: string): ManifestKey => ({
        id,
        role,
        public_key: toBase64(publicKey),
        status: "active",
        since,
      });
      return this.#publish((at) => [...this.#manifest.keys, row(at)]);
    });
  }

  /** Null stands for "no passphrase", on either side. Old files are removed after the new ones are durable. */
  changePassphrase(old: string | null, fresh: string | null): Promise<Refusal | null> {
    return this.#inTurn(async () => {
      const unfit = unfitPassphrase(fresh);
      if (unfit !== null) return unfit;
      const identity = await this.#identity(old);
      if (isRefusal(identity)) return identity;
      const operator = await this.#read("operator", identity);
      if (isRefusal(operator)) return operator;
      const refused = await this.#openHive(identity);
      if (refused !== null) return refused;
      const locks = await freshLocks({ ...this.#o, passphrase: fresh }, this.#manifest.hive, this.#index.machine);
      await this.#write(this.#next(locks), { operator: operator.seeds, hive: this.#hive!.seeds });
      drop(operator);
      return null;
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work, work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** The age identity behind the operator's lock, proved right by its recipient. */
  async #identity(passphrase: string | null): Promise<string | Refusal> {
    const lock = this.#index.operator;
    if (lock.how === "machine") {
      if (passphrase !== null) return refuse("wrong-passphrase", "This keyring has no passphrase; it opens by itself.");
      return this.#machineIdentity();
    }
    if (passphrase === null) return refuse("keys-locked", "The operator's keys want their passphrase.");
    const identity = await passphraseIdentity(this.#o.vault, passphrase, lock);
    return (await recipientOf(identity)) === lock.recipient
      ? identity
      : refuse("wrong-passphrase", "The passphrase does not open this keyring.");
  }

  async #machineIdentity(): Promise<string | Refusal> {
    const { machine } = this.#index;
    if (machine === null) return refuse("keys-locked", "This keyring opens with its passphrase only.");
    const { disk, folder, vault } = this.#o;
    const kept = machine.store === "file" ? readMachineSecret(disk, folder) : vault.secrets?.get(this.#manifest.hive);
    const secret = (await kept) ?? null;
    if (secret === null || secret.length !== SEED_BYTES)
      return refuse("keys-missing", `The machine's unlock secret is not in its ${machine.store}.`);
    const identity = identityOf(secret);
    return (await recipientOf(identity)) === machine.recipient
      ? identity
      : refuse("keys-damaged", `The machine's unlock secret in its ${machine.store} was changed.`);
  }

  async #openHiveByMachine(): Promise<Refusal | null> {
    if (this.#index.machine === null) return null;
    const identity = await this.#machineIdentity();
    return isRefusal(identity) ? identity : this.#openHive(identity);
  }

  async #openHive(identity: string): Promise<Refusal | null> {
    if (this.#hive !== null) return null;
    const hive = await this.#read("hive", identity);
    if (isRefusal(hive)) return hive;
    this.#hive = hive;
    return null;
  }

  async #read(which: "operator" | "hive", identity: string): Promise<Held | Refusal> {
    const name = this.#index.files[which];
    const seeds = await readSeeds(this.#o.disk, `${this.#o.folder}/${name}`, identity);
    if (isRefusal(seeds)) return seeds;
    const held = hold(this.#o.vault, seeds);
    for (const [role, signer] of held.signers) {
      const row = this.#manifest.directory.find(signer.keyId);
      if (row?.role !== role || row.status !== "active")
        return refuse("keys-damaged", `The ${role} key in ${name} is not the one that the manifest names.`);
    }
    return held;
  }

  #signerOf(role: KeyRole): Signer | undefined {
    return (OPERATOR_ROLES.includes(role) ? this.#operator : this.#hive)?.signers.get(role);
  }

  /** Retires or revokes the role's own key and puts a fresh one in its place. */
  async #replaceKey(role: KeyRole, status: "retired" | "revoked", why?: string): Promise<Envelope | Refusal> {
    if (role === "root")
      return refuse(
        "key-role-wrong",
        "The root key is the hive's identity and is not rotated; replace the keyring instead.",
      );
    const which = OPERATOR_ROLES.includes(role) ? "operator" : "hive";
    const held = which === "operator" ? this.#operator : this.#hive;
    if (held === null || !this.unlocked)
      return refuse("keys-locked", "Changing keys wants the root key: unlock first.");
    const old = held.signers.get(role)?.keyId;
    const seeds: Seeds = new Map(held.seeds).set(role, this.#o.chance.bytes(SEED_BYTES));
    const fresh = hold(this.#o.vault, seeds, held.lease);
    const rows = (at: string): ManifestKey[] => [
      ...this.#manifest.keys.map((row) => (row.id === old ? ended(row, status, at, why) : row)),
      manifestKey(fresh.signers.get(role)!, role, at),
    ];
    const envelope = await this.#publish(rows, { [which]: seeds });
    if (isRefusal(envelope)) return envelope;
    if (which === "operator") this.#operator = fresh;
    else this.#hive = fresh;
    return envelope;
  }

  /** Signs and stores the next manifest, with changed secrets when there are some. */
  async #publish(
    rows: (at: string) => readonly ManifestKey[],
    seeds: { operator?: Seeds; hive?: Seeds } = {},
  ): Promise<Envelope | Refusal> {
    const root = this.signer("root");
    if (isRefusal(root)) return root;
    const issued_at = new Date(this.#o.clock.now_ms()).toISOString();
    const { v, hive, serial, root: rootKey } = this.#manifest;
    const fields: ManifestFields = {
      v,
      hive,
      serial: serial + 1,
      issued_at,
      root: rootKey,
      keys: [...rows(issued_at)],
    };
    const manifest = writeManifest(root, fields);
    await this.#write(this.#next({ manifest }, seeds), seeds);
    return manifest;
  }

  /** The index after this one; a secret file that changes gets a new name, so that the old stays whole until the commit. */
  #next(
    change: Partial<KeyringIndex>,
    seeds: { operator?: Seeds; hive?: Seeds } = { operator: new Map(), hive: new Map() },
  ) {
    const generation = this.#index.generation + 1;
    const fresh = fileNames(generation);
    const files = {
      operator: seeds.operator === undefined ? this.#index.files.operator : fresh.operator,
      hive: seeds.hive === undefined ? this.#index.files.hive : fresh.hive,
    };
    return { ...this.#index, ...change, generation, files };
  }

  /** Secrets first, then the index that points at them, then the old secrets go. A crash leaves the old whole or the new whole. */
  async #write(index: KeyringIndex, seeds: { operator?: Seeds; hive?: Seeds }): Promise<void> {
    const { disk, folder, crypto } = this.#o;
    const manifest = readManifest(crypto, index.manifest);
    if (isRefusal(manifest)) throw new Error(`the manifest about to be stored does not hold: ${manifest.why}`);
    const machine = index.machine === null ? [] : [index.machine.recipient];
    const operator = index.operator.how === "passphrase" ? [index.operator.recipient] : machine;
    if (seeds.operator) await writeSeeds(disk, `${folder}/${index.files.operator}`, operator, seeds.operator);
    const hive = [...new Set([...machine, ...operator])];
    if (seeds.hive) await writeSeeds(disk, `${folder}/${index.files.hive}`, hive, seeds.hive);
    await writeIndex(disk, folder, index);
    this.#index = index;
    this.#manifest = manifest;
    await removeStale(disk, folder, index.files);
  }
}

const withVault = (options: KeyringOptions) => ({ ...options, vault: options.vault ?? nodeVault() });

const fileNames = (generation: number) => ({ operator: `operator-${generation}.age`, hive: `hive-${generation}.age` });

const freshSeeds = (chance: Chance, roles: readonly KeyRole[]): Seeds =>
  new Map(roles.map((role) => [role, chance.bytes(SEED_BYTES)]));

const ended = (row: ManifestKey, status: "retired" | "revoked", since: string, why?: string): ManifestKey => ({
  ...row,
  status,
  since,
  ...(why === undefined ? {} : { why: why.slice(0, 256) }),
});

/** Signers that stop when their holder is dropped: a signer kept by somebody must not outlive `lock()`. */
function hold(vault: KeyVault, seeds: Seeds, lease: Lease = { ended: false }): Held {
  const signers = new Map<KeyRole, Signer>();
  for (const [role, seed] of seeds) {
    const inner = vault.signer(seed);
    const sign = (message: Uint8Array) => {
      if (lease.ended) throw new Error(`the ${role} key was locked; ask the keyring for it again`);
      return inner.sign(message);
    };
    signers.set(role, { keyId: inner.keyId, publicKey: inner.publicKey, sign });
  }
  return { seeds, signers, lease };
}

function drop(held: Held): void {
  held.lease.ended = true;
  for (const seed of held.seeds.values()) seed.fill(0);
}

function firstManifest({ clock }: KeyringOptions, operator: Held, hive: Held): Envelope {
  const root = operator.signers.get("root")!;
  const issued_at = new Date(clock.now_ms()).toISOString();
  const keys = [...operator.signers, ...hive.signers].map(([role, signer]) => manifestKey(signer, role, issued_at));
  const name = hiveName(root.keyId);
  return writeManifest(root, { v: 1, hive: name, serial: 1, issued_at, root: toBase64(root.publicKey), keys });
}

function unfitPassphrase(passphrase: string | null): Refusal | null {
  if (passphrase === null || (passphrase.length > 0 && passphrase.length <= PASSPHRASE_MAX_LENGTH)) return null;
  return refuse("passphrase-unfit", `A passphrase has 1 to ${PASSPHRASE_MAX_LENGTH} characters.`);
}

/** NFC, because one keyboard composes letters and another does not. */
async function passphraseIdentity(vault: KeyVault, passphrase: string, lock: PassphraseLock): Promise<string> {
  return identityOf(await vault.derive(passphrase.normalize("NFC"), fromBase64(lock.salt), lock));
}

async function freshLocks(
  o: KeyringOptions & { readonly vault: KeyVault },
  hive: string,
  kept: KeyringIndex["machine"] = null,
): Promise<Pick<KeyringIndex, "operator" | "machine">> {
  const wanted = o.passphrase === null || o.unattended !== false;
  const machine = kept ?? (wanted ? await machineLock(o, hive) : null);
  return { machine, operator: o.passphrase === null ? { how: "machine" } : await passphraseLock(o, o.passphrase) };
}

async function passphraseLock(
  { chance, vault }: { chance: Chance; vault: KeyVault },
  passphrase: string,
): Promise<PassphraseLock> {
  const { memory_kib, passes, lanes } = vault.cost;
  const salt = toBase64(chance.bytes(SALT_BYTES));
  const open = { how: "passphrase" as const, recipient: "", salt, memory_kib, passes, lanes };
  return { ...open, recipient: await recipientOf(await passphraseIdentity(vault, passphrase, open)) };
}

/** A random secret where the OS keeps such things, else in a file that only this user may read. */
async function machineLock(
  { disk, folder, chance, vault }: KeyringOptions & { readonly vault: KeyVault },
  hive: string,
): Promise<NonNullable<KeyringIndex["machine"]>> {
  const secret = chance.bytes(SEED_BYTES);
  const recipient = await recipientOf(identityOf(secret));
  if (await vault.secrets?.set(hive, secret)) return { recipient, store: "os-keyring" };
  await writeMachineSecret(disk, folder, secret);
  return { recipient, store: "file" };
}
