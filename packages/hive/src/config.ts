/**
 * The one configuration: defaults ← `AXIOM_HOME/axiom.json` ← `AXIOM_*` variables. Unknown keys are refused by name,
 * together with the nearest known one. `axiom config schema` prints the schema.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { wording } from "lattice/wording";
import { type Json, type JsonObject, parseStrict, type Refusal, refuse } from "lop";
import { z } from "zod";
import { nearestHint } from "./nearest.ts";

export const CONFIG_FILE = "axiom.json";
export const CONFIG_MAX_BYTES = 65_536;

const Http = z.strictObject({
  port: z.int().min(0).max(65_535).default(4180).describe("Port of the daemon; 0 takes any free one."),
  bind: z
    .string()
    .min(1)
    .max(253)
    .default("127.0.0.1")
    .describe("Address to listen on. Wider than loopback needs TLS."),
  tls_cert: z.string().nullable().default(null).describe("PEM file with the certificate chain."),
  tls_key: z.string().nullable().default(null).describe("PEM file with the private key."),
  hosts: z
    .array(z.string().max(253))
    .max(16)
    .default([])
    .describe("Further names that the Host header may carry; loopback names always may."),
  wait_max_s: z.int().min(1).max(600).default(120).describe("Longest `Prefer: wait`."),
  event_streams: z.int().min(1).max(10_000).default(256).describe("Event streams open at once."),
  idempotency_hours: z.int().min(1).max(720).default(24).describe("How long an Idempotency-Key is remembered."),
  idempotency_keys: z.int().min(16).max(1_000_000).default(10_000).describe("How many keys are remembered."),
});
const Keys = z.strictObject({
  passphrase_file: z.string().nullable().default(null).describe("File that holds the passphrase, for services."),
});
const Limits = z.strictObject({
  directives_in_flight: z.int().min(1).max(4096).default(256).describe("Directives under way at once."),
  chambers_in_flight: z.int().min(1).max(64).default(2).describe("Chambers that run at once; others wait."),
  chambers_warm: z.int().min(0).max(16).default(3).describe("Interpreters of each rung that a daemon keeps ready."),
  held_runs: z.int().min(0).max(32).default(8).describe("Runs that a freeze holds; others end with `frozen`."),
  held_minutes: z.int().min(1).max(1440).default(60).describe("How long a frozen run is held; then it is wiped."),
  approval_minutes: z.int().min(1).max(10_080).default(15).describe("How long an approval is awaited."),
  run_seconds: z.int().min(1).max(600).default(30).describe("Time limit of a run when the card names none."),
  memory_mib: z.int().min(16).max(65_536).default(256).describe("Memory limit of a chamber."),
  output_kib: z.int().min(1).max(16_384).default(256).describe("Limit of stdout and stderr together."),
  workspace_mib: z.int().min(1).max(1_048_576).default(64).describe("Limit of the workspace."),
  workspace_files: z.int().min(1).max(1_000_000).default(4096).describe("Files in the workspace."),
  file_mib: z.int().min(1).max(4096).default(8).describe("Limit of one file of the workspace."),
});
const Engine = z.strictObject({
  kind: z
    .enum(["kernel", "llamacpp", "openai", "none"])
    .default("kernel")
    .describe("What runs the model: our exact kernel, llama.cpp, a server of the OpenAI protocol, or nothing."),
  model: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe("GGUF file, null is the shipped model; with `openai` the name that the server knows."),
  mode: z.enum(["exact", "row"]).default("exact").describe("How the kernel counts: GGUF fidelity, or speed."),
  vectors: z
    .enum(["doubled", "plain"])
    .default("doubled")
    .describe("Whether a daemon's kernel may use V8's doubled vectors, once they have given the same bits."),
  url: z.string().min(1).max(2048).nullable().default(null).describe("With `openai`: the server, up to and with /v1."),
  key_file: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe("With `openai`: file with the server's key; else the credential axiom-engine-key, or none."),
  dialect: z
    .enum(["openai", "vllm"])
    .default("openai")
    .describe("What the server understands: the plain protocol, or also vLLM's guided_json."),
  timeout_s: z.int().min(1).max(3600).default(120).describe("With `openai`: longest wait for one answer."),
  elsewhere: z
    .boolean()
    .default(false)
    .describe("Whether the server may stand on another machine: the words of directives then leave this one."),
});
const Chambers = z.strictObject({
  os: z.boolean().default(true).describe("Whether the rung os (bubblewrap) is used where it works."),
  os_pids: z.int().min(16).max(4096).default(128).describe("Processes and threads of one run on the rung os."),
  os_cpus: z.number().min(0.1).max(256).default(1).describe("Processors' worth of time for one run on the rung os."),
  vm: z
    .enum(["auto", "off"])
    .default("auto")
    .describe("The rung vm: `auto` uses it when QEMU and the guest image are there."),
  vm_warm: z
    .int()
    .min(0)
    .max(8)
    .default(1)
    .describe("Machines of each kind that a daemon keeps ready; some 40 MiB each."),
});
const POINT = /^-?\d{1,2}(?:\.\d+)?,\s*-?\d{1,3}(?:\.\d+)?$/;
const Lattice = z.strictObject({
  engine: z
    .enum(["embedded", "postgres", "none"])
    .default("embedded")
    .describe("Where capabilities live: AXIOM_HOME/lattice, a PostgreSQL server with PostGIS, or nowhere."),
  postgres_url: z
    .string()
    .min(1)
    .max(2048)
    .nullable()
    .default(null)
    .describe("postgres://USER@HOST/DATABASE, for the engine postgres."),
  home: z
    .string()
    .regex(POINT, "is no LATITUDE,LONGITUDE")
    .nullable()
    .default(null)
    .describe(
      "LATITUDE,LONGITUDE of the place that `me` means; opening hours take sun times from it when `country` is set.",
    ),
  country: z
    .string()
    .regex(/^[a-z]{2}(\/[\p{L} '-]{1,64})?$/u, "is no country (gb) or country and state (gb/Scotland)")
    .nullable()
    .default(null)
    .describe(
      "Country, or country and state (gb/Scotland), whose public holidays opening hours mean; null is Germany, the library's own.",
    ),
  tz: z
    .string()
    .refine((name) => Intl.supportedValuesOf("timeZone").includes(name) || name === "UTC", "is no IANA time zone")
    .nullable()
    .default(null)
    .describe("IANA time zone in which times are meant; null is the machine's."),
  horizon_days: z.int().min(1).max(400).default(60).describe("How far ahead hours and capacity are known."),
});
const Trace = z.strictObject({
  level: z
    .enum(["silent", "error", "warn", "info", "debug"])
    .default("info")
    .describe("Least severity that is written."),
  to: z.enum(["stderr", "file", "both"]).default("file").describe("Where the trace goes: AXIOM_HOME/trace or stderr."),
});
const Stop = z.strictObject({
  grace_s: z
    .int()
    .min(0)
    .max(600)
    .default(10)
    .describe("Time that running directives get at a stop before cancellation."),
});

const SECTIONS = {
  http: Http,
  keys: Keys,
  limits: Limits,
  engine: Engine,
  chambers: Chambers,
  lattice: Lattice,
  trace: Trace,
  stop: Stop,
};

export const Config = z.strictObject({
  $schema: z.string().optional(),
  http: Http.prefault({}),
  keys: Keys.prefault({}),
  limits: Limits.prefault({}),
  engine: Engine.prefault({}),
  chambers: Chambers.prefault({}),
  lattice: Lattice.prefault({}),
  trace: Trace.prefault({}),
  stop: Stop.prefault({}),
});
export type Config = z.infer<typeof Config>;

export interface Setting {
  /** `section.name`, as in axiom.json. */
  path: string;
  /** The variable that overrides it. */
  variable: string;
  about: string;
  schema: z.ZodType;
}

