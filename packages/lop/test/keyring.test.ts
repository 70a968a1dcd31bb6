import { describe, expect, test } from "vitest";
import { utf8 } from "../src/bytes.ts";
import { SimChance } from "../src/chance-sim.ts";
import { SimClock } from "../src/clock-sim.ts";
import { nodeCrypto } from "../src/crypto-node.ts";
import { SimDisk } from "../src/disk-sim.ts";
import { Keyring, type KeyringOptions } from "../src/keyring.ts";
import { nodeVault } from "../src/keyring-node.ts";
import { MANIFEST_MAX_KEYS, readManifest } from "../src/manifest.ts";
import { codeOf as code, granted, signerOf } from "./helpers.ts";

/** Argon2id at its cheapest; the shipped cost has its own test. */
const cheap = nodeVault({ cost: { memory_kib: 8, passes: 1, lanes: 1 }, secrets: null });
const options = (disk: SimDisk, passphrase: string | null): KeyringOptions => ({
  disk,
  folder: "keys",
  chance: new SimChance(1),
  clock: new SimClock(),
  crypto: nodeCrypto,
  passphrase,
  vault: cheap,
});
const files = (disk: SimDisk) => [...disk.image().files.keys()].sort();

describe("a keyring with a passphrase", () => {
  test("signs after create, after open with it, and not without it", async () => {
    const disk = new SimDisk();
    const made = granted(await Keyring.create(options(disk, "correct horse")));
    const { keyId } = granted(made.signer("operator"));
    const locked = granted(await Keyring.open(options(disk, null)));
    expect(locked.unlocked).toBe(false);
    expect(code(locked.signer("operator"))).toBe("keys-locked");
    expect(granted(locked.signer("hive")).keyId).toBe(granted(made.signer("hive")).keyId);
    expect(code(await locked.unlock("wrong"))).toBe("wrong-passphrase");
    expect(code(await locked.unlock(null))).toBe("keys-locked");
    expect(await locked.unlock("correct horse")).toBeNull();
    expect(code(await locked.unlock("correct horse"))).toBe("already-unlocked");
    expect(granted(locked.signer("operator")).keyId).toBe(keyId);
    expect(code(await Keyring.open(options(disk, "wrong")))).toBe("wrong-passphrase");
    expect(granted(await Keyring.open(options(disk, "correct horse"))).unlocked).toBe(true);
  });

  test("stops signers that were kept when it locks, and keeps the hive's", async () => {
    const ring = granted(await Keyring.create(options(new SimDisk(), "p")));
    const operator = granted(ring.signer("operator"));
    const hive = granted(ring.signer("hive"));
    ring.lock();
    expect(() => operator.sign(utf8("x"))).toThrow(/locked/);
    expect(hive.sign(utf8("x"))).toHaveLength(64);
    expect(await ring.unlock("p")).toBeNull();
  });
});

describe("a keyring without a passphrase", () => {
  test("opens by itself through the 0600 file", async () => {
    const disk = new SimDisk();
    granted(await Keyring.create(options(disk, null)));
    const ring = granted(await Keyring.open(options(disk, null)));
    expect(ring.unlocked).toBe(true);
    ring.lock();
    expect(await ring.unlock(null)).toBeNull();
    expect(code(await Keyring.open(options(disk, "p")))).toBe("wrong-passphrase");
  });
});

describe("a machine with an OS keyring", () => {
  const kept = new Map<string, Uint8Array>();
  const secrets = {
    get: async (name: string) => kept.get(name) ?? null,
    set: async (name: string, secret: Uint8Array) => kept.set(name, secret).has(name),
    remove: async (name: string) => kept.delete(name),
  };
  const withStore = (disk: SimDisk, passphrase: string | null) => ({
    ...options(disk, passphrase),
    vault: { ...cheap, secrets },
  });

  test("keeps the machine's secret there and not on the disk", async () => {
    const disk = new SimDisk();
    const ring = granted(await Keyring.create(withStore(disk, null)));
    expect([...kept.keys()]).toEqual([ring.keys.hive]);
    expect(files(disk).filter((path) => path.includes("machine"))).toEqual([]);
    expect(granted(await Keyring.open(withStore(disk, null))).unlocked).toBe(true);
    expect(code(await Keyring.open(options(disk, null)))).toBe("keys-missing");
    kept.set(ring.keys.hive, new Uint8Array(32).fill(1));
    expect(code(await Keyring.open(withStore(disk, null)))).toBe("keys-damaged");
  });
});

describe("a keyring that is not to run unattended", () => {
  test("keeps the hive's keys shut too, until the passphrase comes", async () => {
    const disk = new SimDisk();
    granted(await Keyring.create({ ...options(disk, "p"), unattended: false }));
    expect(files(disk).filter((path) => path.includes("machine"))).toEqual([]);
    const ring = granted(await Keyring.open(options(disk, null)));
    expect(code(ring.signer("hive"))).toBe("keys-locked");
    expect(await ring.unlock("p")).toBeNull();
    expect(granted(ring.signer("hive")).sign(utf8("x"))).toHaveLength(64);
  });
});

