import { expect, test } from "vitest";
import { SimChance } from "../src/chance-sim.ts";
import { SimClock } from "../src/clock-sim.ts";
import { nodeCrypto } from "../src/crypto-node.ts";
import { crashStates } from "../src/disk-crash.ts";
import { type DiskImage, SimDisk } from "../src/disk-sim.ts";
import { Keyring, type KeyringOptions } from "../src/keyring.ts";
import { nodeVault } from "../src/keyring-node.ts";
import { isRefusal } from "../src/refusal.ts";
import { codeOf, granted } from "./helpers.ts";

const cheap = nodeVault({ cost: { memory_kib: 8, passes: 1, lanes: 1 }, secrets: null });
let seed = 0;
const options = (disk: SimDisk, passphrase: string | null): KeyringOptions => ({
  disk,
  folder: "keys",
  // Never the same bytes twice: a keyring refuses a key that its manifest already lists.
  chance: new SimChance(seed++),
  clock: new SimClock(),
  crypto: nodeCrypto,
  passphrase,
  vault: cheap,
});
const EMPTY: DiskImage = { files: new Map(), folders: new Set(["", "keys"]) };

interface Change {
  readonly passphrase: string | null;
  make(ring: Keyring): Promise<unknown>;
}
const CHANGES: readonly Change[] = [
  { passphrase: "one", make: (ring) => ring.rotate("operator") },
  { passphrase: "one", make: (ring) => ring.rotate("hive") },
  { passphrase: "two", make: (ring) => ring.changePassphrase("one", "two") },
  { passphrase: "two", make: (ring) => ring.rotate("permit-issuer") },
  { passphrase: null, make: (ring) => ring.changePassphrase("two", null) },
  { passphrase: null, make: (ring) => ring.rotate("guest") },
  { passphrase: null, make: (ring) => ring.revoke(ring.keys.keys.find(({ role }) => role === "witness")!.id, "lost") },
];

test("every power cut in every change leaves the keyring before it or the keyring after it, whole", async () => {
  const disk = new SimDisk({ record: true });
  const ring = granted(await Keyring.create(options(disk, "one")));
  const steps = [{ passphrase: "one" as string | null, after: disk.operations.length, serial: 1 }];
  for (const { passphrase, make } of CHANGES) {
    const answer = await make(ring);
    expect(codeOf(answer) === answer || answer === null).toBe(true);
    steps.push({ passphrase, after: disk.operations.length, serial: ring.keys.serial });
  }
  let states = 0;
  for (const { after, image } of crashStates(disk.operations, { from: EMPTY, chance: new SimChance(1), samples: 2 })) {
    const done = steps.findLastIndex((step) => step.after <= after);
    const allowed = steps.slice(Math.max(0, done), done + 2);
    const opened = await openAny(image, new Set(allowed.map(({ passphrase }) => passphrase)));
    states++;
    if (done < 0 && isRefusal(opened)) expect(opened.refused).toBe("keys-missing");
    else {
      const whole = granted(opened);
      expect(allowed.map(({ serial }) => serial)).toContain(whole.keys.serial);
      for (const role of ["root", "operator", "hive", "permit-issuer", "witness"] as const)
        expect(whole.keys.directory.find(granted(whole.signer(role)).keyId)).toMatchObject({ role, status: "active" });
      if (states % 10 === 0) granted(await whole.rotate("operator"));
    }
  }
  console.log(`keyring power cuts: ${states} states`);
  expect(states).toBeGreaterThan(100);
});

async function openAny(image: DiskImage, passphrases: ReadonlySet<string | null>) {
  const answers = [];
  for (const passphrase of passphrases) {
    const opened = await Keyring.open(options(new SimDisk({ image }), passphrase));
    if (!isRefusal(opened) && opened.unlocked) return opened;
    answers.push(opened);
  }
  return answers[0]!;
}
