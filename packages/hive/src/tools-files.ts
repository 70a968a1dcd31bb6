/** files.*: the isolated workspace, looked at and written one file at a time. */
import type { Workspace } from "forge";
import { type Crypto, isRefusal, type JsonObject, type Refusal, toBase64, toHex, utf8 } from "lop";
import { done, type ToolDoer, type ToolYield } from "./tool.ts";
import { reported } from "./tools-exec.ts";

interface FilesWorld {
  readonly crypto: Crypto;
  readonly workspace: Workspace;
}

const DIGEST = { type: "string", pattern: "^[0-9a-f]{64}$" };
const BYTES = { type: "integer", minimum: 0 };
const object = (properties: JsonObject, required = Object.keys(properties)): JsonObject => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});

const LIST = object({ files: { type: "array", items: object({ path: { type: "string" }, bytes: BYTES }) } });
const READ = object({
  path: { type: "string" },
  bytes: BYTES,
  sha256: DIGEST,
  encoding: { enum: ["utf-8", "base64"] },
  content: { type: "string" },
});
const WRITE = object({ path: { type: "string" }, bytes: BYTES, sha256: DIGEST });
const DIFF = object({
  since: { type: ["string", "null"] },
  changes: {
    type: "array",
    items: object({
      path: { type: "string" },
      change: { enum: ["added", "changed", "removed"] },
      sha256: { type: ["string", "null"] },
      bytes: { type: ["integer", "null"] },
    }),
  },
});

export const filesTools = (world: FilesWorld): Record<string, ToolDoer> => ({
  "files.list": {
    result: LIST,
    language: null,
    changes: "nothing",
    run: async ({ card }) => {
      const files = await world.workspace.list(text(card.parameters.path));
      return isRefusal(files) ? files : done({ files: files.map(({ path, bytes }) => ({ path, bytes })) });
    },
  },
  "files.read": {
    result: READ,
    language: null,
    changes: "nothing",
    run: async ({ card }) => {
      const path = String(card.parameters.path);
      const bytes = await world.workspace.read(path);
      return isRefusal(bytes) ? bytes : done({ path, ...described(world, bytes), ...spelled(bytes) });
    },
  },
  "files.write": {
    result: WRITE,
    language: null,
    changes: "named-file",
    run: ({ card }) => write(world, String(card.parameters.path), utf8(String(card.parameters.content))),
  },
  "files.diff": {
    result: DIFF,
    language: null,
    changes: "nothing",
    run: async ({ card }) => {
      const since = text(card.parameters.since);
      const changes = await world.workspace.diff(since);
      return isRefusal(changes) ? changes : done({ since: since ?? null, changes: [...changes] });
    },
  },
});

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

const described = ({ crypto }: FilesWorld, bytes: Uint8Array) => ({
  bytes: bytes.length,
  sha256: toHex(crypto.sha256(bytes)),
});

/** Text stays text; anything else goes as base64. */
function spelled(bytes: Uint8Array): { encoding: "utf-8" | "base64"; content: string } {
  try {
    return { encoding: "utf-8", content: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { encoding: "base64", content: toBase64(bytes) };
  }
}

/** Plans the change; validation applies it. Where the path may not be written, the workspace says so now. */
async function write(world: FilesWorld, path: string, content: Uint8Array): Promise<ToolYield | Refusal> {
  const unfit = await world.workspace.check(path, content.length);
  if (unfit !== null) return unfit;
  const old = await world.workspace.read(path);
  if (isRefusal(old) && old.refused !== "path-not-found") return old;
  const before = isRefusal(old) ? null : toHex(world.crypto.sha256(old));
  if (before === toHex(world.crypto.sha256(content))) return done({ path, ...described(world, content) });
  return done(
    { path, ...described(world, content) },
    { files: [reported(world, path, before, content)], changes: [{ path, before, content }] },
  );
}
