/** files.*: the isolated workspace, looked at and written one file at a time. */
import { type Crypto, equal, isRefusal, type JsonObject, type Refusal, toBase64, toHex, utf8 } from "lop";
import type { WorkspacePort } from "./hive-types.ts";
import { done, type ToolDoer, type ToolYield } from "./tool.ts";
import { reported } from "./tools-exec.ts";

interface FilesWorld {
  readonly crypto: Crypto;
  readonly workspace: WorkspacePort;
}

const DIGEST = { type: "string", pattern: "^[0-9a-f]{64}$" };
const BYTES = { type: "integer", minimum: 0 };
const object = (properties: JsonObject, required = Object.keys(properties)): JsonObject => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});

const LIST = object({
  files: {
    type: "array",
    items: object({ path: { type: "string" }, kind: { enum: ["file", "folder", "link", "other"] }, bytes: BYTES }),
  },
});
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
  text: { type: "string" },
});

export const filesTools = (world: FilesWorld): Record<string, ToolDoer> => ({
  "files.list": {
    result: LIST,
    language: null,
    changes: "nothing",
    run: async ({ card }) => {
      const files = await world.workspace.list(text(card.parameters.path));
      return isRefusal(files) ? files : done({ files: files.map(({ path, kind, bytes }) => ({ path, kind, bytes })) });
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
      const diff = await world.workspace.diff(text(card.parameters.since));
      return isRefusal(diff) ? diff : done({ since: diff.since, changes: [...diff.changes], text: diff.text });
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

/** Plans the change; validation applies it. A path that may not be written is refused now, as far as that can be seen. */
async function write(world: FilesWorld, path: string, content: Uint8Array): Promise<ToolYield | Refusal> {
  const old = await world.workspace.read(path);
  if (isRefusal(old) && old.refused !== "path-not-found") return old;
  const before = isRefusal(old) ? null : old;
  const result = { path, ...described(world, content) };
  if (before !== null && equal(before, content)) return done(result);
  const change = { path, before, content };
  return done(result, { files: [reported(world, change)], changes: [change] });
}
