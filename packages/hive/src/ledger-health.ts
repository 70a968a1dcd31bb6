/** The whole ledger checked against the hive's key, as it lies on the disk; with or without a daemon. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  checkLedger,
  fromBase64,
  isRefusal,
  Keyring,
  type LedgerReport,
  NOTE_ED25519,
  nodeChance,
  nodeClock,
  nodeCrypto,
  nodeDisk,
  type Refusal,
  refuse,
  verifierKey,
} from "lop";
import { readDaemon } from "./daemon-file.ts";

/** A daemon may write while the check reads; what is only half there then is whole at the next look. */
const LOOKS = 3;
const LOOK_AGAIN_MS = 200;

export interface CheckOptions {
  /** Checkpoints that the owner or a witness has kept. */
  remembered?: readonly string[];
  progress?: (bytes: number, of: number) => void;
}

export async function checkLedgerOf(home: string, options: CheckOptions = {}): Promise<LedgerReport | Refusal> {
  if (!existsSync(join(home, "ledger")))
    return refuse("ledger-damaged", `${home} has no ledger.`, "The first start makes one: axiom.");
  const disk = nodeDisk(home);
  const ports = { chance: nodeChance, clock: nodeClock, crypto: nodeCrypto };
  const keyring = await Keyring.open({ disk, folder: "keys", ...ports, passphrase: null });
  if (isRefusal(keyring)) return keyring;
  const { hive, keys } = keyring.keys;
  const signer = keys.find(({ role, status }) => role === "hive" && status === "active");
  if (signer === undefined) return refuse("keys-damaged", "The key manifest names no hive key.");
  const key = verifierKey(nodeCrypto, { name: hive, type: NOTE_ED25519, publicKey: fromBase64(signer.public_key) });
  for (let look = 1; ; look++) {
    const report = await checkLedger({ disk, folder: "ledger", crypto: nodeCrypto, verifierKey: key, ...options });
    if (report.sound || look === LOOKS || readDaemon(home) === null) return report;
    await nodeClock.sleep(LOOK_AGAIN_MS);
  }
}
