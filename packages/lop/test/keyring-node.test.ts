import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { argon2id } from "hash-wasm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { identityOf, recipientOf } from "../src/agefile.ts";
import { fromBase64, toHex } from "../src/bytes.ts";
import { nodeChance } from "../src/chance-node.ts";
import { SimClock } from "../src/clock-sim.ts";
import { nodeCrypto } from "../src/crypto-node.ts";
import { nodeDisk } from "../src/disk-node.ts";
import { readIndex } from "../src/keyfile.ts";
import { Keyring } from "../src/keyring.ts";
import { ARGON2_COST, nodeVault } from "../src/keyring-node.ts";
import { granted } from "./helpers.ts";

const PASSPHRASE = "correct horse battery staple";
const vault = nodeVault({ secrets: null });
let folder = "";
const options = () => ({
  disk: nodeDisk(folder),
  folder: "keys",
  chance: nodeChance,
  clock: new SimClock(),
  crypto: nodeCrypto,
  passphrase: PASSPHRASE,
  vault,
});

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "axiom-keyring-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The age identity that a passphrase opens, derived here as docs/formats/keys.md says. */
async function passphraseIdentity(): Promise<string> {
  const { operator } = granted(await readIndex(nodeDisk(folder), "keys"));
  if (operator.how !== "passphrase") throw new Error("no passphrase");
  const identity = identityOf(await vault.derive(PASSPHRASE, fromBase64(operator.salt), operator));
  expect(await recipientOf(identity)).toBe(operator.recipient);
  return identity;
}

describe("a keyring on the real disk", () => {
  test("is readable by its user only", async () => {
    const { hive } = granted(await Keyring.create(options())).keys;
    for (const name of ["keyring.json", "operator-1.age", "hive-1.age", `machine-${hive.split("/")[1]}.key`])
      expect((statSync(join(folder, "keys", name)).mode & 0o777).toString(8), name).toBe("600");
  });

  test("opens with Debian's age, without us", async (ctx) => {
    if (spawnSync("age", ["--version"]).error !== undefined) return ctx.skip("needs age (apt install age)");
    const identity = join(folder, "identity.txt");
    writeFileSync(identity, `${await passphraseIdentity()}\n`, { mode: 0o600 });
    const ring = granted(await Keyring.open(options()));
    for (const [name, roles] of [
      ["operator-1.age", ["root", "operator"]],
      ["hive-1.age", ["hive", "permit-issuer", "witness"]],
    ] as const) {
      const opened = spawnSync("age", ["-d", "-i", identity, join(folder, "keys", name)], { encoding: "utf8" });
      expect(opened.stderr).toBe("");
      const { keys } = JSON.parse(opened.stdout) as { keys: { role: "root"; seed: string }[] };
      expect(keys.map(({ role }) => role)).toEqual(roles);
      for (const { role, seed } of keys)
        expect(vault.signer(fromBase64(seed)).keyId).toBe(granted(ring.signer(role)).keyId);
    }
  });
});

test("Argon2id at the shipped cost equals another implementation's", async () => {
  const salt = nodeChance.bytes(16);
  const { memory_kib, passes, lanes } = ARGON2_COST;
  expect({ memory_kib, passes, lanes }).toEqual({ memory_kib: 65_536, passes: 3, lanes: 1 });
  const other = await argon2id({
    password: PASSPHRASE,
    salt,
    memorySize: memory_kib,
    iterations: passes,
    parallelism: lanes,
    hashLength: 32,
    outputType: "hex",
  });
  expect(toHex(await vault.derive(PASSPHRASE, salt, ARGON2_COST))).toBe(other);
});

test("an OS keyring that does not answer counts as absent, and does not fail", async () => {
  const { secrets } = nodeVault();
  const name = `axiom-hive/test-${toHex(nodeChance.bytes(4))}`;
  const secret = nodeChance.bytes(32);
  if (await secrets!.set(name, secret)) {
    expect(await secrets!.get(name)).toEqual(secret);
    expect(await secrets!.remove(name)).toBe(true);
  }
  expect(await secrets!.get(name)).toBeNull();
});
