/**
 * The hive's private keys, encrypted at rest. Two files: the operator's (root, operator), which `lock()` drops, and the hive's
 * (hive, permit-issuer, witness, guest), which a daemon needs while nobody is there. Format: docs/formats/keys.md.
 */
import { toBase64 } from "./bytes.ts";
import type { Chance } from "./chance.ts";
import type { Clock } from "./clock.ts";
import { type Crypto, keyIdOf, type Signer } from "./crypto.ts";
import type { Disk } from "./disk.ts";
import { copySeeds, drop, freshSeeds, type Held, hold, SEED_BYTES } from "./held-keys.ts";
import {
  diskRefusal,
  type KeyringIndex,
  OPERATOR_ROLES,
  readIndex,
  readSeeds,
  removeStale,
  type Seeds,
  writeIndex,
  writeSeeds,
} from "./keyfile.ts";
import { freshLocks, type LockParts, machineIdentity, passphraseIdentity, unfitPassphrase } from "./keylock.ts";
import { nodeVault } from "./keyring-node.ts";
import {
  fitManifest,
  hiveName,
  type KeyManifest,
  type KeyRole,
  MANIFEST_MAX_KEYS,
  MANIFEST_MAX_WHY,
  type ManifestKey,
  manifestKey,
  readManifest,
  writeManifest,
} from "./manifest.ts";
import type { Envelope } from "./record.ts";
import { isRefusal, type Refusal, refuse } from "./refusal.ts";
import { isStrictKey } from "./strict.ts";
import type { KeyVault } from "./vault.ts";

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

export class Keyring {
  readonly #o: KeyringOptions & { readonly vault: KeyVault };
  #index: KeyringIndex;
  #manifest: KeyManifest;
  #operator: Held | null = null;
  #hive: Held | null = null;
  /** Changes take turns: two at once would write the same generation. */
  #turn: Promise<unknown> = Promise.resolve();
  /** After a failed write of the index nobody knows which keyring the disk holds. */
  #doubt: Refusal | null = null;

  private constructor(options: KeyringOptions, index: KeyringIndex, manifest: KeyManifest) {
    this.#o = withVault(options);
    this.#index = index;
    this.#manifest = manifest;
  }

  /** Makes new keys. Refuses `keys-exist` when the folder has a keyring; `replace` makes a new identity over it. */
  static create(options: KeyringOptions & { readonly replace?: boolean }): Promise<Keyring | Refusal> {
    return Keyring.#create(options).catch(diskRefusal);
  }

