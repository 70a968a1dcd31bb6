/** Unlocking: what a passphrase costs its owner, once, and a thief for each guess. */

import { nodeChance } from "../src/chance-node.ts";
import { SimClock } from "../src/clock-sim.ts";
import { nodeCrypto } from "../src/crypto-node.ts";
import { SimDisk } from "../src/disk-sim.ts";
import { Keyring } from "../src/keyring.ts";
import { ARGON2_COST, nodeVault } from "../src/keyring-node.ts";
import { granted } from "../test/helpers.ts";
import { median, report } from "./goal.ts";

export const name = "keys";

const ROUNDS = 11;

export async function run(): Promise<void> {
  const passphrase = "correct horse battery staple";
  const vault = nodeVault({ secrets: null });
  const options = { folder: "keys", chance: nodeChance, clock: new SimClock(), crypto: nodeCrypto, passphrase, vault };
  const disk = new SimDisk();
  granted(await Keyring.create({ ...options, disk }));
  const whole: number[] = [];
  const hash: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    whole.push(await cpu_ms(async () => granted(await Keyring.open({ ...options, disk }))));
    hash.push(await cpu_ms(() => vault.derive(passphrase, nodeChance.bytes(16), ARGON2_COST)));
  }
  const figure = `${median(whole).toFixed(0)} CPU-ms (Argon2id alone ${median(hash).toFixed(0)}), goal ≤ 150`;
  report("E1 unlock with a passphrase, 64 MiB and 3 passes", figure, median(whole) <= 150);
}

/** All threads of the process: Argon2 runs beside the main one. */
async function cpu_ms(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
