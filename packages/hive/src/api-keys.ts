/**
 * Bearer keys of the HTTP API. The local key lies in `keys/api` (0600) and may do everything: who can read that file owns
 * the hive anyway. Named keys carry a scope, are kept as SHA-256 (they are 256 random bits, so a slow hash gains nothing)
 * and can be revoked; a running daemon sees the change with the next request.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Refusal, refuse } from "lop";
import { z } from "zod";
import { refuseDisk, writeWhole } from "./home.ts";

export const SCOPES = ["read", "operate", "admin"] as const;
/** Each scope includes those before it. `read` sees, `operate` states and decides, `admin` holds keys and permits. */
export type Scope = (typeof SCOPES)[number];

export const KEYS_MAX = 256;
const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;

const StoredKey = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{8}$/),
  name: z.string().regex(NAME),
  scope: z.enum(SCOPES),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  created_at: z.string(),
  revoked_at: z.string().nullable(),
});
export type StoredKey = z.infer<typeof StoredKey>;
const KeyFile = z.strictObject({ v: z.literal(1), keys: z.array(StoredKey).max(KEYS_MAX) });

/** Who sent a request. `id` is `local` for the key of the home. */
export interface Caller {
  id: string;
  name: string;
  scope: Scope;
}

export const covers = (held: Scope, wanted: Scope): boolean => SCOPES.indexOf(held) >= SCOPES.indexOf(wanted);

const hash = (key: string): Buffer => createHash("sha256").update(key).digest();
const freshSecret = (): string => randomBytes(32).toString("base64url");

export class ApiKeys {
  readonly #localPath: string;
  readonly #namedPath: string;
  #stamp = "";
  #local: Buffer = Buffer.alloc(32);
  #named: StoredKey[] = [];

  private constructor(home: string) {
    this.#localPath = join(home, "keys", "api");
    this.#namedPath = join(home, "keys", "api-named.json");
  }

  /** Makes the local key when there is none. */
  static open(home: string): ApiKeys | Refusal {
    const keys = new ApiKeys(home);
    try {
      if (stampOf(keys.#localPath) === "-") writeWhole(keys.#localPath, `axiom_${freshSecret()}\n`);
      keys.#refresh();
      return keys;
    } catch (error) {
      return refuseDisk(error, keys.#localPath);
    }
  }

  /** The key of this home, as the owner may see it. */
  local(): string {
    return readFileSync(this.#localPath, "utf8").trim();
  }

  /** Who holds this key; null when nobody does. Compares digests, in time that does not depend on the key. */
  who(key: string): Caller | null {
    this.#refresh();
    const digest = hash(key);
    let found: Caller | null = timingSafeEqual(digest, this.#local)
      ? { id: "local", name: "local", scope: "admin" }
      : null;
    for (const each of this.#named) {
      const same = timingSafeEqual(digest, Buffer.from(each.sha256, "hex"));
      if (same && each.revoked_at === null) found = { id: each.id, name: each.name, scope: each.scope };
    }
    return found;
  }

  list(): readonly Omit<StoredKey, "sha256">[] {
    this.#refresh();
    return this.#named.map(({ sha256: _, ...shown }) => shown);
  }

  /** A new key: this is the only time that it can be read. */
  add(name: string, scope: Scope, now: string): { key: string; id: string } | Refusal {
    this.#refresh();
    if (!NAME.test(name)) return refuse("request-malformed", `${JSON.stringify(name)} is no name for a key.`, NAME_FIX);
    if (this.#named.some((each) => each.name === name && each.revoked_at === null))
      return refuse(
        "request-malformed",
        `A key named ${name} exists already.`,
        "Choose another name, or revoke it first.",
      );
    if (this.#named.length >= KEYS_MAX)
      return refuse(
        "request-malformed",
        `${KEYS_MAX} keys are kept already.`,
        "Remove revoked ones from keys/api-named.json.",
      );
    const key = `axiom_${name}_${freshSecret()}`;
    const id = randomBytes(4).toString("hex");
    const stored = { id, name, scope, sha256: hash(key).toString("hex"), created_at: now, revoked_at: null };
    return this.#write([...this.#named, stored]) ?? { key, id };
  }

  /** By name or id. */
  revoke(nameOrId: string, now: string): Refusal | null {
    this.#refresh();
    const hit = this.#named.find(
      (each) => (each.id === nameOrId || each.name === nameOrId) && each.revoked_at === null,
    );
    if (hit === undefined)
      return refuse("key-unknown", `No live key is named ${nameOrId}.`, "`axiom key list` shows them.");
    return this.#write(this.#named.map((each) => (each === hit ? { ...each, revoked_at: now } : each)));
  }

  #write(keys: StoredKey[]): Refusal | null {
    try {
      writeWhole(this.#namedPath, `${JSON.stringify({ v: 1, keys }, null, 2)}\n`);
      this.#refresh();
      return null;
    } catch (error) {
      return refuseDisk(error, this.#namedPath);
    }
  }

  /** Reads again what another process changed. A file that cannot be understood shuts everybody with a named key out. */
  #refresh(): void {
    const stamp = `${stampOf(this.#localPath)} ${stampOf(this.#namedPath)}`;
    if (stamp === this.#stamp) return;
    this.#local = hash(this.local());
    this.#named = stampOf(this.#namedPath) === "-" ? [] : readNamed(this.#namedPath);
    this.#stamp = stamp;
  }
}

const NAME_FIX = "Use 1 to 63 of a–z, 0–9, dot, underscore and dash, beginning with a letter or digit.";

function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? "-" : `${stat.ino}:${stat.mtimeNs}:${stat.size}`;
}

function readNamed(path: string): StoredKey[] {
  const parsed = KeyFile.safeParse(tryJson(readFileSync(path, "utf8")));
  return parsed.success ? parsed.data.keys : [];
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