export const SETTINGS: readonly Setting[] = Object.entries(SECTIONS).flatMap(([section, { shape }]) =>
  Object.entries(shape).map(([name, schema]) => ({
    path: `${section}.${name}`,
    variable: `AXIOM_${section}_${name}`.toUpperCase(),
    about: (schema as z.ZodType).description ?? "",
    schema: schema as z.ZodType,
  })),
);

export const configSchema = (): unknown => z.toJSONSchema(Config, { io: "input" });

export type Origin = "default" | "file" | "environment";
export interface LoadedConfig {
  config: Config;
  /** Where each setting's value came from, by path. */
  origins: ReadonlyMap<string, Origin>;
  path: string;
}

type Sections = Record<string, Record<string, Json>>;
export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads and validates; a missing file is an empty one. */
export function loadConfig(home: string, environment: Environment): LoadedConfig | Refusal {
  const path = join(home, CONFIG_FILE);
  const file = readFile(path);
  if ("refused" in file) return file as Refusal;
  const fromFile = validate(file, path);
  if ("refused" in fromFile) return fromFile;
  const over = overrides(environment);
  if ("refused" in over) return over as Refusal;
  const origins = new Map<string, Origin>();
  const merged: Record<string, unknown> = { ...file };
  for (const { path: name } of SETTINGS) {
    const [section, key] = name.split(".") as [string, string];
    const set = over[section]?.[key];
    const inFile = (file as Sections)[section]?.[key] !== undefined;
    origins.set(name, set !== undefined ? "environment" : inFile ? "file" : "default");
    if (set !== undefined) merged[section] = { ...(merged[section] as object), [key]: set };
  }
  const config = validate(merged as JsonObject, "the environment");
  return "refused" in config ? config : { config, origins, path };
}

