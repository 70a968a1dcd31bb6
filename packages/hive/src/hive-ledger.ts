/** The hive's ledger, opened under its key; the keys that it had before still vouch for what they signed. */
import { formerKeys, type Keyring, Ledger, type LedgerOptions, type Refusal, type Signer } from "lop";

type LedgerPorts = Pick<LedgerOptions, "disk" | "crypto" | "clock" | "segmentSizes" | "mark_every_entries">;

/** Refusals: those of `Ledger.open`. */
export const openHiveLedger = (ports: LedgerPorts, keyring: Keyring, signer: Signer): Promise<Ledger | Refusal> =>
  Ledger.open({
    ...ports,
    folder: "ledger",
    signer,
    formerKeys: formerKeys(keyring.keys, "hive"),
    origin: keyring.keys.hive,
  });