describe("changes that are asked for together", () => {
  test("take turns, and none is lost", async () => {
    const disk = new SimDisk();
    const ring = granted(await Keyring.create(options(disk, "p")));
    const roles = ["operator", "hive", "guest", "witness", "permit-issuer"] as const;
    const envelopes = await Promise.all(roles.map((role) => ring.rotate(role)));
    const serials = envelopes.map((envelope) => granted(readManifest(nodeCrypto, granted(envelope))).serial);
    expect(serials).toEqual([2, 3, 4, 5, 6]);
    const again = granted(await Keyring.open(options(disk, "p")));
    for (const role of roles) expect(granted(again.signer(role)).keyId).toBe(granted(ring.signer(role)).keyId);
  });

  test("do not undo a lock, nor lose a key to it", async () => {
    const disk = new SimDisk();
    const ring = granted(await Keyring.create(options(disk, "p")));
    const rotated = ring.rotate("operator");
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    ring.lock();
    granted(await rotated);
    expect(ring.unlocked).toBe(false);
    const again = granted(await Keyring.open(options(disk, "p")));
    expect(again.keys.serial).toBe(2);
    expect(granted(again.signer("operator")).sign(utf8("x"))).toHaveLength(64);
  });

  test("unlock once", async () => {
    const disk = new SimDisk();
    granted(await Keyring.create(options(disk, "p")));
    const ring = granted(await Keyring.open(options(disk, null)));
    expect((await Promise.all([ring.unlock("p"), ring.unlock("p")])).map(code)).toEqual([null, "already-unlocked"]);
  });
});

describe("a passphrase", () => {
  test("is the same however its letters were composed", async () => {
    const disk = new SimDisk();
    granted(await Keyring.create(options(disk, "\u00e9t\u00e9")));
    expect(granted(await Keyring.open(options(disk, "e\u0301te\u0301"))).unlocked).toBe(true);
  });

  test("leaves no trace on the disk, nor do the seeds", async () => {
    const disk = new SimDisk();
    const seeds: Uint8Array[] = [];
    const signer = (seed: Uint8Array) => {
      seeds.push(seed.slice());
      return cheap.signer(seed);
    };
    const watched = { ...cheap, signer };
    granted(await Keyring.create({ ...options(disk, "a long passphrase"), vault: watched }));
    expect(seeds).toHaveLength(5);
    for (const [path, bytes] of disk.image().files) {
      const text = Buffer.from(bytes);
      expect(text.includes("a long passphrase"), path).toBe(false);
      for (const seed of seeds)
        for (const form of ["latin1", "base64", "hex"] as const)
          expect(text.includes(Buffer.from(seed).toString(form), 0, "latin1"), `${path} ${form}`).toBe(false);
    }
  });
});

