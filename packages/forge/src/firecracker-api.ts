/** What Firecracker's API takes, from its own definition (firecracker-api.json; source: test/vectors/firecracker/SOURCE.md). */
import { z } from "zod";
import api from "./firecracker-api.json" with { type: "json" };

export const FIRECRACKER_API_VERSION: string = api.version;

export type FirecrackerMethod = "PUT" | "PATCH";

interface Operation {
  readonly method: string;
  readonly pattern: RegExp;
  readonly schema: z.ZodType;
}

const operations: readonly Operation[] = Object.entries(api.requests).map(([name, schema]) => {
  const [method, path] = name.split(" ") as [string, string];
  const pattern = new RegExp(`^${path.replace(/\{\w+\}/g, "[A-Za-z0-9_]+")}$`);
  return { method, pattern, schema: z.fromJSONSchema(schema as never) };
});

/** @returns what the definition has against the request; null when it would be taken. */
export function requestFault(method: string, path: string, body: unknown): string | null {
  const operation = operations.find((one) => one.method === method && one.pattern.test(path));
  if (operation === undefined) return `the API has no ${method} ${path}`;
  const parsed = operation.schema.safeParse(body);
  if (parsed.success) return null;
  const issue = parsed.error.issues[0]!;
  return `${method} ${path}: ${issue.path.join(".")}: ${issue.message}`;
}

/** Sections of a configuration file, and the requests that say the same. */
const SECTIONS: Readonly<Record<string, (entry: Record<string, unknown>) => string>> = {
  "boot-source": () => "/boot-source",
  "machine-config": () => "/machine-config",
  "cpu-config": () => "/cpu-config",
  balloon: () => "/balloon",
  vsock: () => "/vsock",
  logger: () => "/logger",
  metrics: () => "/metrics",
  "mmds-config": () => "/mmds/config",
  entropy: () => "/entropy",
  "memory-hotplug": () => "/hotplug/memory",
  drives: ({ drive_id }) => `/drives/${String(drive_id)}`,
  "network-interfaces": ({ iface_id }) => `/network-interfaces/${String(iface_id)}`,
  pmem: ({ id }) => `/pmem/${String(id)}`,
};

/** A whole configuration file (`firecracker --config-file`). @returns the first fault; null when it would be taken. */
export function configFault(config: Readonly<Record<string, unknown>>): string | null {
  for (const [section, value] of Object.entries(config)) {
    const path = SECTIONS[section];
    if (path === undefined) return `there is no section ${section}`;
    for (const entry of value === null ? [] : [value].flat()) {
      const body = withoutNulls(entry as Record<string, unknown>);
      const fault = requestFault("PUT", path(body), body);
      if (fault !== null) return fault;
    }
  }
  return null;
}

/** In a file `null` says that a field is left out. */
const withoutNulls = (entry: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== null));
