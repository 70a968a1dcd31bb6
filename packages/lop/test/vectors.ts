/** Published Ed25519 vectors in one shape. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

export interface SignatureVector {
  readonly set: "wycheproof" | "cctv" | "speccheck";
  readonly name: string;
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
  /** What the set itself says; null where it leaves that to the profile. */
  readonly valid: boolean | null;
  readonly flags: readonly string[];
}

export const VECTORS = process.env.LOP_VECTORS ?? fileURLToPath(new URL("./vectors", import.meta.url));

const Wycheproof = z.object({
  testGroups: z.array(
    z.object({
      publicKey: z.object({ pk: z.string() }),
      tests: z.array(
        z.object({ tcId: z.int(), msg: z.string(), sig: z.string(), result: z.enum(["valid", "invalid"]) }),
      ),
    }),
  ),
});
const Cctv = z.array(
  z.object({
    number: z.int(),
    key: z.string(),
    sig: z.string(),
    msg: z.string(),
    flags: z.array(z.string()).nullable(),
  }),
);
const Speccheck = z.array(
  z.object({ index: z.int(), message: z.string(), pub_key: z.string(), signature: z.string() }),
);

const hex = (text: string) => new Uint8Array(Buffer.from(text, "hex"));
const readJson = (folder: string, name: string): unknown => JSON.parse(readFileSync(join(folder, name), "utf8"));

export function signatureVectors(folder = VECTORS): SignatureVector[] {
  const wycheproof = Wycheproof.parse(readJson(folder, "wycheproof-ed25519.json")).testGroups.flatMap((group) =>
    group.tests.map((test) => ({
      set: "wycheproof" as const,
      name: `wycheproof ${test.tcId}`,
      publicKey: hex(group.publicKey.pk),
      message: hex(test.msg),
      signature: hex(test.sig),
      valid: test.result === "valid",
      flags: [],
    })),
  );
  const cctv = Cctv.parse(readJson(folder, "cctv-ed25519.json")).map((row) => ({
    set: "cctv" as const,
    name: `cctv ${row.number}`,
    publicKey: hex(row.key),
    message: new Uint8Array(Buffer.from(row.msg, "utf8")),
    signature: hex(row.sig),
    valid: null,
    flags: row.flags ?? [],
  }));
  const speccheck = Speccheck.parse(readJson(folder, "speccheck-ed25519.json")).map((row) => ({
    set: "speccheck" as const,
    name: `speccheck ${row.index}`,
    publicKey: hex(row.pub_key),
    message: hex(row.message),
    signature: hex(row.signature),
    valid: null,
    flags: [],
  }));
  return [...wycheproof, ...cctv, ...speccheck];
}

/** CCTV flags that no signature of the strict profile carries. */
export const BAD_FLAGS = ["low_order_R", "low_order_A", "non_canonical_R", "non_canonical_A", "low_order_residue"];