  static async #create(options: KeyringOptions & { readonly replace?: boolean }): Promise<Keyring | Refusal> {
    const { disk, folder, chance, crypto } = options;
    const unfit = unfitPassphrase(options.passphrase);
    if (unfit !== null) return unfit;
    await disk.makeFolder(folder);
    const old = await readIndex(disk, folder);
    const there = !isRefusal(old) || old.refused !== "keys-missing";
    if (there && options.replace !== true) return refuse("keys-exist", `${folder} already holds a keyring.`);
    const o = withVault(options);
    const operator = hold(o.vault, freshSeeds(chance, OPERATOR_ROLES));
    const hive = hold(o.vault, freshSeeds(chance, BORN_HIVE));
    const envelope = firstManifest(options, operator, hive);
    const manifest = readManifest(crypto, envelope);
    if (isRefusal(manifest)) throw new Error(`the new manifest does not hold: ${manifest.why}`);
    const generation = isRefusal(old) ? 1 : old.generation + 1;
    const parts = { ...o, hive: manifest.hive };
    const locks = await freshLocks(parts, o.passphrase, { unattended: o.unattended !== false, machine: null });
    const index = { v: 1 as const, generation, manifest: envelope, ...locks, files: fileNames(generation) };
    const ring = new Keyring(options, index, manifest);
    await ring.#write(index, { operator: operator.seeds, hive: hive.seeds });
    ring.#operator = operator;
    ring.#hive = hive;
    if (!isRefusal(old) && old.machine?.store === "os-keyring") await o.vault.secrets?.remove(hiveOf(crypto, old));
    return ring;
  }

  /** Opens what can be opened: with the passphrase everything; with null what the machine may open, perhaps nothing. */
  static open(options: KeyringOptions): Promise<Keyring | Refusal> {
    return Keyring.#open(options).catch(diskRefusal);
  }

  static async #open(options: KeyringOptions): Promise<Keyring | Refusal> {
    const index = await readIndex(options.disk, options.folder);
    if (isRefusal(index)) return index;
    const manifest = readManifest(options.crypto, index.manifest);
    if (isRefusal(manifest)) return refuse("keys-damaged", manifest.why);
    const ring = new Keyring(options, index, manifest);
    await removeStale(options.disk, options.folder, index.files, manifest.hive);
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
      const locks = await freshLocks(this.#parts, fresh, { unattended: false, machine: this.#index.machine });
      await this.#write(this.#next(locks), { operator: operator.seeds, hive: this.#hive!.seeds });
      drop(operator);
      return null;
    });
  }

  #inTurn<T>(work: () => Promise<T | Refusal>): Promise<T | Refusal> {
    const mine = this.#turn.then(() => this.#doubt ?? work()).catch(diskRefusal);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** The age identity behind the operator's lock. */
  async #identity(passphrase: string | null): Promise<string | Refusal> {
    const { operator, machine } = this.#index;
    if (operator.how === "machine")
      return passphrase === null
        ? machineIdentity(this.#parts, machine)
        : refuse("wrong-passphrase", "This keyring has no passphrase; it opens by itself.");
    return passphrase === null
      ? refuse("keys-locked", "The operator's keys want their passphrase.")
      : passphraseIdentity(this.#o.vault, passphrase, operator);
  }

  get #parts(): LockParts {
    return { ...this.#o, hive: this.#manifest.hive };
  }

  async #openHiveByMachine(): Promise<Refusal | null> {
    if (this.#index.machine === null) return null;
    const identity = await machineIdentity(this.#parts, this.#index.machine);
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
    const seeds: Seeds = copySeeds(held.seeds).set(role, this.#o.chance.bytes(SEED_BYTES));
    const fresh = hold(this.#o.vault, seeds, held.lease);
    const rows = (at: string): ManifestKey[] => [
      ...this.#manifest.keys.map((row) => (row.id === old ? ended(row, status, at, why) : row)),
      manifestKey(fresh.signers.get(role)!, role, at),
    ];
    const envelope = await this.#publish(rows, { [which]: seeds });
    if (isRefusal(envelope)) return envelope;
    if (which === "hive") this.#hive = fresh;
    else if (held.lease.ended)
      drop(fresh); // locked meanwhile
    else this.#operator = fresh;
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
    const keys = [...rows(issued_at)];
    const fields = fitManifest({ v, hive, serial: serial + 1, issued_at, root: rootKey, keys });
    if (fields === null) return refuse("keys-full", `The manifest holds at most ${MANIFEST_MAX_KEYS} keys.`);
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
    await writeIndex(disk, folder, index).catch((error: unknown) => {
      this.#doubt = diskRefusal(error);
      throw error;
    });
    this.#index = index;
    this.#manifest = manifest;
    // What cannot be removed now is removed at the next start; the change itself has happened.
    await removeStale(disk, folder, index.files, manifest.hive).catch(diskRefusal);
  }
}

const withVault = (options: KeyringOptions) => ({ ...options, vault: options.vault ?? nodeVault() });

function hiveOf(crypto: Crypto, { manifest }: KeyringIndex): string {
  const read = readManifest(crypto, manifest);
  return isRefusal(read) ? "" : read.hive;
}

const fileNames = (generation: number) => ({ operator: `operator-${generation}.age`, hive: `hive-${generation}.age` });

const ended = (row: ManifestKey, status: "retired" | "revoked", since: string, why?: string): ManifestKey => ({
  ...row,
  status,
  since,
  ...(why === undefined ? {} : { why: why.slice(0, MANIFEST_MAX_WHY).toWellFormed() }),
});

function firstManifest({ clock }: KeyringOptions, operator: Held, hive: Held): Envelope {
  const root = operator.signers.get("root")!;
  const issued_at = new Date(clock.now_ms()).toISOString();
  const keys = [...operator.signers, ...hive.signers].map(([role, signer]) => manifestKey(signer, role, issued_at));
  const name = hiveName(root.keyId);
  return writeManifest(root, { v: 1, hive: name, serial: 1, issued_at, root: toBase64(root.publicKey), keys });
}