function readFile(path: string): JsonObject | Refusal {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? {} : refuse("config-invalid", `${path} cannot be read (${code}).`);
  }
  try {
    const value = parseStrict(bytes, { max_bytes: CONFIG_MAX_BYTES });
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
    return refuse("config-invalid", `${path} does not hold a JSON object.`);
  } catch (error) {
    return refuse("config-invalid", `${path}: ${(error as Error).message}.`);
  }
}

/** The whole of a configuration, or the first fault in words. */
export function validate(value: JsonObject, where: string): Config | Refusal {
  const parsed = Config.safeParse(value, { error: wording });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const at = issue.path.join(".");
  if (issue.code === "unrecognized_keys") return unknownKey(at, issue.keys[0]!, where);
  return refuse("config-invalid", `${where}: ${at === "" ? "" : `${at}: `}${issue.message}.`);
}

function unknownKey(section: string, key: string, where: string): Refusal {
  const full = section === "" ? key : `${section}.${key}`;
  const known = section === "" ? Object.keys(SECTIONS) : SETTINGS.map(({ path }) => path);
  return refuse(
    "config-invalid",
    `${where}: unknown key ${full}${nearestHint(full, known)}.`,
    "Correct or remove the key; `axiom config show` lists all.",
  );
}

/** Values set by variables. A variable of a known section with an unknown name is a misspelling, and refused. */
function overrides(environment: Environment): Sections | Refusal {
  const found: Sections = {};
  for (const [variable, text] of Object.entries(environment)) {
    if (text === undefined || !inSection(variable)) continue;
    const setting = SETTINGS.find((each) => each.variable === variable);
    if (setting === undefined) return unknownVariable(variable);
    const value = readValue(setting, text);
    if (value === undefined) return refuse("config-invalid", `${variable}: ${faultOf(setting, text)}`, setting.about);
    const [section, key] = setting.path.split(".") as [string, string];
    found[section] = { ...found[section], [key]: value };
  }
  return found;
}

const PREFIXES = Object.keys(SECTIONS).map((section) => `AXIOM_${section.toUpperCase()}_`);
const inSection = (variable: string): boolean => PREFIXES.some((prefix) => variable.startsWith(prefix));

function unknownVariable(variable: string): Refusal {
  const known = SETTINGS.map((setting) => setting.variable);
  return refuse(
    "config-invalid",
    `the environment: unknown variable ${variable}${nearestHint(variable, known)}.`,
    "Correct or unset the variable; `axiom config show` lists all.",
  );
}

/** Text as the setting's value: as JSON when that fits, else as a string; undefined when neither does. */
export function readValue(setting: Setting, text: string): Json | undefined {
  const asJson = tryJson(text);
  if (asJson !== undefined && setting.schema.safeParse(asJson).success) return asJson;
  return setting.schema.safeParse(text).success ? text : undefined;
}

function tryJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

export function faultOf(setting: Setting, text: string): string {
  const parsed = setting.schema.safeParse(tryJson(text) ?? text, { error: wording });
  return `${parsed.success ? "is not valid" : parsed.error.issues[0]!.message}.`;
}

export const settingOf = (path: string): Setting | Refusal =>
  SETTINGS.find((setting) => setting.path === path) ??
  refuse(
    "config-invalid",
    `unknown key ${path}${nearestHint(
      path,
      SETTINGS.map((setting) => setting.path),
    )}.`,
    "`axiom config show` lists all.",
  );
