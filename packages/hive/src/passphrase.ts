/**
 * The passphrase without a person: a file, a variable, or a credential that systemd hands to the unit, in this order.
 * A file's last newline is not part of it.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Refusal, refuse } from "lop";
import type { Environment } from "./config.ts";

export const CREDENTIAL_NAME = "axiom-passphrase";

/** Null: none is set, so that what the machine may open is opened. */
export function readPassphrase(environment: Environment, file: string | null): { passphrase: string | null } | Refusal {
  const path = environment.AXIOM_PASSPHRASE_FILE ?? null;
  if (path !== null) return fromFile(path);
  const inline = environment.AXIOM_PASSPHRASE;
  if (inline !== undefined) return { passphrase: inline };
  const credentials = environment.CREDENTIALS_DIRECTORY;
  if (credentials !== undefined) {
    const credential = fromFile(join(credentials, CREDENTIAL_NAME));
    if (!("refused" in credential)) return credential;
  }
  return file === null ? { passphrase: null } : fromFile(file);
}

function fromFile(path: string): { passphrase: string } | Refusal {
  try {
    return { passphrase: readFileSync(path, "utf8").replace(/\r?\n$/, "") };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return refuse(
      "keys-locked",
      `The passphrase file ${path} cannot be read (${code}).`,
      "Correct the path or its rights.",
    );
  }
}
