import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ApiKeys } from "../src/api-keys.ts";
import { freshHome, must } from "./http-world.ts";

const AT = "2026-01-01T00:00:00.000Z";

describe("API keys", () => {
  it("makes the local key once, for its owner alone", () => {
    const home = freshHome();
    const key = must(ApiKeys.open(home)).local();
    expect(must(ApiKeys.open(home)).local()).toBe(key);
    expect(statSync(join(home, "keys", "api")).mode & 0o777).toBe(0o600);
    expect(Buffer.from(key.replace("axiom_", ""), "base64url").length).toBe(32);
    expect(must(ApiKeys.open(home)).who(key)).toEqual({ id: "local", name: "local", scope: "admin" });
  });

  it("keeps named keys as digests only", () => {
    const home = freshHome();
    const { key } = must(must(ApiKeys.open(home)).add("phone", "read", AT));
    const file = readFileSync(join(home, "keys", "api-named.json"), "utf8");
    expect(file).toContain('"phone"');
    expect(file).not.toContain(key);
    expect(file).not.toContain(key.split("_").at(-1)!);
    expect(statSync(join(home, "keys", "api-named.json")).mode & 0o777).toBe(0o600);
  });

  it("sees at once what another process added or revoked", () => {
    const home = freshHome();
    const daemon = must(ApiKeys.open(home));
    const command = must(ApiKeys.open(home));
    const { key } = must(command.add("phone", "operate", AT));
    expect(daemon.who(key)).toMatchObject({ name: "phone", scope: "operate" });
    expect(command.revoke("phone", AT)).toBeNull();
    expect(daemon.who(key)).toBeNull();
    expect(command.revoke("phone", AT)).toMatchObject({ refused: "key-unknown" });
    expect(daemon.list()).toMatchObject([{ name: "phone", revoked_at: AT }]);
  });

  it.each(["", "UPPER", "a b", "../x", "x".repeat(64), "-x"])("refuses the name %j", (name) => {
    expect(must(ApiKeys.open(freshHome())).add(name, "read", AT)).toMatchObject({ refused: "request-malformed" });
  });

  it("refuses a name that is in use", () => {
    const keys = must(ApiKeys.open(freshHome()));
    must(keys.add("phone", "read", AT));
    expect(keys.add("phone", "read", AT)).toMatchObject({ refused: "request-malformed" });
  });

  it("a damaged file of named keys lets none of them in", () => {
    const home = freshHome();
    const keys = must(ApiKeys.open(home));
    const { key } = must(keys.add("phone", "read", AT));
    writeFileSync(join(home, "keys", "api-named.json"), "{");
    expect([keys.who(key), keys.who(keys.local())?.name]).toEqual([null, "local"]);
  });

  it.each(["", "axiom_", "x".repeat(10_000)])("knows nobody with the key %.20j", (key) => {
    expect(must(ApiKeys.open(freshHome())).who(key)).toBeNull();
  });
});
