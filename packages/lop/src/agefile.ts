/** Secrets at rest as ordinary age files (age-encryption.org/v1), so that `age -d` opens them without us. */
import { bech32 } from "@scure/base";
import { Decrypter, Encrypter, identityToRecipient } from "age-encryption";

/** An X25519 identity made of 32 secret bytes, in age's spelling. */
export const identityOf = (secret: Uint8Array): string =>
  bech32.encodeFromBytes("AGE-SECRET-KEY-", secret).toUpperCase();

export const recipientOf = (identity: string): Promise<string> => identityToRecipient(identity);

export function encryptTo(recipients: readonly string[], plain: Uint8Array): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return encrypter.encrypt(plain);
}

/** Null when the file was changed or is not for this identity. */
export async function decryptWith(identity: string, file: Uint8Array): Promise<Uint8Array | null> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  try {
    return await decrypter.decrypt(file);
  } catch {
    return null;
  }
}