describe("keys", () => {
  test("rotate into a manifest with the next serial; the old key is retired, the new one survives a reopen", async () => {
    const disk = new SimDisk();
    const ring = granted(await Keyring.create(options(disk, "p")));
    const before = granted(ring.signer("operator")).keyId;
    const envelope = granted(await ring.rotate("operator"));
    const manifest = granted(readManifest(nodeCrypto, envelope, ring.keys.rootKeyId));
    expect(manifest.serial).toBe(2);
    expect(manifest.directory.find(before)?.status).toBe("retired");
    const after = granted(ring.signer("operator")).keyId;
    expect(after).not.toBe(before);
    expect(granted(granted(await Keyring.open(options(disk, "p"))).signer("operator")).keyId).toBe(after);
    const machine = `keys/machine-${ring.keys.hive.split("/")[1]}.key`;
    expect(files(disk)).toEqual(["keys/hive-1.age", "keys/keyring.json", machine, "keys/operator-2.age"]);
  });

  test("are revoked with the reason, and an own one is replaced at once", async () => {
    const ring = granted(await Keyring.create(options(new SimDisk(), "p")));
    const before = granted(ring.signer("hive")).keyId;
    const manifest = granted(readManifest(nodeCrypto, granted(await ring.revoke(before, "copied"))));
    expect(manifest.keys.find(({ id }) => id === before)).toMatchObject({ status: "revoked", why: "copied" });
    expect(granted(ring.signer("hive")).keyId).not.toBe(before);
    expect(code(await ring.revoke(before, "again"))).toBe("key-revoked");
    expect(code(await ring.revoke("00", "?"))).toBe("key-unknown");
    expect(code(await ring.rotate("root"))).toBe("key-role-wrong");
  });

  test("are rotated a hundred times; the manifest drops the oldest that are retired", async () => {
    const clock = new SimClock();
    const disk = new SimDisk();
    const ring = granted(await Keyring.create({ ...options(disk, "p"), clock }));
    const first = granted(ring.signer("permit-issuer")).keyId;
    const revoked = granted(ring.signer("witness")).keyId;
    granted(await ring.revoke(revoked, "\u{1f600}".repeat(200)));
    for (let turn = 0; turn < 100; turn++) {
      await clock.advance(1000);
      granted(await ring.rotate("permit-issuer"));
    }
    expect(ring.keys.keys).toHaveLength(MANIFEST_MAX_KEYS);
    expect(ring.keys.directory.find(first)).toBeUndefined();
    expect(ring.keys.directory.find(revoked)?.status).toBe("revoked");
    expect(granted(await Keyring.open(options(disk, "p"))).keys.serial).toBe(102);
  });

  test("of the hive itself are never dropped: they vouch for the ledger's earlier checkpoints", async () => {
    const clock = new SimClock();
    const ring = granted(await Keyring.create({ ...options(new SimDisk(), "p"), clock }));
    const first = granted(ring.signer("hive")).keyId;
    const room = MANIFEST_MAX_KEYS - ring.keys.keys.length;
    for (let turn = 0; turn < room; turn++) {
      await clock.advance(1000);
      granted(await ring.rotate("hive"));
    }
    expect(code(await ring.rotate("hive"))).toBe("keys-full");
    expect(ring.keys.directory.find(first)?.status).toBe("retired");
  });

  test("of others beyond the manifest's room are refused", async () => {
    const ring = granted(await Keyring.create(options(new SimDisk(), "p")));
    for (let i = ring.keys.keys.length; i < MANIFEST_MAX_KEYS; i++)
      granted(await ring.add("operator", signerOf(`device ${i}`).publicKey));
    expect(code(await ring.add("operator", signerOf("one more").publicKey))).toBe("keys-full");
  });

  test("of others are added once, in one role", async () => {
    const ring = granted(await Keyring.create(options(new SimDisk(), "p")));
    const phone = signerOf("phone");
    granted(await ring.add("operator", phone.publicKey));
    expect(ring.keys.directory.find(phone.keyId)?.role).toBe("operator");
    expect(code(await ring.add("witness", phone.publicKey))).toBe("key-role-wrong");
    expect(code(await ring.add("operator", new Uint8Array(32)))).toBe("key-role-wrong");
  });

  test("take a new passphrase, and none", async () => {
    const disk = new SimDisk();
    const ring = granted(await Keyring.create(options(disk, "old")));
    expect(code(await ring.changePassphrase("bad", "new"))).toBe("wrong-passphrase");
    expect(code(await ring.changePassphrase("old", ""))).toBe("passphrase-unfit");
    expect(await ring.changePassphrase("old", "new")).toBeNull();
    expect(code(await Keyring.open(options(disk, "old")))).toBe("wrong-passphrase");
    const reopened = granted(await Keyring.open(options(disk, "new")));
    expect(await reopened.changePassphrase("new", null)).toBeNull();
    expect(granted(await Keyring.open(options(disk, null))).unlocked).toBe(true);
  });
});

describe("a disk that fails", () => {
  test("refuses the change and keeps the keyring that was", async () => {
    const disk = new SimDisk();
    const ring = granted(await Keyring.create(options(disk, "p")));
    disk.faults = ({ do: verb, path }) => (verb === "write" && path.includes(".age") ? { code: "full" } : null);
    expect(code(await ring.rotate("operator"))).toBe("disk-full");
    disk.faults = null;
    granted(await ring.rotate("operator"));
    disk.faults = ({ do: verb, path }) => (verb === "rename" && path.includes("keyring.json") ? { code: "io" } : null);
    expect(code(await ring.rotate("operator"))).toBe("keys-unwritable");
    disk.faults = null;
    expect(code(await ring.rotate("operator"))).toBe("keys-unwritable");
    expect(granted(await Keyring.open(options(disk, "p"))).keys.serial).toBe(2);
  });

  test("refuses a new keyring", async () => {
    const disk = new SimDisk({ capacity_bytes: 100 });
    expect(code(await Keyring.create(options(disk, "p")))).toBe("disk-full");
  });
});

describe("a keyring folder", () => {
  test("is replaced by a new hive only when told so", async () => {
    const disk = new SimDisk();
    const first = granted(await Keyring.create(options(disk, null)));
    const second = granted(await Keyring.create({ ...options(disk, null), chance: new SimChance(2), replace: true }));
    expect(second.keys.rootKeyId).not.toBe(first.keys.rootKeyId);
    expect(granted(await Keyring.open(options(disk, null))).keys.hive).toBe(second.keys.hive);
    expect(files(disk)).toHaveLength(4);
  });

  test("that is missing, present, or damaged is refused by name", async () => {
    const disk = new SimDisk();
    expect(code(await Keyring.open(options(disk, "p")))).toBe("keys-missing");
    granted(await Keyring.create(options(disk, "p")));
    expect(code(await Keyring.create(options(disk, "p")))).toBe("keys-exist");
    for (const path of ["keys/operator-1.age", "keys/hive-1.age", "keys/keyring.json"]) {
      const whole = await disk.read(path);
      disk.tamper(path, (bytes) => bytes.map((byte, at) => (at === bytes.length - 3 ? byte ^ 1 : byte)));
      expect(code(await Keyring.open(options(disk, "p"))), path).toBe("keys-damaged");
      await disk.remove(path);
      expect(code(await Keyring.open(options(disk, "p"))), path).toBe("keys-missing");
      await disk.writeAtomic(path, whole);
    }
    expect(granted(await Keyring.open(options(disk, "p"))).unlocked).toBe(true);
  });
});
